"""Responses that are logged more than once: each counts once, and what differs between its records is said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lmms_robust.report.columns import OF_RECORD, codes, keys, record_at

KEY = ("item", "digest", "repeat", "variant")
"""What a response is the one response to, within a run."""


class Once(NamedTuple):
    """A table with each response once.

    Attributes:
        table: the first of the rows of each response, in their order; all rows where two differ.
        notes: how many were left out for it, and what differs in their records though the texts are equal.
        two: which two responses differ under one key; ``""`` where none do.
    """

    table: pa.Table
    notes: tuple[str, ...] = ()
    two: str = ""


def once(table: pa.Table) -> Once:
    """Leave out what is there already."""
    key, _ = codes(keys(table, KEY))
    first, inverse = np.unique(key, return_index=True, return_inverse=True)[1:]
    if len(first) == len(table):
        return Once(table)
    response, _ = codes(table["response"])
    differing = np.flatnonzero(response != response[first[inverse]])
    if len(differing):
        after = int(differing[0])
        return Once(table, two=_two(table, int(first[inverse[after]]), after))
    again = np.setdiff1d(np.arange(len(table)), first)
    return Once(table.take(np.sort(first)), tuple(_notes(table, first[inverse[again]], again)))


def _two(table: pa.Table, before: int, after: int) -> str:
    record = record_at(table, after)
    files = [table["file"][row].as_py() for row in (before, after)]
    return (
        f"two different responses to {record.benchmark} item {record.item!r}, {record.variant}, repeat "
        f"{record.repeat}, in {files[0]} and {files[1]}; allowed: one, or the same in both"
    )


def _notes(table: pa.Table, kept: NDArray[np.int64], again: NDArray[np.int64]) -> Iterator[str]:
    """What is said of rows that were there already, given the rows that were kept for them."""
    yield f"{len(again)} response(s) were logged twice with equal texts and count once"
    differs = {name: _differ(table[name].take(kept), table[name].take(again)) for name in OF_RECORD}
    rows = np.logical_or.reduce([*differs.values()])
    if rows.any():
        names = ", ".join(name for name, differ in differs.items() if differ.any())
        place = int(np.flatnonzero(rows)[0])
        item, variant = (table[name][int(again[place])].as_py() for name in ("item", "variant"))
        files = [table["file"][int(row[place])].as_py() for row in (kept, again)]
        yield (
            f"the records of {int(rows.sum())} of them differ in {names}, and the first one counts, such as "
            f"for item {item!r}, {variant}: {files[0]}, not {files[1]}"
        )


def _differ(one: pa.ChunkedArray, other: pa.ChunkedArray) -> NDArray[np.bool_]:
    """Rows in which two columns differ."""
    if one.equals(other):
        return np.zeros(len(one), bool)
    return np.array([a != b for a, b in zip(one.to_pylist(), other.to_pylist(), strict=True)], bool)
