"""What is known of the published data and would not be guessed from its columns."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from lmms_robust.benchmarks import MODULES, benchmark
from lmms_robust.benchmarks.spatial_mm_rows import gold
from lmms_robust.benchmarks.training_sets import GEOMETRY3K, PIXMO_COUNT, SAT_V2
from lmms_robust.errors import RobustError
from lmms_robust.harness.plugin import HARNESSES, task_folder
from tests.benchmarks.test_registry import fixture

SOURCES = {
    "3dsrbench": ("oscarqjh/3DSRBench_lmmseval", "3dsr", "test"),
    "cv_bench": ("nyu-visionx/CV-Bench", None, "test"),
    "spatial_mm_obj": ("advaitgupta/spatial-mm-obj", None, "train"),
    "whatsup": ("ServiceNow/whatsup_all", None, "test"),
    "vstar": ("lmms-lab-encoder/vstar-bench", None, "test"),
    "mme_realworld_lite": ("yifanzhang114/MME-RealWorld-lite-lmms-eval", None, "train"),
    "mmbench": ("lmms-lab-encoder/MMBench", "en", "dev"),
}


@pytest.mark.parametrize("harness", HARNESSES)
@pytest.mark.parametrize("name", SOURCES)
def test_tasks_read_the_split_that_has_answers_and_fetch_no_other(harness: str, name: str) -> None:
    """The loader takes neither a split nor a login; `category` and `trust_remote_code` end the run."""
    text = (task_folder(harness) / name / "_default_template_yaml").read_text(encoding="utf-8")
    settings = yaml.safe_load(text.replace("!function ", ""))
    assert (settings["dataset_path"], settings.get("dataset_name"), settings["test_split"]) == SOURCES[name]
    kwargs = settings.get("dataset_kwargs", {})
    assert set(kwargs) <= {"data_files"}
    assert list(kwargs.get("data_files", {settings["test_split"]: ""})) == [settings["test_split"]]


def test_other_splits_of_large_repositories_are_left_where_they_are() -> None:
    assert benchmark("mmbench").source.files == {"dev": "en/dev-*"}
    wanted = benchmark("whatsup").source.files["test"]
    assert len(wanted) == 6
    assert not [
        pattern for pattern in wanted if "Relation" in pattern or "Attribution" in pattern or "Order" in pattern
    ]


def test_renamed_repositories_keep_their_older_ids() -> None:
    renamed = {name for name in MODULES if benchmark(name).source.path.startswith("lmms-lab-encoder/")}
    assert renamed == {"vstar", "mmbench"}
    for name in renamed:
        source = benchmark(name).source
        assert source.former == (source.path.replace("lmms-lab-encoder/", "lmms-lab/"),)


def test_the_official_copy_of_3dsrbench_has_addresses_instead_of_pictures() -> None:
    rows, found = fixture("3dsrbench")
    columns = [*(column for column in found if column != "image"), "image_url"]
    with pytest.raises(RobustError, match=r"missing column\(s\) image; found: .*image_url"):
        benchmark("3dsrbench").items(rows, columns)


def row(name: str, **changes: Any) -> dict[str, Any]:
    return dict(fixture(name)[0][0]) | changes


@pytest.mark.parametrize("name", ["VIN6MS3J-1", "VIN6MS3J-flip-1", "VIN6MS3J-flip-3"])
def test_copies_of_3dsrbench_with_rotated_options_are_left_out_whichever_column_names_them(name: str) -> None:
    to_item = benchmark("3dsrbench").to_item
    assert to_item(row("3dsrbench", index=name), 0) is None
    assert to_item(row("3dsrbench", index=17, qid=name), 0) is None
    flipped = to_item(row("3dsrbench", index="VIN6MS3J-flip"), 0)
    assert flipped is not None
    assert flipped.id == "VIN6MS3J-flip"


@pytest.mark.parametrize("index", [1_000_241, "1000241", 3_000_241.0])
def test_copies_of_mmbench_with_rotated_options_are_left_out_whatever_type_the_index_has(index: object) -> None:
    assert benchmark("mmbench").to_item(row("mmbench", index=index), 0) is None


def test_rows_of_mmbench_without_an_answer_are_named_as_in_the_test_split() -> None:
    rows, found = fixture("mmbench")
    with pytest.raises(RobustError, match=r"none of 19 row\(s\) makes an item: .*item '241': answer 'nan'"):
        benchmark("mmbench").items([dict(one) | {"answer": "nan"} for one in rows], found)


def test_mme_keeps_its_pictures_as_text_beside_options_with_their_letters() -> None:
    adapter = benchmark("mme_realworld_lite")
    assert (adapter.image, "image" in fixture("mme_realworld_lite")[1]) == ("bytes", False)
    for prefix in ("({})", "（{}）", "({}) "):
        options = [prefix.format(letter) + text for letter, text in zip("ABCDE", "vwxyz", strict=True)]
        item = adapter.to_item(row("mme_realworld_lite", **{"multi-choice options": options}), 0)
        assert item is not None
        assert item.options == ("v", "w", "x", "y", "z")


@pytest.mark.parametrize("count", range(2, 7))
def test_counts_of_cv_bench_have_two_to_six_choices(count: int) -> None:
    letter = "ABCDEF"[count - 1]
    item = benchmark("cv_bench").to_item(row("cv_bench", choices=list("012345"[:count]), answer=f"({letter})"), 0)
    assert item is not None
    assert (len(item.options), item.answer) == (count, letter)


@pytest.mark.parametrize(
    ("options", "answer", "letter"),
    [
        (("middle", "right", "left", "top"), "C. middle", "A"),
        (("yes", "no"), "A. no", "B"),
        (("right", "front", "left", "back"), "D. front", "B"),
        (("yes", "no"), "B. yes", "A"),
    ],
)
def test_known_wrong_labels_of_spatial_mm_are_read_by_their_text(options: tuple, answer: str, letter: str) -> None:
    assert gold(options, answer) == letter


def test_an_option_of_spatial_mm_that_stands_twice_costs_its_row() -> None:
    with pytest.raises(RobustError, match="matches 2 of the options"):
        gold(("front", "left", "right", "left"), "B. left")


def test_training_sets_name_their_right_answer_in_three_ways() -> None:
    asked = {"question": "<image>Is it?", "answers": ["yes", "no"], "correct_answer": "no", "question_type": "other"}
    geometry = {
        "id": 7,
        "problem": "<image>Find x.",
        "choices": ["1", "2", "3", "4"],
        "answer": "2",
        "ground_truth": "B",
    }
    made = [
        SAT_V2.to_item(asked, 0),
        PIXMO_COUNT.to_item({"count": 3, "label": "car"}, 0),
        GEOMETRY3K.to_item(geometry, 0),
    ]
    assert [item and item.options[item.letters.index(item.answer)] for item in made] == ["no", "3", "2"]
    assert [item and "<image>" in item.question for item in made] == [False] * 3
