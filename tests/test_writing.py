import os
import subprocess
import sys
from pathlib import Path

import pytest

from lmms_robust.errors import RobustError
from lmms_robust.writing import complete, filling, replacing


def test_a_file_appears_when_the_block_ends_and_its_folder_is_made(tmp_path: Path) -> None:
    target = tmp_path / "new" / "out.txt"
    with complete(target) as file:
        file.write("line\n")
        file.flush()
        assert not target.exists()
    assert target.read_bytes() == b"line\n"
    assert [path.name for path in target.parent.iterdir()] == ["out.txt"]


def test_an_old_file_is_replaced_only_by_a_complete_one(tmp_path: Path) -> None:
    target = tmp_path / "out.bin"
    target.write_text("old")

    def interrupted() -> None:
        with replacing(target) as part:
            part.write_bytes(b"new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]
    with replacing(target) as part:
        part.write_bytes(b"new")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["new"]


def test_what_a_killed_process_left_is_removed_and_what_a_living_one_writes_is_not(tmp_path: Path) -> None:
    killed = """
import os, signal, sys
from pathlib import Path
from lmms_robust.writing import complete, filling
with complete(Path(sys.argv[1])) as file, filling(Path(sys.argv[2])) as folder:
    (folder / "half").touch()
    os.kill(os.getpid(), signal.SIGKILL)
"""
    made = [tmp_path / "[out].txt", tmp_path / "made"]
    subprocess.run([sys.executable, "-c", killed, *map(str, made)], check=False)
    assert len(list(tmp_path.iterdir())) == 2
    left = next(path.name for path in tmp_path.iterdir() if path.name.startswith(".[out]"))
    killed_process = left.split(".")[-2]
    others = [
        tmp_path / left.replace(killed_process, str(os.getppid())),
        tmp_path / f".[out].txt.another-machine.{killed_process}.part",
    ]
    for other in others:
        other.touch()
    with complete(made[0]), filling(made[1]):
        pass
    assert sorted(tmp_path.iterdir()) == sorted([*made, *others])


def test_what_cannot_be_written_is_one_line_that_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    for target in (tmp_path / "file" / "out.txt", tmp_path / "folder"):
        with pytest.raises(RobustError, match=f"cannot write {target}: ") as caught, complete(target) as file:
            file.write("x")
        assert "\n" not in str(caught.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


def test_a_disk_that_is_full_is_one_line_too(tmp_path: Path) -> None:
    with pytest.raises(RobustError, match=r"cannot write .*out.txt: No space left"), complete(tmp_path / "out.txt"):
        raise OSError(28, "No space left on device")
    assert not list(tmp_path.iterdir())


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    with filling(tmp_path / "deep" / "made") as part:
        (part / "file").write_text("x")
        assert not (tmp_path / "deep" / "made").exists()
    assert (tmp_path / "deep" / "made" / "file").read_text() == "x"

    def interrupted() -> None:
        with filling(tmp_path / "half") as part:
            (part / "file").write_text("x")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [path.name for path in tmp_path.iterdir()] == ["deep"]


def test_a_folder_that_is_there_gets_all_files_or_none_and_keeps_its_others(tmp_path: Path) -> None:
    target = tmp_path / "made"
    target.mkdir()
    (target / "mine").write_text("mine")
    (target / "old").write_text("old")

    def fill(interrupted: bool) -> None:
        with filling(target) as part:
            (part / "old").write_text("new")
            (part / "more").write_text("more")
            if interrupted:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fill(interrupted=True)
    assert {path.name: path.read_text() for path in target.iterdir()} == {"mine": "mine", "old": "old"}
    fill(interrupted=False)
    assert {path.name: path.read_text() for path in target.iterdir()} == {"mine": "mine", "old": "new", "more": "more"}
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RobustError, match="cannot write"), filling(tmp_path / "file" / "made"):
        pass
