"""Finished responses on disk, so that an interrupted run goes on where it stopped."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from loguru import logger
from PIL import Image

from lmms_robust.errors import RobustError


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
    it was written is passed over.
    """

    def __init__(self, folder: Path, rank: int) -> None:
        if folder.exists() and not folder.is_dir():
            raise RobustError(f"resume: {str(folder)!r} is a file; allowed: a folder, new or from an earlier run")
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RobustError(f"resume: {error}; allowed: a folder that can be written") from error
        self._found: dict[str, str] = {}
        for path in sorted(folder.glob("*.jsonl")):
            self._read(path)
        self._folder, self._path = folder, folder / f"rank{rank}.jsonl"
        self._mend()

    def get(self, key: str) -> str | None:
        """Return the response stored under a key, or None."""
        return self._found.get(key)

    def __getitem__(self, key: str) -> str:
        return self._found[key]

    def put(self, responses: Mapping[str, str]) -> None:
        """Store responses; they outlive this process once this returns."""
        with self._path.open("a", encoding="utf-8") as file:
            for key, text in responses.items():
                file.write(json.dumps({"key": key, "response": text}, ensure_ascii=False) + "\n")
        self._found.update(responses)

    def say_kept(self, kept: int, asked: int) -> None:
        """Log how many of the responses asked for were found here."""
        logger.info(f"resume: {kept} of {asked} responses kept from {self._folder}")

    def _read(self, path: Path) -> None:
        for line in path.read_text(encoding="utf-8", errors="replace").split(
            "\n"
        ):  # other line ends stand within responses
            try:
                entry = json.loads(line)
                self._found[entry["key"]] = entry["response"]
            except (json.JSONDecodeError, KeyError, TypeError):
                continue

    def _mend(self) -> None:
        """End a cut-off last line, so that the next entry starts a line of its own."""
        if self._path.exists() and not self._path.read_bytes().endswith(b"\n"):
            with self._path.open("a", encoding="utf-8") as file:
                file.write("\n")
