"""A judge that is a transformers checkpoint on this machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import torch
from jinja2 import TemplateError
from transformers import MODEL_FOR_CAUSAL_LM_MAPPING, AutoConfig, AutoModelForCausalLM

from lmms_robust.backends.checkpoint import dtype_as_run, load_model, load_tokenizer, resolve_dtype, version
from lmms_robust.consistency.judge import Request
from lmms_robust.errors import RobustError
from lmms_robust.generation.decoding import decode
from lmms_robust.judges.naming import Answer, Answered, Limits, Named


class LocalJudge:
    """Writes greedily, several replies at a time; on CUDA if there is one.

    Args:
        named: which judge; its model is a folder or hub id of a text model with a chat template.
        limits: how it is asked.

    Raises:
        RobustError: no such checkpoint, one that is no text model, or one without a chat template.
    """

    def __init__(self, named: Named, limits: Limits) -> None:
        self.named, self._batch_size, self._max_tokens = named, limits.batch_size, limits.max_tokens
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._tokenizer = load_tokenizer(named.model, "main")
        config = AutoConfig.from_pretrained(named.model, trust_remote_code=False)
        if type(config) not in MODEL_FOR_CAUSAL_LM_MAPPING:
            raise RobustError(
                f"judge {named.name}: {named.model!r} is no text model ({config.model_type}); allowed: one that "
                "transformers loads as AutoModelForCausalLM"
            )
        if not self._tokenizer.chat_template:
            raise RobustError(f"judge {named.name}: {named.model!r} has no chat template; allowed: one that has")
        dtype = dtype_as_run(named.model, "main", resolve_dtype("auto", self._device))
        self.settings: Mapping[str, object] = {
            "checkpoint": version(named.model, "main"),
            "device": self._device.type,
            "dtype": dtype,
            "max_tokens": limits.max_tokens,
        }

    def answer(self, requests: Sequence[Request], answered: Answered) -> None:
        """Answer every request, the longest first.

        Raises:
            RobustError: the weights cannot be loaded, or its chat template takes no user turn.
        """
        prompts = [self._tokens(request) for request in requests]
        order = sorted(range(len(requests)), key=lambda number: (-len(prompts[number]), number))
        for start in range(0, len(order), self._batch_size):
            batch = order[start : start + self._batch_size]
            for number, answer in zip(batch, self._batch([prompts[number] for number in batch]), strict=True):
                answered(number, answer)

    @cached_property
    def _model(self) -> Any:
        loading = {"dtype": resolve_dtype("auto", self._device)}
        return load_model(self.named.model, loading, self._device, AutoModelForCausalLM)

    def _tokens(self, request: Request) -> list[int]:
        messages = [{"role": "user", "content": request.text}]
        try:
            text = self._tokenizer.apply_chat_template(
                messages, tokenize=False, add_generation_prompt=True, enable_thinking=False
            )
        except (TemplateError, ValueError) as error:
            reason = " ".join(str(error).split())[:200]
            raise RobustError(f"judge {self.named.name}: its chat template fails: {reason}") from error
        return [*self._tokenizer(text, add_special_tokens=False)["input_ids"]]

    def _batch(self, prompts: Sequence[list[int]]) -> list[Answer]:
        """Answers to prompts; one that leaves no room for a reply is none."""
        room = getattr(self._model.config, "max_position_embeddings", None)
        fit = [len(prompt) + self._max_tokens <= room if room else True for prompt in prompts]
        written = iter(self._written([prompt for prompt, fits in zip(prompts, fit, strict=True) if fits]))
        return [next(written) if fits else Answer("", "too_long") for fits in fit]

    def _written(self, prompts: Sequence[list[int]]) -> list[Answer]:
        if not prompts:
            return []
        padded = self._tokenizer.pad({"input_ids": [*prompts]}, padding_side="left", return_tensors="pt")
        try:
            with torch.inference_mode():
                made = self._model.generate(
                    **padded.to(self._device), max_new_tokens=self._max_tokens, do_sample=False, num_beams=1,
                    temperature=None, top_p=None, top_k=None, pad_token_id=self._tokenizer.pad_token_id,
                )  # fmt: skip
        except torch.OutOfMemoryError as error:
            raise RobustError(
                f"judge {self.named.name}: out of GPU memory with {len(prompts)} replies at a time; allowed: a smaller "
                "--batch-size; what judges replied is kept"
            ) from error
        tokens = made[:, padded["input_ids"].shape[1] :].tolist()
        return [self._answer(prompt, reply) for prompt, reply in zip(prompts, tokens, strict=True)]

    def _answer(self, prompt: Sequence[int], reply: list[int]) -> Answer:
        ends = self._ends
        place = next((place for place, token in enumerate(reply) if token in ends), None)
        text = decode(self._tokenizer, reply[:place])
        return Answer(text, None, place is None, len(prompt), len(reply) if place is None else place + 1)

    @cached_property
    def _ends(self) -> frozenset[int]:
        """Tokens that end a reply."""
        configured = self._model.generation_config.eos_token_id
        several = configured if isinstance(configured, list) else [configured]
        return frozenset(one for one in (*several, self._tokenizer.eos_token_id) if one is not None)
