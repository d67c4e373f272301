"""Options for the open questions of Spatial-MM Multihop. A convention of this package: the data has none.

By type of answer: yes and no; places or colours from a pool; numbers nearby; else answers to other questions that start
alike. No wrong option says the same as the right one or a part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import Any

from lmms_robust.benchmarks.directions import also_true, place
from lmms_robust.benchmarks.shuffling import shuffled
from lmms_robust.errors import RobustError

DIRECTIONS = ("left", "right", "front", "behind", "top", "bottom", "middle")
COLOURS = ("red", "yellow", "blue", "pink", "white", "brown", "green", "black", "purple", "orange")
_SHADES = {*COLOURS, "gray", "grey", "beige", "gold", "silver", "violet", "cream", "navy", "maroon", "turquoise", "tan"}
_GENDERS = ("female", "male"), ("woman", "man"), ("girl", "boy")
_TWO_SIDES = re.compile(
    r"\bleft\b.*\bor\b.*\bright\b|\bright\b.*\bor\b.*\bleft\b|\bwhich (?:side|hand|arm|leg|foot)\b", re.IGNORECASE
)
_TO_ANOTHER = re.compile(r"\b(?:relations?|relative|respect|compared) (?:to|with)\b", re.IGNORECASE)
WRONG = 3


def answer_type(answer: str) -> str:
    """Name the type of an answer.

    >>> [answer_type(text) for text in ("no", "top left", "light blue", "2", "peach")]
    ['yes_no', 'direction', 'colour', 'number', 'other']
    """
    words = re.findall(r"[\w]+", answer.casefold())
    if words in (["yes"], ["no"]):
        return "yes_no"
    if place(answer) or answer.casefold() in {"between", "in front", "left side", "right side"}:
        return "direction"
    if words and _SHADES & set(words) and set(words) <= _SHADES | {"and", "light", "dark"}:
        return "colour"
    return "number" if re.fullmatch(r"\d+", answer) else "other"


def options(rows: Sequence[Mapping[str, Any]], index: int) -> tuple[tuple[str, ...], str]:
    """Build the options of one question.

    Args:
        rows: all rows of the data, whose answers the wrong options may be drawn from.
        index: the row.

    Returns:
        The options in their order and the letter of the right one.

    Raises:
        RobustError: no wrong option can be found.
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
    wrong = wrong[:1] if _is_pair(rows[index]["question"], answer) else wrong
    if not wrong:
        raise RobustError(f"no wrong option for the answer {answer!r}; allowed: rows with other answers")
    return shuffled("spatial_mm_multihop", item, answer, wrong)


def _pools(rows: Sequence[Mapping[str, Any]], index: int) -> Iterable[Iterable[str]]:
    """Pools in order: a later one is used only where the earlier ones hold too few."""
    question, answer = rows[index]["question"], rows[index]["answer"].strip().casefold()
    kind = answer_type(answer)
    opposite = {"left": "right", "right": "left", "yes": "no", "no": "yes"}
    opposite |= {one: other for pair in _GENDERS for one, other in (pair, pair[::-1])}
    if _is_pair(question, answer):
        return [[opposite[answer]]]
    if kind == "number":
        return [[str(number) for number in range(max(0, int(answer) - 2), int(answer) + 3)]]
    if kind != "other":
        return [COLOURS if kind == "colour" else _directions(question)]
    others = [row for row in rows if answer_type(row["answer"].strip()) == "other" and _gender(row["answer"]) is None]
    starts = [[row for row in others if _start(row["question"], n) == _start(question, n)] for n in (3, 2, 1)]
    return [[row["answer"].strip() for row in pool] for pool in (*starts, others)]


def _directions(question: str) -> Sequence[str]:
    """Nothing is in the middle of one other thing."""
    return [word for word in DIRECTIONS if word != "middle" or not _TO_ANOTHER.search(question)]


def _is_pair(question: str, answer: str) -> bool:
    """Whether a question leaves two answers only."""
    answer = answer.casefold()
    asked = answer in {"left", "right"} and _TWO_SIDES.search(question)
    return answer in {"yes", "no"} or _gender(answer) is not None or bool(asked)


def _gender(answer: str) -> str | None:
    return next((one for pair in _GENDERS for one in pair if one == answer.strip().casefold()), None)


def _start(question: str, words: int) -> list[str]:
    return question.casefold().split()[:words]


def _clashes(candidate: str, taken: Sequence[str]) -> bool:
    return any(also_true(candidate, text) or also_true(text, candidate) for text in taken)
