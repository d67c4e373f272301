"""Reading the cells of a benchmark's row: missing values in all their forms, letters, options."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from lmms_robust.errors import RobustError
from lmms_robust.schema import MAX_OPTIONS, letters, places

_LETTER = re.compile(r"\s*[(（]?([A-Ka-k])[)）.:]?\s*")
_PREFIX = re.compile(r"\s*[(（]([A-K])[)）]\s*")


def is_missing(value: object) -> bool:
    """Whether a cell is empty: None, NaN, blank text, or the text "nan".

    >>> [is_missing(value) for value in (None, float("nan"), "nan", " ", "0")]
    [True, True, True, True, False]
    """
    if isinstance(value, str):
        return value.strip().casefold() in {"", "nan"}
    return value is None or (isinstance(value, float) and value != value)


def text(row: Mapping[str, Any], column: str, where: str) -> str:
    """Return the text of a cell.

    Raises:
        RobustError: the cell is missing, or is no text.
    """
    value = row.get(column)
    if is_missing(value) or not isinstance(value, str):
        raise RobustError(f"{where}: column {column!r} is {value!r}; expected: text that is not empty")
    return value.strip()


def letter(value: object, where: str) -> str:
    """Return the letter of an answer, as a capital; it may stand in parentheses.

    Raises:
        RobustError: the value is not one letter.

    >>> letter("(C)", "row 3"), letter("B.", "row 4"), letter("d", "row 5")
    ('C', 'B', 'D')
    """
    found = _LETTER.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise RobustError(f"{where}: answer {value!r}; expected: one letter from A to K, such as 'A' or '(A)'")
    return found[1].upper()


def unlettered(option: str) -> str:
    """Take the letter in parentheses from the start of an option.

    >>> unlettered("(A) red"), unlettered("（B） blue"), unlettered("a (big) dog")
    ('red', 'blue', 'a (big) dog')
    """
    return _PREFIX.sub("", option, count=1).strip() if _PREFIX.match(option) else option.strip()


def options(row: Mapping[str, Any], columns: Sequence[str], where: str) -> tuple[str, ...]:
    """Return the options that stand in columns of their own, without the missing ones at the end.

    Raises:
        RobustError: an option is missing before one that is there, so that letters would shift, or is no text.
    """
    there = [not is_missing(row.get(column)) for column in columns]
    count = sum(there)
    if not all(there[:count]):
        gap, after = columns[there.index(False)], columns[len(there) - 1 - there[::-1].index(True)]
        raise RobustError(f"{where}: option {gap} is missing but {after} is not; expected: only the last ones missing")
    return tuple(unlettered(text(row, column, where)) for column in columns[:count])


def distinct(options: Sequence[str], answer: str) -> tuple[tuple[str, ...], str]:
    """Leave out options that repeat another one, and wrong ones at the end that have no letter left.

    Returns:
        The options, and the letter that the right one then has.

    >>> distinct(["9", "18", "12", "18"], "C"), distinct(["9", "9", "12"], "B")
    ((('9', '18', '12'), 'C'), (('9', '12'), 'A'))
    """
    if answer not in letters(len(options)):
        return tuple(options), answer
    at = places(options)
    right = at[letters(len(options)).index(answer)]
    left = list(range(max(at) + 1))
    while len(left) > MAX_OPTIONS:
        left.remove(next(place for place in reversed(left) if place != right))
    return tuple(options[at.index(place)] for place in left), letters(len(left))[left.index(right)]


def choices(row: Mapping[str, Any], column: str, where: str) -> tuple[str, ...]:
    """Return the options that stand as a list in one column, without their letters.

    Raises:
        RobustError: see :func:`texts`.
    """
    return tuple(map(unlettered, texts(row, column, where)))


def texts(row: Mapping[str, Any], column: str, where: str) -> tuple[str, ...]:
    """Return the texts that stand as a list in one column, without the empty ones at the end.

    Raises:
        RobustError: the cell is no list of texts, or a text is missing before one that is there.
    """
    value = row.get(column)
    if not isinstance(value, Sequence) or isinstance(value, str) or not all(isinstance(v, str) for v in value):
        raise RobustError(f"{where}: column {column!r} is {value!r}; expected: a list of texts")
    there = [not is_missing(option) for option in value]
    if not all(there[: sum(there)]):
        raise RobustError(f"{where}: column {column!r} is {list(value)!r}; expected: only the last options missing")
    return tuple(option.strip() for option in value[: sum(there)])
