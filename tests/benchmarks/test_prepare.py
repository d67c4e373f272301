from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from datasets import Image, load_dataset

from lmms_robust.benchmarks import benchmark
from lmms_robust.benchmarks.prepare import prepare_spatial_mm
from lmms_robust.errors import RobustError
from tests.benchmarks.fixture_items import FIXTURES, items
from tests.conftest import png

JSON = [FIXTURES / f"{name}.json" for name in ("spatial_mm_one_obj", "spatial_mm_two_obj", "multihop")]
PICTURES = FIXTURES / "spatial_mm_pictures"


def test_writes_a_dataset_that_loads_with_pictures(tmp_path: Path) -> None:
    summary = prepare_spatial_mm(JSON, PICTURES, tmp_path / "out")
    assert summary.written == {"spatial_mm_obj.parquet": 49, "spatial_mm_multihop.parquet": 29}
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(summary.written)
    rows = load_dataset("parquet", data_files=str(tmp_path / "out" / "spatial_mm_obj.parquet"), split="train")
    assert isinstance(rows.features["image"], Image)
    first = rows[0]
    assert first.pop("image").size == (48, 36)
    assert first.pop("image_name") in {path.name for path in PICTURES.rglob("*.jpg")}
    assert first == {
        "category": "one_obj",
        "question": "Which direction is cat looking at from camera's perspective?",
        "options": ["bottom left", "left", "right", "upwards"],
        "answer": "D",
        "index": 0,
        "object1": "cat",
        "object2": "",
    }


def test_known_bad_rows_are_counted_out_loud(tmp_path: Path) -> None:
    summary = prepare_spatial_mm(JSON[:2], PICTURES, tmp_path)
    assert summary.repaired == [
        "spatial_mm_one_obj.json row 9: 'C. middle' is A",
        "spatial_mm_one_obj.json row 19: 'A. no' is B",
        "spatial_mm_two_obj.json row 20: 'B. yes' is A",
        "spatial_mm_two_obj.json row 24: 'D. front' is A",
    ]
    assert len(summary.dropped) == 1
    assert "two_obj.json row 22: answer 'B. left' matches 2 of the options" in summary.dropped[0]
    assert "repaired (letter and text of the answer disagreed; the text was taken): 4" in summary.lines()
    assert "dropped (no valid item): 1" in summary.lines()


def test_missing_and_broken_pictures_are_counted_and_the_first_named(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    shutil.copytree(PICTURES / "Spatial_MM_Obj", folder)
    names = [row["image_name"] for row in json.loads(JSON[0].read_text(encoding="utf-8"))]
    for name in names[:6]:
        (folder / name).unlink()
    (folder / names[6]).write_bytes(b"no picture")
    summary = prepare_spatial_mm(JSON[:1], folder, tmp_path / "out")
    assert summary.missing == [*names[:7], names[-1]]
    assert summary.written == {"spatial_mm_obj.parquet": 18}
    assert f"left out (picture missing or unreadable): 8: {', '.join(names[:5])}, …" in summary.lines()[-1]


ONE = {
    "image_name": "a.jpg", "question": "Where is it?\nA. left\nB. right", "answer": "B. right",
    "object1": "it", "object2": "",
}  # fmt: skip
HOPS = [
    {"image_name": "a.jpg", "question": f"what fruit is {n}?", "answer": answer, "hop": 2, "reasoning": "{}"}
    for n, answer in enumerate(["fig", "pear", "kiwi", "lime", "plum", "peach"])
]


def written(folder: Path, name: str, rows: list[dict]) -> Path:
    (folder / f"{name}.json").write_text(json.dumps(rows), encoding="utf-8")
    return folder / f"{name}.json"


def picture(path: Path, color: str = "red") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(png(color))
    return path


@pytest.mark.parametrize("key", ["image_name", "question", "answer", "object1", "object2"])
@pytest.mark.parametrize("value", [None, 3, ["x"], float("nan")])
def test_an_object_row_with_a_bad_cell_is_named_counted_and_left_out(tmp_path: Path, key: str, value: object) -> None:
    picture(tmp_path / "pictures" / "a.jpg")
    bad = written(tmp_path, "spatial_mm_one_obj", [ONE, ONE | {key: value}, ONE])
    summary = prepare_spatial_mm([bad], tmp_path / "pictures", tmp_path / "out")
    assert summary.dropped == [f"spatial_mm_one_obj.json row 1: {key} is {value!r}; allowed: text"]
    assert "dropped (no valid item): 1" in summary.lines()
    assert list(items(benchmark("spatial_mm_obj"), tmp_path / "out" / "spatial_mm_obj.parquet")) == [
        "one_obj-0000", "one_obj-0002",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [("hop", value, "a whole number") for value in (None, "two", 2.5, True, [2], -1)]
    + [(key, value, "text") for key in ("image_name", "question", "answer") for value in (None, 3, "")],
)
def test_a_multihop_row_with_a_bad_cell_costs_itself_alone(
    tmp_path: Path, key: str, value: object, allowed: str
) -> None:
    picture(tmp_path / "pictures" / "a.jpg")
    summaries = {}
    for name, changed in (("sound", {}), ("bad", {key: value})):
        path = written(tmp_path, name, [*HOPS[:2], HOPS[2] | changed, *HOPS[3:]])
        summaries[name] = prepare_spatial_mm([path], tmp_path / "pictures", tmp_path / name)
    assert summaries["bad"].dropped == [f"bad.json row 2: {key} is {value!r}; allowed: {allowed}"]
    found = items(benchmark("spatial_mm_multihop"), tmp_path / "bad" / "spatial_mm_multihop.parquet")
    assert list(found) == [f"multihop-000{n}" for n in (0, 1, 3, 4, 5)]
    assert all("yes" not in item.options for item in found.values())


def test_a_hop_may_be_text_and_reasoning_may_be_missing(tmp_path: Path) -> None:
    picture(tmp_path / "pictures" / "a.jpg")
    rows = [HOPS[0] | {"hop": "3", "reasoning": None}, *({**row, "reasoning": "{}"} for row in HOPS[1:])]
    del rows[1]["reasoning"]
    prepare_spatial_mm([written(tmp_path, "hops", rows)], tmp_path / "pictures", tmp_path / "out")
    made = load_dataset("parquet", data_files=str(tmp_path / "out" / "spatial_mm_multihop.parquet"), split="train")
    assert (made["hop"][:2], made["reasoning"][:3]) == ([3, 2], ["", "", "{}"])


def test_a_row_without_a_key_is_left_out_as_one_with_an_empty_cell(tmp_path: Path) -> None:
    picture(tmp_path / "pictures" / "a.jpg")
    rows = [{key: value for key, value in ONE.items() if key != "answer"}, ONE]
    summary = prepare_spatial_mm([written(tmp_path, "one_obj", rows)], tmp_path / "pictures", tmp_path / "out")
    assert summary.dropped == ["one_obj.json row 0: answer is None; allowed: text"]


def stored(folder: Path) -> list[bytes]:
    rows = load_dataset("parquet", data_files=str(folder / "spatial_mm_obj.parquet"), split="train")
    return [row["image"]["bytes"] for row in rows.cast_column("image", Image(decode=False))]


def test_a_name_in_two_folders_is_one_picture_if_the_files_are_alike(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        picture(tmp_path / "pictures" / folder / "a.jpg")
    path = written(tmp_path, "one_obj", [ONE])
    assert not prepare_spatial_mm([path], tmp_path / "pictures", tmp_path / "out").missing
    assert stored(tmp_path / "out") == [png("red")]


def test_a_name_of_two_pictures_is_told_by_its_folder_or_is_an_error_in_one_line(tmp_path: Path) -> None:
    for folder, color in (("one", "red"), ("deep/two", "blue"), ("deep/atwo", "green")):
        picture(tmp_path / "pictures" / folder / "a.jpg", color)
    rows = [ONE | {"image_name": name} for name in ("one/a.jpg", "two/a.jpg", "deep/two/a.jpg", "three/a.jpg")]
    path = written(tmp_path, "one_obj", rows)
    summary = prepare_spatial_mm([path], tmp_path / "pictures", tmp_path / "out")
    assert stored(tmp_path / "out") == [png("red"), png("blue"), png("blue")]
    assert summary.missing == ["three/a.jpg"]
    path = written(tmp_path, "one_obj", [ONE])
    with pytest.raises(RobustError, match=r"one_obj.json row 0: picture 'a.jpg' is several files below") as caught:
        prepare_spatial_mm([path], tmp_path / "pictures", tmp_path / "none")
    assert "deep/atwo/a.jpg, deep/two/a.jpg, one/a.jpg; allowed: " in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("name", ["../a.jpg", "/etc/hostname", "x/../a.jpg", "a\0.jpg", "."])
def test_a_name_leads_to_no_file_outside_the_folder(tmp_path: Path, name: str) -> None:
    picture(tmp_path / "a.jpg")
    picture(tmp_path / "pictures" / "b.jpg")
    path = written(tmp_path, "one_obj", [ONE | {"image_name": "b.jpg"}, ONE | {"image_name": name}])
    assert prepare_spatial_mm([path], tmp_path / "pictures", tmp_path / "out").missing == [name]


def test_an_output_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RobustError, match=r"cannot write .*file/spatial_mm_obj.parquet: "):
        prepare_spatial_mm(JSON[:1], PICTURES, tmp_path / "file")


def test_the_answer_type_and_the_hops_are_kept(tmp_path: Path) -> None:
    prepare_spatial_mm(JSON[2:], PICTURES, tmp_path)
    rows = load_dataset("parquet", data_files=str(tmp_path / "spatial_mm_multihop.parquet"), split="train")
    assert {"direction", "yes_no", "colour", "number", "other"} == set(rows["answer_type"])
    assert rows[2]["hop"] == 5
    found = items(benchmark("spatial_mm_multihop"), tmp_path / "spatial_mm_multihop.parquet")
    assert list(found) == [f"multihop-{row['index']:04}" for row in rows]


def test_the_same_twice(tmp_path: Path) -> None:
    for name in ("a", "b"):
        prepare_spatial_mm(JSON, PICTURES, tmp_path / name)
    for file in ("spatial_mm_obj.parquet", "spatial_mm_multihop.parquet"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_the_multihop_fixture_is_what_prepare_writes(tmp_path: Path) -> None:
    prepare_spatial_mm(JSON[2:], PICTURES, tmp_path)
    fresh, checked_in = (
        load_dataset("parquet", data_files=str(folder / "spatial_mm_multihop.parquet"), split="train")
        for folder in (tmp_path, FIXTURES)
    )
    assert fresh.remove_columns("image").to_list() == checked_in.remove_columns("image").to_list()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[", r"rows.json: .*allowed: a json file of Spatial-MM"),
        ("{}", r"rows.json: no list of rows"),
        ("[]", r"rows.json: no list of rows"),
        ('[{"image_name": "a.jpg", "question": "?"}]', r"keys image_name, question; expected: .*object1.* or .*hop"),
        (
            '[{"image_name": "a.jpg", "question": "?", "answer": "A. x", "object1": "", "object2": ""}]',
            "no row left of",
        ),
    ],
)
def test_bad_json(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "rows.json").write_text(content, encoding="utf-8")
    with pytest.raises(RobustError, match=message) as caught:
        prepare_spatial_mm([tmp_path / "rows.json"], PICTURES, tmp_path / "out")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_bad_arguments(tmp_path: Path) -> None:
    with pytest.raises(RobustError, match="no folder"):
        prepare_spatial_mm(JSON, tmp_path / "nowhere", tmp_path / "out")
    with pytest.raises(RobustError, match="no json file"):
        prepare_spatial_mm([], PICTURES, tmp_path / "out")
    with pytest.raises(RobustError, match="two json files hold one_obj row 0"):
        prepare_spatial_mm([JSON[0], JSON[0]], PICTURES, tmp_path / "out")
