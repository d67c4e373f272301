"""The embedded benchmark: rows as written by :mod:`lmms_robust.scenes.dataset`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lmms_robust.benchmarks.registry import Benchmark
from lmms_robust.schema import Item


def to_item(row: Mapping[str, Any], index: int) -> Item:
    """Turn a row into an item; the columns are the item's own fields."""
    return Item(
        id=row["id"],
        benchmark="scenes",
        category=row["category"],
        question=row["question"],
        options=tuple(row["options"]),
        answer=row["answer"],
        statements=tuple(row["statements"]),
        row=index,
    )


BENCHMARK = Benchmark("scenes", "image", ("id", "category", "question", "options", "answer", "statements"), to_item)
