from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from datasets import Dataset, load_dataset

from lmms_robust.benchmarks import benchmark
from lmms_robust.benchmarks.items import items_of
from lmms_robust.benchmarks.reading import from_source
from lmms_robust.benchmarks.whatsup import QUESTION, SUBSETS, to_item
from lmms_robust.errors import RobustError
from lmms_robust.harness.local import write_local
from lmms_robust.harness.reading import task_config, task_docs
from lmms_robust.harness.taskfiles import dataset_yaml
from lmms_robust.statements.state import FALLBACK, state
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
    places = ("on", "under", "to the left of", "to the right of")
    captions = [[f"A cup {where} pan {index}" for where in places] for index in range(40)]
    made = [to_item({"caption_options": one}, index) for index, one in enumerate(captions)]
    assert {item.answer for item in made} == set("ABCD")
    assert [item.options[item.letters.index(item.answer)] for item in made] == [one[0] for one in captions]
    turned = [[one[0], *reversed(one[1:])] for one in captions]
    assert made == [to_item({"caption_options": one}, index) for index, one in enumerate(turned)]


def test_rows_of_no_known_subset_are_told_apart_as_far_as_captions_go(caplog) -> None:
    categories = [item.category for item in items(ADAPTER).values()]
    assert categories[:4] == ["controlled_a", "controlled_a", "controlled_b", "controlled_b"]
    assert categories[4:8] == ["one_object", "one_object", "two_objects", "two_objects"]
    assert "COCO and GQA are not told apart in 12 row(s) of no known subset; allowed: files named" in caplog.text


CAPTIONS = {
    "controlled_a": [
        "A cup on a pan",
        "A cup under a pan",
        "A cup to the left of a pan",
        "A cup to the right of a pan",
    ],
    "controlled_b": [f"A cup {how} a pan" for how in ("in front of", "behind", "to the left of", "to the right of")],
    "one_object": ["A photo of a cup on the left", "A photo of a cup on the right"],
    "two_objects": ["A photo of a cup to the left of a pan", "A photo of a cup to the right of a pan"],
}


def all_rows(names: Iterable[str] = SUBSETS) -> list[dict]:
    return [{"caption_options": CAPTIONS[SUBSETS[name].kind]} for name in names for _ in range(SUBSETS[name].rows)]


def test_rows_as_a_harness_loads_them_are_told_apart_by_their_place() -> None:
    found = ADAPTER.items(all_rows(), ["caption_options", "image_options"])
    assert Counter(item.category for item in found) == {
        "controlled_a": 412, "controlled_b": 408, "coco_one": 2247, "coco_two": 440, "gqa_one": 1160, "gqa_two": 291,
    }  # fmt: skip
    assert [found[row].category for row in (411, 412, 819, 820, 3066, 3067, 3506, 3507, 4666, 4667)] == [
        "controlled_a", "controlled_b", "controlled_b", "coco_one", "coco_one", "coco_two", "coco_two", "gqa_one",
        "gqa_one", "gqa_two",
    ]  # fmt: skip


def test_a_few_odd_rows_do_not_shift_the_others() -> None:
    rows = all_rows()
    rows[0], rows[3000], rows[-1] = {"caption_options": None}, rows[-1], rows[3000]
    found = ADAPTER.items(rows, ["caption_options", "image_options"])
    assert (len(found), found[-1].category, found[2999].category) == (4957, "gqa_two", "coco_one")


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([name for name in SUBSETS if name != "VG_QA_two_obj"], "found 4667 rows; expected 4958, in this order Contr"),
        ([*SUBSETS, "Controlled_Images_A"], "found 5370 rows; expected 4958"),
        (["Controlled_Images_B", "Controlled_Images_A", *list(SUBSETS)[2:]],
         "found rows of controlled_b in the place of Controlled_Images_A; expected in this order"),
    ],
)  # fmt: skip
def test_rows_that_are_not_all_subsets_in_order_are_refused_before_a_model_is_loaded(names: list, message: str) -> None:
    with pytest.raises(RobustError, match=message) as caught:
        ADAPTER.items(all_rows(names), ["caption_options", "image_options"])
    assert "`lmms-robust local whatsup --output DIR`" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_local_file_tells_its_subset_by_its_name(tmp_path: Path, caplog) -> None:
    names = ["VG_QA_one_obj-00000-of-00001.parquet", "coco_qa_two_obj.parquet", "VG_QA_one_object.parquet"]
    for name in names:
        shutil.copy(FIXTURES / "whatsup.parquet", tmp_path / name)
    found = list(items(ADAPTER, *(tmp_path / name for name in names)).values())
    assert [{item.category for item in found[start : start + 12]} for start in (0, 12)] == [{"gqa_one"}, {"coco_two"}]
    assert found[24].category == "controlled_a"
    assert "12 row(s) of no known subset" in caplog.text


def test_tasks_over_local_files_keep_what_the_names_told(tmp_path: Path) -> None:
    shutil.copy(FIXTURES / "whatsup.parquet", tmp_path / "VG_QA_two_obj-00000-of-00001.parquet")
    folder = write_local("whatsup", sorted(tmp_path.iterdir()), None, tmp_path / "tasks", "lmms_eval")
    assert set(task_docs(task_config("robust_whatsup_base", folder))["category"]) == {"gqa_two"}


def test_an_unknown_subset_is_named() -> None:
    row = {"caption_options": CAPTIONS["one_object"], "subset": "VG_Relation"}
    with pytest.raises(RobustError, match="item 'whatsup-00003': subset 'VG_Relation'; allowed: Controlled_Images_A, "):
        to_item(row, 3)


def test_every_pattern_has_two_rows_and_one_row_none() -> None:
    found = matched(ADAPTER, ITEMS)
    assert {name: len(ids) for name, ids in found.items()} == {"two_objects": 8, "one_object": 3, FALLBACK: 1}


@pytest.mark.parametrize("captions", [None, "A cup on a pan", [None, "A cup"], [1, 2]])
def test_captions_that_are_no_list_of_texts(captions: object) -> None:
    with pytest.raises(RobustError, match=r"whatsup item 'whatsup-00007': column 'caption_options' is .*; expected: "):
        to_item({"caption_options": captions}, 7)


def test_a_caption_that_is_null_does_not_end_the_run_of_all_rows() -> None:
    rows = all_rows()
    rows[0] = {"caption_options": [None, *CAPTIONS["controlled_a"][1:]]}
    assert len(ADAPTER.items(rows, ["caption_options", "image_options"])) == 4957


@pytest.mark.parametrize("captions", [[], ["A cup"], ["A", "B", "C"]])
def test_captions_of_another_form(captions: object) -> None:
    with pytest.raises(RobustError, match=r"whatsup item 'whatsup-00007': caption_options .*allowed: a list of 2 or 4"):
        to_item({"caption_options": captions}, 7)


def repository(folder: Path, names: Iterable[str]) -> Path:
    """A folder that `datasets` reads as it reads the hub's repository; rows of each file are told by a number."""
    (folder / "data").mkdir()
    for number, name in enumerate(names):
        rows = Dataset.from_dict({"image_options": [str(number)] * 2, "caption_options": [CAPTIONS["one_object"]] * 2})
        rows.to_parquet(folder / "data" / f"{name}-00000-of-00001.parquet")
    return folder


UNWANTED = ("VG_Relation", "VG_Attribution", "COCO_Order")


def test_a_harness_reads_six_splits_as_one_in_order_and_no_other(tmp_path: Path) -> None:
    repository(tmp_path, ("VG_Relation", *SUBSETS, "VG_Attribution", "COCO_Order"))
    assert yaml.safe_load(dataset_yaml(ADAPTER.source))["dataset_kwargs"] == {"data_files": ADAPTER.source.files}
    found = load_dataset(str(tmp_path), data_files=ADAPTER.source.files, cache_dir=str(tmp_path / "cache"))
    assert list(found) == ["test"]
    assert found["test"]["image_options"] == [str(1 + place // 2) for place in range(12)]


def test_the_loader_of_this_package_reads_splits_by_name(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    source = replace(ADAPTER.source, path=str(repository(tmp_path, (*UNWANTED, *reversed(SUBSETS)))))
    found = from_source(source, "whatsup")
    assert found["subset"] == [name for name in SUBSETS for _ in range(2)]
    assert {item.category for item in items_of(ADAPTER, found)} == {subset.category for subset in SUBSETS.values()}


def test_splits_of_other_names_are_named_with_those_expected(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    folder = repository(tmp_path, ("Controlled_Images_A", "Controlled_Images_B", "COCO_QA_one_obj", "GQA_one"))
    with pytest.raises(
        RobustError, match=r"found splits: .*GQA_one.*; expected: Controlled_Images_A, .*VG_QA_two_obj"
    ) as caught:
        from_source(replace(ADAPTER.source, path=str(folder)), "whatsup")
    assert "\n" not in str(caught.value)


def test_properties() -> None:
    captions = [caption for item in ITEMS.values() for caption in item.options]
    check_one_statement_per_option(ADAPTER.patterns, [QUESTION], captions)
