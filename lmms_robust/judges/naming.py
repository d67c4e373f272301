"""Which judge is meant, and what every judge does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from lmms_robust.consistency.judge import Request
from lmms_robust.consistency.verdicts import HUMAN, REORDERED, checked_name
from lmms_robust.errors import RobustError

CHECKPOINT = "hf:"
ALLOWED = "allowed: NAME=MODEL@BASE_URL, as qwen=Qwen/Qwen3-8B@http://localhost:8000/v1, or NAME=hf:CHECKPOINT"


@dataclass(frozen=True, slots=True)
class Named:
    """A judge as a user names it.

    Attributes:
        name: what its verdicts are called by.
        model: the model's name on the server, or a checkpoint: a folder or hub id.
        base_url: address of the server; None for a checkpoint.
    """

    name: str
    model: str
    base_url: str | None


def read_name(given: str) -> Named:
    """Read ``NAME=MODEL@BASE_URL`` or ``NAME=hf:CHECKPOINT``.

    Raises:
        RobustError: it is neither.

    >>> read_name("qwen=Qwen/Qwen3-8B@http://localhost:8000/v1")
    Named(name='qwen', model='Qwen/Qwen3-8B', base_url='http://localhost:8000/v1')
    """
    name, _, rest = given.partition("=")
    if not rest:
        raise RobustError(f"judge {given!r}; {ALLOWED}")
    checked_name(name)
    if name == REORDERED or name.startswith(HUMAN):
        raise RobustError(f"judge {name!r}; allowed: no name of a person ({HUMAN}…), and not {REORDERED!r}")
    if rest.startswith(CHECKPOINT):
        if not rest.removeprefix(CHECKPOINT):
            raise RobustError(f"judge {given!r}; {ALLOWED}")
        return Named(name, rest.removeprefix(CHECKPOINT), None)
    model, at, address = rest.rpartition("@http")
    if not model or urlsplit(f"http{address}").scheme not in ("http", "https") or not urlsplit(f"http{address}").netloc:
        raise RobustError(f"judge {given!r}; {ALLOWED}")
    return Named(name, model, f"{at[1:]}{address}")


def read_names(given: Sequence[str]) -> list[Named]:
    """Read several, each with a name of its own.

    Raises:
        RobustError: there is none, one is none, or two have one name.
    """
    if not given:
        raise RobustError(f"no judge; {ALLOWED}")
    found = [read_name(one) for one in given]
    names = [one.name for one in found]
    for name in names:
        if names.count(name) > 1:
            raise RobustError(f"two judges are called {name!r}; allowed: each name once")
    return found


@dataclass(frozen=True, slots=True)
class Limits:
    """How judges are asked.

    Attributes:
        concurrency: most requests to a server under way at a time.
        timeout: seconds that one attempt may take.
        retries: how often a request is tried again.
        max_tokens: of a reply, what the judge thinks before it included.
        batch_size: replies that a checkpoint writes at a time.
        extra_body: further fields of every request to a server.
    """

    concurrency: int = 16
    timeout: float = 120.0
    retries: int = 4
    max_tokens: int = 64
    batch_size: int = 8
    extra_body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a judge replied to one request.

    Attributes:
        text: the reply.
        failed: why there is none, in short; None if there is one.
        cut: it stopped at the limit of tokens.
        input_tokens: length of the request, or None.
        output_tokens: length of the reply, or None.
        price: US dollars, or None.
    """

    text: str
    failed: str | None = None
    cut: bool = False
    input_tokens: int | None = None
    output_tokens: int | None = None
    price: float | None = None


Answered = Callable[[int, Answer], None]
"""Is told the number of a request and its answer, as soon as there is one."""


class Judge(Protocol):
    """Answers requests."""

    @property
    def named(self) -> Named:
        """As the user named it."""

    @property
    def settings(self) -> Mapping[str, object]:
        """What its replies depend on beside the request."""

    def answer(self, requests: Sequence[Request], answered: Answered) -> None:
        """Answer every request, in any order.

        Raises:
            RobustError: it answers none.
        """
