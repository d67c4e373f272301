"""Reads one sample log of a harness, line by line: its records, and what in it is none.

Logs come from anywhere: cut off, of another task, of an older version. Nothing in one is an error.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from lmms_robust.errors import RobustError
from lmms_robust.perturbations import VARIANTS
from lmms_robust.reading import own_start
from lmms_robust.record import checked
from lmms_robust.transport import unseal

MAX_BYTES = 64 * 2**20
"""Of one line, or of a file of results."""

Place = tuple[Path, str]
"""Folder and date of a run of a harness."""


@dataclass(slots=True)
class SampleLog:
    """One log, and what of it was read so far.

    Attributes:
        path: the file.
        lines: lines that are not blank.
        bad: those of them that hold no record of ours.
        reason: why the first of these holds none, or why there are no lines.
    """

    path: Path
    lines: int = 0
    bad: int = 0
    reason: str = ""

    def records(self) -> Iterator[tuple[dict[str, Any], bytes, int]]:
        """Yield each record with the digest of its response and its line; lines that hold none are counted."""
        try:
            with _opened(self.path) as file:
                for number, line in enumerate(_lines(file), start=1):
                    if stripped := line.strip():
                        yield from self._of_line(stripped, number)
        except RobustError as error:
            self.reason = self.reason or str(error)
            return
        self.reason = self.reason or ("" if self.lines else "empty")

    @property
    def place(self) -> Place:
        """Of the run that it is a log of."""
        return place_of_log(self.path)

    @property
    def read(self) -> bool:
        """Whether it held a record."""
        return self.lines > self.bad

    @property
    def fault(self) -> str:
        """What is left out of it and why, in one line; empty where all was read."""
        count = f"{self.bad} of {self.lines} line(s), " if self.bad else ""
        return f"{str(self.path)!r}: {count}{self.reason}" if self.reason else ""

    def _of_line(self, line: bytes, number: int) -> Iterator[tuple[dict[str, Any], bytes, int]]:
        self.lines += 1
        try:
            found = _records(line)
        except RobustError as error:
            self.bad += 1
            self.reason = self.reason or f"line {number}: {error}"
            return
        yield from ((record, response, number) for record, response in found)


def place_of_log(log: Path) -> Place:
    """Folder and date of a sample log: ``DATE_samples_TASK`` in lmms-eval, ``samples_TASK_DATE`` in lm-eval."""
    named_after = log.name.startswith("samples_")
    return log.parent, log.stem.rpartition("_")[2] if named_after else log.stem.partition("_samples_")[0]


def place_of_results(path: Path) -> Place:
    """Folder and date of a results file: ``DATE_results`` in lmms-eval, ``results_DATE`` in lm-eval, else no date."""
    stem = path.stem
    return path.parent, stem.removesuffix("_results") if stem.endswith("_results") else stem.partition("results_")[2]


def results(path: Path) -> dict[str, Any]:
    """What a harness wrote of a run beside its samples.

    Raises:
        RobustError: it cannot be read; says why, and not where.
    """
    with _opened(path) as file:
        return _parsed(file.read(MAX_BYTES))


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """A regular file: of a pipe or a device nobody knows the end."""
    try:
        if path.exists() and not path.is_file():
            raise RobustError(f"a {'folder' if path.is_dir() else 'pipe or device'}, no file")
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise RobustError(f"cannot be read ({error.strerror})") from error


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines; of one that is too long, its start alone."""
    while line := file.readline(MAX_BYTES + 2):
        rest = line
        while len(rest) > MAX_BYTES + 1 and not rest.endswith(b"\n"):
            rest = file.readline(MAX_BYTES + 2)
        yield line


def _records(line: bytes) -> list[tuple[dict[str, Any], bytes]]:
    if len(line) > MAX_BYTES:
        raise RobustError(f"more than {MAX_BYTES >> 20} MB")
    sample = _parsed(line)
    if "record" not in sample:
        raise RobustError("no record of lmms-robust, as in samples of other tasks")
    records = [_record(value) for value in _listed(sample["record"])]
    texts = _texts(sample.get("filtered_resps"))
    return [
        (record, _digest(text))
        for record, text in zip(records, texts if len(texts) == len(records) else records, strict=True)
    ]


def _said(text: Any) -> str:
    return unseal(text).text if isinstance(text, str) else repr(text)


def _digest(text: Any) -> bytes:
    return sha256(_said(text).encode("utf-8", "surrogatepass")).digest()[:16]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _texts(value: Any) -> list[Any]:
    """Responses: a text, a list of them, or lists in a list, as harnesses and repeats have it."""
    while isinstance(value, list) and len(value) == 1:
        (value,) = value
    return _listed(value)


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise RobustError(f"not UTF-8 ({error.reason})") from error
    except (ValueError, RecursionError) as error:
        raise RobustError(f"not JSON ({error})") from error
    if not isinstance(found, dict):
        raise RobustError(f"a JSON {type(found).__name__}, no object")
    return found


def _record(value: Any) -> dict[str, Any]:
    record = checked(value)
    if record["variant"] not in VARIANTS:
        raise RobustError(f"no record of this version (variant {record['variant'][:80]!r} is not known)")
    return record


def samples(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the samples of a log with their lines, from 1; lines that are none are passed over.

    Raises:
        RobustError: the log cannot be opened.
    """
    with _opened(path) as file:
        for number, line in enumerate(_lines(file), start=1):
            if len(line) <= MAX_BYTES and line.strip():
                with suppress(RobustError):
                    yield number, _parsed(line)


def responses(sample: Mapping[str, Any]) -> list[str]:
    """The texts of a sample's responses, one for each repeat, without what a backend of ours reports beside them."""
    found = _texts(sample.get("filtered_resps"))
    return [unseal(text).text if isinstance(text, str) else json.dumps(text) for text in found]


def turn(sample: Mapping[str, Any], text: str) -> tuple[str, str]:
    """A response as the whole turn, and what that was started with, as far as a sample tells.

    lm-eval logs what follows the start, and the doc that has it; lmms-eval the turn, and the start at the end of the
    prompt, see :func:`lmms_robust.harness.lmms_eval.doc_to_text`.
    """
    doc = sample.get("doc")
    if isinstance(doc, dict) and isinstance(doc.get("prefill"), str):
        start = doc["prefill"]
        opened = "<think>" if doc.get("opened_think") is True else ""
        return (text if start and own_start(text, start) >= 0 else (start or opened) + text), start
    return text, prompt(sample).rpartition(ASSISTANT)[2] if ASSISTANT in prompt(sample) else ""


ASSISTANT = "\n\n[assistant]\n"
"""Between prompt and start of the turn, where a log of lmms-eval has both."""


def prompt(sample: Mapping[str, Any]) -> str:
    """The text that a model was sent, as far as a sample tells."""
    sent = sample.get("input")
    if sent is None and isinstance(sample.get("arguments"), dict):  # lm-eval
        first = next(iter(sample["arguments"].values()), None)
        sent = next(iter(first.values()), None) if isinstance(first, dict) else first
    while isinstance(sent, list) and sent:
        sent = sent[0]
    return sent if isinstance(sent, str) else ""
