"""Records as columns in Arrow, one row a response: a million of them fit in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, asdict, fields
from math import nan
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lmms_robust.metrics.estimate import ABSENT, FALSE, TRUE, UNKNOWN, Outcomes, Scores
from lmms_robust.record import NOT_APPLICABLE, Record
from lmms_robust.schema import MAX_LETTERS, letters

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
    "Mapping[str, float] | None": pa.list_(pa.float64()),  # over the letters A to J
}
OF_RECORD = {field.name: _TYPES[str(field.type)] for field in fields(Record)}
PLACE = {"response": pa.binary(16), "file": NAME, "line": pa.int64()}
"""Digest of the response; the log, and which line of it."""
DERIVED = {"outcome": NAME, "p_correct": pa.float64(), "p_answer": pa.float64(), "letter_entropy": pa.float64()}
"""Properties of records that stand beside their own columns."""
SCHEMA = pa.schema({**OF_RECORD, **PLACE, **DERIVED})

_DEFAULTS = {field.name: None if field.default is MISSING else field.default for field in fields(Record)}
_CHUNK = 20_000


class Columns:
    """Takes records one by one, as logs hold them, and gives them back as a table."""

    def __init__(self) -> None:
        self._chunks: list[pa.Table] = []
        self._rows: list[tuple[Mapping[str, Any], bytes, str, int]] = []

    def add(self, record: Mapping[str, Any], response: bytes = b"\0" * 16, file: str = "", line: int = 0) -> None:
        """Add a record.

        Args:
            record: its fields; those that are missing have their default.
            response: digest of the response, 16 bytes.
            file: where it stands.
            line: number of the line there, from 1.
        """
        self._rows.append((record, response, file, line))
        if len(self._rows) == _CHUNK:
            self._flush()

    def table(self) -> pa.Table:
        """All records so far; columns as in :data:`SCHEMA`."""
        self._flush()
        table = joined(self._chunks)
        for name, values in _derived(table).items():
            table = table.append_column(name, values)
        return table

    def _flush(self) -> None:
        rows, self._rows = self._rows, []
        records = [row[0] for row in rows]
        arrays = [_array([one.get(name, _DEFAULTS[name]) for one in records], name) for name in OF_RECORD]
        arrays += [_array([row[place] for row in rows], name) for place, name in enumerate(PLACE, start=1)]
        self._chunks.append(pa.Table.from_arrays(arrays, [*OF_RECORD, *PLACE]))


def _array(values: list[Any], name: str) -> pa.Array:
    """A column; half a surrogate pair, as JSON can have it, becomes a question mark."""
    try:
        return _typed(values, name)
    except UnicodeEncodeError:
        return _typed([_whole(one) for one in values], name)


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    return [*map(_whole, value)] if isinstance(value, list | tuple) else value


def _typed(values: list[Any], name: str) -> pa.Array:
    kind = SCHEMA.field(name).type
    if kind == NAME:
        return pa.array(values, pa.string()).dictionary_encode()
    if name == "letter_probs":
        return pa.array([None if one is None else [one.get(letter) for letter in LETTERS] for one in values], kind)
    return pa.array(values, kind)


LETTERS = letters(MAX_LETTERS)


def _derived(table: pa.Table) -> dict[str, pa.Array]:
    """What :class:`lmms_robust.record.Record` derives, for all rows at once."""
    letter = {name: letter_numbers(table, name) for name in ("answer", "gold", "planted", "abstain")}
    answer = letter["answer"]
    is_ = [answer < 0, *(answer == letter[name] for name in ("gold", "planted", "abstain"))]
    places = [OUTCOMES.index(name) for name in ("no_answer", "right", "planted", "abstained")]
    outcome = np.select(is_, places, default=OUTCOMES.index("other"))
    probs = _matrix(table)
    rows = np.arange(len(table))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = probs / np.nansum(probs, axis=1, keepdims=True)
        entropy = -np.nansum(np.where(share > 0, share * np.log(share), 0), axis=1)
    without = np.isnan(probs).all(1)
    numbers = {
        "p_correct": np.where(letter["gold"] < 0, nan, probs[rows, letter["gold"]]),
        "p_answer": np.where(answer < 0, nan, probs[rows, answer]),
        "letter_entropy": np.where(without, nan, entropy),
    }
    names = pa.DictionaryArray.from_arrays(pa.array(outcome, pa.int32()), pa.array(OUTCOMES))
    return {"outcome": names} | {name: pa.array(values, mask=np.isnan(values)) for name, values in numbers.items()}


OUTCOMES = ("right", "planted", "other", "abstained", "no_answer")
"""What every response is exactly one of."""


def letter_numbers(table: pa.Table, name: str) -> NDArray[np.int64]:
    """Per row the number of a letter; -1 for none, which equals no answer, and for one that no option can have."""
    numbers, known = codes(table[name])
    places = np.array([LETTERS.index(one) if one in LETTERS else -1 for one in known] + [-1])
    return np.asarray(places[numbers])


def _matrix(table: pa.Table) -> Scores:
    """Probabilities, rows by letters; NaN where there is none."""
    column = table["letter_probs"].combine_chunks()
    found = np.full((len(table), MAX_LETTERS), nan)
    has = np.asarray(column.is_valid())
    flat = np.asarray(pc.fill_null(column.flatten(), nan), dtype=np.float64)
    found[has] = flat.reshape(-1, MAX_LETTERS)
    return found


def table_of(records: Sequence[Record]) -> pa.Table:
    """Records from anywhere but a log as a table."""
    columns = Columns()
    for record in records:
        columns.add(asdict(record))
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
    values |= {name: tuple(values[name]) for name in ("options", "not_honoured")}
    probs = values["letter_probs"]
    known = None if probs is None else {one: p for one, p in zip(LETTERS, probs, strict=True) if p is not None}
    return Record(**{**values, "letter_probs": known})


_JOINS = "\x1f"


def keys(table: pa.Table, names: Sequence[str]) -> pa.Array:
    """One text a row that joins several columns."""
    parts = [pc.replace_substring(pc.cast(table[name], pa.string()), _JOINS, " ") for name in names]
    return pc.binary_join_element_wise(*parts, _JOINS)


def groups(table: pa.Table, names: Sequence[str]) -> tuple[NDArray[np.int64], list[tuple[str, ...]]]:
    """Per row the number of its values in several columns, and these values, in the order of their first appearance."""
    numbers, known = codes(keys(table, names))
    return numbers, [tuple(one.split(_JOINS)) for one in known]


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


def asked(table: pa.Table) -> dict[str, int]:
    """Who was asked for verdicts, by name, and on how many responses; those to which none applies are not counted."""
    numbers, known = codes(table["decided_by"])
    counts = np.bincount(numbers[~equals(table, "undecided", NOT_APPLICABLE)], minlength=len(known))
    return {name: int(count) for name, count in sorted(zip(known, counts, strict=True)) if count}


def right_and_consistent(table: pa.Table) -> Outcomes:
    """Kleene's and of the two; absent where it makes no sense to ask for the second."""
    found = verdicts(table)
    return np.where((found != ABSENT) & ~equals(table, "outcome", "right"), FALSE, found).astype(np.int8)


def whether(mask: NDArray[np.bool_], within: NDArray[np.bool_] | None = None) -> Outcomes:
    """Outcomes that are never unknown, absent outside of ``within``."""
    found = np.where(mask, TRUE, FALSE)
    return (found if within is None else np.where(within, found, ABSENT)).astype(np.int8)
