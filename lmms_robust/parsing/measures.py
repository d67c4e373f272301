"""Compare the numbers that a chain gives for things: "forks: 6, spoons: 4" answers "are there more forks?"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lmms_robust.parsing.clauses import Sentence
from lmms_robust.parsing.mentions import find_mentions
from lmms_robust.parsing.questions import Reading
from lmms_robust.parsing.vocabulary import NUMBERS
from lmms_robust.parsing.words import content, forms, words

_MORE = frozenset(forms("more most larger bigger largest taller tallest longer longest heavier older farther many"))
_LESS = frozenset(forms("fewer fewest less least smaller smallest shorter lighter younger closer"))
_RELATION = re.compile(
    r"\b(more|fewer|less|larger|bigger|smaller|taller|shorter|longer|heavier|lighter|older|younger)\b\s*(.*?)\bthan\b(.*)",
    re.IGNORECASE,
)
_EXTREME = re.compile(
    r"\b(?:minimum|maximum|smallest|largest|lowest|highest|greatest|biggest|shortest|longest|least|most|closest|"
    r"nearest|farthest|furthest|fewest|min|max)\b(?: \w+){0,3}? (?:is|=|at|with|of|being)? ?(\d+(?:\.\d+)?)",
    re.IGNORECASE,
)
_EQUALS = re.compile(r"\b(?:same|equal(?:ly)?|tied?|draw)\b", re.IGNORECASE)
_SEGMENT = re.compile(r"[;\n]|\.(?=\s|$)|,(?!\d)(?=\s)(?! so)|\band\b")
_NUMBER = re.compile(r"(?<![\w(,.])(?:about |around |~)?(\d+(?:\.\d+)?)(?![\w,]|\.\d)|\b(" + "|".join(NUMBERS) + r")\b", re.I)


def _value(segment: str) -> float | None:
    """The one number of a stretch of text; the last one where the others are coordinates in brackets."""
    found = [match[1] or NUMBERS[match[2].lower()] for match in _NUMBER.finditer(re.sub(r"\([^)]*\)", " ", segment))]
    return float(found[0]) if len(found) == 1 else None


def _compared(known: Reading) -> tuple[frozenset[str], frozenset[str], bool] | None:
    """Telling words of the two things a yes-no question compares, and whether the first is to have more."""
    match = _RELATION.search(known.question)
    if match is None:
        return None
    first = content(match[2]) or content(known.question[: match.start()])
    second = content(match[3])
    return (first - second, second - first, not _LESS & set(forms(match[1]))) if first - second and second - first else None


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
        value = _value(segment)
        named = {mention.option for mention in find_mentions(segment, known.options)} if value is not None else set()
        if value is not None and len(named) == 1:
            found.setdefault(named.pop(), value)
    return found


def measured_option(sentences: Sequence[Sentence], known: Reading) -> int | None:
    """Return the option whose number the chain finds to be the extreme one, or that is so by the question's own word."""
    if known.yes is not None or known.numeric:
        return None
    values = _measured(sentences, known)
    said = [float(match[1]) for sentence in sentences if (match := _EXTREME.search(sentence.text))]
    if not said and len(values) == len(known.options) and (asked := {w.form for w in words(known.question)} & (_MORE | _LESS)):
        said = [max(values.values()) if asked & _MORE else min(values.values())] if len(asked) == 1 else []
    holders = [option for option, value in values.items() if said and value == said[-1]]
    return holders[0] if len(holders) == 1 else None
