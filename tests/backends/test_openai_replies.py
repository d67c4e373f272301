"""Replies of odd shapes: what can be read is read, and nothing else is taken for a response."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from lmms_robust.backends.openai import RobustOpenAI
from lmms_robust.transport import unseal
from tests.backends.asking import requests, scenes
from tests.backends.servers import Answer, Server, completion, serving

pytestmark = pytest.mark.usefixtures("impatient")


@pytest.fixture(scope="module")
def suite():
    return scenes(items=1).select([0])


@pytest.fixture
def warned(logged: list[str]) -> Callable[[], list[str]]:
    return lambda: [line for line in logged if line.startswith("WARNING")]


def connect(server: Server, **arguments: Any) -> RobustOpenAI:
    return RobustOpenAI(model="m", base_url=server.url, injection="inline", max_retries=1, **arguments)


def answered(body: Any, suite, folder, **arguments: Any) -> tuple[str, int]:
    """The response to one request, and how many responses are kept."""

    def answer(asked: dict[str, Any]) -> Answer:
        return Answer(completion("Hello!") if "famous tower" in json.dumps(asked) else body)

    with serving(answer) as server:
        model = connect(server, resume=str(folder), **arguments)
        (result,) = model.generate_until(requests(model, suite))
    kept = folder / "rank0.jsonl"
    return unseal(result.text).text, len(kept.read_text().splitlines()) if kept.exists() else 0


PARTS = [{"type": "text", "text": "<answer>"}, {"type": "image"}, {"type": "text", "text": "B</answer>"}]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (completion(PARTS), "<answer>B</answer>"),
        (completion(None, refusal="I cannot see that."), "I cannot see that."),
        ('{"choices": [{"message": {"role": "assistant", "content": "half \\ud83d of it"}}]}', "half ? of it"),
    ],
    ids=["parts", "refusal of the model", "half a character"],
)
def test_text_is_read_where_there_is_some(
    suite, tmp_path, warned: Callable[[], list[str]], body: Any, text: str
) -> None:
    assert answered(body, suite, tmp_path) == (text, 1)
    assert warned() == []


@pytest.mark.parametrize(
    "body",
    [completion(None), completion([{"type": "image"}]), completion(7), {"error": {"message": "upstream is gone"}}],
)
def test_a_message_without_text_is_asked_for_again_and_never_kept(
    suite, tmp_path, warned: Callable[[], list[str]], body: Any
) -> None:
    with pytest.raises(SystemExit, match="1 requests in a row are refused"):
        answered(body, suite, tmp_path)
    (line,) = warned()
    assert "(base) is refused, its response is empty: the server's" in line
    assert "(2 attempts)" in line
    assert ("upstream is gone" in line) == ("error" in body)


def test_a_reply_that_is_kept_back_is_refused_at_once(suite, tmp_path, warned: Callable[[], list[str]]) -> None:
    body = completion(None)
    body["choices"][0]["finish_reason"] = "content_filter"
    with pytest.raises(SystemExit, match="content filter"):
        answered(body, suite, tmp_path)
    assert warned()[0].endswith("is empty: the server's content filter kept the reply back\n")


def test_an_empty_reply_is_a_response_that_is_named_and_not_kept(
    suite, tmp_path, warned: Callable[[], list[str]]
) -> None:
    assert answered(completion(""), suite, tmp_path) == ("", 0)
    (line,) = warned()
    assert line.endswith("(base): the reply is empty\n")


@pytest.mark.parametrize("logprob", [800, float("nan"), float("inf"), "none", None])
def test_probabilities_that_are_none_are_left_out(suite, tmp_path, logprob: Any) -> None:
    body = completion("<answer>B</answer>")
    tokens = ["<answer>", "B", "</answer>"]
    content = [{"token": token, "logprob": logprob, "bytes": None, "top_logprobs": []} for token in tokens]
    body["choices"][0]["logprobs"] = {"content": content}
    assert answered(body, suite, tmp_path) == ("<answer>B</answer>", 1)


def test_a_reply_that_never_ends_is_given_up_after_the_timeout(suite, tmp_path) -> None:
    """A piece of it comes sooner than any limit on silence: proxies keep connections open like that."""
    asked = threading.Semaphore(0)

    def answer(body: dict[str, Any]) -> Answer:
        if "famous tower" in json.dumps(body):
            return Answer(completion("Hello!"))
        asked.release()
        return Answer(completion("late"), trickle=True)

    with serving(answer) as server:
        model = connect(server, timeout=0.5)
        with pytest.raises(SystemExit, match="no reply in 2 attempts; allowed: a longer timeout"):
            model.generate_until(requests(model, suite))
    assert asked.acquire(blocking=False)
    assert asked.acquire(blocking=False)
    assert not asked.acquire(blocking=False)
