"""The embedded benchmark: rows as written by :mod:`lmms_robust.scenes.dataset`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lmms_robust.benchmarks.registry import Benchmark, Source
from lmms_robust.errors import RobustError
from lmms_robust.schema import Item


def to_item(row: Mapping[str, Any], index: int) -> Item:
    """Turn a row into an item; the columns are the item's own fields.

    Raises:
        RobustError: the row has no statements, or makes no item.
    """
    if not row["statements"]:
        raise RobustError(f"scenes item {row['id']!r}: no statements; allowed: one for each option")
    return Item(
        id=row["id"],
        benchmark="scenes",
        category=row["category"],
        question=row["question"],
        options=tuple(row["options"] or ()),
        answer=row["answer"],
        statements=tuple(row["statements"]),
        statement_source=f"pattern:scenes/{row['category']}",
        row=index,
    )


BENCHMARK = Benchmark(
    name="scenes",
    image="image",
    columns=("id", "category", "question", "options", "answer", "statements"),
    to_item=to_item,
    source=Source("parquet", "test", data_files={"test": "test.parquet"}),
    bad_rows="refuse",
)
