"""Compare the numbers that a chain gives for things: "forks: 6, spoons: 4" answers "are there more forks?"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lmms_robust.parsing.clauses import Sentence
from lmms_robust.parsing.mentions import find_mentions
from lmms_robust.parsing.questions import Reading
from lmms_robust.parsing.vocabulary import NUMBERS
from lmms_robust.parsing.words import content, forms

_MORE = frozenset(forms("more most larger bigger largest taller tallest longer longest heavier older farther many"))
_LESS = frozenset(
    forms(
        "fewer fewest less least smaller smallest shorter lighter younger closer thinner narrower slower cheaper "
        "colder cooler weaker earlier"
    )
)
# Place is left out: its numbers may be coordinates, which may run either way.
_RELATION = re.compile(
    r"\b(more|less|fewer|(?!high|low|clos|farth|furth|near|rath|oth|eith|und|ov|aft)[a-z]{3,}er)\b\s*(.*?)"
    r"\bthan\b(.*)",
    re.IGNORECASE,
)
_EXTREME = re.compile(
    r"\b(?:minimum|maximum|smallest|largest|lowest|highest|greatest|biggest|shortest|longest|least|most|closest|"
    r"nearest|farthest|furthest|fewest|min|max)\b(?: \w+){0,3}? (?:is|=|at|with|of|being)? ?(\d+(?:\.\d+)?)",
    re.IGNORECASE,
)
_EQUALS = re.compile(r"\b(?:same|equal(?:ly)?|tied?|draw)\b", re.IGNORECASE)
_COORDINATE = re.compile(r"\b[xy]\w{0,20} ?[=\u2248:<>]", re.IGNORECASE)
_SEGMENT = re.compile(r"[;\n]|\.(?=\s|$)|,(?!\d)(?=\s)(?! so)|\band\b")
_NUMBER = re.compile(
    r"(?<![\w(,.])(?:about |around |~)?(\d+(?:\.\d+)?)(?![\w,]|\.\d)|\b(" + "|".join(NUMBERS) + r")\b", re.I
)


def _value(segment: str) -> float | None:
    """The one number of a stretch of text; the last one where the others are coordinates in brackets."""
    if _COORDINATE.search(segment):
        return None
    found = [match[1] or NUMBERS[match[2].lower()] for match in _NUMBER.finditer(re.sub(r"\([^)]*\)", " ", segment))]
    return float(found[0]) if len(found) == 1 else None


def _compared(known: Reading) -> tuple[frozenset[str], frozenset[str], bool] | None:
    """Telling words of the two things a yes-no question compares, and whether the first is to have more."""
    match = _RELATION.search(known.question[:600])
    if match is None:
        return None
    first = content(match[2]) or content(known.question[: match.start()])
    second = content(match[3])
    return (
        (first - second, second - first, not _LESS & set(forms(match[1])))
        if first - second and second - first
        else None
    )


def measured_polar(sentences: Sequence[Sentence], known: Reading) -> int | None:
    """Return the option of a yes-no question that compares two things, from the numbers given for both."""
    sides = _compared(known) if known.yes is not None and known.no is not None else None
    if sides is None:
        return None
    values: list[float | None] = [None, None]
    for segment in (part for sentence in sentences for part in _SEGMENT.split(sentence.text)):
        present, value = frozenset(forms(segment)), _value(segment)
        about = [bool(present & sides[0]), bool(present & sides[1])]
        if value is not None and sum(about) == 1:
            values[about.index(True)] = value
    first, second = values
    if first is None or second is None:
        return None
    if first == second:
        equal = [i for i, option in enumerate(known.options) if _EQUALS.search(option)]
        return equal[0] if equal else known.no
    return known.yes if (first > second) is sides[2] else known.no


def _measured(sentences: Sequence[Sentence], known: Reading) -> dict[int, float]:
    """The number given for each option, for stretches of text that name one option and one number."""
    found: dict[int, float] = {}
    for segment in (part for sentence in sentences for part in _SEGMENT.split(sentence.text[:600])):
        named = find_mentions(segment, known.options)
        value = _value(segment[: named[0].start] + segment[named[0].end :]) if len(named) == 1 else None
        if value is not None:
            found.setdefault(named[0].option, value)
    return found


def _extreme(sentences: Sequence[Sentence], values: dict[int, float], known: Reading) -> float | None:
    """The number that the chain calls the extreme one, or that is so by the question's own word."""
    said = [float(match[1]) for sentence in sentences if (match := _EXTREME.search(sentence.text))]
    if said:
        return said[-1]
    asked = set(forms(known.question)) & (_MORE | _LESS)
    if len(asked) != 1 or len(values) < len(known.options):
        return None
    return max(values.values()) if asked & _MORE else min(values.values())


def measured_option(sentences: Sequence[Sentence], known: Reading) -> int | None:
    """Return the option that the chain gives the number for which the question asks: the least or the most."""
    if known.yes is not None or known.numeric:
        return None
    values = _measured(sentences, known)
    extreme = _extreme(sentences, values, known) if values else None
    holders = [option for option, value in values.items() if value == extreme]
    return holders[0] if len(holders) == 1 else None
