import json
from pathlib import Path

import pytest
from datasets import Dataset, Image

from lmms_robust.benchmarks import Source, benchmark
from lmms_robust.benchmarks.reading import format_of, from_files, from_source, load, with_files
from lmms_robust.errors import RobustError
from tests.conftest import png, row, rows

SCENES = benchmark("scenes")


def names(folder: Path, *values: str | None) -> Path:
    path = folder / "rows.json"
    path.write_text(json.dumps([row(n) | {"image": value} for n, value in enumerate(values)]))
    return path


def test_parquet_rows_come_back_with_their_picture_column_untouched(tmp_path: Path) -> None:
    rows(row(0), row(1)).to_parquet(tmp_path / "rows.parquet")
    loaded = load(SCENES, [tmp_path / "rows.parquet"])
    assert loaded["id"] == ["scenes-x-0000", "scenes-x-0001"]
    assert isinstance(loaded.features["image"], Image)
    assert loaded.cast_column("image", Image(decode=False))[0]["image"]["bytes"] == png()


def test_several_files_are_read_in_order(tmp_path: Path) -> None:
    for n in (0, 1):
        rows(row(n)).to_parquet(tmp_path / f"{n}.parquet")
    assert load(SCENES, [tmp_path / "1.parquet", tmp_path / "0.parquet"])["id"] == ["scenes-x-0001", "scenes-x-0000"]


@pytest.mark.parametrize(("name", "separator"), [("a.tsv", "\t"), ("a.csv", ",")])
def test_cells_of_text_tables_stay_text(tmp_path: Path, name: str, separator: str) -> None:
    lines = (("index", "A", "B", "C", "D"), ("007", "3.0", "nan", "None", ""), ("1", "True", "1e3", '"x, ""y"""', "é"))
    (tmp_path / name).write_text("\n".join(separator.join(line) for line in lines), encoding="utf-8")
    assert from_files([tmp_path / name])[:] == {
        "index": ["007", "1"], "A": ["3.0", "True"], "B": ["nan", "1e3"], "C": ["None", 'x, "y"'], "D": [None, "é"],
    }  # fmt: skip


def test_json_lists_and_lines_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"q": "x"}, {"q": "y"}]')
    (tmp_path / "a.jsonl").write_text('{"q": "x"}\n{"q": "y"}\n')
    assert from_files([tmp_path / "a.json"])["q"] == from_files([tmp_path / "a.jsonl"])["q"] == ["x", "y"]


def test_file_names_become_pictures_below_the_folder(tmp_path: Path) -> None:
    (tmp_path / "pictures" / "deep").mkdir(parents=True)
    (tmp_path / "pictures" / "deep" / "a.png").write_bytes(png(size=(7, 5)))
    loaded = load(SCENES, [names(tmp_path, "deep/a.png")], tmp_path / "pictures")
    assert loaded[0]["image"].size == (7, 5)


def test_a_column_of_file_names_with_another_name_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    (tmp_path / "rows.json").write_text('[{"image_name": "a.png"}]')
    loaded = with_files(from_files([tmp_path / "rows.json"]), "image", tmp_path)
    assert loaded.column_names == ["image_name", "image"]
    assert loaded[0]["image"].size == (32, 24)


@pytest.mark.parametrize("escape", ["../secret.png", "/etc/hostname", "link.png", "a\0b.png", "a/../../secret.png"])
def test_a_name_that_leads_outside_gives_no_picture_and_a_warning(tmp_path: Path, caplog, escape: str) -> None:
    (tmp_path / "secret.png").write_bytes(png())
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "link.png").symlink_to(tmp_path / "secret.png")
    loaded = load(SCENES, [names(tmp_path, escape, None)], tmp_path / "pictures")
    assert [one["image"] for one in loaded] == [None, None]
    assert len(caplog.messages) == 1
    assert "row 0" in caplog.text


BAD = {
    "no such file": (["none.parquet"], "data file .* does not exist"),
    "unknown format": (["a.txt"], r"end in .txt; allowed: files of one of .parquet, .json"),
    "mixed formats": (["a.json", "a.parquet"], "end in .json, .parquet"),
    "corrupt parquet": (["a.parquet"], "cannot read .*a.parquet as parquet: Parquet file size is"),
    "corrupt json": (["a.json"], "cannot read .*a.json as json: JSON parse error"),
    "no rows": (["empty.json"], "no rows"),
    "nothing in a table": (["a.tsv"], "cannot read .*a.tsv"),
    "no rows in parquet": (["none_in.parquet"], "cannot read .*none_in.parquet as parquet: no rows"),
    "another encoding": (["latin.csv"], "cannot read .*latin.csv: .*allowed: text in UTF-8"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_files_are_one_line(tmp_path: Path, case: str) -> None:
    for name, text in {
        "a.txt": "x",
        "a.json": '{"a": 1}\n{"a":',
        "a.parquet": "x",
        "empty.json": "[]",
        "a.tsv": "",
    }.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "latin.csv").write_bytes("question\nÀ gauche ?\n".encode("latin-1"))
    rows(row(0)).select([]).to_parquet(tmp_path / "none_in.parquet")
    chosen, message = BAD[case]
    with pytest.raises(RobustError, match=message) as raised:
        from_files([tmp_path / name for name in chosen])
    assert "\n" not in str(raised.value)


def test_a_folder_of_pictures_needs_a_column_of_names(tmp_path: Path) -> None:
    with pytest.raises(RobustError, match=r"found: id, image, category.*expected text in one of: image, image_name"):
        with_files(rows(row(0)), "image", tmp_path)
    with pytest.raises(RobustError, match="image folder '/nowhere' does not exist"):
        with_files(rows(row(0)), "image", Path("/nowhere"))


def test_without_network_the_ids_and_the_switch_for_local_files_are_named(monkeypatch) -> None:
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    source = Source("nobody/new", "test", former=("nobody/old",))
    with pytest.raises(
        RobustError, match=r"mine: cannot load split 'test'.*'nobody/new'.*'nobody/old'.*--data-files"
    ) as raised:
        from_source(source, "mine")
    assert "\n" not in str(raised.value)


def test_former_ids_are_tried_in_turn_with_only_the_wanted_files(monkeypatch) -> None:
    tried = []

    def load_dataset(path: str, config: str | None, **options: object) -> str:
        tried.append((path, config, options))
        if path != "b/old":
            raise FileNotFoundError(f"Dataset '{path}' doesn't exist on the Hub")
        return "rows"

    monkeypatch.setattr("datasets.load_dataset", load_dataset)
    source = Source("a/new", "dev", "en", {"dev": "en/dev-*"}, former=("b/old", "c/older"))
    assert from_source(source, "mine") == "rows"
    wanted = {"split": "dev", "data_files": {"dev": "en/dev-*"}}
    assert tried == [("a/new", "en", wanted), ("b/old", "en", wanted)]


def test_rows_that_no_hub_has_are_not_looked_for_in_the_working_folder(tmp_path: Path, monkeypatch) -> None:
    rows(row(0)).to_parquet(tmp_path / "spatial_mm_multihop.parquet")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RobustError, match=r"no hub has its rows; `lmms-robust prepare spatial_mm` .*--data-files"):
        load(benchmark("spatial_mm_multihop"))


def test_files_of_several_parts_have_the_same_columns(tmp_path: Path) -> None:
    rows(row(0)).to_parquet(tmp_path / "VG_QA_one_obj.parquet")
    Dataset.from_dict({"id": [1]}).to_parquet(tmp_path / "VG_QA_two_obj.parquet")
    with pytest.raises(RobustError, match="data files of different columns: ") as raised:
        load(benchmark("whatsup"), sorted(tmp_path.iterdir()))
    assert "\n" not in str(raised.value)


def test_rows_that_come_with_the_package_need_no_files() -> None:
    assert len(load(SCENES)) == 600


def test_formats_are_told_by_their_endings(tmp_path: Path) -> None:
    (tmp_path / "A.PARQUET").touch()
    assert format_of([tmp_path / "A.PARQUET"]) == ("parquet", {})
