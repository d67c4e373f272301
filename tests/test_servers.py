"""What every server is held to."""

from __future__ import annotations

import gzip
import json
from types import SimpleNamespace

import httpx
import pytest

from lmms_robust import servers
from lmms_robust.backends.openai.client import read
from lmms_robust.backends.openai.errors import given_up
from lmms_robust.servers import UNPACKED, TooLongError, abound, bound, hidden

KEY = "sk-0123456789abcdef"


def answering(body: bytes, **headers: str) -> httpx.Client:
    def reply(request: httpx.Request) -> httpx.Response:
        assert request.headers["accept-encoding"] == "identity"
        return httpx.Response(200, headers=headers, stream=httpx.ByteStream(body))

    return httpx.Client(transport=httpx.MockTransport(reply), event_hooks={"response": [bound]}, headers=UNPACKED)


def test_a_reply_of_ordinary_length_is_read() -> None:
    assert answering(json.dumps({"a": 1}).encode()).get("http://x").json() == {"a": 1}


def test_an_endless_reply_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "MAX_BODY", 1000)
    with pytest.raises(TooLongError, match="longer than"):
        answering(b"x" * 1001).get("http://x")


def test_a_packed_reply_is_refused() -> None:
    with pytest.raises(TooLongError, match="packs its reply"):
        answering(gzip.compress(b"x" * 10_000), **{"content-encoding": "gzip"}).get("http://x")


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_an_asynchronous_reply_is_bounded_too(monkeypatch: pytest.MonkeyPatch, anyio_backend: str) -> None:
    monkeypatch.setattr(servers, "MAX_BODY", 1000)
    transport = httpx.MockTransport(lambda request: httpx.Response(200, stream=httpx.ByteStream(b"x" * 1001)))
    async with httpx.AsyncClient(transport=transport, event_hooks={"response": [abound]}) as client:
        with pytest.raises(TooLongError):
            await client.get("http://x")


@pytest.mark.parametrize("said", [KEY, "sk-0123456789\nabcdef", "sk-01234 56789abcdef", "x" * 280 + KEY])
def test_a_key_is_never_said(said: str) -> None:
    error = given_up(ValueError(f"no such key: {said}"), "http://x", "m", 1, "", KEY)
    assert "0123" not in str(error)
    assert "…" in hidden(said, KEY)


def test_a_word_that_stands_for_no_key_is_not_hidden() -> None:
    assert hidden("none of these", "none") == "none of these"


def test_a_number_of_bytes_is_not_made_into_bytes() -> None:
    entry = SimpleNamespace(token="A", logprob=-0.1, bytes=2_000_000_000, top_logprobs=[])
    choice = SimpleNamespace(
        message=SimpleNamespace(content="A"), finish_reason="stop", logprobs=SimpleNamespace(content=[entry])
    )
    reply = read(SimpleNamespace(choices=[choice]))
    assert reply.steps[0].token == "A"
