"""``robust_vllm`` against vLLM's own signatures, read out of wheels; the embedded model answers in vLLM's place."""

from __future__ import annotations

import shutil
import sys
from math import exp
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from PIL import Image

from lmms_robust.backends import vllm, vllm_run
from lmms_robust.backends.hf import RobustHF
from lmms_robust.backends.vllm import RobustVLLM
from lmms_robust.embedded import TINY_MODEL
from lmms_robust.harness import lmms_eval as task
from lmms_robust.reading import parse_response
from lmms_robust.transport import Response, unseal
from tests.backends.asking import requests, scenes
from tests.backends.stand_in import FIXTURE, package
from tests.backends.test_chat import NO_START


@pytest.fixture(autouse=True)
def installed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A package vllm, in the newest version whose signatures were read, or in another one."""
    made = package(getattr(request, "param", list(FIXTURE)[-1]))
    monkeypatch.setitem(sys.modules, "vllm", made)
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    return made


def backend(**arguments: Any) -> RobustVLLM:
    return RobustVLLM(str(TINY_MODEL), **arguments)


def answers(model: Any, docs: Any, messages: Any = None, **settings: Any) -> list[Response]:
    return [unseal(result.text) for result in model.generate_until(requests(model, docs, messages, **settings))]


def calls(model: RobustVLLM) -> list[Any]:
    return model.engine.llm.calls


def first(docs: Any, *variants: str) -> list[dict[str, Any]]:
    return [doc for doc in docs if doc["variant"] in variants][: len(variants)]


@pytest.mark.parametrize("installed", FIXTURE, indirect=True)
@pytest.mark.parametrize("name", ["robustness_scenes", "robustprobe_scenes"])
def test_turns_and_probabilities_are_those_of_robust_hf(name: str) -> None:
    docs = scenes(name)
    served = answers(backend(), docs)
    local = answers(RobustHF(str(TINY_MODEL), device="cpu"), docs)
    for ours, theirs in zip(served, local, strict=True):
        assert ours.text == theirs.text
        assert ours.report.injection == theirs.report.injection
        mine, other = ours.report.letter_probs, theirs.report.letter_probs
        assert (mine is None) == (other is None)
        if mine is not None:
            assert mine.probs == pytest.approx(other.probs, abs=1e-4)
    assert sum(ours.report.letter_probs is not None for ours in served) >= 20


def test_the_mass_is_what_the_letters_have_of_all_probability() -> None:
    (doc,) = first(scenes("robustprobe_scenes"), "wrong_think")
    model = backend()
    (found,) = answers(model, [doc])
    messages = task.doc_to_messages(doc, {"injection": "prefill"})
    conversation = [
        {**one, "content": [{**part, "url": None} for part in one["content"]]} for one in messages
    ]  # the picture goes beside the text
    processor, reference = model.engine.llm.processor, model.engine.llm.model
    text = processor.apply_chat_template(conversation, tokenize=False, continue_final_message=True)
    inputs = processor(text=[text], images=[task.docs.picture(doc)], return_tensors="pt", add_special_tokens=False)
    with torch.inference_mode():
        logprobs = reference(**inputs).logits[0, -1].log_softmax(-1)
    letters = {letter: processor.tokenizer.convert_tokens_to_ids(letter) for letter in "ABCD"[: len(doc["options"])]}
    shares = {letter: exp(float(logprobs[number])) for letter, number in letters.items()}
    mass = sum(shares.values())
    assert found.report.letter_probs.mass == pytest.approx(mass, abs=1e-4)
    assert found.report.letter_probs.probs == pytest.approx({a: p / mass for a, p in shares.items()}, abs=1e-4)


def test_all_responses_are_one_call_and_all_letters_another_whatever_the_batch_size() -> None:
    docs = scenes(items=2)
    model = backend(batch_size=1)
    found = answers(model, docs)
    written, letters = calls(model)
    assert len(written.prompts) == 24
    assert all(params.logprob_token_ids is None and params.logprobs is None for params in written.sampling_params)
    assert len(letters.prompts) == sum(one.report.letter_probs is not None for one in found)
    assert {params.max_tokens for params in letters.sampling_params} == {1}


def test_a_letter_is_asked_for_after_the_very_tokens_of_the_response() -> None:
    (doc,) = first(scenes(), "wrong_think")
    model = backend()
    (found,) = answers(model, [doc])
    written, letters = calls(model)
    start, asked = (call.prompts[0]["prompt_token_ids"] for call in (written, letters))
    assert asked[: len(start)] == start
    said = model.processor.tokenizer.decode(asked[len(start) :], skip_special_tokens=True)
    assert found.text.startswith(doc["prefill"] + said)
    assert found.text[len(doc["prefill"] + said)] == parse_response(found.text, doc["options"]).answer


def test_a_probe_asks_for_one_token_in_one_call() -> None:
    docs = scenes("robustprobe_scenes", items=1)
    model = backend()
    found = answers(model, docs, max_new_tokens=1)
    (call,) = calls(model)
    assert {params.max_tokens for params in call.sampling_params} == {1}
    for doc, one in zip(docs, found, strict=True):
        probs = one.report.letter_probs.probs
        assert parse_response(one.text, doc["options"]).answer == max(probs, key=probs.get)


def test_letters_of_more_tokens_than_one_request_may_name_are_asked_for_in_parts(monkeypatch) -> None:
    docs = scenes("robustprobe_scenes", items=1).select(range(2))
    whole = answers(backend(), docs)
    monkeypatch.setattr(vllm_run, "_MOST_IDS", 3)
    model = backend()
    assert answers(model, docs) == whole
    assert len(calls(model)[0].prompts) == sum(-(-len(doc["options"]) // 3) for doc in docs)


def test_requests_about_one_picture_stand_together_and_results_come_in_the_order_asked() -> None:
    docs = scenes(items=2).select([0, 12, 1, 13, 2, 14])
    model = backend()
    texts = [one.text for one in answers(model, docs)]
    pictures = [prompt["multi_modal_uuids"]["image"] for prompt in calls(model)[0].prompts]
    assert pictures[:3] == [pictures[0]] * 3
    assert pictures[3:] == [pictures[3]] * 3
    assert pictures[0] != pictures[3]
    assert texts == [answers(backend(), [doc])[0].text for doc in docs]


def test_pictures_of_other_tasks_are_named_by_what_they_show() -> None:
    shown = [Image.new("RGB", (112, 112), colour) for colour in ("red", "blue", "red")]

    def messages(doc: dict[str, int]) -> list[dict[str, Any]]:
        picture = {"type": "image", "url": shown[doc["number"]]}
        return [{"role": "user", "content": [picture, {"type": "text", "text": "Which color?"}]}]

    model = backend()
    found = answers(model, [{"number": number} for number in range(3)], messages, max_new_tokens=8)
    names = [prompt["multi_modal_uuids"]["image"][0] for prompt in calls(model)[0].prompts]
    assert names[0] == names[2] != names[1]
    assert [one.report for one in found] == [None] * 3
    assert len(calls(model)) == 1


def test_the_limit_is_the_tasks_own_and_what_reaches_it_is_cut() -> None:
    docs = first(scenes(), "base", "stop_think")
    model = backend()
    short, whole = answers(model, docs[:1], max_new_tokens=5), answers(model, docs[:1], max_new_tokens=200)
    assert [call.sampling_params[0].max_tokens for call in calls(model) if call.sampling_params[0].max_tokens > 1] == [
        5,
        200,
    ]
    assert (short[0].report.cut, short[0].report.output_tokens) == (True, 5)
    assert whole[0].report.cut is False
    tokens = model.processor.tokenizer(whole[0].text, add_special_tokens=False)["input_ids"]
    assert whole[0].report.output_tokens == len(tokens)
    (result,) = model.generate_until(requests(model, docs[:1], max_new_tokens=5))
    assert result.token_counts.output_tokens == 5


def test_a_response_ends_where_the_context_does_and_a_longer_prompt_is_one_line() -> None:
    docs = first(scenes(), "base")
    long = len(calls_of(backend(), docs)[0].prompts[0]["prompt_token_ids"]) + 195
    (found,) = answers(backend(max_model_len=long + 4), docs, max_new_tokens=200)
    assert (found.report.cut, found.report.output_tokens) == (True, 4)
    with pytest.raises(SystemExit, match=r"vLLM: The decoder prompt .* is longer than the maximum") as raised:
        answers(backend(max_model_len=100), docs)
    assert "\n" not in str(raised.value)


def calls_of(model: RobustVLLM, docs: Any) -> list[Any]:
    answers(model, docs)
    return calls(model)


def test_a_stop_text_ends_a_response_without_it() -> None:
    docs = first(scenes(), "base")
    (found,) = answers(backend(), docs, until=["</think>"])
    (whole,) = answers(backend(), docs)
    assert found.text == whole.text.split("</think>")[0]
    assert found.report.cut is False


def test_the_checkpoints_own_penalty_holds_unless_the_task_sets_one(installed: ModuleType) -> None:
    installed.LLM.own = {"repetition_penalty": 1.3, "temperature": 0.7, "top_p": 0.8}
    docs = first(scenes(), "base")
    model = backend()
    answers(model, docs)
    answers(model, docs, repetition_penalty=1.0)
    answers(model, docs, temperature=0.5, top_k=7)
    own, tasks, sampled = (call.sampling_params[0] for call in calls(model) if call.sampling_params[0].max_tokens > 1)
    assert (own.repetition_penalty, own.temperature) == (1.3, 0.0)
    assert tasks.repetition_penalty == 1.0
    assert (sampled.temperature, sampled.top_p, sampled.top_k) == (0.5, 0.8, 7)


def test_repeats_are_sampled_with_seeds_of_their_own_which_are_the_same_in_every_run() -> None:
    def seeds(wanted: int | None, **arguments: Any) -> list[int]:
        model = backend(**arguments)
        repeated = requests(model, first(scenes(), "base"), max_new_tokens=2, temperature=1.0, seed=wanted) * 3
        model.generate_until(repeated)
        return [params.seed for params in calls(model)[0].sampling_params]

    assert len(set(seeds(None))) == 3
    assert seeds(None) == seeds(0) == seeds(None, seed=0)
    assert not set(seeds(1)) & set(seeds(0))
    assert seeds(None, seed=1) == seeds(1)


def test_settings_that_are_not_applied_are_named_and_bad_ones_are_one_line() -> None:
    docs = first(scenes(), "base")
    (found,) = answers(backend(), docs, num_beams=4, length_penalty=2.0)
    assert found.report.not_honoured == ("length_penalty", "num_beams")
    (found,) = answers(backend(), docs, num_beams=1, top_p=0.0)
    assert found.report.not_honoured == ()
    with pytest.raises(SystemExit, match=r"generation_kwargs: vLLM: top_p must be in \(0, 1\], got 0.0"):
        answers(backend(), docs, temperature=1.0, top_p=0.0)


def test_a_model_that_writes_a_pictures_placeholder_gets_no_probabilities() -> None:
    model = backend()
    model.engine._placeholder = model.processor.tokenizer.convert_tokens_to_ids("<think>")
    (found,) = answers(model, first(scenes(), "base"))
    assert found.text.startswith("<think>")
    assert found.report.letter_probs is None


def test_inline_words_go_to_the_user_turn() -> None:
    (doc,) = first(scenes(), "wrong_think")
    model = backend(injection="inline")
    (found,) = answers(model, [doc])
    assert found.report.injection == "inline"
    sent = model.processor.tokenizer.decode(calls(model)[0].prompts[0]["prompt_token_ids"])
    assert sent.endswith("<|assistant|>")
    assert doc["prefill"] in sent


def test_finished_responses_are_kept_and_those_of_other_seeds_are_others(tmp_path: Path) -> None:
    docs = scenes(items=1).select(range(3))
    expected = answers(backend(resume=str(tmp_path)), docs)
    again = backend(resume=str(tmp_path), gpu_memory_utilization=0.5)
    assert answers(again, docs) == expected
    assert calls(again) == []
    repeated = requests(again, docs.select([0]), temperature=1.0) * 2
    again.generate_until(repeated)
    assert len(calls(again)[0].prompts) == 2
    again.generate_until(repeated)
    assert sum(len(call.prompts) for call in calls(again) if call.sampling_params[0].max_tokens > 1) == 2


def test_many_requests_go_in_several_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    docs = scenes(items=1).select(range(5))
    expected = answers(backend(), docs)
    monkeypatch.setattr(vllm, "_AT_ONCE", 2)
    model = backend()
    assert answers(model, docs) == expected
    assert [len(call.prompts) for call in calls(model) if call.sampling_params[0].max_tokens > 1] == [2, 2, 1]


def test_arguments_go_to_vllm_and_remote_code_is_not_run_unless_it_is_asked_for() -> None:
    given = "pretrained=" + str(TINY_MODEL) + ',max_model_len=1024,dtype=float32,compilation_config={"mode": 0}'
    built = RobustVLLM.create_from_arg_string(given, {"batch_size": 1, "device": None}).engine.llm.built
    assert built["model"] == str(TINY_MODEL)
    assert (built["max_model_len"], built["dtype"], built["compilation_config"]) == (1024, "float32", {"mode": 0})
    assert built["trust_remote_code"] is False
    assert backend(trust_remote_code=True).engine.llm.built["trust_remote_code"] is True


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ({"pretrained": ""}, "model_args: no pretrained; allowed: pretrained=CHECKPOINT"),
        ({"pretrained": "./nowhere"}, "pretrained='./nowhere': no such folder"),
        ({"injection": "both"}, "unknown injection 'both'; allowed: inline, prefill"),
        ({"dtpye": "float32"}, "vLLM: EngineArgs.__init__.. got an unexpected keyword argument 'dtpye'"),
        ({"compilation_config": "{mode"}, "compilation_config '{mode'; allowed: JSON"),
        ({"trust_remote_code": "maybe"}, "trust_remote_code 'maybe'; allowed: True, False"),
    ],
)
def test_a_bad_argument_is_one_line(arguments: dict[str, str], line: str) -> None:
    with pytest.raises(SystemExit, match=line) as raised:
        RobustVLLM(**{"pretrained": str(TINY_MODEL), **arguments})
    assert "\n" not in str(raised.value)


def test_a_template_that_no_turn_can_be_started_with_is_found_before_vllm_starts(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(TINY_MODEL, folder, ignore=shutil.ignore_patterns("*.safetensors"))
    (folder / "chat_template.jinja").write_text(NO_START["a closed thought"][0])
    with pytest.raises(SystemExit, match="the chat template rewrites a trailing assistant message") as raised:
        RobustVLLM(str(folder))
    assert "\n" not in str(raised.value)


def test_without_vllm_with_an_old_one_or_in_several_processes_it_says_so(installed, monkeypatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "4")
    with pytest.raises(SystemExit, match="robust_vllm: 4 processes; allowed: one, with tensor_parallel_size=4"):
        backend()
    monkeypatch.delenv("WORLD_SIZE")

    def old(**named: Any) -> None:
        raise TypeError("Unexpected keyword argument 'logprob_token_ids'")

    installed.SamplingParams, installed.__version__ = old, "0.19.0"
    with pytest.raises(SystemExit, match=r"robust_vllm: vllm 0.19.0; allowed: vllm>=0.20"):
        backend()
    monkeypatch.delitem(sys.modules, "vllm")
    monkeypatch.setattr(vllm, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=r"robust_vllm: no package vllm; pip install 'vllm>=0.20'"):
        backend()
