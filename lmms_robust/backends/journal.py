"""Finished responses on disk, so that an interrupted run goes on where it stopped."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile

from loguru import logger
from PIL import Image

from lmms_robust.errors import RobustError

_TRIAL = b"\n" * 65_536


@dataclass(frozen=True, slots=True)
class Kept:
    """A response and its lengths.

    Attributes:
        response: as it went to the harness.
        input_tokens: length of the prompt, or None.
        output_tokens: length of what was written, or None.
        reasoning_tokens: how much of that is reasoning, or None.
    """

    response: str
    input_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None


def request_key(prompt: str, pictures: Sequence[Image.Image], settings: Mapping[str, object]) -> str:
    """Digest of everything that a response depends on.

    Args:
        prompt: rendered prompt, prefill included.
        pictures: pictures in order.
        settings: model and generation settings.
    """
    digest = sha256(json.dumps([prompt, settings], sort_keys=True, default=str).encode())
    for picture in pictures:
        digest.update(f"{picture.mode}{picture.size}".encode())
        digest.update(picture.tobytes())
    return digest.hexdigest()


class Journal:
    """Append-only store of responses by request key, one file a process, in one folder.

    All files of the folder are read, so a run may go on with another number of processes. A line that was cut off while
    it was written is passed over. Where the folder cannot be written, or not any more, the run goes on without: a
    warning says so once.

    Raises:
        RobustError: the folder is a file.
    """

    def __init__(self, folder: Path, rank: int) -> None:
        if folder.exists() and not folder.is_dir():
            raise RobustError(f"resume: {str(folder)!r} is a file; allowed: a folder, new or from an earlier run")
        self._found: dict[str, Kept] = {}
        self._folder, self._path = folder, folder / f"rank{rank}.jsonl"
        self._writable = True
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for path in sorted(folder.glob("*.jsonl")):
                self._read(path)
            with TemporaryFile(dir=folder) as trial:
                trial.write(_TRIAL)
            self._mend()
        except OSError as error:
            self._go_on_without(error)

    def get(self, key: str) -> Kept | None:
        """Return what is stored under a key, or None."""
        return self._found.get(key)

    def put(self, key: str, kept: Kept) -> None:
        """Store a response; it outlives this process once this returns, unless a warning said that none does."""
        self._found[key] = kept
        if not self._writable:
            return
        counts = {name: value for name, value in asdict(kept).items() if value is not None}
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"key": key, **counts}, ensure_ascii=False) + "\n")
        except OSError as error:
            self._go_on_without(error)

    def say_kept(self, kept: int, asked: int) -> None:
        """Log how many of the responses asked for were found here."""
        logger.info(f"resume: {kept} of {asked} responses kept from {self._folder}")

    def _go_on_without(self, error: OSError) -> None:
        self._writable = False
        logger.warning(f"resume: {error}; the run goes on, and responses from here on are not kept")

    def _read(self, path: Path) -> None:
        try:
            with path.open(encoding="utf-8", errors="replace", newline="\n") as file:  # others stand within responses
                for line in file:
                    self._take(line)
        except OSError as error:
            logger.warning(f"resume: {error}; what is kept in {path.name} is asked for again")

    def _take(self, line: str) -> None:
        try:
            entry = json.loads(line)
            key, kept = entry.pop("key"), Kept(**entry)
        except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
            return
        if isinstance(key, str) and isinstance(kept.response, str):
            self._found[key] = kept

    def _mend(self) -> None:
        """End a cut-off last line, so that the next entry starts a line of its own."""
        if self._path.exists() and not self._path.read_bytes().endswith(b"\n"):
            with self._path.open("ab") as file:
                file.write(b"\n")
