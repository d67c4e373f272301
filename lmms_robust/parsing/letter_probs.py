"""The letter probabilities that a backend appends to a response, as `<letter_probs>{...}</letter_probs>`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

_OPEN, _CLOSE = "<letter_probs>", "</letter_probs>"
# Template tokens may stand after the appended probabilities.
_TAIL = re.compile(r"(?:\s|<\|[^|<>\s]{1,40}\|>|</s>)*\Z")


def _valid(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def read_letter_probs(payload: str, letters: Sequence[str]) -> Mapping[str, float] | None:
    """Return the probabilities, or None if ``payload`` is not an object of letter to number in [0, 1].

    >>> read_letter_probs('{"A": 0.9, "B": 0.1}', ("A", "B"))
    {'A': 0.9, 'B': 0.1}
    """
    try:
        data = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or not data:
        return None
    if not all(key in letters and _valid(value) for key, value in data.items()):
        return None
    return {str(key): float(value) for key, value in data.items()}


def split_letter_probs(text: str, letters: Sequence[str]) -> tuple[str, Mapping[str, float] | None]:
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
