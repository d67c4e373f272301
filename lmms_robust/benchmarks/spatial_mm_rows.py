"""One row of Spatial-MM Obj, in any form in which it is found: its options and the letter of the right one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from lmms_robust.benchmarks.overlap import folded
from lmms_robust.benchmarks.rows import is_missing
from lmms_robust.errors import RobustError
from lmms_robust.schema import letters

_LINE = re.compile(r"^\s*\(?([A-H])[.)]\s*(.+?)\s*$", re.MULTILINE)
FORMS = 'a letter ("B"), letter and text ("B. right"), an option\'s text ("right"), or "option_1" to "option_4"'


def split_options(question: str) -> tuple[str, tuple[str, ...]]:
    r"""Split a question that carries its options into the question alone and the options.

    >>> split_options("Where is the dog?\nA. left\nB. right")
    ('Where is the dog?', ('left', 'right'))
    """
    found = list(_LINE.finditer(question))
    stem = question[: found[0].start()] if found else question
    return " ".join(stem.split()), tuple(line[2] for line in found)


def options_of(row: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Return a row's question without options, and its options: a list, columns option_1 to option_4, or lines."""
    stem, in_question = split_options(row["question"])
    if row.get("options") is not None:
        return stem, tuple(row["options"])
    columns = [row.get(f"option_{number}") for number in range(1, 5)]
    given = tuple(str(text).strip() for text in columns if _is_given(text))
    return stem, tuple(_LINE.sub(r"\2", text) for text in given) or in_question


def _is_given(cell: object) -> bool:
    return not is_missing(cell) and str(cell).strip().casefold() not in {"none", "null"}


def gold(options: Sequence[str], answer: object) -> str:
    """Return the letter of the right option. Where an answer's letter and text disagree, the text decides.

    Raises:
        RobustError: the answer matches no option, or more than one.

    >>> gold(("left", "right"), "B. right"), gold(("yes", "no"), "A. no"), gold(("yes", "no"), "option_1")
    ('B', 'B', 'A')
    """
    if not isinstance(answer, str):  # a number may count from 0 or from 1
        raise RobustError(f"answer {answer!r}; allowed: {FORMS}")
    names = letters(len(options))
    text = answer.strip()
    numbered = re.fullmatch(r"option[_ ]?(\d)", text, re.IGNORECASE)
    if numbered and 1 <= int(numbered[1]) <= len(options):
        return names[int(numbered[1]) - 1]
    lettered = re.fullmatch(r"\(?([A-H])[.):]?(?:\s+(.+))?", text)
    matches = _with_text(options, text)  # before its letter: "A man" is no letter A
    if not matches and lettered and lettered[2]:
        matches = _with_text(options, lettered[2])
    if len(matches) == 1:
        return matches[0]
    if lettered and not lettered[2] and lettered[1] in names:
        return lettered[1]
    raise RobustError(f"answer {answer!r} matches {len(matches)} of the options {list(options)}; allowed: {FORMS}")


def _with_text(options: Sequence[str], text: str) -> list[str]:
    names = letters(len(options))
    return [name for name, option in zip(names, options, strict=True) if folded(option) == folded(text)]


def repaired(options: Sequence[str], answer: str) -> bool:
    """Whether an answer's letter names another option than its text.

    >>> repaired(("yes", "no"), "A. no"), repaired(("yes", "no"), "B. no")
    (True, False)
    """
    lettered = re.match(r"\(?([A-H])[.)]\s+", answer.strip())
    return lettered is not None and lettered[1] != gold(options, answer)
