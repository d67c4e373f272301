"""Responses laid out to be compared: one row a unit (an item and repeat), one column a condition of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lmms_robust.metrics.estimate import ABSENT, Outcomes, Scores, Units
from lmms_robust.report.columns import codes, joined, keys

Rows = NDArray[np.int64]
"""Per unit the row of its response, or -1."""
Column = tuple[str, str]
"""Name of a side, and of a variant."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Where the response of each unit stands in each column.

    Attributes:
        table: all responses.
        units: items and pictures of the units.
        places: per column the rows of the units' responses.
    """

    table: pa.Table
    units: Units
    places: Mapping[Column, Rows]

    def outcomes(self, column: Column, values: Outcomes) -> Outcomes:
        """Outcomes of the table's rows by unit; absent where the column has none, or where there is no such column."""
        rows = self.places.get(column)
        if rows is None:
            return np.full(len(self.units.item), ABSENT, np.int8)
        return np.where(rows >= 0, values[rows], ABSENT).astype(np.int8)

    def scores(self, column: Column, values: Scores) -> Scores:
        """Scores of the table's rows by unit; NaN where the column has none."""
        rows = self.places.get(column)
        return np.full(len(self.units.item), np.nan) if rows is None else np.where(rows >= 0, values[rows], np.nan)

    def numbers(self, column: Column, values: NDArray[np.int64]) -> NDArray[np.int64]:
        """Numbers of the table's rows by unit; :data:`ABSENT` where the column has none."""
        rows = self.places.get(column)
        return np.full(len(self.units.item), ABSENT) if rows is None else np.where(rows >= 0, values[rows], ABSENT)


def of_run(table: pa.Table) -> Grid:
    """Lay out the responses of one run, whose side has no name."""
    return lay_out({"": table})


def lay_out(sides: Mapping[str, pa.Table]) -> Grid:
    """Lay out the responses of one benchmark by one run, or by several that are to be compared.

    A unit is the same in two sides if item, digest and repeat are; the plant seed is none of it.

    Args:
        sides: tables by name. A column of the grid is a name and a variant.
    """
    table = joined(list(sides.values()))
    side = np.repeat(np.arange(len(sides)), [len(found) for found in sides.values()])
    rows = of_rows(table)
    unit, _ = codes(keys(table, ["item", "digest", "repeat"]))
    first = np.unique(unit, return_index=True)[1]
    variant, variants = codes(table["variant"])
    places: dict[tuple[str, str], Rows] = {}
    for number, name in enumerate(sides):
        for code, known in enumerate(variants):
            here = np.flatnonzero((side == number) & (variant == code))
            if len(here):
                places[(name, known)] = np.full(len(first), -1, np.int64)
                places[(name, known)][unit[here]] = here
    return Grid(table, Units(rows.item[first], rows.picture[first]), places)


def of_rows(table: pa.Table) -> Units:
    """Item and picture of each row; an item without a picture has one of its own."""
    items = keys(table, ["item", "digest"])
    shown = pc.cast(table["picture"], pa.string())
    return Units(codes(items)[0], codes(pc.if_else(pc.equal(shown, ""), items, shown))[0])
