"""Options for the open questions of Spatial-MM Multihop. A convention of this package: the data has none.

By kind of answer: yes and no; the opposite of a place, since places on other axes may hold as well ("left" beside "at
the top"), and both sides of the middle; colours from a pool; numbers nearby; else answers of the same kind to other
questions, those that start alike first. No wrong option says the same as the right one or a part of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import Any

from lmms_robust.benchmarks.kinds import kind, opposite
from lmms_robust.benchmarks.shuffling import shuffled
from lmms_robust.errors import RobustError
from lmms_robust.schema import item_digest
from lmms_robust.statements.directions import also_true
from lmms_robust.statements.vocabulary import NUMBERS

COLOURS = ("red", "yellow", "blue", "pink", "white", "brown", "green", "black", "purple", "orange")
_GENDERS = ("female", "male"), ("woman", "man"), ("girl", "boy")
_MIDDLE = frozenset(["middle", "center", "centre", "central"])
NAME = "spatial_mm_multihop"
WRONG = 3


def options(rows: Sequence[Mapping[str, Any]], index: int) -> tuple[tuple[str, ...], str]:
    """Build the options of one question.

    Args:
        rows: all rows of the data, whose answers the wrong options may be drawn from.
        index: the row.

    Returns:
        The options in their order and the letter of the right one.

    Raises:
        RobustError: no wrong option can be found: no other row has an answer of this kind.
    """
    answer = rows[index]["answer"].strip()
    rng = Random(f"wrong:{item_digest(NAME, rows[index]['question'], [answer], answer)}")
    wrong: list[str] = []
    for pool in _pools(rows, index):
        fresh = sorted(set(pool) - {answer})
        for candidate in rng.sample(fresh, len(fresh)):
            if len(wrong) < WRONG and not _clashes(candidate, [answer, *wrong]):
                wrong.append(candidate)
    if not wrong:
        raise RobustError(
            f"no wrong option for the answer {answer!r}; allowed: one with an opposite, or rows with others of its kind"
        )
    return shuffled(NAME, rows[index]["question"], answer, wrong)


def _pools(rows: Sequence[Mapping[str, Any]], index: int) -> Iterable[Iterable[str]]:
    """Pools in order: a later one is used only where the earlier ones hold too few."""
    question, answer = rows[index]["question"], rows[index]["answer"].strip().casefold()
    asked = kind(answer)
    if asked == "yes_no":
        return [["no" if answer == "yes" else "yes"]]
    if asked == "direction" and (turned := opposite(answer)):
        return [[turned]]
    if asked == "direction" and _MIDDLE & set(answer.split()):
        return [["left", "right"]]
    if _gender(answer) is not None:
        return [[other for pair in _GENDERS if answer in pair for other in pair]]
    if asked == "number" and answer.isdigit():
        return [map(str, _near(int(answer)))]
    if asked == "number" and answer in NUMBERS:
        return [[NUMBERS[number] for number in _near(NUMBERS.index(answer)) if number < len(NUMBERS)]]
    if asked == "colour":
        return [COLOURS]
    others = [row for row in rows if kind(row["answer"].strip()) == asked and _open(row["answer"].strip())]
    starts = [[row for row in others if _start(row["question"], n) == _start(question, n)] for n in (3, 2, 1)]
    return [[row["answer"].strip() for row in pool] for pool in (*starts, others)]


def _open(answer: str) -> bool:
    """Whether an answer is none of those that come with wrong options of their own."""
    return not (opposite(answer) or _MIDDLE & set(answer.casefold().split()) or _gender(answer))


def _near(number: int) -> range:
    return range(max(0, number - 2), number + 3)


def _gender(answer: str) -> str | None:
    return next((one for pair in _GENDERS for one in pair if one == answer.strip().casefold()), None)


def _start(question: str, words: int) -> list[str]:
    return question.casefold().split()[:words]


def _clashes(candidate: str, taken: Sequence[str]) -> bool:
    return any(also_true(candidate, text) or also_true(text, candidate) for text in taken)
