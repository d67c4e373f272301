"""Transformers' own ``generate``, for whatever the engine does not do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from loguru import logger
from torch import Tensor
from transformers import StoppingCriteria, StoppingCriteriaList

from lmms_robust.errors import RobustError
from lmms_robust.generation.letters import LetterTokens
from lmms_robust.generation.prompt import Prompt
from lmms_robust.generation.scheduling import Written, unwritten
from lmms_robust.generation.settings import PASSED_ON, Stopped, cut, max_new_tokens, stopped
from lmms_robust.schema import MAX_LETTERS


class Plain:
    """Generates with left-padded batches.

    Args:
        model: an image-text-to-text model.
        processor: its processor, which pads on the left.
        letters: its letter tokens.
        context: most tokens that a prompt and what is written may have together; None for no limit.
    """

    def __init__(self, model: Any, processor: Any, letters: LetterTokens, context: int | None = None) -> None:
        self._model, self._processor, self._letters, self._context = model, processor, letters, context
        self._ends = frozenset(ends(model, processor.tokenizer))
        # Other models know no place beyond their context.
        self._rotary = any("rotary" in name for name, _ in model.named_modules())

    def generate(self, prompts: Sequence[Prompt], settings: Mapping[str, Any]) -> list[Written]:
        """Answer prompts in one batch, or in halves of it where the device's memory runs out.

        Raises:
            RobustError: the memory is too small for one prompt.
        """
        try:
            return self._batch(prompts, settings)
        except torch.OutOfMemoryError as error:
            if len(prompts) == 1:
                raise RobustError("out of GPU memory with batch_size 1; allowed: a smaller model or dtype") from error
        torch.cuda.empty_cache()  # outside of the handler, which holds on to the failed pass
        half = (len(prompts) + 1) // 2
        logger.warning(f"out of GPU memory at batch_size {len(prompts)}; nothing is lost, going on with {half}")
        return self.generate(prompts[:half], settings) + self.generate(prompts[half:], settings)

    def _batch(self, prompts: Sequence[Prompt], settings: Mapping[str, Any]) -> list[Written]:
        inputs = self._inputs(prompts)
        length, wanted = inputs["input_ids"].shape[1], max_new_tokens(settings)
        limits = [self._limit(count, wanted) for count in inputs["attention_mask"].sum(1).tolist()]
        if len(prompts) > 1 and (min(limits) < 1 or (min(limits) < wanted and not self._rotary)):
            return [self._batch([prompt], settings)[0] for prompt in prompts]
        if min(limits) < 1:
            return [unwritten()]
        holds = stopped(settings, self._processor.tokenizer)
        criteria = StoppingCriteriaList([_AtStopTexts(length, holds)] if holds else [])
        with torch.inference_mode(), self._noted(len(prompts)) as steps:
            output = self._model.generate(
                **inputs,
                **self._generation(settings),
                max_new_tokens=max(limits),  # longer prompts run over their own, which is taken off again
                stopping_criteria=criteria,
                tokenizer=self._processor.tokenizer,  # for stop texts of the checkpoint's own
            )
        letters = torch.stack(steps, 1).cpu() if steps else torch.empty(len(prompts), 0, MAX_LETTERS)
        rows = zip(output[:, length:].tolist(), limits, strict=True)
        ends = [self._end(new[:limit], holds) for new, limit in rows]
        return [Written(kept, letters[row], at_limit) for row, (kept, at_limit) in enumerate(ends)]

    def _limit(self, prompt: int, wanted: int) -> int:
        """Most new tokens after a prompt of so many."""
        return wanted if self._context is None else min(wanted, self._context - prompt)

    def _inputs(self, prompts: Sequence[Prompt]) -> Any:
        texts = [prompt.text for prompt in prompts]
        pictures = [list(prompt.pictures) for prompt in prompts] if any(prompt.pictures for prompt in prompts) else None
        bos = self._processor.tokenizer.bos_token
        written = bool(bos) and texts[0].startswith(bos)
        inputs = self._processor(
            text=texts, images=pictures, padding=True, return_tensors="pt", add_special_tokens=not written
        )
        return inputs.to(self._model.device, dtype=self._model.dtype)

    def _generation(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        temperature = float(settings.get("temperature") or 0)
        arguments = {name: settings[name] for name in PASSED_ON if settings.get(name) is not None}
        arguments["do_sample"] = temperature > 0
        arguments["temperature"] = temperature if temperature > 0 else None
        arguments["pad_token_id"] = self._processor.tokenizer.pad_token_id
        arguments["num_beams"] = int(settings.get("num_beams") or 1)  # not that of the checkpoint
        return arguments

    @contextmanager
    def _noted(self, rows: int) -> Iterator[list[Tensor]]:
        """Collect the letters' log-probabilities of every step; the model's own, before any processing of them."""
        steps: list[Tensor] = []

        def note(_model: Any, _inputs: Any, output: Any) -> None:
            if len(output.logits) == rows:  # beam search has more rows than prompts, in an order of its own
                steps.append(self._letters.logprobs(output.logits[:, -1]))

        handle = self._model.register_forward_hook(note)
        try:
            yield steps
        finally:
            handle.remove()

    def _end(self, tokens: list[int], holds: Stopped | None) -> tuple[list[int], bool]:
        """What was written before an end or a stop text, and whether there is none: the limit ended it then.

        Shorter rows of a batch are filled up after their end.
        """
        end = next((place for place, token in enumerate(tokens) if token in self._ends), None)
        kept = tokens[:end]
        stop = cut(kept, holds) if holds else None
        return kept[:stop], end is None and stop is None


class _AtStopTexts(StoppingCriteria):  # type: ignore[misc]
    def __init__(self, prompt_length: int, holds: Stopped) -> None:
        self._length, self._holds = prompt_length, holds

    def __call__(self, input_ids: Tensor, scores: Tensor, **_: Any) -> Tensor:
        done = [self._holds(new) for new in input_ids[:, self._length :].tolist()]
        return torch.tensor(done, device=input_ids.device)


def ends(model: Any, tokenizer: Any) -> list[int]:
    """Ids of the tokens that end a response."""
    found = model.generation_config.eos_token_id
    if found is None:
        found = tokenizer.eos_token_id
    return [found] if isinstance(found, int) else list(found or [])
