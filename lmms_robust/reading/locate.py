"""Where in a response the answer letter stands, for backends that look up the probabilities of its token."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from lmms_robust.reading.response import parse_response

# As vocabularies join a letter with marks and spaces around it.
_TOKEN = re.compile(r"[\W_]{0,8}([A-K])[\W_]{0,8}")
LONGEST_TOKEN = 8
"""Characters of a token that may be a letter with marks around it."""


def answer_letter_span(text: str, options: Sequence[str], cut: bool | None = None) -> tuple[int, int] | None:
    """Find the letter that is read as the answer.

    So a letter within words ("Vitamin C"), or one that the reasoning names, is not it, and the reading is that of
    :func:`lmms_robust.reading.parse_response` whatever the form of the answer.

    Args:
        text: the whole assistant turn, a continued prefill included.
        options: option texts in order; empty if they are not known.
        cut: the response is known to stop at the limit of tokens.

    Returns:
        Start and end of one character that is the answer up to case and width; None if there is no answer, or if it is
        given in words alone.

    >>> answer_letter_span("<think>A or B?</think><answer>(B) left</answer>", ("right", "left"))
    (31, 32)
    >>> answer_letter_span("<answer>left</answer>", ("right", "left"))
    """
    at = parse_response(text, options, cut).at
    return None if at is None else (at, at + 1)


def fold(letter: str) -> str:
    """The capital, half-width form of a letter."""
    return unicodedata.normalize("NFKC", letter).upper()


def letter_token(token: str) -> str:
    """The letter that a token is but for marks and spaces around it, or ``""``.

    Small letters are none: as tokens they are words and parts of words, too.

    >>> letter_token(" A"), letter_token(">B"), letter_token("(C)"), letter_token("An"), letter_token("b")
    ('A', 'B', 'C', '', '')
    """
    match = _TOKEN.fullmatch(token) if len(token) <= LONGEST_TOKEN else None
    return match[1] if match else ""
