from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from datasets import load_dataset

from lmms_robust.benchmarks import benchmark
from lmms_robust.benchmarks.statements import FALLBACK, state
from lmms_robust.benchmarks.whatsup import QUESTION, SUBSETS, to_item
from lmms_robust.errors import RobustError
from tests.benchmarks.fixture_items import FIXTURES, check_one_statement_per_option, items, matched

ADAPTER = benchmark("whatsup")
ITEMS = items(ADAPTER)


def says(*captions: str) -> tuple[str, ...]:
    return state(QUESTION, captions, ADAPTER.patterns).texts


def test_golden_item() -> None:
    item = ITEMS["whatsup-00000"]
    assert (item.category, item.question) == ("controlled_a", "Which caption correctly describes the image?")
    assert item.options[item.letters.index(item.answer)] == "A beer bottle on a armchair"
    assert sorted(item.statements) == [
        "A beer bottle is on an armchair.",
        "A beer bottle is to the left of an armchair.",
        "A beer bottle is to the right of an armchair.",
        "A beer bottle is under an armchair.",
    ]


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("A orange in front of a cup", "An orange is in front of a cup."),
        ("A photo of a dining table on the bottom", "A dining table is at the bottom."),
        ("A photo of a elephant on the left", "An elephant is on the left."),
        ("A photo of a scissors on the left", "Scissors are on the left."),
        ("A photo of drawers on the right", "Drawers are on the right."),
        ("A photo of a cart to the front of green trees", "A cart is in front of green trees."),
        ("A photo of a cart to the behind of a tree", "A cart is behind a tree."),
        ("A photo of a dog to the top of a toilet", "A dog is above a toilet."),
        ("A photo of a kite above a umbrella.", "A kite is above an umbrella."),
    ],
)
def test_a_caption_becomes_a_sentence(caption: str, expected: str) -> None:
    other = "A photo of a cup on the right" if " on the " in caption else "A photo of a cup below a pan"
    other = "A photo of a cup on the left" if caption.endswith("right") else other
    assert says(caption, other)[0] == expected


def test_gold_is_first_in_the_source_and_not_in_the_items() -> None:
    captions = [f"A cup {where} a pan" for where in ("on", "under", "to the left of", "to the right of")]
    made = [to_item({"caption_options": captions}, index) for index in range(40)]
    assert {item.answer for item in made} == set("ABCD")
    assert all(item.options[item.letters.index(item.answer)] == captions[0] for item in made)
    assert made == [to_item({"caption_options": captions}, index) for index in range(40)]


def test_categories_are_told_from_the_captions() -> None:
    categories = [item.category for item in ITEMS.values()]
    assert categories[:4] == ["controlled_a", "controlled_a", "controlled_b", "controlled_b"]
    assert categories[4:8] == ["one_object", "one_object", "two_objects", "two_objects"]


def test_every_pattern_has_two_rows_and_one_row_none() -> None:
    found = matched(ADAPTER, ITEMS)
    assert {name: len(ids) for name, ids in found.items()} == {"two_objects": 8, "one_object": 3, FALLBACK: 1}


@pytest.mark.parametrize("captions", [None, "A cup on a pan", [], ["A cup"], ["A", "B", "C"]])
def test_captions_of_another_form(captions: object) -> None:
    with pytest.raises(RobustError, match=r"whatsup item 'whatsup-00007': caption_options .*allowed: a list of 2 or 4"):
        to_item({"caption_options": captions}, 7)


def test_six_subsets_are_read_as_one_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for name in (*SUBSETS, "VG_Relation", "VG_Attribution", "COCO_Order"):
        shutil.copy(FIXTURES / "whatsup.parquet", tmp_path / "data" / f"{name}-00000-of-00001.parquet")
    found = load_dataset(str(tmp_path), data_files=dict(ADAPTER.source.data_files))
    assert {split: len(rows) for split, rows in found.items()} == {ADAPTER.source.split: 6 * len(ITEMS)}


def test_properties() -> None:
    captions = [caption for item in ITEMS.values() for caption in item.options]
    check_one_statement_per_option(ADAPTER.patterns, [QUESTION], captions)
