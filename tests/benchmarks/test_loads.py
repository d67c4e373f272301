"""However the same rows are loaded, the same options are planted."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from datasets import Dataset

from lmms_robust.benchmarks.mapped import mapped, with_answer_form
from lmms_robust.benchmarks.mapping import ColumnMapping
from lmms_robust.benchmarks.reading import load
from lmms_robust.benchmarks.registry import Source
from lmms_robust.benchmarks.training_sets import PIXMO_COUNT
from lmms_robust.perturbations import plant
from tests.conftest import png

QUESTIONS = [
    {"q": f"What is on café table {number}?", "o": ["a cup", "a jug of  milk", "a dog", "a plate", "None of the above"],
     "gold": number % 4}
    for number in range(12)
]  # fmt: skip
LISTED = ColumnMapping("mine", ("image",), "q", "list", ("o",), "gold")
IN_COLUMNS = ColumnMapping("mine", ("image",), "q", "columns", tuple("abcde"), "gold")


def planted(mapping: ColumnMapping, file: Path, images: Path | None = None) -> dict[str, list[str]]:
    dataset = load(mapped(mapping, Source("x", "y")), [file], images)
    rows = dataset.select_columns(list(mapping.columns))
    adapter = mapped(with_answer_form(mapping, rows), Source("x", "y"))
    found = {}
    for item in adapter.items(rows, dataset.column_names):
        drawn = [item.options[item.letters.index(plant(item, seed))] for seed in range(5)]
        found[" ".join(item.question.split())] = [" ".join(text.split()) for text in drawn]
    return found


def as_parquet(rows: list[dict[str, Any]], folder: Path) -> dict[str, list[str]]:
    lettered = [row | {"gold": "ABCDE"[row["gold"]], "image": {"bytes": png(), "path": None}} for row in rows]
    Dataset.from_list(lettered).to_parquet(folder / "rows.parquet")
    return planted(LISTED, folder / "rows.parquet")


def as_jsonl(rows: list[dict[str, Any]], folder: Path) -> dict[str, list[str]]:
    (folder / "a.png").write_bytes(png(size=(5, 7)))
    texts = [row | {"gold": row["o"][row["gold"]], "image": "a.png"} for row in rows]
    (folder / "rows.jsonl").write_text("\n".join(map(json.dumps, texts)), encoding="utf-8")
    return planted(LISTED, folder / "rows.jsonl", folder)


def as_json_in_columns(rows: list[dict[str, Any]], folder: Path) -> dict[str, list[str]]:
    made = [
        dict(zip("abcde", row["o"], strict=True)) | {"q": row["q"], "gold": row["gold"], "image": ""} for row in rows
    ]
    (folder / "rows.json").write_text(json.dumps(made), encoding="utf-8")
    return planted(IN_COLUMNS, folder / "rows.json")


def in_another_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    turned = []
    for row in rows[::-1]:
        options = Random(row["q"]).sample(row["o"], len(row["o"]))
        turned.append({"q": row["q"], "o": options, "gold": options.index(row["o"][row["gold"]])})
    return turned


def spaced_otherwise(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Spaces doubled or single, and "é" in two characters."""
    options = [[option.replace("of  milk", "of milk\n") for option in row["o"]] for row in rows]
    return [
        row | {"q": row["q"].replace("é", "e\u0301").replace(" is ", "  is "), "o": texts}
        for row, texts in zip(rows, options, strict=True)
    ]


@pytest.mark.parametrize("write", [as_parquet, as_jsonl, as_json_in_columns])
@pytest.mark.parametrize("change", [list, in_another_order])
def test_the_same_rows_in_other_files_and_orders(tmp_path: Path, write: Any, change: Any) -> None:
    assert write(change(QUESTIONS), tmp_path) == as_parquet(QUESTIONS, tmp_path)


def test_spaces_and_the_form_of_accents_are_no_difference(tmp_path: Path) -> None:
    found, spaced = as_parquet(QUESTIONS, tmp_path), as_parquet(spaced_otherwise(QUESTIONS), tmp_path)
    assert list(found.values()) == list(spaced.values())


def test_seeds_draw_differently_and_refusals_never(tmp_path: Path) -> None:
    found = as_parquet(QUESTIONS, tmp_path)
    assert len(found) == len(QUESTIONS)
    assert any(len(set(drawn)) > 1 for drawn in found.values())
    assert {text for drawn in found.values() for text in drawn} == {"a cup", "a jug of milk", "a dog", "a plate"}


def test_counts_that_are_drawn_do_not_hang_on_the_row() -> None:
    rows = [{"count": number, "label": label} for number, label in enumerate(["cats", "dogs", "cups"], start=2)]
    forth = [PIXMO_COUNT.item(row, index) for index, row in enumerate(rows)]
    back = [PIXMO_COUNT.item(row, index) for index, row in enumerate(rows[::-1])]
    assert [item and (item.options, item.answer) for item in forth] == [
        item and (item.options, item.answer) for item in back[::-1]
    ]
