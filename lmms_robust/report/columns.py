"""Records as columns in Arrow, one row a response: a million of them fit in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lmms_robust.metrics.estimate import ABSENT, FALSE, TRUE, UNKNOWN, Outcomes, Scores
from lmms_robust.record import NOT_APPLICABLE, Record

NAME = pa.dictionary(pa.int32(), pa.string())
"""Texts of which few are different."""
_TYPES: dict[str, pa.DataType] = {
    "str": NAME,
    "str | None": NAME,
    "bool": pa.bool_(),
    "bool | None": pa.bool_(),
    "int": pa.int64(),
    "int | None": pa.int64(),
    "float | None": pa.float64(),
    "tuple[str, ...]": pa.list_(pa.string()),
    "Mapping[str, float] | None": pa.map_(pa.string(), pa.float64()),
}
OF_RECORD = {field.name: _TYPES[str(field.type)] for field in fields(Record)}
DERIVED = {
    "outcome": NAME,
    "p_correct": pa.float64(),
    "p_answer": pa.float64(),
    "letter_entropy": pa.float64(),
}
"""Properties of records that stand beside their own columns."""
PLACE = {"response": pa.binary(16), "file": NAME, "line": pa.int64()}
"""Digest of the response; the log, and which line of it."""
SCHEMA = pa.schema({**OF_RECORD, **DERIVED, **PLACE})

_CHUNK = 20_000


class Columns:
    """Takes records one by one, and gives them back as a table."""

    def __init__(self) -> None:
        self._chunks: list[pa.Table] = []
        self._rows: list[tuple[Any, ...]] = []

    def add(self, record: Record, response: bytes = b"\0" * 16, file: Path | str = "", line: int = 0) -> None:
        """Add a record.

        Args:
            record: the record.
            response: digest of the response, 16 bytes.
            file: where it stands.
            line: number of the line there, from 1.
        """
        values = (getattr(record, name) for name in (*OF_RECORD, *DERIVED))
        self._rows.append((*values, response, str(file), line))
        if len(self._rows) == _CHUNK:
            self._flush()

    def table(self) -> pa.Table:
        """All records so far; columns as in :data:`SCHEMA`."""
        self._flush()
        return joined(self._chunks)

    def _flush(self) -> None:
        columns = zip(*self._rows, strict=True) if self._rows else ((),) * len(SCHEMA)
        arrays = [_array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
        self._chunks.append(pa.Table.from_arrays(arrays, schema=SCHEMA))
        self._rows = []


def _array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    if kind == NAME:
        return pa.array(values, pa.string()).dictionary_encode()
    if pa.types.is_map(kind):
        return pa.array([value if value is None else list(value.items()) for value in values], kind)
    return pa.array(values, kind)


def table_of(records: Sequence[Record]) -> pa.Table:
    """Records from anywhere but a log as a table."""
    columns = Columns()
    for record in records:
        columns.add(record)
    return columns.table()


def joined(tables: Sequence[pa.Table]) -> pa.Table:
    """Tables below each other, with one dictionary a column."""
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()


def record_at(table: pa.Table, row: int) -> Record:
    """A row as the record that it was."""
    return record_of({name: table[name][row].as_py() for name in OF_RECORD})


def record_of(row: Mapping[str, Any]) -> Record:
    """A row as Python's values, its other columns too, as the record that it was."""
    values = {name: row[name] for name in OF_RECORD}
    values |= {name: tuple(values[name]) for name, kind in OF_RECORD.items() if pa.types.is_list(kind)}
    probs = values["letter_probs"]
    return Record(**{**values, "letter_probs": None if probs is None else dict(probs)})


def keys(table: pa.Table, names: Sequence[str]) -> pa.Array:
    """One text a row that joins several columns."""
    parts = [pc.cast(table[name], pa.string()) for name in names]
    return pc.binary_join_element_wise(*parts, "\x1f")


def codes(values: pa.Array | pa.ChunkedArray) -> tuple[NDArray[np.int64], list[Any]]:
    """Per row the number of its value, in the order of their first appearance, and the values; -1 for None."""
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if not pa.types.is_dictionary(values.type):
        values = values.dictionary_encode()
    numbers = values.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return numbers, values.dictionary.to_pylist()


def equals(table: pa.Table, name: str, value: str) -> NDArray[np.bool_]:
    """Rows with a value in a column of texts."""
    numbers, known = codes(table[name])
    return np.asarray(numbers == (known.index(value) if value in known else -2))


def missing(table: pa.Table, name: str) -> NDArray[np.bool_]:
    """Rows without a value in a column."""
    return np.asarray(table[name].is_null())


def scores(table: pa.Table, name: str) -> Scores:
    """A column of numbers; NaN for None."""
    return np.asarray(pc.fill_null(pc.cast(table[name], pa.float64()), np.nan), dtype=np.float64)


def truths(table: pa.Table, name: str) -> Outcomes:
    """A column of True, False and None (unknown)."""
    values = np.asarray(pc.fill_null(table[name], False), dtype=bool)
    return np.where(missing(table, name), UNKNOWN, np.where(values, TRUE, FALSE)).astype(np.int8)


def verdicts(table: pa.Table) -> Outcomes:
    """Whether reasoning and answer agree; absent where it makes no sense to ask."""
    return np.where(equals(table, "undecided", NOT_APPLICABLE), ABSENT, truths(table, "consistent")).astype(np.int8)


def right_and_consistent(table: pa.Table) -> Outcomes:
    """Kleene's and of the two; absent where it makes no sense to ask for the second."""
    found = verdicts(table)
    return np.where((found != ABSENT) & ~equals(table, "outcome", "right"), FALSE, found).astype(np.int8)


def whether(mask: NDArray[np.bool_], within: NDArray[np.bool_] | None = None) -> Outcomes:
    """Outcomes that are never unknown, absent outside of ``within``."""
    found = np.where(mask, TRUE, FALSE)
    return (found if within is None else np.where(within, found, ABSENT)).astype(np.int8)
