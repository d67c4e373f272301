"""Finds sample logs and reads them into tables: large ones in processes, which hand their rows over as Arrow.

    python -m lmms_robust.report.log_tables LOG DECIDERS

writes a log's rows to standard output, and behind them, as JSON, what of the log and the verdicts beside it was read.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from functools import partial
from itertools import islice
from pathlib import Path

import pyarrow as pa

from lmms_robust.errors import RobustError
from lmms_robust.report.columns import RAW, raw
from lmms_robust.report.deciders import Deciders, Panel
from lmms_robust.report.sample_log import SampleLog

LARGE = 16 * 2**20
"""Bytes of a log that is worth the start of a process, where there are several."""
MOST_AT_ONCE = 8
_CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class Logged:
    """What a log holds.

    Attributes:
        log: the log, read.
        table: its records as the deciders have them; columns as in :data:`lmms_robust.report.columns.RAW`.
        useless: verdicts beside it that are of no use, and why.
        judges: how far each judge that has some there is to be trusted.
    """

    log: SampleLog
    table: pa.Table
    useless: list[str]
    judges: list[str]


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


def read_logs(paths: Sequence[Path], deciders: Deciders) -> Mapping[Path, Logged]:
    """Read logs; nothing in them is an error, see :class:`lmms_robust.report.sample_log.SampleLog`.

    Args:
        paths: of the logs.
        deciders: whose verdicts count, of those that stand beside the logs.
    """
    large = [path for path in paths if path.is_file() and path.stat().st_size > LARGE]
    found: dict[Path, Logged] = {}
    if len(large) > 1:
        with ThreadPoolExecutor(min(len(large), os.cpu_count() or 1, MOST_AT_ONCE)) as pool:
            found = {
                path: one
                for path, one in zip(large, pool.map(partial(_elsewhere, deciders=deciders), large), strict=True)
                if one
            }
    return {path: found.get(path) or read_log(path, deciders) for path in paths}


def read_log(path: Path, deciders: Deciders) -> Logged:
    """Read one log in this process, see :func:`read_logs`."""
    log, panel = SampleLog(path), Panel(path, deciders)
    tables = list(_tables(log, panel))
    return Logged(log, pa.concat_tables(tables) if tables else RAW.empty_table(), list(panel.faults()), panel.judges)


def _elsewhere(path: Path, deciders: Deciders) -> Logged | None:
    """What a process of its own reads; None where there can be none, or it ends before the log does."""
    command = [sys.executable, "-P", "-m", __name__, str(path), json.dumps(asdict(deciders))]
    try:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            assert process.stdout
            table = pa.ipc.open_stream(process.stdout).read_all()
            said = json.loads(process.stdout.read())
            return Logged(SampleLog(path, **said["log"]), table, said["useless"], said["judges"])
    except (OSError, ValueError):
        return None


def _tables(log: SampleLog, panel: Panel) -> Iterator[pa.Table]:
    """The records of a log as a panel has them, some thousands at a time."""
    records = ((panel.decide(record, response), response, line) for record, response, line in log.records())
    while rows := list(islice(records, _CHUNK)):
        yield raw(rows, str(log.path))


def main(path: str, deciders: str) -> None:
    """Hand a log over to whoever started this process."""
    wanted = json.loads(deciders)
    names = None if wanted["names"] is None else tuple(wanted["names"])
    log, panel = SampleLog(Path(path)), Panel(Path(path), Deciders(names, wanted["rules_first"]))
    with pa.ipc.new_stream(sys.stdout.buffer, RAW) as stream:
        for table in _tables(log, panel):
            stream.write_table(table)
    read = {"lines": log.lines, "bad": log.bad, "reason": log.reason}
    sys.stdout.buffer.write(json.dumps({"log": read, "useless": list(panel.faults()), "judges": panel.judges}).encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
