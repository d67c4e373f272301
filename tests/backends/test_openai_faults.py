"""What servers and networks do wrong, and what an interruption leaves behind: nothing is lost or done twice."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from random import Random
from types import SimpleNamespace
from typing import Any

import httpx
import openai
import pytest

from lmms_robust.backends.openai import RobustOpenAI, errors
from lmms_robust.transport import unseal
from tests.backends.asking import requests, scenes
from tests.backends.servers import Answer, Server, completion, refusal, serving

pytestmark = pytest.mark.usefixtures("impatient")


@pytest.fixture(scope="module")
def suite():
    return scenes(items=4)


def connect(server: Server, **arguments: Any) -> RobustOpenAI:
    return RobustOpenAI(model="m", base_url=server.url, **({"injection": "inline"} | arguments))


def is_trial(body: dict[str, Any]) -> bool:
    return "famous tower" in json.dumps(body)


def name(body: dict[str, Any]) -> str:
    """The same for the same request."""
    return sha256(json.dumps(body["messages"]).encode()).hexdigest()[:16]


FAULTS = {
    "too many requests": Answer("{}", 429, {"Retry-After": "0.01"}),
    "unavailable": Answer("{}", 503),
    "server error": refusal("Internal Server Error", 500),
    "slow": Answer(completion("late"), wait=True),
    "cut": Answer(completion("cut" * 1000), cut=True),
    "bad JSON": Answer('{"choices": [{"mess'),
    "no JSON": Answer("<html>Bad gateway</html>", headers={"Content-Type": "text/html"}),
    "no choices": Answer({"error": {"message": "upstream"}}),
}


class Unreliable:
    """Every fault in a seeded order, each one of them for some request; then the answer, which names its request."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self.answered: Counter[str] = Counter()
        self.met: Counter[str] = Counter()

    def __call__(self, body: dict[str, Any]) -> Answer:
        if is_trial(body):
            return Answer(completion("Hello!"))
        if self._random.random() < 0.5:
            fault = self._random.choice(list(FAULTS))
            self.met[fault] += 1
            return FAULTS[fault]
        self.answered[name(body)] += 1
        return Answer(completion(name(body)))


def test_under_every_fault_nothing_is_lost_or_repeated_and_the_order_is_kept(suite, tmp_path) -> None:
    unreliable = Unreliable(seed=3)
    with serving(unreliable) as server:
        model = connect(server, concurrency=6, timeout=2, max_retries=40, resume=str(tmp_path))
        results = model.generate_until(requests(model, suite))
        sure = connect(server, max_retries=40, timeout=2, concurrency=1)
        expected = [result.text for result in sure.generate_until(requests(sure, suite))]
    assert set(unreliable.met) == set(FAULTS)
    assert [result.text for result in results] == expected
    assert len({unseal(text).text for text in expected}) == len(suite) == 48
    assert set(unreliable.answered.values()) == {2}  # once for each of the two models
    assert len((tmp_path / "rank0.jsonl").read_text().splitlines()) == len(suite)


def test_a_run_that_ended_goes_on_where_it_stopped(suite, tmp_path, logged: list[str]) -> None:
    answered: Counter[str] = Counter()
    ends = True

    def answer(body: dict[str, Any]) -> Answer:
        if is_trial(body):
            return Answer(completion("Hello!"))
        if ends and len(answered) == 20:
            return refusal("The key was withdrawn", 401)
        answered[name(body)] += 1
        return Answer(completion(name(body)))

    with serving(answer) as server:
        model = connect(server, concurrency=1, resume=str(tmp_path))
        with pytest.raises(SystemExit, match=r"The key was withdrawn; .*finished responses are kept") as raised:
            model.generate_until(requests(model, suite))
        assert "\n" not in str(raised.value)
        stored = (tmp_path / "rank0.jsonl").read_text().splitlines()
        ends = False
        again = connect(server, concurrency=1, resume=str(tmp_path))
        results = [unseal(result.text).text for result in again.generate_until(requests(again, suite))]
    assert len(stored) == 20
    assert (tmp_path / "rank0.jsonl").read_text().splitlines()[:20] == stored
    assert set(answered.values()) == {1}
    assert results == list(answered)
    assert f"INFO resume: 20 of {len(suite)} responses kept from {tmp_path}\n" in logged


OTHER = {
    "model": {"model": "n"},
    "likeliest tokens": {"top_logprobs": 5},
    "system prompt": {"system_prompt": "Be brief."},
    "further fields": {"extra_body": {"top_k": 1}},
}


@pytest.mark.parametrize("case", OTHER)
def test_responses_of_another_model_or_with_other_settings_are_not_taken(suite, tmp_path, case: str) -> None:
    docs = suite.select(range(2))
    with serving(lambda _: Answer(completion("B"))) as server:
        for arguments, asked in (({}, 2), ({}, 2), (OTHER[case], 4)):
            model = RobustOpenAI(**({"model": "m"} | arguments), base_url=server.url, resume=str(tmp_path))
            model.generate_until(requests(model, docs))
            assert len([body for body in server.asked if not is_trial(body)]) == asked


def test_sampled_responses_are_not_kept(suite, tmp_path) -> None:
    with serving(lambda _: Answer(completion("B"))) as server:
        model = connect(server, resume=str(tmp_path))
        model.generate_until(requests(model, suite.select([0, 0]), temperature=1.0))
    assert len(server.items) == 2
    assert not (tmp_path / "rank0.jsonl").exists()


@pytest.mark.parametrize("fault", ["refused", "failing"])
def test_an_item_that_is_refused_is_an_empty_response_and_the_run_goes_on(
    suite, tmp_path, logged: list[str], fault: str
) -> None:
    refused: list[str] = []

    def answer(body: dict[str, Any]) -> Answer:
        if is_trial(body) or (refused and name(body) != refused[0]):
            return Answer(completion("B"))
        refused.append(name(body))
        return refusal("flagged as unsafe") if fault == "refused" else refusal("CUDA error", 500)

    with serving(answer) as server:
        model = connect(server, concurrency=1, max_retries=2, resume=str(tmp_path))
        results = [result.text for result in model.generate_until(requests(model, suite))]
    assert [unseal(text).text for text in results] == [""] + ["B"] * 47
    assert len(refused) == (1 if fault == "refused" else 3)
    (said,) = [line for line in logged if "is empty" in line]
    assert suite[0]["id"] in said
    assert ("400: flagged as unsafe" if fault == "refused" else "500: CUDA error (3 attempts)") in said
    assert len((tmp_path / "rank0.jsonl").read_text().splitlines()) == 47


def test_an_empty_response_to_injected_words_says_how_they_were_delivered(suite) -> None:
    docs = suite.filter(lambda variant: variant in ("wrong_think", "correct_think"), input_columns="variant")

    def answer(body: dict[str, Any]) -> Answer:
        return refusal("flagged") if name(body) == first else Answer(completion("is"))

    first = ""
    with serving(answer) as server:
        model = connect(server, injection="auto", concurrency=1)
        model.generate_until(requests(model, docs))
        first = name(server.items[0])
        texts = [result.text for result in model.generate_until(requests(model, docs))]
    assert (unseal(texts[0]).text, unseal(texts[0]).report.injection) == ("", "prefill")


@pytest.mark.parametrize("many", [3, 48])
def test_a_server_that_refuses_everything_ends_the_run_in_one_line(suite, many: int) -> None:
    with serving(lambda body: Answer(completion("B")) if is_trial(body) else refusal("no pictures here")) as server:
        model = connect(server, concurrency=2)
        with pytest.raises(
            SystemExit, match="requests in a row are refused, the last one with '400: no pictures"
        ) as end:
            model.generate_until(requests(model, suite.select(range(many))))
    assert "\n" not in str(end.value)
    assert len(server.items) <= 10


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (Answer("{}", 429), "429"),
        (Answer(completion("late"), wait=True), "no reply in 3 attempts; allowed: a longer timeout"),
        (Answer(completion("x" * 500), cut=True), "cannot reach http://127.0.0.1"),
    ],
    ids=["overloaded", "slow", "cut"],
)
def test_a_server_that_stays_away_ends_the_run_after_the_attempts_in_one_line(suite, fault, message: str) -> None:
    with serving(lambda body: Answer(completion("B")) if is_trial(body) else fault) as server:
        model = connect(server, concurrency=1, max_retries=2, timeout=0.5)
        with pytest.raises(SystemExit) as raised:
            model.generate_until(requests(model, suite))
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)
    assert len(server.items) == 3


NEGOTIATED = {
    "newer limit": (
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        "max_tokens",
        {"max_completion_tokens": 64},
    ),
    "temperature": (
        "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.",
        "temperature",
        {},
    ),
    "stop texts": ("Unsupported parameter: 'stop' is not supported with this model.", "stop", {}),
    "probabilities": ("You are not allowed to request logprobs from this model", "logprobs", {}),
}


@pytest.mark.parametrize("case", NEGOTIATED)
def test_a_field_that_the_server_does_not_take_is_left_out_from_then_on(suite, case: str) -> None:
    message, field, instead = NEGOTIATED[case]
    status = 403 if field == "logprobs" else 400
    with serving(lambda body: refusal(message, status) if field in body else Answer(completion("B"))) as server:
        model = connect(server, concurrency=1)
        results = model.generate_until(requests(model, suite, until=["STOP"]))
    assert {unseal(result.text).text for result in results} == {"B"}
    assert len([body for body in server.asked if field in body]) == 1
    for body in server.items[1:]:
        assert {**body, **instead} == body
        assert field not in body


def test_fewer_likeliest_tokens_are_asked_for_where_the_server_says_how_many(suite) -> None:
    def answer(body: dict[str, Any]) -> Answer:
        return refusal("top_logprobs must be at most 5") if body["top_logprobs"] > 5 else Answer(completion("B"))

    with serving(answer) as server:
        model = connect(server)
        model.generate_until(requests(model, suite.select([0])))
    assert [body["top_logprobs"] for body in server.asked] == [20, 5, 5]


def test_a_prompt_that_is_too_long_is_no_reason_to_change_fields(suite) -> None:
    long = "'max_tokens' or 'max_completion_tokens' is too large: 64. This model's maximum context length is 10 tokens."
    with serving(lambda body: Answer(completion("B")) if is_trial(body) else refusal(long)) as server:
        model = connect(server, concurrency=1)
        with pytest.raises(SystemExit, match="maximum context length"):
            model.generate_until(requests(model, suite.select([0])))
    assert [body["max_tokens"] for body in server.items] == [64]


def error(status: int, **headers: str) -> openai.APIStatusError:
    request = httpx.Request("POST", "http://x")
    response = SimpleNamespace(status_code=status, headers=httpx.Headers(headers), request=request)
    return openai.APIStatusError("x", response=response, body=None)  # type: ignore[arg-type]


def test_pauses_are_those_that_the_server_asks_for_and_grow_where_it_asks_for_none() -> None:
    pause = errors.pause
    assert 7 <= pause(error(429, **{"retry-after": "7"}), 1) <= 7.7
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30))
    assert 27 <= pause(error(503, **{"retry-after": soon}), 1) <= 34
    assert pause(error(429, **{"retry-after": "86400"}), 1) <= 1.1 * errors.LONGEST_PAUSE
    for strange in ("soon", "-5", ""):
        assert 0.5 <= pause(error(429, **{"retry-after": strange}), 1) <= 1
    bounds = [(0.5, 1), (1, 2), (2, 4), (4, 8)]
    for attempt, (least, most) in enumerate(bounds, 1):
        assert all(least <= pause(error(500), attempt) <= most for _ in range(20))
    assert pause(None, 50) <= 60
    assert len({pause(error(500), 3) for _ in range(5)}) > 1
