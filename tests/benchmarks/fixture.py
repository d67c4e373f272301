"""Reading a fixture as the harness does: text columns only, then items."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from datasets import Dataset

from lmms_robust.benchmarks import benchmark
from lmms_robust.benchmarks.audit import pattern_of
from lmms_robust.schema import Item

FIXTURES = Path(__file__).parent.parent / "fixtures"


@cache
def dataset(name: str) -> Dataset:
    return Dataset.from_parquet(str(FIXTURES / f"{name}.parquet"))


@cache
def rows(name: str) -> tuple[dict[str, Any], ...]:
    return tuple(dataset(name).select_columns(list(benchmark(name).columns)))


def items(name: str) -> dict[str, Item]:
    return {item.id: item for item in benchmark(name).items(rows(name), dataset(name).column_names)}


def patterns(name: str) -> Counter[str]:
    """How many items each pattern made."""
    return Counter(pattern_of(benchmark(name), item, rows(name)[item.row]) for item in items(name).values())


def check_statements(item: Item) -> None:
    """One sentence per option, all distinct."""
    assert len(item.statements) == len(item.options)
    assert len({text.casefold() for text in item.statements}) == len(item.options)
    assert all(text[0].isupper() or not text[0].isalpha() for text in item.statements)
    assert all(text.endswith((".", "!")) and "  " not in text for text in item.statements)
