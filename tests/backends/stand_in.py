"""A package ``vllm`` that takes what vLLM's own signatures take; the embedded model answers in its place."""

from __future__ import annotations

import inspect
import json
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

import torch
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor

from lmms_robust.embedded import TINY_MODEL

FIXTURE = json.loads((Path(__file__).parent.parent / "fixtures" / "vllm_signatures.json").read_text())
NEUTRAL = {"repetition_penalty": 1.0, "temperature": 1.0, "top_p": 1.0, "top_k": 0, "min_p": 0.0, "max_tokens": 16}
MOST_IDS = 128
PICTURE_TOKENS = 196


class Signatures:
    """Those of one version."""

    def __init__(self, version: str) -> None:
        self.version = version

    def __getitem__(self, name: str) -> inspect.Signature:
        return inspect.Signature(
            inspect.Parameter(
                parameter, inspect._ParameterKind[kind], default=None if optional else inspect.Parameter.empty
            )
            for parameter, kind, optional in FIXTURE[self.version][name]
        )

    def made(self, name: str, *given: Any, **named: Any) -> SimpleNamespace:
        """An object with the fields that the class of this name takes; TypeError where it would not take these."""
        bound = self[name].bind(*given, **named)
        bound.apply_defaults()
        return SimpleNamespace(**bound.arguments)


class FakeLLM:
    """Takes what vLLM's ``LLM`` takes, and answers as its documentation says.

    ``own`` stands for the checkpoint's generation_config.
    """

    signatures: Signatures
    own: ClassVar[dict[str, Any]] = {}

    def __init__(self, *given: Any, **named: Any) -> None:
        bound = self.signatures["LLM.__init__"].bind(*given, **named)
        arguments = bound.arguments.get("kwargs", {})
        try:
            self.signatures["EngineArgs"].bind(bound.arguments["model"], **arguments)
        except TypeError as error:
            raise TypeError(f"EngineArgs.__init__() {error}") from error
        self.built = named
        self.calls: list[SimpleNamespace] = []
        self.context = arguments.get("max_model_len", 2048)
        self.processor = AutoProcessor.from_pretrained(TINY_MODEL)
        self.model = AutoModelForImageTextToText.from_pretrained(TINY_MODEL, dtype=torch.float32).eval()
        vocabulary = self.model.config.text_config.vocab_size
        self.llm_engine = SimpleNamespace(model_config=SimpleNamespace(get_vocab_size=lambda: vocabulary))
        self._pictures: dict[str, Image.Image] = {}

    def get_default_sampling_params(self) -> SimpleNamespace:
        return self.signatures.made("SamplingParams", **NEUTRAL | self.own)

    def generate(self, *given: Any, **named: Any) -> list[SimpleNamespace]:
        bound = self.signatures["LLM.generate"].bind(*given, **named)
        bound.apply_defaults()
        call = SimpleNamespace(**bound.arguments)
        self.calls.append(call)
        assert len(call.prompts) == len(call.sampling_params) > 0
        return [self._answer(*one) for one in zip(call.prompts, call.sampling_params, strict=True)]

    def _answer(self, prompt: dict[str, Any], params: SimpleNamespace) -> SimpleNamespace:
        known = {*self.signatures["TokensPrompt"].parameters, *self.signatures["_PromptOptions"].parameters}
        assert set(prompt) <= known
        assert not (params.stop and not params.detokenize), "vLLM refuses this"
        pictures = self._named(prompt)
        before = self._with_places(prompt["prompt_token_ids"], len(pictures))
        if len(before) >= self.context:
            raise ValueError(f"The decoder prompt (length {len(before)}) is longer than the maximum model length of …")
        tokens, logprobs = self._generate(before, pictures, params)
        reason, stop = self._finish(tokens, params)
        text = self.processor.tokenizer.decode(tokens, skip_special_tokens=True) if params.detokenize else ""
        shown = None
        if params.logprob_token_ids:
            assert len(params.logprob_token_ids) <= MOST_IDS
            rows = [
                (token, row, [token, *params.logprob_token_ids]) for token, row in zip(tokens, logprobs, strict=True)
            ]
            made = self.signatures.made
            shown = [{i: made("Logprob", float(row[i]), rank) for rank, i in enumerate(ids)} for _, row, ids in rows]
        written = self.signatures.made(
            "CompletionOutput", 0, text, tokens, None, shown, finish_reason=reason, stop_reason=stop
        )
        return self.signatures.made("RequestOutput.__init__", "0", None, before, None, [written], True)

    def _named(self, prompt: dict[str, Any]) -> list[Image.Image]:
        """The pictures, each of which has one name and keeps it."""
        pictures = (prompt.get("multi_modal_data") or {}).get("image", [])
        names = (prompt.get("multi_modal_uuids") or {}).get("image", [])
        for name, picture in zip(names, pictures, strict=True):
            assert self._pictures.setdefault(name, picture).tobytes() == picture.tobytes()
        assert len({picture.tobytes() for picture in self._pictures.values()}) == len(self._pictures)
        return pictures

    def _with_places(self, tokens: list[int], pictures: int) -> list[int]:
        image = self.processor.image_token_id
        assert tokens.count(image) == pictures
        return [token for one in tokens for token in ([one] * PICTURE_TOKENS if one == image else [one])]

    def _generate(
        self, before: list[int], pictures: list[Image.Image], params: SimpleNamespace
    ) -> tuple[list[int], list[torch.Tensor]]:
        ids = torch.tensor([before])
        inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
        if pictures:
            inputs["pixel_values"] = self.processor.image_processor(pictures, return_tensors="pt")["pixel_values"]
        drawn = {"do_sample": False}
        if params.temperature:
            drawn = {"do_sample": True, "temperature": params.temperature, "top_p": params.top_p, "top_k": params.top_k}
        with torch.inference_mode(), torch.random.fork_rng():
            torch.manual_seed(params.seed or 0)
            made = self.model.generate(
                **inputs,
                **drawn,
                max_new_tokens=min(params.max_tokens, self.context - len(before)),
                repetition_penalty=params.repetition_penalty,
                return_dict_in_generate=True,
                output_logits=True,
            )
        tokens = made.sequences[0, len(before) :].tolist()
        for count in range(len(tokens) + 1):
            text = self.processor.tokenizer.decode(tokens[:count], skip_special_tokens=True)
            if any(stop in text for stop in params.stop or []):
                tokens = tokens[:count]
                break
        return tokens, [row[0].float().log_softmax(-1) for row in made.logits[: len(tokens)]]

    def _finish(self, tokens: list[int], params: SimpleNamespace) -> tuple[str, str | None]:
        text = self.processor.tokenizer.decode(tokens, skip_special_tokens=True)
        stop = next((stop for stop in params.stop or [] if stop in text), None)
        if stop is not None:
            return "stop", stop
        return ("stop", None) if tokens[-1] == self.processor.tokenizer.eos_token_id else ("length", None)


def package(version: str) -> ModuleType:
    """The package in one version."""
    signatures = Signatures(version)
    made = ModuleType("vllm")
    made.__spec__ = ModuleSpec("vllm", None)
    made.__version__ = version  # type: ignore[attr-defined]
    made.LLM = type("LLM", (FakeLLM,), {"signatures": signatures})  # type: ignore[attr-defined]

    def params(**named: Any) -> SimpleNamespace:
        found = signatures.made("SamplingParams", **NEUTRAL | named)
        if not 0 < found.top_p <= 1:
            raise ValueError(f"top_p must be in (0, 1], got {found.top_p}.")
        return found

    made.SamplingParams = params  # type: ignore[attr-defined]
    return made
