"""How ``robust_vllm`` answers rendered requests: one call of vLLM for the responses, one for their letters."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import exp
from typing import Any

from PIL import Image

from lmms_robust.backends.turns import is_ours
from lmms_robust.errors import RobustError
from lmms_robust.generation.letters import LetterTokens, answer_token
from lmms_robust.generation.prompt import Prompt
from lmms_robust.generation.settings import max_new_tokens, stop_texts
from lmms_robust.schema import LetterProbs, letters

SAMPLING = ("top_p", "top_k", "min_p")
"""Settings that only sampled requests have; vLLM's names are the harness's."""

_MOST_IDS = 128
"""Most tokens whose probability vLLM gives for one request."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One rendered request.

    Attributes:
        prompt: its text and pictures.
        doc: what it is about.
        settings: generation settings.
        seed: for sampling.
    """

    prompt: Prompt
    doc: Mapping[str, Any]
    settings: Mapping[str, Any]
    seed: int

    @property
    def probe(self) -> bool:
        """Whether only the next letter is wanted."""
        return is_ours(self.doc) and bool(self.doc.get("probe"))


@dataclass(frozen=True, slots=True)
class Written:
    """What the model wrote.

    Attributes:
        tokens: without the one that ended it; none for a probe.
        cut: it stops at a limit of tokens.
        probs: probabilities at the answer letter, or for a probe at the next token; None where there are none.
    """

    tokens: list[int]
    cut: bool
    probs: LetterProbs | None


class Engine:
    """vLLM with a checkpoint.

    Args:
        pretrained: folder or hub id.
        processor: the checkpoint's.
        arguments: of ``vllm.LLM``.

    Raises:
        RobustError: vLLM refuses the checkpoint or an argument.
    """

    def __init__(self, pretrained: str, processor: Any, arguments: Mapping[str, Any]) -> None:
        from vllm import LLM

        os.environ.setdefault("VLLM_WORKER_MULTIPROC_METHOD", "spawn")  # threads and CUDA do not outlive a fork
        try:
            self.llm = LLM(model=pretrained, **arguments)
        except (ValueError, TypeError, OSError, ImportError, RuntimeError) as error:
            raise RobustError(f"pretrained={pretrained!r}: vLLM: {reason(error)}") from error
        self._pretrained, self._tokenizer = pretrained, processor.tokenizer
        self._letters = LetterTokens(self._tokenizer, self.llm.llm_engine.model_config.get_vocab_size())
        # A model that writes a picture's placeholder would ask for one more picture.
        self._placeholder = getattr(processor, "image_token_id", None)

    def answer(self, asked: Sequence[Asked]) -> list[Written]:
        """Answer requests; the first call is for all but the probes, the second for these and every answer letter.

        Raises:
            RobustError: vLLM refuses a request or its settings.
        """
        prompts = [self._tokens(one.prompt.text) for one in asked]
        written = [number for number, one in enumerate(asked) if not one.probe]
        outputs = self._run(
            [_request(asked[number], prompts[number]) for number in written],
            [self._params(asked[number]) for number in written],
        )
        found = {number: output.outputs[0] for number, output in zip(written, outputs, strict=True)}
        tokens = {number: _without_end(output) for number, output in found.items()}
        stopped = {number: output.finish_reason == "length" for number, output in found.items()}
        before = {
            number: self._before_letter(one, tokens.get(number, []), stopped.get(number, False))
            for number, one in enumerate(asked)
        }
        wanted = {number: prompts[number] + some for number, some in before.items() if some is not None}
        probs = self._probs(asked, wanted)
        return [
            Written(tokens.get(number, []), stopped.get(number, False), probs.get(number))
            for number in range(len(asked))
        ]

    def _tokens(self, text: str) -> list[int]:
        """Tokens of a prompt, in which a picture is a single placeholder."""
        written = bool(self._tokenizer.bos_token) and text.startswith(self._tokenizer.bos_token)
        found: list[int] = self._tokenizer(text, add_special_tokens=not written)["input_ids"]
        return found

    def _params(self, one: Asked) -> Any:
        """A request's settings, else the checkpoint's own, as in transformers' ``generate``."""
        from vllm import SamplingParams

        own, settings, stops = self.llm.get_default_sampling_params(), one.settings, stop_texts(one.settings)
        temperature = float(settings.get("temperature") or 0)
        names = ("repetition_penalty", *SAMPLING) if temperature else ("repetition_penalty",)
        chosen = {name: getattr(own, name) if settings.get(name) is None else settings[name] for name in names}
        try:
            return SamplingParams(
                max_tokens=max_new_tokens(settings),  # vLLM itself stops where the context ends
                temperature=temperature,
                seed=one.seed if temperature else None,
                stop=stops,
                detokenize=bool(stops),
                **chosen,
            )
        except ValueError as error:
            raise RobustError(f"generation_kwargs: vLLM: {reason(error)}") from error

    def _before_letter(self, one: Asked, tokens: list[int], stopped: bool) -> list[int] | None:
        """What a response says before its answer letter; None if no letter is to be looked up."""
        if one.probe:
            return []
        if not is_ours(one.doc):
            return None
        place = answer_token(self._letters, one.prompt.prefill, tokens, one.doc["options"], stopped)
        return None if place is None or self._placeholder in tokens[:place] else tokens[:place]

    def _probs(self, asked: Sequence[Asked], prompts: Mapping[int, list[int]]) -> dict[int, LetterProbs | None]:
        """Letter probabilities after prompts, given by the number of the request that they belong to."""
        from vllm import SamplingParams

        count = {number: len(asked[number].doc["options"]) for number in prompts}
        parts = [(number, ids) for number in prompts for ids in self._parts(count[number])]
        outputs = self._run(
            [_request(asked[number], prompts[number]) for number, _ in parts],
            [
                SamplingParams(max_tokens=1, temperature=0.0, detokenize=False, logprob_token_ids=ids)
                for _, ids in parts
            ],
        )
        logprobs: dict[int, dict[int, float]] = {number: {} for number in prompts}
        for (number, ids), output in zip(parts, outputs, strict=True):
            position = output.outputs[0].logprobs[0]
            logprobs[number] |= {token: position[token].logprob for token in ids}
        return {number: self._normalised(found, count[number]) for number, found in logprobs.items()}

    def _parts(self, options: int) -> Iterator[list[int]]:
        """Every token that is one of the first letters, as many together as one request may name."""
        ids = [token for letter in letters(options) for token in self._letters.ids[letter]]
        yield from (ids[start : start + _MOST_IDS] for start in range(0, len(ids), _MOST_IDS))

    def _normalised(self, logprobs: Mapping[int, float], options: int) -> LetterProbs | None:
        shares = {
            letter: sum(exp(logprobs[token]) for token in self._letters.ids[letter]) for letter in letters(options)
        }
        mass = sum(shares.values())
        if not mass:
            return None
        return LetterProbs({letter: share / mass for letter, share in shares.items()}, mass=min(1.0, mass))

    def _run(self, prompts: Sequence[Mapping[str, Any]], params: Sequence[Any]) -> list[Any]:
        try:
            return list(self.llm.generate(prompts, params)) if prompts else []
        except ValueError as error:  # such as a prompt that is longer than the context
            raise RobustError(f"pretrained={self._pretrained!r}: vLLM: {reason(error)}") from error


def _request(one: Asked, tokens: list[int]) -> dict[str, Any]:
    """What vLLM is given. A picture goes with a name, by which vLLM knows it again and computes it once."""
    found: dict[str, Any] = {"prompt_token_ids": tokens}
    pictures = one.prompt.pictures
    if pictures:
        name = f"{one.doc['source']}/{one.doc['row']}" if is_ours(one.doc) and len(pictures) == 1 else ""
        found["multi_modal_data"] = {"image": list(pictures)}
        found["multi_modal_uuids"] = {"image": [name or _digest(picture) for picture in pictures]}
    return found


def _digest(picture: Image.Image) -> str:
    return sha256(f"{picture.mode}{picture.size}".encode() + picture.tobytes()).hexdigest()


def _without_end(output: Any) -> list[int]:
    """Tokens of a response; a stop text is cut off later."""
    ended = output.finish_reason == "stop" and not isinstance(output.stop_reason, str)
    return list(output.token_ids)[: -1 if ended else None]


def reason(error: Exception) -> str:
    """What an error of vLLM says, in one line."""
    return " ".join(str(error).split())[:300] or type(error).__name__
