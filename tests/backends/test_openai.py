"""``robust_openai`` against servers on loopback: real forward passes of the embedded model, and canned answers."""

from __future__ import annotations

import builtins
import json
import sys
from base64 import b64decode
from collections.abc import Iterator
from io import BytesIO
from types import SimpleNamespace

import pytest
from PIL import Image

from lmms_robust.backends.openai import RobustOpenAI
from lmms_robust.embedded import TINY_MODEL
from lmms_robust.harness.docs import picture
from lmms_robust.reading import parse_response
from lmms_robust.transport import unseal
from tests.backends.asking import requests, scenes
from tests.backends.servers import Answer, Server, TinyModel, completion, refusal, serving, text_of


@pytest.fixture(scope="module")
def suite():
    return scenes()


@pytest.fixture(scope="module")
def tiny() -> Iterator[Server]:
    with serving(TinyModel()) as server:
        yield server


def connect(server: Server, **arguments) -> RobustOpenAI:
    return RobustOpenAI(model="m", base_url=server.url, **arguments)


def _about(body: dict) -> bool:
    """Whether a request is about an item, and not to try the server out."""
    return "famous tower" not in json.dumps(body)


def texts(model: RobustOpenAI, asked: list) -> list[str]:
    return [result.text for result in model.generate_until(asked)]


def test_a_server_that_continues_gives_the_turns_and_probabilities_of_robust_hf(suite, tiny: Server) -> None:
    from lmms_robust.backends.hf import RobustHF

    model = connect(tiny, concurrency=3)
    local = RobustHF(str(TINY_MODEL), device="cpu", batch_size=24)
    served, expected = texts(model, requests(model, suite)), texts(local, requests(local, suite))
    assert [unseal(text).report.injection for text in served] == [unseal(text).report.injection for text in expected]
    for ours, theirs in zip(served, expected, strict=True):
        mine, other = (unseal(text).report for text in (ours, theirs))
        assert unseal(ours).text == unseal(theirs).text
        if other.letter_probs is not None:
            assert mine.letter_probs is not None
            assert set(mine.letter_probs.probs) == set(other.letter_probs.probs)
            for letter, value in other.letter_probs.probs.items():
                if letter not in mine.letter_probs.at_most:
                    assert mine.letter_probs.probs[letter] == pytest.approx(value, abs=1e-4)
    assert sum(unseal(text).report.letter_probs is not None for text in served) >= 20


def test_inline_words_stand_in_the_user_turn_and_nothing_follows_it(suite, tiny: Server) -> None:
    docs = suite.filter(lambda variant: variant == "wrong_think", input_columns="variant")
    before = len(tiny.items)
    model = connect(tiny, injection="inline", top_logprobs=0)
    for doc, text in zip(docs, texts(model, requests(model, docs)), strict=True):
        assert unseal(text).report.injection == "inline"
        assert not text.startswith(doc["prefill"])
        assert unseal(text).report.letter_probs is None
    for body in tiny.items[before:]:
        (user,) = body["messages"]
        assert text_of(user).endswith(docs[0]["prefill"][-20:]) or text_of(user).endswith(docs[1]["prefill"][-20:])
        assert "continue_final_message" not in body
        assert "logprobs" not in body


def test_a_probe_is_one_letter_with_its_probabilities(tiny: Server) -> None:
    docs = scenes("robustprobe_scenes", items=1)
    model = connect(tiny)
    for doc, text in zip(docs, texts(model, requests(model, docs, max_new_tokens=1)), strict=True):
        sealed = unseal(text)
        parsed = parse_response(sealed.text, doc["options"])
        assert sealed.text.startswith(doc["prefill"])
        assert sealed.report.letter_probs is not None
        assert parsed.answer == max(sealed.report.letter_probs.probs, key=sealed.report.letter_probs.probs.get)


def test_a_probe_is_refused_where_no_prefill_is_continued() -> None:
    docs = scenes("robustprobe_scenes", items=1)
    with serving(lambda _: Answer(completion("B"))) as server:
        model = connect(server, injection="inline")
        with pytest.raises(SystemExit, match="a probe asks for nothing else") as raised:
            model.generate_until(requests(model, docs))
    assert "\n" not in str(raised.value)
    assert server.items == []


def test_settings_of_a_task_become_fields_of_the_api(suite) -> None:
    with serving(lambda _: Answer(completion("one STOP two"))) as server:
        model = connect(server, injection="inline", system_prompt="Be brief.", extra_body='{"top_k": 1, "mine": 2}')
        many = ["a1", "b2", "c3", "d4", "STOP"]
        asked = requests(model, suite.select([0]), until=many, temperature=0.5, top_p=0.9, seed=3, top_k=7, strange=1)
        assert [unseal(text).text for text in texts(model, asked)] == ["one "]
    (body,) = server.items
    assert body["model"] == "m"
    assert body["messages"][0] == {"role": "system", "content": "Be brief."}
    wanted = {"max_tokens": 64, "temperature": 0.5, "top_p": 0.9, "seed": 3, "top_k": 1, "mine": 2, "stop": many[:4]}
    assert {name: body.get(name) for name in wanted} == wanted
    assert (body["logprobs"], body["top_logprobs"]) == (True, 20)
    assert "strange" not in body


def test_greedy_requests_carry_nothing_about_sampling(suite) -> None:
    with serving(lambda _: Answer(completion("B"))) as server:
        model = connect(server, injection="inline")
        model.generate_until(requests(model, suite.select([0]), top_p=0.0, num_beams=1))
    (body,) = server.items
    assert body["temperature"] == 0
    assert not {"top_p", "stop", "num_beams", "do_sample"} & set(body)


def test_settings_without_a_place_in_the_api_are_named_once(suite, logged: list[str]) -> None:
    with serving(lambda _: Answer(completion("B"))) as server:
        model = connect(server, injection="inline")
        model.generate_until(requests(model, suite, num_beams=4, image_aspect_ratio="pad"))
    said = [line for line in logged if "not sent" in line]
    assert len(said) == 1
    assert "image_aspect_ratio, num_beams" in said[0]


THOUGHT = [
    ("", {"reasoning": "It is B."}, "B", "<think>It is B.</think>B"),
    ("", {"reasoning_content": "It is B."}, "B", "<think>It is B.</think>B"),
    ("", {"reasoning": "It is"}, None, "<think>It is</think>"),
    ("<think>Look.", {"reasoning": " It is B."}, "B", "<think>Look. It is B.</think>B"),
    ("<think>x</think>", {"reasoning": "<answer>B</answer>"}, None, "<think>x</think><answer>B</answer>"),
    ("<think>x</think>", {"reasoning": "y"}, "B", "<think>x</think><think>y</think>B"),
]


@pytest.mark.parametrize(("prefill", "message", "content", "turn"), THOUGHT)
def test_reasoning_that_a_server_keeps_apart_is_put_back(suite, prefill: str, message, content, turn: str) -> None:
    def messages(doc):
        user = {"role": "user", "content": [{"type": "text", "text": "?"}]}
        start = {"role": "assistant", "content": [{"type": "text", "text": prefill}]}
        return [user, start] if prefill else [user]

    def answer(body):
        return Answer(completion(content, **message) if _about(body) else completion("is."))

    with serving(answer) as server:
        model = connect(server)
        (text,) = texts(model, requests(model, suite.select([0]), messages))
    assert unseal(text).text == turn


def test_reasoning_cut_at_the_limit_stays_open(suite) -> None:
    cut = completion(None, reasoning="It is")
    cut["choices"][0]["finish_reason"] = "length"
    with serving(lambda _: Answer(cut)) as server:
        model = connect(server, injection="inline")
        (text,) = texts(model, requests(model, suite.select([0])))
    assert unseal(text).text == "<think>It is"
    assert parse_response(unseal(text).text, suite[0]["options"]).problem == "truncated"


def test_tasks_of_others_get_the_plain_text(tiny: Server) -> None:
    def messages(doc):
        parts = [{"type": "image", "url": Image.new("RGB", (64, 64))}, {"type": "text", "text": doc["question"]}]
        return [{"role": "user", "content": parts}, {"role": "assistant", "content": "<think>Red"}]

    model = connect(tiny)
    (text,) = texts(model, requests(model, [{"question": "Which color?", "options": ["red"]}], messages))
    assert text.startswith("<think>Red")
    assert unseal(text).report is None


def test_pictures_are_read_when_their_turn_has_come(suite) -> None:
    read, done = [], []
    ahead: list[int] = []

    def messages(doc):
        read.append(doc["id"])
        ahead.append(len(read) - len(done))
        picture = Image.effect_noise((40, 30), len(read)).convert("RGB")
        return [{"role": "user", "content": [{"type": "image", "url": picture}, {"type": "text", "text": "?"}]}]

    def answer(body):
        if _about(body):
            done.append(body)
        return Answer(completion("B"))

    with serving(answer) as server:
        model = connect(server, injection="inline", concurrency=3)
        model.generate_until(requests(model, suite, messages))
    assert len(read) == len(done) == 24
    assert max(ahead) <= 3


def test_the_same_picture_is_encoded_once_and_without_loss(suite, monkeypatch: pytest.MonkeyPatch) -> None:
    encoded = []
    save = Image.Image.save
    monkeypatch.setattr(Image.Image, "save", lambda self, *a, **k: (encoded.append(self.size), save(self, *a, **k))[1])
    with serving(lambda _: Answer(completion("B"))) as server:
        model = connect(server, injection="inline")
        encoded.clear()
        model.generate_until(requests(model, suite))
    assert len(encoded) == 2
    urls = [body["messages"][0]["content"][0]["image_url"]["url"] for body in server.items]
    sent = [Image.open(BytesIO(b64decode(url.partition("base64,")[2]))).tobytes() for url in urls]
    assert set(sent) == {picture(doc).tobytes() for doc in suite}
    assert len(set(urls)) == 2


def test_the_key_of_the_environment_is_sent_and_shown_nowhere(
    suite, tmp_path, monkeypatch: pytest.MonkeyPatch, logged: list[str], capsys
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    answers = iter([refusal("bad sk-very-secret picture")])
    with serving(lambda body: next(answers if _about(body) else iter(()), Answer(completion("B")))) as server:
        model = connect(server, resume=str(tmp_path))
        model.generate_until(requests(model, suite))
    assert set(server.keys) == {"Bearer sk-very-secret"}
    assert any("bad … picture" in line for line in logged)
    kept = (tmp_path / "rank0.jsonl").read_text()
    captured = capsys.readouterr()
    assert kept
    assert "very-secret" not in kept + "".join(logged) + captured.out + captured.err


def test_each_process_answers_what_it_is_given(suite, monkeypatch: pytest.MonkeyPatch) -> None:
    from lmms_robust.backends import base

    other = SimpleNamespace(process_index=1, num_processes=2, device="cpu")
    monkeypatch.setattr(base, "Accelerator", lambda **_: other)
    with serving(lambda _: Answer(completion("B"))) as server:
        model = connect(server, injection="inline")
        assert (model.rank, model.world_size) == (1, 2)
        found = [unseal(text) for text in texts(model, requests(model, suite.select([3, 5])))]
        assert [(one.text, one.report.injection) for one in found] == [("B", "inline"), ("B", None)]
    assert len(server.items) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"model": ""}, "no model; allowed: model=NAME"),
        ({"injection": "prefil"}, "unknown injection 'prefil'; did you mean 'prefill'"),
        ({"concurency": 4}, "unknown model argument 'concurency'; did you mean 'concurrency'"),
        ({"concurrency": 0}, "concurrency 0; allowed: a whole number from 1"),
        ({"top_logprobs": -1}, "top_logprobs -1; allowed: a whole number from 0"),
        ({"max_retries": "many"}, "max_retries 'many'; allowed: a whole number from 0"),
        ({"timeout": "0"}, "timeout '0'; allowed: seconds above 0"),
        ({"extra_body": "[1]"}, "extra_body '[1]'; allowed: a JSON object"),
        ({"extra_body": "{"}, "extra_body '{'; allowed: a JSON object"),
        ({"resume": __file__}, "is a file; allowed: a folder"),
        ({"base_url": "http://127.0.0.1:9/v1", "max_retries": 0}, "cannot reach http://127.0.0.1:9/v1"),
    ],
)
def test_a_bad_argument_is_one_line(arguments: dict, message: str) -> None:
    with pytest.raises(SystemExit) as raised:
        RobustOpenAI(**({"model": "m", "base_url": "http://127.0.0.1:9/v1"} | arguments))
    assert str(raised.value).startswith("lmms-robust: ")
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("package", ["openai", "tenacity"])
def test_without_a_package_the_extra_is_named_and_importing_works(package: str, monkeypatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest, **more):
        if name.partition(".")[0] == package:
            raise ModuleNotFoundError(f"No module named {package!r}", name=package)
        return real(name, *rest, **more)

    ours = [name for name in sys.modules if name.startswith("lmms_robust.backends.openai")]
    for name in ours:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without)
    from lmms_robust.backends.openai import RobustOpenAI as Fresh

    with pytest.raises(SystemExit, match=rf"no package {package}; pip install 'lmms-robust\[openai\]'"):
        Fresh(model="m", base_url="http://127.0.0.1:9/v1")
