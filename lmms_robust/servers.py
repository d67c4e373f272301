"""What every server is held to: replies of bounded size, and errors without our key."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

MAX_BODY = 64 * 2**20
"""Bytes of one reply; a response of 32,768 tokens with 20 probabilities each takes about 50 MB."""


class TooLongError(ValueError):
    """A reply of more than :data:`MAX_BODY` bytes, or one that is packed although none was asked for."""


def bound(response: Any) -> None:
    """Count the bytes of a reply while it is read; for the ``response`` hooks of an httpx client.

    Raises:
        TooLongError: it is packed, so that its length says nothing.
    """
    if response.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise TooLongError("the server packs its reply although none was asked for")
    read, pieces, apieces = _counter(), response.iter_raw, response.aiter_raw

    def counted(*args: Any, **kwargs: Any) -> Iterator[bytes]:
        return map(read, pieces(*args, **kwargs))

    async def acounted(*args: Any, **kwargs: Any) -> AsyncIterator[bytes]:
        async for piece in apieces(*args, **kwargs):
            yield read(piece)

    response.iter_raw, response.aiter_raw = counted, acounted


async def abound(response: Any) -> None:
    """:func:`bound`, for an asynchronous client."""
    bound(response)


def _counter() -> Callable[[bytes], bytes]:
    """A function that hands pieces of one reply on, as long as they are not too many bytes together."""
    seen = 0

    def read(piece: bytes) -> bytes:
        nonlocal seen
        seen += len(piece)
        if seen > MAX_BODY:
            raise TooLongError(f"the server's reply is longer than {MAX_BODY >> 20} MB")
        return piece

    return read


UNPACKED = {"Accept-Encoding": "identity"}
"""Header that asks for bodies as they are."""


_SHORTEST_KEY = 8
"""Shorter ones are no secret, as "none" and "x" are."""


def hidden(text: str, key: str) -> str:
    """A text with a secret key left out, also where lines break it; to be done before a text is cut.

    >>> hidden("bad key sk-12 34567890", "sk-1234567890")
    'bad key …'
    """
    if len(key) <= _SHORTEST_KEY:
        return text
    return re.sub(r"[\s\\]*".join(map(re.escape, key)), "…", text)


def in_a_line(text: str, key: str, most: int = 300) -> str:
    r"""The start of what a server says, in one line and without a secret key.

    >>> in_a_line("bad key:\n sk-1234567890", "sk-1234567890")
    'bad key: …'
    """
    return " ".join(hidden(text, key).split())[:most]
