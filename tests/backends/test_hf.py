"""The backend on the embedded model: what a caller may rely on, whatever the batch."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from lmms_eval.api.instance import GenerationResult
from loguru import logger
from safetensors.torch import load_file, save_file

from lmms_robust.backends import hf
from lmms_robust.backends.base import complete
from lmms_robust.backends.checkpoint import dtype_as_run
from lmms_robust.backends.hf import RobustHF
from lmms_robust.embedded import TINY_MODEL
from lmms_robust.generation.prompt import Prompt
from lmms_robust.harness import lmms_eval as task
from lmms_robust.harness.docs import picture as picture_of
from lmms_robust.reading import parse_response
from lmms_robust.transport import unseal
from tests.backends.asking import scenes
from tests.harness.qwen import make as make_qwen

TINY = str(TINY_MODEL)
SETTINGS = {"max_new_tokens": 64, "temperature": 0, "do_sample": False, "until": []}


def requests(model: RobustHF, docs, settings=SETTINGS) -> list:
    model.task_dict = {"robust": {"test": docs}}
    kwargs = {"injection": "prefill"}

    def messages(doc):
        return task.doc_to_messages(doc, kwargs)

    return [
        SimpleNamespace(args=(task.doc_to_text(doc, kwargs), messages, dict(settings), number, "robust", "test"))
        for number, doc in enumerate(docs)
    ]


@pytest.fixture(scope="module")
def suite():
    return scenes()


@pytest.fixture(scope="module", params=["LLaVA", "Qwen2.5-VL"])
def checkpoint(request, tmp_path_factory) -> str:
    return TINY if request.param == "LLaVA" else str(make_qwen(tmp_path_factory.mktemp("qwen") / "qwen"))


def test_a_left_padded_batch_answers_as_one_by_one(suite, checkpoint: str) -> None:
    one, many = (RobustHF(checkpoint, device="cpu", fast=False, batch_size=size) for size in (1, 24))
    alone, together = (
        [unseal(result.text).text for result in model.generate_until(requests(model, suite))] for model in (one, many)
    )
    assert together == alone


def test_a_response_is_the_whole_turn_and_says_so(suite) -> None:
    model = RobustHF(TINY, device="cpu", batch_size=24)
    for doc, result in zip(suite, model.generate_until(requests(model, suite)), strict=True):
        sealed = unseal(result.text)
        assert sealed.text.startswith(doc["prefill"] or "<think>")
        assert sealed.report.injection == ("prefill" if doc["prefill"] else None)
        assert sealed.report.output_tokens == result.token_counts.output_tokens
        assert sealed.report.cut == (sealed.report.output_tokens == 64)
        assert 0.5 < sealed.report.letter_probs.mass <= 1 if sealed.report.letter_probs else True
        assert 0 < result.token_counts.output_tokens <= 64


def test_generation_stops_at_a_stop_text_and_not_at_blank_lines(suite) -> None:
    model = RobustHF(TINY, device="cpu", batch_size=24)
    base = suite.filter(lambda variant: variant == "base", input_columns="variant")
    (cut, *_) = model.generate_until(requests(model, base, SETTINGS | {"until": ["</think>"]}))
    assert cut.text.startswith("<think>")
    assert "</think>" not in cut.text


def test_repeated_samples_of_one_request_differ(suite) -> None:
    model = RobustHF(TINY, device="cpu", batch_size=8)
    torch.manual_seed(0)
    sampled = requests(model, suite.select([0] * 8), SETTINGS | {"temperature": 5.0, "do_sample": True})
    assert len({result.text for result in model.generate_until(sampled)}) > 1


def test_weights_are_loaded_in_float32_on_the_cpu_and_only_when_needed(suite) -> None:
    model = RobustHF(TINY, device="cpu")
    assert model._loaded is None
    assert str(model.loaded.model.dtype) == "torch.float32"
    assert str(RobustHF(TINY, device="cpu", dtype="bfloat16").loaded.model.dtype) == "torch.bfloat16"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dtype": "float64"}, "unknown dtype 'float64'"),
        ({"injection": "inlin"}, "unknown injection 'inlin'; did you mean 'inline'"),
        ({"batch_size": 0}, "batch_size 0; allowed: a whole number from 1"),
        ({"max_num_seq": 4}, "unknown model argument 'max_num_seq'; did you mean 'max_num_seqs'"),
        ({"pretrained": ""}, "model_args: no pretrained; allowed: pretrained=CHECKPOINT, a folder or hub id"),
        ({"system_prompt": "/no/where.txt"}, "system_prompt='/no/where.txt': no such file; allowed: a file, or"),
        ({"device": "meta"}, "device 'meta': nothing is computed there; allowed: cpu, cuda"),
        ({"device": "foo"}, "device 'foo'; allowed: cpu, cuda"),
        ({"pretrained": "/no/where"}, "pretrained='/no/where': no such folder; allowed: a folder or hub id"),
        ({"pretrained": "no/such/folder"}, "pretrained='no/such/folder': no such folder; allowed: a folder or hub id"),
        ({"pretrained": "tiny/"}, "pretrained='tiny/': no such folder; allowed: a folder or hub id"),
        ({"pretrained": __file__}, "test_hf.py': a file; allowed: a folder or hub id"),
        ({"resume": __file__}, "resume: "),
    ],
)
def test_a_bad_argument_is_one_line(arguments: dict, message: str) -> None:
    with pytest.raises(SystemExit) as raised:
        RobustHF(**({"pretrained": TINY, "device": "cpu"} | arguments))
    assert str(raised.value).startswith("lmms-robust: ")
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_name_that_may_be_a_folder_or_a_hub_id_is_said_to_be_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(
        SystemExit, match=r"'models/tiiny': no such folder, and as a hub id it cannot be loaded: "
    ) as raised:
        RobustHF("models/tiiny", device="cpu")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "allowed: a checkpoint with whole safetensors weights"),
        ({"attn_implementation": "none_such"}, "and values of attn_implementation=none_such that transformers takes"),
    ],
)
def test_weights_that_cannot_be_loaded_are_one_line(suite, tmp_path, arguments: dict, message: str) -> None:
    """Cut off by a download that was interrupted, or not to be had in the way that is asked for."""
    shutil.copytree(TINY, tmp_path / "model")
    if not arguments:
        os.truncate(tmp_path / "model" / "model.safetensors", 1_000_000)
    model = RobustHF(str(tmp_path / "model"), device="cpu", **arguments)
    with pytest.raises(SystemExit) as raised:
        model.generate_until(requests(model, suite.select([0])))
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("words", ["/no_think", "Be brief. See notes.txt", "prompt.txt"])
def test_a_system_prompt_is_words_or_a_file(tmp_path, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prompt.txt").write_text("Look twice.\n")
    expected = "Look twice." if words == "prompt.txt" else words
    assert RobustHF(TINY, device="cpu", system_prompt=words).system_prompt == expected


def test_an_option_of_the_harness_is_no_model_argument() -> None:
    with pytest.raises(SystemExit, match="model_args: batch_size; allowed: the option --batch_size of lmms-eval"):
        RobustHF.create_from_arg_string(f"pretrained={TINY},batch_size=4", {"batch_size": 1, "device": None})
    model = RobustHF.create_from_arg_string(f"pretrained={TINY},device=cpu", {"batch_size": 2, "device": None})
    assert model.batch_size == 2


def test_a_setting_of_the_checkpoint_that_changed_is_another_model(tmp_path) -> None:
    shutil.copytree(TINY, tmp_path / "model")
    keys = []
    for penalty in (1.0, 1.1):
        path = tmp_path / "model" / "generation_config.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "repetition_penalty": penalty}))
        keys.append(RobustHF(str(tmp_path / "model"), device="cpu").key(Prompt("text", (), ""), {}))
    assert keys[0] != keys[1]


def test_weights_that_changed_under_the_same_size_and_time_are_another_model(tmp_path) -> None:
    """As with "cp -p" or "rsync -t": one number in the middle of one tensor."""
    shutil.copytree(TINY, tmp_path / "model")
    path, keys = tmp_path / "model" / "model.safetensors", []
    tensors = load_file(path)
    flat = max(tensors.values(), key=torch.numel).view(-1)
    place = len(flat) // 2
    number = float(flat[place])
    for value in (number, number + 1, number):
        flat[place] = value
        save_file(tensors, path)
        os.utime(path, (0, 0))
        keys.append(RobustHF(str(tmp_path / "model"), device="cpu").key(Prompt("text", (), ""), {}))
    assert keys[0] != keys[1]
    assert keys[0] == keys[2]


def test_a_key_holds_the_dtype_as_run() -> None:
    def key(**arguments: str) -> str:
        return RobustHF(TINY, device="cpu", **arguments).key(Prompt("text", (), ""), {})

    assert key() == key(dtype="auto") == key(dtype="float32")
    assert key(dtype="bfloat16") not in (key(), key(dtype="float16"))


def test_the_dtype_as_run_is_the_checkpoints_own_where_that_is_left_to_it(tmp_path) -> None:
    shutil.copytree(TINY, tmp_path / "model")
    path = tmp_path / "model" / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "dtype": "bfloat16"}))
    assert dtype_as_run(str(tmp_path / "model"), "main", "auto") == "bfloat16"
    assert dtype_as_run(str(tmp_path / "model"), "main", torch.float16) == "float16"


def test_a_resumed_run_gives_what_an_uninterrupted_one_gives(suite, tmp_path) -> None:
    """Text, report and lengths; the second half is answered by another run than the first."""
    whole = RobustHF(TINY, device="cpu")
    expected = whole.generate_until(requests(whole, suite))
    first = RobustHF(TINY, device="cpu", resume=str(tmp_path))
    first.generate_until(requests(first, suite)[:10])
    again = RobustHF(TINY, device="cpu", resume=str(tmp_path))
    found = again.generate_until(requests(again, suite))
    assert [one.token_counts for one in found] == [one.token_counts for one in expected]
    for one, other in zip(found, expected, strict=True):
        mine, theirs = unseal(one.text), unseal(other.text)
        assert mine.text == theirs.text
        probs, others = mine.report.letter_probs, theirs.report.letter_probs
        assert replace(mine.report, letter_probs=None) == replace(theirs.report, letter_probs=None)
        assert (probs is None) == (others is None)
        if probs:  # other sequences beside it change the last digits
            assert probs.probs == pytest.approx(others.probs, abs=1e-5)
            assert probs.mass == pytest.approx(others.mass, abs=1e-5)
    kept = RobustHF(TINY, device="cpu", resume=str(tmp_path))
    assert kept.generate_until(requests(kept, suite)) == found
    assert kept._loaded is None


def test_a_thought_that_the_template_opened_is_part_of_the_response(suite, tmp_path) -> None:
    shutil.copytree(TINY, tmp_path / "model")
    template = (tmp_path / "model" / "chat_template.jinja").read_text()
    assert "'<|assistant|>' -" in template
    opening = template.replace("'<|assistant|>' -", "'<|assistant|><think>\n' -")
    (tmp_path / "model" / "chat_template.jinja").write_text(opening)
    found = {}
    for injection in ("prefill", "inline"):
        model = RobustHF(str(tmp_path / "model"), device="cpu", injection=injection)
        results = model.generate_until(requests(model, suite, SETTINGS | {"max_new_tokens": 5}))
        found[injection] = [unseal(result.text) for result in results]
    for doc, continued, moved in zip(suite, found["prefill"], found["inline"], strict=True):
        assert continued.report.injection == ("prefill" if doc["prefill"] else None)
        assert moved.report.injection == ("inline" if doc["prefill"] else None)
        assert continued.text.startswith("<think>\n" + doc["prefill"].removeprefix("<think>"))
        assert moved.text.startswith("<think>\n")
        assert moved.report.cut
        assert parse_response(moved.text, doc["options"], moved.report.cut).problem == "truncated"


def test_the_context_ends_a_response_and_may_leave_none(suite, tmp_path) -> None:
    shutil.copytree(TINY, tmp_path / "model")
    path, config = tmp_path / "model" / "config.json", json.loads((tmp_path / "model" / "config.json").read_text())
    model = RobustHF(TINY, device="cpu")
    prompt = model.question(requests(model, suite)[0]).prompt
    (group,) = model.loaded.encoder().encode([0], [prompt])
    length = len(group.prefix) + len(group.suffixes[0])
    for fast in (True, False):
        for left in (3, 0):
            config["text_config"]["max_position_embeddings"] = length + left
            path.write_text(json.dumps(config))
            short = RobustHF(str(tmp_path / "model"), device="cpu", fast=fast)
            (result,) = short.generate_until(requests(short, suite.select([0])))
            sealed = unseal(result.text)
            assert (sealed.report.output_tokens, sealed.report.cut) == (left, True)
            assert bool(sealed.text) == bool(left)


def test_no_new_tokens_are_refused(suite) -> None:
    model = RobustHF(TINY, device="cpu")
    with pytest.raises(SystemExit, match="max_new_tokens 0; allowed: a whole number from 1"):
        model.generate_until(requests(model, suite.select([0]), SETTINGS | {"max_new_tokens": 0}))


def test_a_probe_asks_without_marks_that_would_be_one_token_with_the_letter(suite, monkeypatch) -> None:
    doc = {**suite[0], "probe": True, "prefill": "<think>x</think><answer>"}
    model = RobustHF(TINY, device="cpu")
    monkeypatch.setattr(hf, "before_the_letter", lambda tokenizer, text, options: text.removesuffix(">"))
    (request,) = requests(model, [doc])
    assert model.question(request).prompt.text.endswith("</think><answer")
    (result,) = model.generate_until([request])
    assert unseal(result.text).text.startswith("<think>x</think><answer>")


def test_settings_that_are_not_used_are_named_and_so_is_what_is_not_greedy(suite) -> None:
    said: list[str] = []
    handler = logger.add(said.append, format="{message}")
    model = RobustHF(TINY, device="cpu")
    settings = SETTINGS | {"temperature": 1.0, "do_sample": True, "max_new_tokens": 1, "min_new_tokens": 5}
    (result,) = model.generate_until(requests(model, suite.select([0]), settings))
    logger.remove(handler)
    assert unseal(result.text).report.not_honoured == ("min_new_tokens",)
    assert any("generation settings that are not used: min_new_tokens" in line for line in said)
    assert any("plain generation with {'temperature': 1.0}" in line for line in said)


def test_tasks_of_others_get_the_plain_text_and_may_write_plain_text(suite) -> None:
    model = RobustHF(TINY, device="cpu")
    (request,) = requests(model, suite.select([0]))
    doc = {"question": "?"}
    model.task_dict = {"robust": {"test": [doc]}}
    picture = {"type": "image", "url": picture_of(suite[0])}
    turns = [
        {"role": "user", "content": [picture, {"type": "text", "text": "What is it?"}]},
        {"role": "assistant", "content": "It is"},
    ]
    request.args = (request.args[0], lambda _: turns, SETTINGS | {"max_new_tokens": 2}, 0, "robust", "test")
    (result,) = model.generate_until([request])
    assert result.text.startswith("It is")
    assert "<backend_report>" not in result.text


def test_a_missing_response_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="1 of 2 requests without a response"):
        complete([GenerationResult(text="x"), None])


def test_a_branch_of_the_hub_that_moved_is_another_model(tmp_path) -> None:
    """What is kept in the hub's cache is read; a process of its own, since the cache's place is read once."""
    kept, commits = tmp_path / "hub" / "models--org--tiny", ("a" * 40, "b" * 40)
    for commit in commits:
        shutil.copytree(TINY, kept / "snapshots" / commit)
    (kept / "refs").mkdir()
    read = """
import sys
from pathlib import Path
from lmms_robust.backends.hf import RobustHF
from lmms_robust.generation.prompt import Prompt
for commit in sys.argv[2:]:
    Path(sys.argv[1]).write_text(commit)
    print(RobustHF("org/tiny", device="cpu").key(Prompt("text", (), ""), {}))
"""
    given = [str(kept / "refs" / "main"), commits[0], commits[1], commits[0]]
    there = os.environ | {"HF_HOME": str(tmp_path), "HF_HUB_CACHE": str(tmp_path / "hub"), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run([sys.executable, "-c", read, *given], env=there, capture_output=True, check=True)
    keys = done.stdout.splitlines()[-3:]
    assert keys[0] != keys[1]
    assert keys[0] == keys[2]
