"""What holds for every adapter, on its own fixture."""

from __future__ import annotations

from pathlib import Path

import pytest
from datasets import Dataset

from lmms_robust.benchmarks import MODULES, benchmark

FIXTURES = Path(__file__).parent.parent / "fixtures"
NAMES = [name for name in MODULES if name != "scenes"]


def fixture(name: str) -> tuple[list[dict], list[str]]:
    found = Dataset.from_parquet(str(FIXTURES / f"{name}.parquet"))
    adapter = benchmark(name)
    return found.select_columns(adapter.read_columns(found.column_names)).to_list(), found.column_names


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_cell_leaves_out_at_most_its_row_and_never_ends_the_run(name: str, caplog) -> None:
    adapter = benchmark(name)
    rows, found = fixture(name)
    whole = {item.id for item in adapter.items(rows, found)}
    for column in rows[0]:
        caplog.clear()
        changed = [dict(rows[0]) | {column: None}, *rows[1:]]
        kept = {item.id for item in adapter.items(changed, found)}
        assert len(whole) - 1 <= len(kept) <= len(whole)
        if len(kept) < len(whole):
            assert "left out: row 0: " in caplog.text
