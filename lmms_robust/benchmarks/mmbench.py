"""MMBench (English, dev): twenty abilities, open-ended questions, four copies of each with the options rotated.

Families are open: many questions have no pattern. A sentence is only taken from an option, or built with it, where
stating it says that this option is the answer: "Which is not true?" turns that round, and is left to the fallback.
"""

from __future__ import annotations

import re

from lmms_robust.benchmarks import rows
from lmms_robust.benchmarks.registry import Benchmark, Row, Source
from lmms_robust.errors import RobustError
from lmms_robust.schema import Item
from lmms_robust.statements.generic import PATTERNS
from lmms_robust.statements.state import state

NAME = "mmbench"
ROTATED_FROM = 1_000_000
"""A row at or above this index is a copy of the question ``index % ROTATED_FROM`` with the options rotated."""


def to_item(row: Row, index: int) -> Item | None:
    """Turn a row into an item, the hint before the question; None for a copy with rotated options."""
    number = _index(row.get("index"), index)
    if number >= ROTATED_FROM:
        return None
    where = f"{NAME} item '{number}'"
    question = rows.text(row, "question", where)
    hint = "" if rows.is_missing(row.get("hint")) else rows.text(row, "hint", where)
    options = rows.options(row, "ABCD", where)
    options, answer = rows.distinct(options, rows.letter(row.get("answer"), where))
    return Item(
        id=str(number),
        benchmark=NAME,
        category=rows.text(row, "category", where),
        question=f"{hint}\n{question}" if hint else question,
        options=options,
        answer=answer,
        **state(question, options, PATTERNS).fields,
        row=index,
    )


def _index(value: object, row: int) -> int:
    """Read the index, which some copies of the data hold as text."""
    if not re.fullmatch(r"\d+(?:\.0)?", str(value)):
        raise RobustError(f"{NAME} row {row}: column 'index' is {value!r}; expected: a whole number, 0 and above")
    return int(float(str(value)))


BENCHMARK = Benchmark(
    name=NAME,
    image="image",
    columns=("index", "question", "hint", "A", "B", "C", "D", "answer", "category"),
    to_item=to_item,
    source=Source(
        "lmms-lab-encoder/MMBench",
        "dev",
        config="en",
        data_files={"dev": "en/dev-*"},
        former=("lmms-lab/MMBench",),
    ),
    patterns=PATTERNS,
    stated=lambda row: str(row["question"]),  # without the hint
)
