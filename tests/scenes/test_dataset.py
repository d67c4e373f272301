"""The embedded test split is what its seed makes, and written splits load as pictures."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from datasets import load_dataset
from PIL import Image

from lmms_robust.errors import RobustError
from lmms_robust.scenes import dataset
from lmms_robust.scenes.dataset import MADE_WITH, TEST_FILE, TEST_SIZE, made_with, write
from lmms_robust.scenes.generate import generate

COLUMNS = ["id", "image", "category", "question", "options", "answer", "statements", "reasoning", "scene"]


def pixels(data: bytes) -> bytes:
    return Image.open(BytesIO(data)).tobytes()


def test_the_embedded_test_split_is_reproduced() -> None:
    rows = pq.read_table(TEST_FILE).to_pylist()
    assert list(rows[0]) == COLUMNS
    assert len(rows) == TEST_SIZE == 600
    for row, item in zip(rows, generate("test", TEST_SIZE), strict=True):
        assert [row[c] for c in COLUMNS if c != "image"] == [getattr(item, c) for c in COLUMNS if c != "image"]
        assert pixels(row["image"]["bytes"]) == pixels(item.image)


def test_the_embedded_test_split_is_reproduced_byte_for_byte(tmp_path: Path) -> None:
    recorded = json.loads(pq.read_metadata(TEST_FILE).metadata[MADE_WITH])
    if recorded != made_with():
        pytest.skip(f"the file was made with {recorded}, here is {made_with()}; contents are compared above")
    assert write("test", TEST_SIZE, tmp_path).read_bytes() == TEST_FILE.read_bytes()


def test_the_embedded_test_split_is_small() -> None:
    assert TEST_FILE.stat().st_size < 10_000_000


def test_datasets_yields_pictures_and_lists(tmp_path: Path) -> None:
    path = write("train", 3, tmp_path / "new" / "folder")
    rows = load_dataset("parquet", data_files=str(path), cache_dir=str(tmp_path / "cache"))["train"]
    assert rows.column_names == COLUMNS
    for row, item in zip(rows, generate("train", 3), strict=True):
        assert row["image"].size == (448, 448)
        assert row["image"].tobytes() == pixels(item.image)
        assert (row["options"], row["statements"]) == (item.options, item.statements)


def test_writing_in_chunks_gives_all_items_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset, "_CHUNK", 4)
    ids = pq.read_table(write("train", 10, tmp_path), columns=["id"])["id"].to_pylist()
    assert ids == [f"scenes-train-{i:04d}" for i in range(10)]


def test_long_writes_report_progress(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture
) -> None:
    write("train", 3, tmp_path)
    assert capfd.readouterr().err == ""
    monkeypatch.setattr(dataset, "_PROGRESS_FROM", 2)
    write("train", 3, tmp_path, overwrite=True)
    assert "scenes train: 100%" in capfd.readouterr().err


def test_an_existing_file_is_not_replaced_unless_asked(tmp_path: Path) -> None:
    path = write("test", 1, tmp_path)
    before = path.read_bytes()
    with pytest.raises(RobustError, match="exists"):
        write("test", 2, tmp_path)
    assert path.read_bytes() == before
    write("test", 2, tmp_path, overwrite=True)
    assert pq.read_metadata(path).num_rows == 2


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(split: str, n: int) -> object:
        yield from generate(split, 1)
        raise OSError("disk full")

    monkeypatch.setattr(dataset, "generate", broken)
    with pytest.raises(RobustError, match=r"cannot write .*test\.parquet: disk full"):
        write("test", 5, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("split", "n", "words"), [("val", 1, "unknown split 'val'"), ("test", 0, "0 items.*1 and above")]
)
def test_bad_input_is_refused_before_anything_is_written(tmp_path: Path, split: str, n: int, words: str) -> None:
    with pytest.raises(RobustError, match=words):
        write(split, n, tmp_path / "out")
    assert not (tmp_path / "out").exists()
