"""``robust_vllm`` against vLLM's own signatures, read out of a wheel; the embedded model answers in vLLM's place."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import torch

from lmms_robust.embedded import TINY_MODEL
from lmms_robust.parsing import parse_response
from lmms_robust.transport import unseal
from tests.backends.asking import requests, scenes
from tests.backends.servers import TinyModel
from tests.backends.test_openai_probe import ADDS_A_BLOCK

FIXTURE = json.loads((Path(__file__).parent.parent / "fixtures" / "vllm_signatures.json").read_text())
OURS = ("lmms_eval.models.simple.vllm", "lmms_eval.models.chat.vllm", "lmms_robust.backends.vllm")


def signature(name: str) -> inspect.Signature:
    return inspect.Signature(
        inspect.Parameter(
            one["name"],
            inspect._ParameterKind[one["kind"]],
            default=None if one["optional"] else inspect.Parameter.empty,
        )
        for one in FIXTURE["signatures"][name]
    )


def made(name: str, *given: Any, **named: Any) -> SimpleNamespace:
    """An object with the fields that the class of this name takes; TypeError where it would not take these."""
    bound = signature(name).bind(*given, **named)
    bound.apply_defaults()
    return SimpleNamespace(**bound.arguments)


class FakeLLM:
    """Takes what vLLM's ``LLM`` takes, and answers as its documentation says."""

    template: str | None = None

    def __init__(self, *given: Any, **named: Any) -> None:
        bound = signature("LLM.__init__").bind(*given, **named)
        signature("EngineArgs").bind(bound.arguments["model"], **bound.arguments.get("kwargs", {}))
        self.built = named
        self.calls: list[dict[str, Any]] = []
        self.tiny = TinyModel(template=self.template)

    def chat(self, *given: Any, **named: Any) -> list[SimpleNamespace]:
        bound = signature("LLM.chat").bind(*given, **named)
        call = bound.arguments
        self.calls.append(call)
        assert len(call["messages"]) == len(call["sampling_params"])
        assert not (call["continue_final_message"] and call["add_generation_prompt"])
        return [self._answer(*one, call) for one in zip(call["messages"], call["sampling_params"], strict=True)]

    def get_tokenizer(self) -> Any:
        return self.tiny.processor.tokenizer

    def get_metrics(self) -> list[Any]:
        return []

    def _answer(self, messages: list[dict], params: SimpleNamespace, call: dict[str, Any]) -> SimpleNamespace:
        flags = {name: call[name] for name in ("continue_final_message", "add_generation_prompt")}
        with torch.inference_mode():
            out = self.tiny.generate({"messages": messages, "max_tokens": params.max_tokens, **flags})
        logprobs = None
        if params.logprobs:
            logprobs = [self._position(*one, params.logprobs) for one in zip(out.tokens, out.logprobs, strict=True)]
        text = self.tiny.decode(out.tokens, skip=True)
        written = made("CompletionOutput", 0, text, out.tokens, None, logprobs)
        return made("RequestOutput.__init__", "0", None, out.before, None, [written], True)

    def _position(self, token: int, logprobs: torch.Tensor, most: int) -> dict[int, SimpleNamespace]:
        """The token written first, as in vLLM."""
        numbers = dict.fromkeys([token, *logprobs.topk(most).indices.tolist()])
        return {
            number: made("Logprob", float(logprobs[number]), rank, self.tiny.decode([number], skip=False))
            for rank, number in enumerate(numbers, 1)
        }


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The backend's module, imported where a package vllm is installed."""
    package = ModuleType("vllm")
    package.__spec__ = ModuleSpec("vllm", None)
    package.LLM = FakeLLM  # type: ignore[attr-defined]
    package.SamplingParams = lambda **named: made("SamplingParams", **named)  # type: ignore[attr-defined]
    package.__version__ = FIXTURE["version"]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "vllm", package)
    for name in OURS:
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield import_module(OURS[-1])
    for name in OURS:
        sys.modules.pop(name, None)


def test_the_turns_and_probabilities_are_those_of_robust_hf(backend: ModuleType) -> None:
    from lmms_robust.backends.hf import RobustHF

    docs = scenes()
    model = backend.RobustVLLM(model="tiny", batch_size=24, max_new_tokens=64)
    served = [result.text for result in model.generate_until(requests(model, docs))]
    local = RobustHF(str(TINY_MODEL), device="cpu", batch_size=24)
    expected = [result.text for result in local.generate_until(requests(local, docs))]
    for doc, ours, theirs in zip(docs, served, expected, strict=True):
        assert unseal(ours).text == unseal(theirs).text
        assert (
            unseal(ours).report.injection == unseal(theirs).report.injection == ((doc["prefill"] and "prefill") or None)
        )
        mine, other = (unseal(text).report.letter_probs for text in (ours, theirs))
        if other is not None:
            assert mine is not None
            for letter in set(other.probs) - set(mine.at_most):
                assert mine.probs[letter] == pytest.approx(other.probs[letter], abs=1e-4)
    assert sum(unseal(text).report.letter_probs is not None for text in served) >= 20


def test_requests_that_inject_words_and_others_go_in_calls_of_their_own_and_keep_their_order(backend) -> None:
    docs = scenes(items=1)
    model = backend.RobustVLLM(model="tiny", batch_size=12, max_new_tokens=64)
    texts = [result.text for result in model.generate_until(requests(model, docs))]
    opened, continued = model.client.calls
    assert (opened["add_generation_prompt"], opened["continue_final_message"]) == (True, False)
    assert (continued["add_generation_prompt"], continued["continue_final_message"]) == (False, True)
    prefilled = [doc for doc in docs if doc["prefill"]]
    assert [len(call["messages"]) for call in (opened, continued)] == [12 - len(prefilled), len(prefilled)]
    assert [messages[-1]["role"] for messages in continued["messages"]] == ["assistant"] * len(prefilled)
    for doc, text in zip(docs, texts, strict=True):
        assert text.startswith(doc["prefill"] or "<think>")


def test_prefix_caching_is_on_unless_it_is_turned_off(backend) -> None:
    assert backend.RobustVLLM(model="tiny").client.built["enable_prefix_caching"] is True
    assert backend.RobustVLLM(model="tiny", enable_prefix_caching=False).client.built["enable_prefix_caching"] is False


def test_a_probe_writes_one_token(backend) -> None:
    docs = scenes("robustprobe_scenes", items=1)
    model = backend.RobustVLLM(model="tiny", batch_size=12)
    results = model.generate_until(requests(model, docs, max_new_tokens=1))
    assert {params.max_tokens for call in model.client.calls for params in call["sampling_params"]} == {1}
    for doc, result in zip(docs, results, strict=True):
        sealed = unseal(result.text)
        probs = sealed.report.letter_probs.probs
        assert parse_response(sealed.text, doc["options"]).answer == max(probs, key=probs.get)


def test_without_probabilities_none_are_asked_for(backend) -> None:
    docs = scenes(items=1).select(range(2))
    model = backend.RobustVLLM(model="tiny", batch_size=2, top_logprobs=0, max_new_tokens=64)
    results = model.generate_until(requests(model, docs))
    assert {params.logprobs for call in model.client.calls for params in call["sampling_params"]} == {None}
    assert not any(unseal(result.text).report.letter_probs for result in results)


def test_tasks_of_others_get_the_plain_text_and_no_probabilities(backend) -> None:
    def messages(doc: dict[str, str]) -> list[dict[str, Any]]:
        return [{"role": "user", "content": [{"type": "text", "text": doc["question"]}]}]

    model = backend.RobustVLLM(model="tiny", max_new_tokens=8)
    (result,) = model.generate_until(requests(model, [{"question": "Which color?"}], messages))
    assert "<" not in result.text.replace("<think>", "").replace("</think>", "").replace("<answer>", "")
    assert model.client.calls[0]["sampling_params"][0].logprobs is None


def test_a_template_that_rewrites_the_start_of_a_turn_ends_the_run_in_one_line(backend, monkeypatch) -> None:
    monkeypatch.setattr(FakeLLM, "template", ADDS_A_BLOCK)
    model = backend.RobustVLLM(model="tiny", batch_size=12, max_new_tokens=8)
    with pytest.raises(SystemExit, match="tiny: the chat template rewrites a trailing assistant message") as raised:
        model.generate_until(requests(model, scenes(items=1)))
    assert "\n" not in str(raised.value)


def test_a_bad_argument_or_a_missing_package_is_one_line(backend, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="top_logprobs 'many'; allowed: a whole number from 0"):
        backend.RobustVLLM(model="tiny", top_logprobs="many")
    monkeypatch.delitem(sys.modules, "vllm")
    with pytest.raises(SystemExit, match="robust_vllm: no package vllm; pip install vllm"):
        backend.RobustVLLM(model="tiny")
