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
