import subprocess
import sys
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


def test_what_is_no_entry_is_passed_over(tmp_path: Path) -> None:
    lines = [
        "[" * 100_000,
        '{"key": "b", "response": 1}',
        '{"key": 1, "response": "x"}',
        '{"key": "a", "response": "one"}',
    ]
    (tmp_path / "rank0.jsonl").write_text("\n".join(lines))
    assert (Journal(tmp_path, 0).get("a"), Journal(tmp_path, 0).get("b")) == (Kept("one"), None)


def test_a_folder_that_cannot_be_written_costs_one_warning_and_is_still_read(
    tmp_path: Path, monkeypatch, logged: list[str]
) -> None:
    Journal(tmp_path, 0).put("a", Kept("one"))

    def full(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(journal_module, "TemporaryFile", full)
    journal = Journal(tmp_path, 0)
    journal.put("b", Kept("two"))
    journal.put("c", Kept("three"))
    assert [journal.get(key) for key in "abc"] == [Kept("one"), Kept("two"), Kept("three")]
    (line,) = [line for line in logged if line.startswith("WARNING")]
    assert "No space left on device; the run goes on, and responses from here on are not kept" in line
    assert Journal(tmp_path, 1).get("b") is None


def test_a_file_that_cannot_be_read_costs_what_is_kept_in_it(tmp_path: Path, logged: list[str]) -> None:
    Journal(tmp_path, 1).put("a", Kept("one"))
    (tmp_path / "rank0.jsonl").mkdir()
    assert Journal(tmp_path, 2).get("a") == Kept("one")
    (line,) = [line for line in logged if line.startswith("WARNING")]
    assert "what is kept in rank0.jsonl is asked for again" in line


def test_files_of_a_bounded_size_are_filled_and_the_run_goes_on(tmp_path: Path) -> None:
    """A limit of the process in the place of a full disk: the write that crosses it fails."""
    program = f"""
import resource
from pathlib import Path
from lmms_robust.backends.journal import Journal, Kept
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
journal = Journal(Path({str(tmp_path)!r}), 0)
for number in range(300):
    journal.put(str(number), Kept("x" * 1_000))
print(all(journal.get(str(number)) for number in range(300)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
    assert done.stderr.count("the run goes on") == 1
    later = Journal(tmp_path, 0)
    kept = [number for number in range(300) if later.get(str(number)) is not None]
    assert kept == list(range(97))  # 1,030 bytes a line


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
