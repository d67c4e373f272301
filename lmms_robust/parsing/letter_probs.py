"""The letter probabilities that a backend appends to a response, as `<letter_probs>{...}</letter_probs>`."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from lmms_robust.schema import LetterProbs

_OPEN, _CLOSE = "<letter_probs>", "</letter_probs>"
# Template tokens may stand after the appended probabilities.
_TAIL = re.compile(r"(?:\s|<\|[^|<>\s]{1,40}\|>|</s>)*\Z")


def _valid(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def read_letter_probs(payload: str, letters: Sequence[str]) -> LetterProbs | None:
    """Return the probabilities, or None if ``payload`` is not an object of letter to number in [0, 1].

    >>> read_letter_probs('{"A": 0.9, "B": 0.1, "at_most": "B"}', ("A", "B"))
    LetterProbs(probs={'A': 0.9, 'B': 0.1}, at_most='B')
    """
    try:
        data = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict):
        return None
    at_most = data.pop("at_most", "")
    if not data or not all(key in letters and _valid(value) for key, value in data.items()):
        return None
    if not isinstance(at_most, str) or not set(at_most) <= set(data):
        return None
    return LetterProbs({str(key): float(value) for key, value in data.items()}, at_most)


def write_letter_probs(found: LetterProbs) -> str:
    """The block that a backend appends.

    >>> write_letter_probs(LetterProbs({"A": 0.9, "B": 0.1}))
    '<letter_probs>{"A": 0.9, "B": 0.1}</letter_probs>'
    """
    payload: dict[str, float | str] = {letter: round(value, 7) for letter, value in found.probs.items()}
    if found.at_most:
        payload["at_most"] = found.at_most
    return f"{_OPEN}{json.dumps(payload)}{_CLOSE}"


def split_letter_probs(text: str, letters: Sequence[str]) -> tuple[str, LetterProbs | None]:
    """Cut trailing letter probabilities off and read them.

    Only a block at the very end counts: a model can write the same tag in its prose.
    """
    start = text.rfind(_OPEN)
    if start < 0:
        return text, None
    payload, closed, tail = text[start + len(_OPEN) :].partition(_CLOSE)
    if (closed and not _TAIL.match(tail)) or (not closed and "<" in payload):
        return text, None
    return text[:start], read_letter_probs(payload, letters)
