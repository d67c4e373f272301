"""Spatial-MM Multihop: rows as written by :mod:`lmms_robust.benchmarks.prepare`; the official ones have no options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lmms_robust.benchmarks.registry import Benchmark, Source
from lmms_robust.benchmarks.spatial_mm_patterns import OPEN_PATTERNS
from lmms_robust.benchmarks.spatial_mm_patterns import PATTERNS as PLACE_PATTERNS
from lmms_robust.schema import Item
from lmms_robust.statements.directions import also_true
from lmms_robust.statements.state import state

NAME = "spatial_mm_multihop"
PATTERNS = (*PLACE_PATTERNS, *OPEN_PATTERNS)


def to_item(row: Mapping[str, Any], index: int) -> Item:
    """Turn a row into an item; its category is the type of its answer."""
    options = tuple(row["options"])
    return Item(
        id=f"multihop-{row['index']:04}",
        benchmark=NAME,
        category=row["answer_type"],
        question=row["question"],
        options=options,
        answer=row["answer"],
        **state(row["question"], options, PATTERNS).fields,
        row=index,
    )


BENCHMARK = Benchmark(
    name=NAME,
    image="image",
    columns=("index", "question", "options", "answer", "answer_type"),
    to_item=to_item,
    source=Source(
        "parquet",
        "test",
        data_files={"test": f"{NAME}.parquet"},
        made_by="`lmms-robust prepare spatial_mm` makes them of the official files, "
        f"`lmms-robust local {NAME}` makes tasks over them",
    ),
    patterns=PATTERNS,
    beside=also_true,
)
