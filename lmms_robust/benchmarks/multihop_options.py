"""Options for the open questions of Spatial-MM Multihop. A convention of this package: the data has none.

By type of answer: yes and no; the opposite of a place, since places on other axes may hold as well ("left" beside "at
the top"); colours from a pool; numbers nearby; else answers to other questions that start alike. No wrong option says
the same as the right one or a part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import Any

from lmms_robust.benchmarks.shuffling import shuffled
from lmms_robust.errors import RobustError
from lmms_robust.statements import vocabulary
from lmms_robust.statements.directions import also_true, place

COLOURS = ("red", "yellow", "blue", "pink", "white", "brown", "green", "black", "purple", "orange")
_SHADES = {*COLOURS} | vocabulary.COLOURS
_GENDERS = ("female", "male"), ("woman", "man"), ("girl", "boy")
_PAIRS = (
    ("left", "right"), ("top", "bottom"), ("upper", "lower"), ("above", "below"), ("front", "behind"), ("up", "down"),
    ("upward", "downward"), ("upwards", "downwards"), ("forward", "backward"), ("forwards", "backwards"),
    ("inside", "outside"), ("near", "far"),
)  # fmt: skip
_OPPOSITES = {one: other for pair in _PAIRS for one, other in (pair, pair[::-1])} | {
    "back": "front", "ahead": "behind", "in front": "behind", "in front of": "behind", "under": "above",
    "underneath": "above", "beneath": "above", "over": "under", "on": "under", "on top": "under", "in": "outside",
}  # fmt: skip
_NO_PLACES = frozenset(["on", "in", "at", "to", "the", "of", "side", "corner", "part", "far", "hand"])
_MIDDLE = re.compile(r"\b(?:middle|cent(?:er|re))\b")
WRONG = 3


def answer_type(answer: str) -> str:
    """Name the type of an answer.

    >>> [answer_type(text) for text in ("no", "top left", "light blue", "2", "peach")]
    ['yes_no', 'direction', 'colour', 'number', 'other']
    """
    words = re.findall(r"[\w]+", answer.casefold())
    if words in (["yes"], ["no"]):
        return "yes_no"
    if place(answer) or opposite(answer) or answer.casefold() == "between":
        return "direction"
    if words and _SHADES & set(words) and set(words) <= _SHADES | {"and", "light", "dark"}:
        return "colour"
    return "number" if re.fullmatch(r"\d+", answer) else "other"


def opposite(answer: str) -> str | None:
    """Turn a place or direction round on all of its axes; None if that cannot be done.

    >>> opposite("left"), opposite("front left"), opposite("left behind"), opposite("on the right side")
    ('right', 'back right', 'right front', 'on the left side')
    >>> opposite("middle"), opposite("on the table")
    (None, None)
    """
    words = answer.casefold().split()
    whole = _OPPOSITES.get(" ".join(words))
    turned = [word if word in _NO_PLACES else _OPPOSITES.get(word, word) for word in words]
    if turned[:1] == ["behind"]:  # "back right", but "right behind"
        turned[0] = "back"
    changed = any(one != other for one, other in zip(words, turned, strict=True))
    known = all(word in _NO_PLACES or word in _OPPOSITES for word in words)
    return whole or (" ".join(turned) if changed and known else None)


def options(rows: Sequence[Mapping[str, Any]], index: int) -> tuple[tuple[str, ...], str]:
    """Build the options of one question.

    Args:
        rows: all rows of the data, whose answers the wrong options may be drawn from.
        index: the row.

    Returns:
        The options in their order and the letter of the right one.

    Raises:
        RobustError: no wrong option can be found, as for a place without an opposite ("on the table").
    """
    item = f"multihop-{index:04}"
    answer = rows[index]["answer"].strip()
    rng = Random(f"spatial_mm_multihop:{item}:wrong")
    wrong: list[str] = []
    for pool in _pools(rows, index):
        fresh = sorted(set(pool) - {answer})
        for candidate in rng.sample(fresh, len(fresh)):
            if len(wrong) < WRONG and not _clashes(candidate, [answer, *wrong]):
                wrong.append(candidate)
    if not wrong:
        raise RobustError(
            f"no wrong option for the answer {answer!r}; allowed: one with an opposite, or rows with others"
        )
    return shuffled("spatial_mm_multihop", rows[index]["question"], answer, wrong)


def _pools(rows: Sequence[Mapping[str, Any]], index: int) -> Iterable[Iterable[str]]:
    """Pools in order: a later one is used only where the earlier ones hold too few."""
    question, answer = rows[index]["question"], rows[index]["answer"].strip().casefold()
    kind = answer_type(answer)
    if kind == "yes_no":
        return [["no" if answer == "yes" else "yes"]]
    if kind == "direction":
        turned = opposite(answer)
        return [[turned]] if turned else [("left", "right")] if _MIDDLE.search(answer) else []
    if _gender(answer) is not None:
        return [[other for pair in _GENDERS if answer in pair for other in pair]]
    if kind == "number":
        return [[str(number) for number in range(max(0, int(answer) - 2), int(answer) + 3)]]
    if kind == "colour":
        return [COLOURS]
    others = [row for row in rows if answer_type(row["answer"].strip()) == "other" and _gender(row["answer"]) is None]
    starts = [[row for row in others if _start(row["question"], n) == _start(question, n)] for n in (3, 2, 1)]
    return [[row["answer"].strip() for row in pool] for pool in (*starts, others)]


def _gender(answer: str) -> str | None:
    return next((one for pair in _GENDERS for one in pair if one == answer.strip().casefold()), None)


def _start(question: str, words: int) -> list[str]:
    return question.casefold().split()[:words]


def _clashes(candidate: str, taken: Sequence[str]) -> bool:
    return any(also_true(candidate, text) or also_true(text, candidate) for text in taken)
