from pathlib import Path

import pytest
from PIL import Image

from lmms_robust.backends import journal as journal_module
from lmms_robust.backends.journal import Journal, Kept, request_key
from lmms_robust.errors import RobustError


def test_what_was_put_is_found_by_any_later_process(tmp_path: Path) -> None:
    first, other = Journal(tmp_path, 0), Journal(tmp_path, 1)
    first.put("a", Kept("one\ntwo\u2028three", 7, 5, 2))
    first.put("b", Kept("Ｂ", output_tokens=0))
    other.put("c", Kept("three"))
    later = Journal(tmp_path, 0)
    expected = [Kept("one\ntwo\u2028three", 7, 5, 2), Kept("Ｂ", output_tokens=0), Kept("three"), None]
    assert [later.get(key) for key in "abcd"] == expected


def test_a_line_cut_off_by_an_interruption_costs_only_itself(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 0)
    for key, text in {"a": "one", "b": "two"}.items():
        journal.put(key, Kept(text))
    path = tmp_path / "rank0.jsonl"
    path.write_bytes(path.read_bytes()[:-9])
    journal = Journal(tmp_path, 0)
    assert journal.get("a") == Kept("one")
    assert journal.get("b") is None
    journal.put("c", Kept("three"))
    assert Journal(tmp_path, 0).get("c") == Kept("three")


def test_what_an_earlier_version_kept_is_read(tmp_path: Path) -> None:
    (tmp_path / "rank0.jsonl").write_text('{"key": "a", "response": "one"}\n[]\n{"key": "b", "response": 1, "x": 2}\n')
    assert Journal(tmp_path, 0).get("a") == Kept("one")
    assert Journal(tmp_path, 0).get("b") is None


def test_a_folder_that_cannot_be_written_is_refused_before_work_starts(tmp_path: Path, monkeypatch) -> None:
    def full(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(journal_module, "TemporaryFile", full)
    with pytest.raises(RobustError, match="No space left on device; allowed: a folder that can be written"):
        Journal(tmp_path, 0)


def test_a_disk_that_is_full_later_costs_one_warning_and_no_response(tmp_path: Path, logged: list[str]) -> None:
    journal = Journal(tmp_path, 0)
    journal.put("a", Kept("one"))
    (tmp_path / "rank0.jsonl").rename(tmp_path / "kept.jsonl")
    (tmp_path / "rank0.jsonl").mkdir()  # whoever runs the tests, this cannot be written
    for key in "bc":
        journal.put(key, Kept("more"))
    assert journal.get("c") == Kept("more")
    (line,) = [line for line in logged if line.startswith("WARNING")]
    assert "the run goes on, and responses from here on are not kept" in line
    (tmp_path / "rank0.jsonl").rmdir()
    assert Journal(tmp_path, 0).get("a") == Kept("one")


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RobustError, match="is a file; allowed: a folder"):
        Journal(tmp_path / "file", 0)


def test_the_key_changes_with_anything_that_the_response_depends_on() -> None:
    red, blue = Image.new("RGB", (4, 4), "red"), Image.new("RGB", (4, 4), "blue")
    settings = {"max_new_tokens": 8}
    keys = {
        request_key("a", [red], settings),
        request_key("b", [red], settings),
        request_key("a", [blue], settings),
        request_key("a", [red.resize((2, 8))], settings),
        request_key("a", [red, red], settings),
        request_key("a", [red], {"max_new_tokens": 9}),
    }
    assert len(keys) == 6
    assert request_key("a", [red.copy()], dict(settings)) in keys
