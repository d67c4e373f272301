"""MME-RealWorld-Lite: five options "(A) …" to "(E) …", the last one saying that the picture does not show it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lmms_robust.benchmarks import rows
from lmms_robust.benchmarks.registry import Benchmark, Source
from lmms_robust.errors import RobustError
from lmms_robust.schema import Item, letters
from lmms_robust.statements.generic import PATTERNS
from lmms_robust.statements.state import state

NAME = "mme_realworld_lite"
OPTIONS = "multi-choice options"
_PREFIX = re.compile(r"\s*[(（]?\s*([A-E])\s*[)）.:：]\s*")


def to_item(row: Mapping[str, Any], index: int) -> Item:
    """Turn a row into an item.

    Raises:
        RobustError: an empty cell, an option without its letter, letters out of order, or an answer that is none of
            them.
    """
    if rows.is_missing(row.get("index")):
        raise RobustError(f"{NAME} row {index}: column 'index' is {row.get('index')!r}; expected: a number or a name")
    item_id = str(row["index"])
    where = f"{NAME} item {item_id!r}"
    lettered = zip(letters(10), rows.texts(row, OPTIONS, where), strict=False)
    options = tuple(_without_letter(text, name, item_id) for name, text in lettered)
    question = " ".join(rows.text(row, "question", where).split())
    options, answer = rows.distinct(options, rows.letter(row.get("answer"), where))
    return Item(
        id=item_id,
        benchmark=NAME,
        category=rows.text(row, "category" if rows.is_missing(row.get("l2-category")) else "l2-category", where),
        question=question,
        options=options,
        answer=answer,
        **state(question, options, PATTERNS).fields,
        row=index,
    )


def _without_letter(text: str, letter: str, item_id: str) -> str:
    found = _PREFIX.match(text)
    if found is None or found[1] != letter:
        raise RobustError(f"{NAME} item {item_id!r}: option {text!r}; allowed: an option that starts with ({letter})")
    return text[found.end() :].strip()


BENCHMARK = Benchmark(
    name=NAME,
    image="bytes",
    columns=("index", "question", OPTIONS, "answer", "category", "l2-category"),
    to_item=to_item,
    source=Source("yifanzhang114/MME-RealWorld-lite-lmms-eval", "train"),
    patterns=PATTERNS,
)
