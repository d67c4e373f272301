"""Where in a response the answer letter stands, for backends that look up the probabilities of its token."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from lmms_robust.parsing.response import parse_response
from lmms_robust.schema import MAX_LETTERS, letters

# A letter by itself, full-width ones included; Chinese characters may stand beside it.
_ALONE = re.compile(r"(?<![A-Za-z0-9])[A-Ja-jＡ-Ｊａ-ｊ](?![A-Za-z0-9])")
# As vocabularies join a letter with marks and spaces around it.
_TOKEN = re.compile(r"[\W_]*([A-J])[\W_]*")
LONGEST_TOKEN = 8
"""Characters of a token that may be a letter with marks around it."""

_THINK_CLOSES = re.compile(
    r"[<\u25c1]\s{0,2}/\s{0,2}(?:think|thinking|thought|reasoning)\s{0,2}[>\u25b7]", re.IGNORECASE
)
# A response without tags can name letters without end, and each costs readings of the whole text: so many characters
# are read for one alternative, at most.
_BUDGET = 60_000
_MOST = 24


def answer_letter_span(text: str, options: Sequence[str], cut: bool | None = None) -> tuple[int, int] | None:
    """Find the first letter that decides the answer: with another letter in its place the answer is that other one.

    So a letter within words ("Vitamin C"), or one that the reasoning names, is not it, and the reading is that of
    :func:`lmms_robust.parsing.parse_response` whatever the form of the answer.

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
    answer = parse_response(text, options, cut).answer
    if answer is None:
        return None
    closed = max((match.end() for match in _THINK_CLOSES.finditer(text)), default=0)
    found = [match.start() for match in _ALONE.finditer(text, closed) if fold(match[0]) == answer]
    for places in _groups(_some(found, min(_MOST, _BUDGET // len(text)))):
        if _decide(text, options, places, answer):
            return places[0], places[0] + 1
    return None


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


def _some(places: list[int], most: int) -> list[int]:
    """The first, where an answer stands that is explained, and the last, where one stands that concludes."""
    return places if len(places) <= most + 1 else places[:1] + places[len(places) - most :]


def _groups(places: list[int]) -> Iterator[list[int]]:
    """Each place alone; then, for an answer given twice ("B. So it is B."), the last ones together."""
    yield from ([place] for place in places)
    yield from (places[-count:] for count in range(2, len(places) + 1))


def _decide(text: str, options: Sequence[str], places: list[int], answer: str) -> bool:
    """Whether another letter at these places is read as the answer, or as one outside the options."""
    count = len(options) or MAX_LETTERS
    for letter in letters(MAX_LETTERS):
        if letter == answer:
            continue
        other = parse_response(_with(text, places, letter), options)
        if other.answer == letter or (letter not in letters(count) and other.problem == "outside_options"):
            return True
        if other.answer == answer or letter not in letters(count):
            return False
    return False


def _with(text: str, places: list[int], letter: str) -> str:
    characters = list(text)
    for place in places:
        characters[place] = letter.lower() if text[place].islower() else letter
    return "".join(characters)
