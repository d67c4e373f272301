"""Items of a fixture, by id, and the properties that every benchmark's items must have."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from lmms_robust.benchmarks.audit import pattern_of
from lmms_robust.benchmarks.items import items_of
from lmms_robust.benchmarks.reading import load
from lmms_robust.benchmarks.registry import Benchmark
from lmms_robust.schema import Item
from lmms_robust.statements.state import Pattern, state

FIXTURES = Path(__file__).parent.parent / "fixtures"


def items(adapter: Benchmark, *files: Path, images: Path | None = None) -> dict[str, Item]:
    chosen = files or (FIXTURES / f"{adapter.name}.parquet",)
    return {item.id: item for item in items_of(adapter, load(adapter, chosen, images))}


def matched(adapter: Benchmark, found: dict[str, Item]) -> dict[str, list[str]]:
    """Names of patterns, each with the ids of its items."""
    patterns: dict[str, list[str]] = {}
    for item in found.values():
        patterns.setdefault(pattern_of(adapter, item, {}), []).append(item.id)
    return patterns


def check_one_statement_per_option(patterns: tuple[Pattern, ...], questions: list[str], options: list[str]) -> None:
    """Whatever the options of a question are: one statement each, all distinct, the same every time."""

    @given(
        question=st.sampled_from(questions) | st.text(min_size=1, max_size=60),
        chosen=st.lists(
            st.sampled_from(options) | st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8),
            min_size=2,
            max_size=5,
            unique_by=lambda text: " ".join(text.split()).casefold(),
        ),
    )
    def check(question: str, chosen: list[str]) -> None:
        made = state(question, chosen, patterns)
        assert len(made.texts) == len(chosen) == len(set(made.texts))
        assert made == state(question, chosen, patterns)

    check()
