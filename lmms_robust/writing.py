"""Output files and folders that appear under their name only when they are complete."""

from __future__ import annotations

import json
import os
import platform
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import TextIO

from lmms_robust.errors import RobustError


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """Give a path beside ``target``, whose folder is made; nothing is there any more when the block ends.

    Raises:
        RobustError: something cannot be written, from the first byte to the last.
    """
    part = target.with_name(f"{_start(target)}{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _clear(target)
        yield part
    except OSError as error:
        raise RobustError(f"cannot write {target}: {error.strerror or error}") from error
    finally:
        _remove(part)


def _start(target: Path) -> str:
    """What the names of this machine's half-written files begin with; a folder may be shared with others."""
    return f".{target.name}.{file_name(platform.node())[:40]}."


def _clear(target: Path) -> None:
    """Remove what processes that were killed left beside ``target``; those that live write on."""
    start = _start(target)
    for left in target.parent.glob(f"{escape(start)}*.part"):
        number = left.name.removeprefix(start).removesuffix(".part")
        if number.isdecimal() and (int(number) == os.getpid() or not _alive(int(number))):
            _remove(left)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _remove(path: Path) -> None:
    with suppress(OSError):  # where no file can be, none is left behind
        path.unlink()
    shutil.rmtree(path, ignore_errors=True)


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Give the path of a file to write, which takes the place of ``target`` when the block ends.

    If the block raises, or is interrupted, the new file vanishes and ``target`` is as it was.

    Raises:
        RobustError: the file cannot be written.
    """
    if target.exists() and not target.is_file():
        raise RobustError(f"cannot write {target}: it is no file; allowed: a file, or a name that is free")
    target = target.resolve()  # what a link points to, not the link
    with _beside(target) as part:
        yield part
        os.replace(part, target)


@contextmanager
def complete(target: Path) -> Iterator[TextIO]:
    """Open a text file that takes the place of ``target`` when the block ends, see :func:`replacing`.

    Half a surrogate pair, which no file can hold, is written as the escape that JSON has for it.

    Raises:
        RobustError: the file cannot be written.
    """
    with replacing(target) as part, part.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        yield file


@contextmanager
def filling(target: Path) -> Iterator[Path]:
    """Give the path of a folder to fill with files, which are all in the folder ``target`` when the block ends.

    Files of the same names are replaced, others stay. If the block raises, or is interrupted, all is as it was.

    Raises:
        RobustError: the folder cannot be written.
    """
    with _beside(target) as part:
        part.mkdir()
        yield part
        if target.is_dir():
            for path in sorted(part.iterdir()):
                os.replace(path, target / path.name)
        else:
            part.rename(target)


def as_text(cell: object) -> object:
    """A cell of a CSV file that no spreadsheet takes for a formula; what is no text stays as it is.

    >>> as_text("=1+1"), as_text("left"), as_text(-1)
    ("'=1+1", 'left', -1)
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULAS) else cell


def csv_cell(value: object) -> object:
    """A value as CSV files of ours have it: a text that is no formula, true or false.

    >>> csv_cell(True), csv_cell("=1"), csv_cell(0.5), csv_cell(None)
    ('true', "'=1", 0.5, None)
    """
    return str(value).lower() if isinstance(value, bool) else as_text(value)


def from_text(cell: str) -> str:
    """The text that :func:`as_text` was given.

    >>> from_text("'=1+1"), from_text("'tis")
    ('=1+1', "'tis")
    """
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_FORMULAS) else cell


_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "'")


def printable(text: str) -> str:
    r"""A text without characters that steer a terminal; line breaks and tabs stay.

    >>> printable("left\x1b[2J")
    'left\\x1b[2J'
    """
    return "".join(one if one.isprintable() or one in "\n\t" else repr(one)[1:-1] for one in text)


def printable_json(text: str) -> str:
    r"""JSON without characters that steer a terminal, which stands for the same.

    >>> printable_json('"left\x9b2J"')
    '"left\\u009b2J"'
    """
    return "".join(one if one.isprintable() or one == "\n" else json.dumps(one)[1:-1] for one in text)


def file_name(text: str) -> str:
    r"""A text as the name of a file or folder: without characters that steer a terminal or part a path.

    >>> file_name("org__left\x1b[2J"), file_name("..")
    ('org__left_[2J', '__')
    """
    kept = "".join(one if one.isprintable() and one not in "/\\" else "_" for one in text)
    return kept if kept.strip(".") else "_" * len(kept)


def absent(target: Path) -> None:
    """Refuse to write where something is already.

    Raises:
        RobustError: there is something of this name.
    """
    if os.path.lexists(target):
        raise RobustError(f"{str(target)!r} is there already; allowed: a name that is not taken")
