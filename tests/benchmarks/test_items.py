import base64
import json
from pathlib import Path

import pytest
from datasets import Dataset

from lmms_robust.benchmarks import benchmark
from lmms_robust.benchmarks.items import write
from lmms_robust.benchmarks.pictures import encoded, size
from lmms_robust.errors import RobustError
from tests.conftest import png, row, rows

FIXTURES = Path(__file__).parent.parent / "fixtures"
SCENES = benchmark("scenes")


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_line_has_the_canonical_fields(tmp_path: Path) -> None:
    rows(row(0, image={"bytes": png(size=(9, 4)), "path": None})).to_parquet(tmp_path / "rows.parquet")
    summary = write(SCENES, tmp_path / "out.jsonl", [tmp_path / "rows.parquet"])
    assert lines(tmp_path / "out.jsonl") == [
        {
            "id": "scenes-x-0000",
            "benchmark": "scenes",
            "category": "left_right",
            "question": "Where is the red circle relative to the blue square?",
            "options": ["to the left", "to the right"],
            "answer": "A",
            "statements": row()["statements"],
            "image_size": [9, 4],
        }
    ]
    assert summary.render() == "scenes: 1 rows, 1 items, 1 written, 0 left out for an unreadable picture"


BROKEN = {
    "none": (None, "no picture"),
    "cut short": ({"bytes": png(size=(64, 64))[:-30], "path": None}, "unreadable picture"),
    "not a picture": ({"bytes": b"text", "path": None}, "unreadable picture (not a picture that Pillow knows); "),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_picture_that_does_not_decode_is_named_counted_and_left_out(tmp_path: Path, caplog, case: str) -> None:
    picture, message = BROKEN[case]
    rows(row(0), row(1, image=picture), row(2)).to_parquet(tmp_path / "rows.parquet")
    summary = write(SCENES, tmp_path / "out.jsonl", [tmp_path / "rows.parquet"])
    assert [line["id"] for line in lines(tmp_path / "out.jsonl")] == ["scenes-x-0000", "scenes-x-0002"]
    assert (len(summary.made.items), summary.written, summary.unreadable) == (3, 2, 1)
    assert "item 'scenes-x-0001'" in caplog.text
    assert message in caplog.text


@pytest.mark.parametrize(("name", "copies"), [("3dsrbench", 2), ("mmbench", 1)])
def test_copies_with_rotated_options_are_counted(tmp_path: Path, name: str, copies: int) -> None:
    summary = write(benchmark(name), tmp_path / "out.jsonl", [FIXTURES / f"{name}.parquet"])
    items = len(summary.made.items)
    said = f"{name}: {items + copies} rows, {items} items, {copies} copied with rotated options, {items} written, "
    assert summary.render().startswith(said)


def test_rows_with_a_fault_are_counted_apart_from_copies(tmp_path: Path, caplog) -> None:
    found = Dataset.from_parquet(str(FIXTURES / "mmbench.parquet"))
    rows = found.select([*range(len(found)), 1]).to_list()
    rows[0]["answer"] = "?"
    Dataset.from_list(rows, features=found.features).to_parquet(tmp_path / "rows.parquet")
    said = write(benchmark("mmbench"), tmp_path / "out.jsonl", [tmp_path / "rows.parquet"]).render()
    assert "20 rows, 17 items, 1 copied with rotated options, 1 broken, 1 repeated, 17 written, 0 left out" in said
    kept = "left out 2 row(s) (1 broken, 1 repeated); 17 items kept, 1 copied with rotated options"
    assert caplog.messages[-1] == f"benchmark mmbench: {kept}"


def test_a_named_file_that_is_not_there_is_left_out(tmp_path: Path, caplog) -> None:
    (tmp_path / "a.png").write_bytes(png())
    (tmp_path / "rows.json").write_text(json.dumps([row(0) | {"image": "a.png"}, row(1) | {"image": "b.png"}]))
    summary = write(SCENES, tmp_path / "out.jsonl", [tmp_path / "rows.json"], images=tmp_path)
    assert (summary.written, summary.unreadable) == (1, 1)
    assert "item 'scenes-x-0001': unreadable picture" in caplog.text


def test_the_limit_counts_items_written(tmp_path: Path) -> None:
    rows(row(0, image=None), row(1), row(2)).to_parquet(tmp_path / "rows.parquet")
    assert write(SCENES, tmp_path / "out.jsonl", [tmp_path / "rows.parquet"], limit=1).written == 1
    assert [line["id"] for line in lines(tmp_path / "out.jsonl")] == ["scenes-x-0001"]


def test_base64_pictures_are_decoded(tmp_path: Path) -> None:
    text = base64.b64encode(png(size=(5, 6))).decode()
    Dataset.from_list([row(0) | {"image": text}]).to_parquet(tmp_path / "rows.parquet")
    write(SCENES, tmp_path / "out.jsonl", [tmp_path / "rows.parquet"])
    assert lines(tmp_path / "out.jsonl")[0]["image_size"] == [5, 6]
    assert size(encoded(f"data:image/png;base64,{text}", "x"), "x") == (5, 6)
    with pytest.raises(
        RobustError,
        match=r"x: unreadable picture \('a.png' is not base64 of a picture, PNG.*\).*--images, or in a mapping",
    ):
        encoded("a.png", "x")


def test_a_file_is_replaced_only_by_a_complete_one(tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").write_text("old")
    rows(row(0, image=None)).to_parquet(tmp_path / "rows.parquet")
    with pytest.raises(RobustError, match="none of 1 items has a picture that decodes"):
        write(SCENES, tmp_path / "out.jsonl", [tmp_path / "rows.parquet"])
    assert (tmp_path / "out.jsonl").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.jsonl", "rows.parquet"]


def test_a_missing_column_names_those_found_and_expected(tmp_path: Path) -> None:
    rows(row(0)).remove_columns("answer").to_parquet(tmp_path / "rows.parquet")
    with pytest.raises(RobustError, match=r"missing column\(s\) answer; found: category.*expected: answer"):
        write(SCENES, tmp_path / "out.jsonl", [tmp_path / "rows.parquet"])


def test_an_output_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    rows(row(0)).to_parquet(tmp_path / "rows.parquet")
    with pytest.raises(RobustError, match="cannot write"):
        write(SCENES, tmp_path / "rows.parquet" / "out.jsonl", [tmp_path / "rows.parquet"])
