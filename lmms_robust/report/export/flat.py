"""CSV and Parquet: ``records``, one row a response, and ``numbers``, one row an estimate, of all runs together."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from lmms_robust.errors import RobustError
from lmms_robust.report.columns import SCHEMA, record_of
from lmms_robust.report.logs import Run
from lmms_robust.report.numbers import Number, Part, numbers
from lmms_robust.report.numbers import flat as numbers_of
from lmms_robust.writing import csv_cell, from_text

Rows = Sequence[dict[str, Any]]

_KINDS = {
    "str": pa.string(), "bool": pa.bool_(), "int": pa.int64(), "float": pa.float64(), "float | None": pa.float64(),
}  # fmt: skip
NUMBERS = pa.schema({field.name: _KINDS[str(field.type)] for field in fields(Number)})


def _flat(kind: pa.DataType) -> pa.DataType:
    """Lists and objects are JSON, digests hexadecimal."""
    return kind if pa.types.is_primitive(kind) else pa.string()


RECORDS = pa.schema({"model": pa.string(), "date": pa.string(), **{field.name: _flat(field.type) for field in SCHEMA}})
"""Columns of :data:`lmms_robust.report.columns.SCHEMA`, each of them flat, after the run's model and date."""

CHUNK = 10_000
"""Rows that are Python's values at a time."""


def write(runs: Sequence[Run], folder: Path, form: str) -> str:
    """Write both files of some runs into a folder; returns what was written, in words.

    Args:
        runs: the runs.
        folder: it must be there.
        form: ``"csv"`` or ``"parquet"``.
    """
    counts = {"records": 0, "numbers": 0}
    with FORMS[form](folder / f"records.{form}", RECORDS) as add:
        for chunk in _records(runs):
            counts["records"] += len(chunk)
            add(chunk)
    with FORMS[form](folder / f"numbers.{form}", NUMBERS) as add:
        for run in runs:
            chunk = [one.columns() for one in numbers(run)]
            counts["numbers"] += len(chunk)
            add(chunk)
    return f"{counts['records']} records and {counts['numbers']} numbers of {len(runs)} run(s)"


def write_numbers(parts: Iterable[Part], path: Path) -> None:
    """Write the numbers of runs, and of their categories, as parquet."""
    with _parquet(path, NUMBERS) as add:
        for part in parts:
            add([one.columns() for one in numbers_of(part)])


def read_numbers(path: Path | str) -> list[Number]:
    """The numbers of a file that :func:`write` made, of either form, or of the folder that it is in.

    Raises:
        RobustError: there is no such file, or its columns are others.
    """
    path = Path(path)
    if path.is_dir():
        written = [path / f"numbers.{form}" for form in ("csv", "parquet")]
        path = next((one for one in written if one.is_file()), path)
    if not path.is_file():
        raise RobustError(f"{str(path)!r} is no file of numbers; allowed: numbers.csv or numbers.parquet by `export`")
    names, rows = _from_parquet(path) if path.suffix == ".parquet" else _from_csv(path)
    if names != NUMBERS.names:
        raise RobustError(f"{str(path)!r} has columns {', '.join(names)}; allowed: {', '.join(NUMBERS.names)}")
    return [Number(**row) for row in rows]


def _from_parquet(path: Path) -> tuple[list[str], Rows]:
    table = parquet.read_table(path)
    return table.column_names, table.to_pylist()


def _from_csv(path: Path) -> tuple[list[str], Rows]:
    with path.open(encoding="utf-8", newline="") as file:
        table = csv.DictReader(file)
        kinds = {field.name: field.type for field in NUMBERS}
        rows = [{name: _value(text, kinds.get(name)) for name, text in row.items()} for row in table]
    return list(table.fieldnames or ()), rows


def _value(text: str, kind: pa.DataType | None) -> Any:
    if kind is None or pa.types.is_string(kind):
        return from_text(text)
    if pa.types.is_boolean(kind):
        return text == "true"
    return (int if pa.types.is_integer(kind) else float)(text) if text else None


def _records(runs: Sequence[Run]) -> Iterator[Rows]:
    for run in runs:
        for start in range(0, len(run.table), CHUNK):
            rows = run.table.slice(start, CHUNK).to_pylist()
            yield [{"model": run.model, "date": run.date, **_plain(row)} for row in rows]


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with lists and objects as JSON, and digests in hexadecimal."""
    probs = record_of(row).letter_probs
    values = {**row, "letter_probs": None if probs is None else dict(probs), "response": row["response"].hex()}
    nested = [name for name, value in values.items() if isinstance(value, list | dict)]
    return values | {name: json.dumps(values[name], ensure_ascii=False) for name in nested}


@contextmanager
def _csv(path: Path, schema: pa.Schema) -> Iterator[Callable[[Rows], None]]:
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        table = csv.writer(file)
        table.writerow(schema.names)

        def add(rows: Rows) -> None:
            for row in rows:
                table.writerow(csv_cell(row[name]) for name in schema.names)

        yield add


@contextmanager
def _parquet(path: Path, schema: pa.Schema) -> Iterator[Callable[[Rows], None]]:
    with parquet.ParquetWriter(path, schema) as file:

        def add(rows: Rows) -> None:
            file.write_table(pa.Table.from_pylist(list(rows), schema=schema))

        yield add


FORMS: dict[str, Callable[[Path, pa.Schema], AbstractContextManager[Callable[[Rows], None]]]] = {
    "csv": _csv,
    "parquet": _parquet,
}
