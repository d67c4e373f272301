"""Spatial-MM, one object and two objects: prepared rows, rows of the hub mirror, or the official json with pictures.

Which form it is, is told by the columns; how a row names its right option, row by row.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lmms_robust.benchmarks.registry import Benchmark, Row, Source
from lmms_robust.benchmarks.spatial_mm_patterns import PATTERNS
from lmms_robust.benchmarks.spatial_mm_rows import gold, options_of, repaired
from lmms_robust.errors import RobustError
from lmms_robust.schema import Item
from lmms_robust.statements.directions import also_true
from lmms_robust.statements.state import state

NAME = "spatial_mm_obj"
FORMS = {
    "prepared": ("question", "options", "answer", "category", "index"),
    "hub mirror": ("question", "option_1", "option_2", "option_3", "option_4", "answer"),
    "official json": ("image_name", "question", "answer", "object1", "object2"),
}


def to_item(row: Mapping[str, Any], index: int) -> Item:
    """Turn a row into an item.

    Raises:
        RobustError: the answer matches no option or several.
    """
    category, number = _origin(row, index)
    item_id = f"{category}-{number:04}"
    question, options = options_of(row)
    try:
        answer = gold(options, row["answer"])
    except RobustError as error:
        raise RobustError(f"{NAME} item {item_id!r}: {error}") from error
    return Item(
        id=item_id,
        benchmark=NAME,
        category=category,
        question=question,
        options=options,
        answer=answer,
        **state(question, options, PATTERNS).fields,
        row=index,
    )


def repair(row: Row) -> str | None:
    """What was put right in a row that made an item."""
    _, options = options_of(row)
    if not repaired(options, row["answer"]):
        return None
    return f"answer {row['answer']!r}: letter and text name two options; {gold(options, row['answer'])} has that text"


def _origin(row: Mapping[str, Any], index: int) -> tuple[str, int]:
    """Category and number within it; the mirror tells neither."""
    if row.get("category"):
        return row["category"], row["index"]
    if row.get("object2") is None:
        return "obj", index
    return ("two_obj" if row["object2"].strip() else "one_obj"), index


BENCHMARK = Benchmark(
    name=NAME,
    image="image",
    columns=tuple(dict.fromkeys(column for columns in FORMS.values() for column in columns)),
    to_item=to_item,
    source=Source("advaitgupta/spatial-mm-obj", "train"),
    forms=FORMS,
    patterns=PATTERNS,
    beside=also_true,
    repaired=repair,
)
