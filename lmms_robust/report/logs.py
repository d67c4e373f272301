"""Reads the records back from a harness's sample logs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

from lmms_robust.errors import RobustError
from lmms_robust.schema import Record

_FIELDS = frozenset(field.name for field in fields(Record))
_NEEDED = frozenset(field.name for field in fields(Record) if field.default is MISSING)


@dataclass(frozen=True, slots=True)
class Run:
    """The records of one benchmark in one run of a harness, those of its probe apart.

    Attributes:
        model: name of the folder that the harness made for the model.
        date: when the run began, as the harness writes it.
        benchmark: name of the benchmark.
        probe: whether the records are those of the probe.
        records: of every task of that benchmark in that run.
    """

    model: str
    date: str
    benchmark: str
    probe: bool
    records: tuple[Record, ...]


def read_runs(folder: Path) -> list[Run]:
    """Read every sample log below a folder that holds records of ours, oldest first.

    Raises:
        RobustError: no such folder, no such log in it, or a log that cannot be read.
    """
    if not folder.is_dir():
        raise RobustError(f"{str(folder)!r} is not a folder; allowed: the --output_path of a run with --log_samples")
    runs: dict[tuple[str, str, str, bool], list[Record]] = {}
    for path in sorted(folder.rglob("*samples_*.jsonl"), key=lambda path: path.name):
        date = _date(path.stem)
        for record in _records(path):
            runs.setdefault((date, path.parent.name, record.benchmark, record.probe), []).append(record)
    if not runs:
        raise RobustError(f"no samples of robust tasks below {str(folder)!r}; allowed: a run with --log_samples")
    return [Run(model, date, name, probe, tuple(found)) for (date, model, name, probe), found in runs.items()]


def _date(stem: str) -> str:
    """``DATE_samples_TASK`` in lmms-eval, ``samples_TASK_DATE`` in lm-eval."""
    return stem.rpartition("_")[2] if stem.startswith("samples_") else stem.partition("_samples_")[0]


def _records(path: Path) -> Iterator[Record]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            sample = _parsed(line, f"{path}:{number}")
            if "record" in sample:
                yield _record(sample["record"], f"{path}:{number}")


def _parsed(line: str, where: str) -> dict[str, Any]:
    try:
        sample = json.loads(line)
    except json.JSONDecodeError as error:
        raise RobustError(f"{where}: not JSON ({error.msg}); allowed: a sample log of the harness") from error
    return sample if isinstance(sample, dict) else {}


def _record(value: Any, where: str) -> Record:
    if not isinstance(value, dict) or not _NEEDED <= set(value) <= _FIELDS:
        raise RobustError(f"{where}: not a record of this version; allowed: fields {', '.join(sorted(_FIELDS))}")
    return Record(**(value | {"options": tuple(value["options"])}))
