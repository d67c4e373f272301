"""What holds for every adapter, on its own fixture."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest

from lmms_robust.benchmarks import MODULES, Benchmark, benchmark
from lmms_robust.benchmarks.audit import UNKNOWN, pattern_of
from lmms_robust.benchmarks.reading import load
from lmms_robust.benchmarks.registry import former_ids
from lmms_robust.errors import RobustError
from lmms_robust.schema import Item
from tests.benchmarks.fixture import FIXTURES, check_statements
from tests.benchmarks.golden import GOLDEN

NAMES = [name for name in MODULES if name != "scenes"]
FALLBACKS = {"mmbench": 3}
SHARED_PATTERNS = ("mmbench", "mme_realworld_lite", "vstar", "spatial_mm_obj", "spatial_mm_multihop")
"""These two try one list of patterns; that each has its rows is tested where both are read."""


@cache
def fixture(name: str) -> tuple[tuple[dict[str, Any], ...], tuple[str, ...]]:
    """Rows of the columns that are read, and the names of all columns."""
    found = load(benchmark(name), [FIXTURES / f"{name}.parquet"])
    return tuple(found.select_columns(benchmark(name).read_columns(found.column_names))), tuple(found.column_names)


@cache
def items(name: str) -> dict[str, Item]:
    return {item.id: item for item in benchmark(name).items(*fixture(name))}


def made_by(name: str) -> list[str]:
    return [pattern_of(benchmark(name), item, fixture(name)[0][item.row]) for item in items(name).values()]


@pytest.mark.parametrize(("name", "id"), [(name, id) for name, known in GOLDEN.items() for id in known])
def test_golden_statements(name: str, id: str) -> None:
    assert items(name)[id].statements == GOLDEN[name][id]


def test_every_benchmark_has_golden_statements() -> None:
    assert set(GOLDEN) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_pattern_has_two_rows_and_little_falls_back(name: str) -> None:
    found = made_by(name)
    assert UNKNOWN not in found
    assert found.count("fallback") <= FALLBACKS.get(name, 1)
    if name not in SHARED_PATTERNS:
        assert all(found.count(pattern.name) >= 2 for pattern in benchmark(name).patterns)


@pytest.mark.parametrize("name", NAMES)
def test_every_item_has_one_sentence_per_option_and_the_same_every_time(name: str) -> None:
    for item in items(name).values():
        if "code" not in item.question:  # its line ends and indents stay
            check_statements(item)
        assert item == benchmark(name).item(fixture(name)[0][item.row], item.row)


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_column_is_named_with_those_found_and_expected(name: str) -> None:
    adapter, (rows, found) = benchmark(name), fixture(name)
    read = next(iter(adapter.forms.values()), adapter.columns) if name != "spatial_mm_obj" else ("option_4",)
    for column in (adapter.image, *read):
        without = [one for one in found if one != column]
        with pytest.raises(RobustError, match=rf"benchmark {name}: .*; found: .*; expected: .*\b{column}\b") as caught:
            adapter.items(rows, without)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_cell_leaves_out_at_most_its_row_and_never_ends_the_run(name: str, caplog) -> None:
    adapter, (rows, found) = benchmark(name), fixture(name)
    whole = set(items(name))
    for column in rows[0]:
        caplog.clear()
        changed = [dict(rows[0]) | {column: None}, *rows[1:]]
        kept = {item.id for item in adapter.items(changed, found)}
        assert len(whole) - 1 <= len(kept) <= len(whole)
        if len(kept) < len(whole):
            assert "left out: row 0: " in caplog.text
            assert not re.search(r"' object|NoneType|malformed", caplog.messages[0])


def published(name: str) -> tuple[Benchmark, list[dict[str, Any]], tuple[str, ...]]:
    rows, found = fixture(name)
    return benchmark(name), [dict(row) for row in rows], found


OWN_IDS = ["3dsrbench", "cv_bench", "spatial_mm_multihop", "vstar", "mme_realworld_lite", "mmbench"]
"""Benchmarks whose rows bring their ids; those of the others are numbers of rows, so none comes twice."""


@pytest.mark.parametrize("name", OWN_IDS)
def test_a_row_that_says_the_same_again_is_left_out_and_counted(name: str, caplog) -> None:
    adapter, rows, found = published(name)
    kept = adapter.items([*rows, rows[0]], found)
    assert kept == list(items(name).values())
    assert f"left out: row {len(rows)} repeats row 0 (id {kept[0].id!r})" in caplog.text
    assert "1 repeated" in caplog.messages[-1]


@pytest.mark.parametrize("name", OWN_IDS)
def test_another_question_under_the_same_id_ends_the_run_in_one_line(name: str) -> None:
    adapter, rows, found = published(name)
    column = "text" if name == "vstar" else "question"
    other = rows[0] | {column: "Once again: " + rows[0][column]}
    with pytest.raises(
        RobustError, match=rf"benchmark {name}: rows 0 and {len(rows)} share the id .* and say"
    ) as caught:
        adapter.items([*rows, other], found)
    assert "\n" not in str(caught.value)


def test_rows_that_are_broken_and_rows_that_come_twice_are_counted_apart(caplog) -> None:
    adapter, rows, found = published("vstar")
    adapter.items([*rows, rows[0], rows[1], rows[2] | {"label": "Z"}], found)
    assert caplog.messages[-1] == "benchmark vstar: left out 3 row(s) (1 broken, 2 repeated); 10 items kept"


def test_rows_none_of_which_makes_an_item_are_one_line_with_the_first_reason(caplog) -> None:
    adapter, rows, found = published("vstar")
    with pytest.raises(RobustError) as caught:
        adapter.items([row | {"label": 1} for row in rows], found)
    assert str(caught.value) == (
        "benchmark vstar: none of 10 row(s) makes an item: left out: row 0: vstar item 'direct_attributes-0': answer 1"
        "; expected: one letter from A to K, such as 'A' or '(A)'; allowed: at least one that does"
    )
    assert not caplog.messages
    with pytest.raises(RobustError, match="benchmark vstar: no rows; allowed: at least one"):
        adapter.items([], found)


def test_nothing_is_said_of_rows_in_which_nothing_is_wrong(caplog) -> None:
    benchmark("vstar").items(*fixture("vstar"))
    assert not caplog.messages


@pytest.mark.parametrize(("name", "column"), [("vstar", "label"), ("mmbench", "answer"), ("3dsrbench", "answer")])
def test_an_answer_in_lower_case_is_read(name: str, column: str) -> None:
    adapter, rows, found = published(name)
    assert adapter.items([row | {column: row[column].lower()} for row in rows], found) == list(items(name).values())


@pytest.mark.parametrize("column", ["index", "question", "multi-choice options", "answer"])
def test_an_empty_cell_is_told_by_its_column(column: str, caplog) -> None:
    adapter, rows, found = published("mme_realworld_lite")
    adapter.items([rows[0] | {column: None}, *rows[1:]], found)
    assert re.search(rf"mme_realworld_lite (?:row 0|item '0'): (?:column '{column}' is|answer) None; exp", caplog.text)


def test_a_cell_of_another_type_is_told_in_words(caplog) -> None:
    adapter, rows, found = published("spatial_mm_multihop")
    adapter.items([rows[0] | {"options": 3}, *rows[1:]], found)
    assert (
        "left out: row 0: spatial_mm_multihop row 0: a cell of another type than its column's; found: " in caplog.text
    )
    assert "options int" in caplog.text


def test_older_ids_are_found_by_the_new_one() -> None:
    assert former_ids("lmms-lab-encoder/vstar-bench") == ("lmms-lab/vstar-bench",)
    assert former_ids("nyu-visionx/CV-Bench") == former_ids("parquet") == ()
