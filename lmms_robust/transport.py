"""What a backend reports beside the text, carried at the end of the text: harness, cache and logs carry nothing else.

The mark is ours alone and the last thing in a response: a backend of ours always appends it, so that whatever a model
writes before it, the mark included, is text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from lmms_robust.schema import LetterProbs

Injection = Literal["prefill", "inline"]
Reasoning = Literal["shown", "summarised", "hidden"]

_MOST = 10**9
"""No count and no price reaches it."""

_OPEN, _CLOSE = "<backend_report>", "</backend_report>"


@dataclass(frozen=True, slots=True)
class Report:
    """What a backend knows of one response.

    Attributes:
        injection: how an injected start of the assistant turn was delivered; None where nothing was injected there.
        letter_probs: probabilities at the answer letter, or None where there are none.
        cut: the response stopped at the limit of tokens; None where that is not known.
        output_tokens: tokens that the model wrote, reasoning included, or None.
        reasoning_tokens: those of them that a server counts as reasoning, or None.
        reasoning: ``"summarised"`` where a closed model shows a summary of its reasoning, ``"hidden"`` where it keeps
            it; ``"shown"`` is all else.
        not_honoured: names of generation settings that were wanted and not applied.
        price: US dollars, or None.
    """

    injection: Injection | None = None
    letter_probs: LetterProbs | None = None
    cut: bool | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    reasoning: Reasoning = "shown"
    not_honoured: tuple[str, ...] = ()
    price: float | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """A response as it comes back from the harness.

    Attributes:
        text: the whole assistant turn, with a continued prefill and a thought that the chat template opened.
        report: what the backend knows of it, or None from a backend that is none of ours.
    """

    text: str
    report: Report | None


def seal(text: str, report: Report | None = None) -> str:
    """Append a report, of which only what differs from :class:`Report`'s defaults is written.

    Args:
        text: the whole assistant turn.
        report: what the backend knows of it.

    >>> seal("<answer>A</answer>", Report("prefill", cut=False))
    '<answer>A</answer><backend_report>{"injection": "prefill", "cut": false}</backend_report>'
    """
    values = asdict(report or Report())
    shown = {field.name: values[field.name] for field in fields(Report) if values[field.name] != field.default}
    if report and report.letter_probs:
        shown["letter_probs"] = _rounded(report.letter_probs)
    return f"{text}{_OPEN}{json.dumps(shown)}{_CLOSE}"


def unseal(response: str) -> Response:
    """Take the report off; any other text is a response without one.

    >>> unseal(seal("Left.", Report(output_tokens=2)))
    Response(text='Left.', report=Report(injection=None, letter_probs=None, cut=None, output_tokens=2, \
reasoning_tokens=None, reasoning='shown', not_honoured=(), price=None))
    """
    text = response.rstrip()
    start = text.rfind(_OPEN)
    if start < 0 or not text.endswith(_CLOSE):
        return Response(response, None)
    report = _read(text[start + len(_OPEN) : -len(_CLOSE)])
    return Response(response, None) if report is None else Response(text[:start], report)


def _rounded(found: LetterProbs) -> dict[str, Any]:
    """Seven decimals, since those of a certain model's answers differ, and rank them, only from about the sixth on.

    In the middle two runs in float32 agree on five, since what stands beside a request in a batch differs.
    """
    shown: dict[str, Any] = {"probs": {letter: round(p, 7) for letter, p in found.probs.items()}}
    if found.at_most:
        shown["at_most"] = found.at_most
    return shown if found.mass is None else shown | {"mass": round(found.mass, 7)}


def _read(payload: str) -> Report | None:
    """The report, or None where the payload is no report."""
    try:
        data = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or not data.keys() <= {field.name for field in fields(Report)}:
        return None
    if "letter_probs" in data:
        data["letter_probs"] = _letter_probs(data["letter_probs"])
        if data["letter_probs"] is None:
            return None
    if not all(_ALLOWED[name](value) for name, value in data.items()):
        return None
    return Report(**(data | {"not_honoured": tuple(data.get("not_honoured", ()))}))


def _letter_probs(data: object) -> LetterProbs | None:
    """Probabilities as a report or a log holds them, or None if they are none.

    >>> _letter_probs({"probs": {"A": 0.9, "B": 0.1}, "at_most": "B", "mass": 0.97})
    LetterProbs(probs={'A': 0.9, 'B': 0.1}, at_most='B', mass=0.97)
    """
    if not isinstance(data, Mapping) or not data.keys() <= {"probs", "at_most", "mass"}:
        return None
    probs, at_most, mass = data.get("probs"), data.get("at_most", ""), data.get("mass")
    if not isinstance(probs, Mapping) or not probs or not all(map(_share, probs.values())):
        return None
    if not isinstance(at_most, str) or not set(at_most) <= set(probs) or not (mass is None or _share(mass)):
        return None
    return LetterProbs({str(letter): float(p) for letter, p in probs.items()}, at_most, mass)


def _share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST


_ALLOWED: dict[str, Callable[[Any], bool]] = {
    "injection": lambda value: value in ("prefill", "inline"),
    "letter_probs": lambda value: isinstance(value, LetterProbs),
    "cut": lambda value: isinstance(value, bool),
    "output_tokens": _count,
    "reasoning_tokens": _count,
    "reasoning": lambda value: value in ("summarised", "hidden"),
    "not_honoured": lambda value: isinstance(value, list) and all(isinstance(name, str) for name in value),
    "price": lambda value: isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _MOST,
}
