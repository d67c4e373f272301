from pathlib import Path

import pytest
from PIL import Image

from lmms_robust.backends.journal import Journal, request_key
from lmms_robust.errors import RobustError


def test_what_was_put_is_found_by_any_later_process(tmp_path: Path) -> None:
    Journal(tmp_path, 0).put({"a": "one\ntwo\u2028three", "b": "Ｂ"})
    Journal(tmp_path, 1).put({"c": "three"})
    later = Journal(tmp_path, 0)
    assert [later.get(key) for key in "abcd"] == ["one\ntwo\u2028three", "Ｂ", "three", None]


def test_a_line_cut_off_by_an_interruption_costs_only_itself(tmp_path: Path) -> None:
    Journal(tmp_path, 0).put({"a": "one", "b": "two"})
    path = tmp_path / "rank0.jsonl"
    path.write_bytes(path.read_bytes()[:-9])
    journal = Journal(tmp_path, 0)
    assert journal.get("a") == "one"
    assert journal.get("b") is None
    journal.put({"c": "three"})
    assert Journal(tmp_path, 0).get("c") == "three"


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
