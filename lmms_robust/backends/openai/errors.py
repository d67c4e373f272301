"""What an error of an OpenAI-compatible server means: wait and try again, leave this request, or end the run."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Literal

import openai

from lmms_robust.errors import RobustError
from lmms_robust.servers import in_a_line

Meaning = Literal["passing", "refused", "final"]

LONGEST_PAUSE = 600.0
"""Most seconds that are waited because a server says so."""

_PASSING = {408, 409, 425, 429}
_FINAL = {401, 402, 404}


class BadReplyError(ValueError):
    """A reply of no known shape."""


class RefusedError(Exception):
    """The server refuses one request for what it holds, or fails at it every time."""


def meaning(error: BaseException) -> Meaning:
    """How to go on after an error of a request."""
    # ValueError: a body that is not JSON, or of no known shape.
    passing = (openai.APIConnectionError, openai.APIResponseValidationError, ValueError, asyncio.TimeoutError)
    if isinstance(error, passing):
        return "passing"
    if not isinstance(error, openai.APIStatusError) or error.code == "insufficient_quota":
        return "final"
    if error.status_code in _PASSING or error.status_code >= 500:
        return "passing"
    return "final" if error.status_code in _FINAL else "refused"


def pause(error: BaseException | None, attempt: int) -> float:
    """Seconds to wait before the next attempt: what the server asks for, or longer each time; never all at once.

    Args:
        error: of the last attempt.
        attempt: how many there were.
    """
    asked = _asked_pause(error.response.headers) if isinstance(error, openai.APIStatusError) else None
    if asked is not None:
        return min(asked, LONGEST_PAUSE) * random.uniform(1.0, 1.1)
    return min(60.0, 0.5 * 2.0**attempt) * random.uniform(0.5, 1.0)


def given_up(
    error: BaseException, server: str, model: str, attempts: int, kept: str, key: str = ""
) -> RefusedError | RobustError:
    """What to raise once an error stays; without the key, which servers repeat.

    Args:
        error: the last one.
        server: its address.
        model: its name there.
        attempts: how many there were.
        kept: what is said at the end of the line that ends the run.
        key: a secret.

    Returns:
        RefusedError where the server answers, and so might answer other requests; else the one line that ends the run.
    """
    if meaning(error) == "refused":
        return RefusedError(line(error, key))
    if isinstance(error, openai.InternalServerError | openai.APIResponseValidationError | ValueError):
        return RefusedError(f"{line(error, key)} ({attempts} attempts)")
    if isinstance(error, openai.APITimeoutError | asyncio.TimeoutError):
        return RobustError(f"{server}: no reply in {attempts} attempts; allowed: a longer timeout; {kept}")
    if isinstance(error, openai.APIConnectionError):
        return RobustError(f"cannot reach {server}: {line(error.__cause__ or error, key)}; {kept}")
    return RobustError(f"{server} refuses model {model!r}: {line(error, key)}; allowed: {_remedy(error)}; {kept}")


def words(error: BaseException) -> str:
    """What an error says: where a server sent it, its status and message alone."""
    if not isinstance(error, openai.APIStatusError):
        return str(error)
    said = error.body
    if isinstance(said, Mapping):
        said = said.get("message") or said.get("detail")
    return f"{error.status_code}: {said or error}"


def line(error: BaseException, key: str = "") -> str:
    """An error's words in one line, without a key."""
    return in_a_line(encodable(words(error)), key) or type(error).__name__


def encodable(text: str) -> str:
    """The text, with a question mark for each half of a character, which JSON can hold and no file."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _remedy(error: BaseException) -> str:
    if isinstance(error, openai.NotFoundError):
        return "a model that the server lists, and a base_url up to and with /v1"
    if isinstance(error, openai.AuthenticationError):
        return "a key in the environment variable OPENAI_API_KEY"
    return "requests within what the server grants the key"


def _asked_pause(headers: Mapping[str, str]) -> float | None:
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d+(?:\.\d+)?", value):
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError):
        return None
