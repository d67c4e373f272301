from pathlib import Path

import pytest
from datasets import Dataset, Features, Image, List, Value, load_dataset

from lmms_robust.benchmarks.mapping import ColumnMapping
from lmms_robust.errors import RobustError
from lmms_robust.harness.rows import Rows, _below, columns_of, first, opened
from tests.conftest import png

MAPPING = ColumnMapping("own", ("image",), "question", "list", ("options",), "answer", where={"kind": ("color",)})
FEATURES = Features(
    {name: Value("string") for name in ("question", "answer", "kind")}
    | {"options": List(Value("string")), "image": Image(), "other": Image()}
)
CARD = """\
---
configs:
- config_name: en
  data_files: [{split: dev, path: en/dev-*}, {split: test, path: en/test-*}]
- config_name: one
  data_files: [{split: dev, path: en/dev-*}]
---
"""


def rows(count: int, **changes: object) -> Dataset:
    picture = {"bytes": png(), "path": None}
    one = {
        "question": "What?",
        "answer": "A",
        "kind": "color",
        "options": ["x", "y"],
        "image": picture,
        "other": picture,
    }
    one |= {"image": picture, "other": picture}
    return Dataset.from_list([one | {"question": f"What {n}?"} | changes for n in range(count)], features=FEATURES)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    (tmp_path / "data" / "en").mkdir(parents=True)
    (tmp_path / "data" / "README.md").write_text(CARD)
    rows(5).to_parquet(tmp_path / "data" / "en" / "dev-0.parquet")
    rows(2).to_parquet(tmp_path / "data" / "en" / "test-0.parquet")
    return tmp_path / "data"


def test_only_the_files_of_the_split_are_named_where_there_are_other_splits(folder: Path) -> None:
    assert opened(Rows(str(folder), "dev", "en"))[0].parts == ("en/dev-0.parquet",)
    assert opened(Rows(str(folder), "dev", "one"))[0].parts == ()


def test_the_named_files_are_those_that_the_harness_then_loads(folder: Path) -> None:
    found, _ = opened(Rows(str(folder), "test", "en"))
    loaded = load_dataset(found.path, found.config, data_files={found.split: list(found.parts)})
    assert {split: len(part) for split, part in loaded.items()} == {"test": 2}


def test_splits_that_were_all_fetched_before_are_used_again(folder: Path) -> None:
    load_dataset(str(folder), "en")
    found, data = opened(Rows(str(folder), "dev", "en"))
    assert found.parts == ()
    assert len(data) == 5


def test_a_folder_is_named_from_the_root(folder: Path, monkeypatch) -> None:
    monkeypatch.chdir(folder.parent)
    assert opened(Rows("data", "dev", "en"))[0].path == str(folder)


@pytest.mark.parametrize(
    ("split", "config", "message"),
    [
        ("tset", "en", r"unknown split 'tset'; did you mean 'test'\? allowed: dev, test \(in /"),
        ("dev", "fr", r"cannot load .*, config fr, split dev \(.*Available: \['en', 'one'\]"),
        ("dev", None, r"cannot load .*, split dev \(Config name is missing\. Please pick one"),
    ],
)
def test_a_split_or_configuration_that_is_not_there_is_one_line(folder: Path, split, config, message) -> None:
    with pytest.raises(RobustError, match=message) as raised:
        opened(Rows(str(folder), split, config))
    assert "\n" not in str(raised.value)


def test_a_hub_that_cannot_be_reached_is_one_line(monkeypatch) -> None:
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)
    with pytest.raises(RobustError, match=r"cannot load a/b, split test \(.*\); allowed: a hub that can be") as raised:
        opened(Rows("a/b", "test"))
    assert "\n" not in str(raised.value)


def test_rows_are_read_up_to_the_last_one_wanted_and_keep_their_index(folder: Path) -> None:
    mixed = [rows(1, kind=kind) for kind in ("place", "color", "place", "color", "color")]
    for number, one in enumerate(mixed):
        one.to_parquet(folder / "en" / f"dev-{number}.parquet")
    place, data = opened(Rows(str(folder), "dev", "en"))
    found, whole = first(place, data, MAPPING, 2)
    assert (found["kind"], whole) == (["place", "color", "place", "color"], False)
    assert [row["image"] is None for row in found.cast_column("image", Image(decode=False))] == [True, False] * 2
    assert "other" not in found.column_names
    assert first(place, data, MAPPING, 3)[1] is True


def test_no_rows_is_an_error(folder: Path) -> None:
    rows(1).select([]).to_parquet(folder / "en" / "dev-0.parquet")
    place, data = opened(Rows(str(folder), "dev", "en"))
    assert "image" in columns_of(place, data)
    with pytest.raises(RobustError, match=r"data, split dev: no rows; allowed: at least one"):
        first(place, data, MAPPING, 2)


@pytest.mark.parametrize("content", ["", '{"question', '{"question": "What?"}\n{"question": ['])
def test_files_that_cannot_be_read_are_one_line(tmp_path: Path, content: str) -> None:
    (tmp_path / "test.jsonl").write_text(content)
    with pytest.raises(RobustError, match=r"cannot load /.*, split test \(.+\); allowed: ") as raised:
        first(*opened(Rows(str(tmp_path), "test")), MAPPING, 5)
    assert "\n" not in str(raised.value)


def test_files_on_the_hub_are_named_without_a_revision() -> None:
    base = "hf://datasets/a/b@0123"
    assert _below([f"{base}/en/dev-0.parquet", f"{base}/x.parquet"], base) == ("en/dev-0.parquet", "x.parquet")
    assert _below([f"{base}/x.parquet", f"zip://x.csv::{base}/x.zip"], base) == ()


def test_a_file_as_dataset_path_is_told_how(tmp_path: Path) -> None:
    (tmp_path / "own.parquet").write_bytes(b"x")
    with pytest.raises(RobustError, match=r"own.parquet' is a file; allowed: --dataset-path parquet --data-files "):
        opened(Rows(str(tmp_path / "own.parquet"), "test"))
