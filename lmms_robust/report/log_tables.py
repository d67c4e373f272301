"""Finds sample logs and reads them into tables: large ones in processes, which hand their rows over as Arrow.

    python -m lmms_robust.report.log_tables LOG

writes a log's rows to standard output, and behind them, as JSON, what of the log was read.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path

import pyarrow as pa

from lmms_robust.errors import RobustError
from lmms_robust.report.columns import RAW, raw
from lmms_robust.report.sample_log import SampleLog

LARGE = 16 * 2**20
"""Bytes of a log that is worth the start of a process, where there are several."""
MOST_AT_ONCE = 8
_CHUNK = 20_000

Logged = tuple[SampleLog, pa.Table]
"""A log, read, and its records; columns as in :data:`lmms_robust.report.columns.RAW`."""


@dataclass(frozen=True, slots=True)
class Below:
    """What is below a folder.

    Attributes:
        folder: the folder.
        paths: everything by its name, folders too.
        faults: what cannot be looked into.
    """

    folder: Path
    paths: list[Path]
    faults: list[str]

    @property
    def logs(self) -> list[Path]:
        """What has the name of a sample log."""
        return [path for path in self.paths if fnmatchcase(path.name, "*samples_*.jsonl")]


def look(folder: Path, others: Collection[Path] = ()) -> Below:
    """Find what is below a folder.

    Args:
        folder: the folder.
        others: files below it that do not matter.

    Raises:
        RobustError: there is no such folder.
    """
    if not folder.is_dir():
        raise RobustError(f"{str(folder)!r} is not a folder; allowed: the --output_path of a run with --log_samples")
    paths, faults = _files(folder)
    return Below(folder, [path for path in paths if path not in others], faults)


def _files(folder: Path) -> tuple[list[Path], list[str]]:
    """Everything below a folder by its name, folders too, and what cannot be looked into."""
    closed: list[OSError] = []
    found = [
        Path(place, name)
        for place, folders, files in os.walk(folder, onerror=closed.append)
        for name in (*folders, *files)
    ]
    faults = [f"{str(error.filename)!r}: cannot be read ({error.strerror})" for error in closed]
    return sorted(found, key=lambda path: (path.name, path)), faults


def read_logs(paths: Sequence[Path]) -> Mapping[Path, Logged]:
    """Read logs; nothing in them is an error, see :class:`lmms_robust.report.sample_log.SampleLog`."""
    large = [path for path in paths if path.is_file() and path.stat().st_size > LARGE]
    found: dict[Path, Logged] = {}
    if len(large) > 1:
        with ThreadPoolExecutor(min(len(large), os.cpu_count() or 1, MOST_AT_ONCE)) as pool:
            found = {path: one for path, one in zip(large, pool.map(_elsewhere, large), strict=True) if one}
    return {path: found.get(path) or _here(path) for path in paths}


def _here(path: Path) -> Logged:
    log = SampleLog(path)
    tables = list(_tables(log))
    return log, pa.concat_tables(tables) if tables else RAW.empty_table()


def _elsewhere(path: Path) -> Logged | None:
    """What a process of its own reads; None where there can be none, or it ends before the log does."""
    command = [sys.executable, "-P", "-m", __name__, str(path)]
    try:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            assert process.stdout
            table = pa.ipc.open_stream(process.stdout).read_all()
            return SampleLog(path, **json.loads(process.stdout.read())), table
    except (OSError, ValueError):
        return None


def _tables(log: SampleLog) -> Iterator[pa.Table]:
    """The records of a log, some thousands at a time."""
    records = log.records()
    while rows := list(islice(records, _CHUNK)):
        yield raw(rows, str(log.path))


def main(path: str) -> None:
    """Hand a log over to whoever started this process."""
    log = SampleLog(Path(path))
    with pa.ipc.new_stream(sys.stdout.buffer, RAW) as stream:
        for table in _tables(log):
            stream.write_table(table)
    sys.stdout.buffer.write(json.dumps({"lines": log.lines, "bad": log.bad, "reason": log.reason}).encode())


if __name__ == "__main__":
    main(sys.argv[1])
