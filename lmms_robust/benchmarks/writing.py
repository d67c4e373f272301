"""Output files that appear under their name only when they are complete."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from lmms_robust.errors import RobustError


@contextmanager
def complete(target: Path) -> Iterator[TextIO]:
    """Open a text file that replaces ``target`` when the block ends, and vanishes if the block raises.

    Raises:
        RobustError: the file cannot be written.
    """
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        file = part.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise RobustError(f"cannot write {target}: {error.strerror or error}") from error
    try:
        with file:
            yield file
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
