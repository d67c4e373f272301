"""What a benchmark adapter is, and the list of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Literal

from lmms_robust.benchmarks.statements import Pattern
from lmms_robust.errors import RobustError, unknown
from lmms_robust.schema import Item

MODULES = {
    "scenes": "lmms_robust.benchmarks.scenes",
    "3dsrbench": "lmms_robust.benchmarks.threedsrbench",
    "cv_bench": "lmms_robust.benchmarks.cv_bench",
    "spatial_mm_obj": "lmms_robust.benchmarks.spatial_mm_obj",
    "spatial_mm_multihop": "lmms_robust.benchmarks.spatial_mm_multihop",
    "whatsup": "lmms_robust.benchmarks.whatsup",
    "vstar": "lmms_robust.benchmarks.vstar",
    "mme_realworld_lite": "lmms_robust.benchmarks.mme_realworld_lite",
    "mmbench": "lmms_robust.benchmarks.mmbench",
}

Row = Mapping[str, Any]
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a benchmark's rows are.

    Attributes:
        path: hub id, or ``"parquet"`` with local files.
        split: the split that is evaluated.
        config: configuration on the hub, or None for the default one.
        data_files: split -> file pattern, where only some files of the repository are wanted.
        former: hub ids under which older copies of the same data are found.
    """

    path: str
    split: str
    config: str | None = None
    data_files: Mapping[str, str | list[str]] = field(default_factory=dict)
    former: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Benchmark:
    """How the rows of one benchmark become items.

    Attributes:
        name: the benchmark's name in tasks and reports.
        image: column that holds the picture: an image feature, or base64 text.
        columns: the other columns that ``to_item`` reads.
        to_item: turns a row (without its picture) and the row's index into an item. Returns None for a row that is
            left out on purpose (a rotated copy, say). Raises RobustError for a row that is broken.
        source: where the rows are.
        optional: columns that ``to_item`` reads where the data has them.
        patterns: question patterns, tried in order, that make the statements.
        bad_rows: what a broken row does: end the run, or be named in a warning, counted and left out.
    """

    name: str
    image: str
    columns: tuple[str, ...]
    to_item: Callable[[Row, int], Item | None]
    source: Source
    optional: tuple[str, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    bad_rows: Literal["refuse", "leave_out"] = "leave_out"

    def items(self, rows: Iterable[Row], found: Iterable[str]) -> list[Item]:
        """Turn rows into items.

        Args:
            rows: rows in order.
            found: names of the columns that the data has.

        Raises:
            RobustError: a column is missing, two rows share an id, no row is left, or a row is broken and
                ``bad_rows`` is ``"refuse"``.
        """
        self._check_columns(set(found))
        items: dict[str, Item] = {}
        bad = 0
        for index, row in enumerate(rows):
            try:
                item = self._read(row, index)
            except RobustError as error:
                if self.bad_rows == "refuse":
                    raise
                bad += 1
                logger.warning("left out: row %d: %s", index, error)
                continue
            if item is not None:
                self._check_new(item, items)
                items[item.id] = item
        if bad:
            logger.warning("benchmark %s: %d broken row(s) left out, %d items kept", self.name, bad, len(items))
        if not items:
            raise RobustError(f"benchmark {self.name}: no rows; allowed: at least one")
        return list(items.values())

    def read_columns(self, found: Sequence[str]) -> list[str]:
        """The columns that ``to_item`` reads, of those that the data has."""
        return [column for column in (*self.columns, *self.optional) if column in found]

    def _read(self, row: Row, index: int) -> Item | None:
        try:
            return self.to_item(row, index)
        except (AttributeError, TypeError, KeyError, IndexError) as error:  # a cell of another type than its column's
            raise RobustError(f"{self.name}: row {index} has a cell that is empty or malformed ({error})") from error

    def _check_columns(self, found: set[str]) -> None:
        missing = sorted({self.image, *self.columns} - found)
        if missing:
            raise RobustError(
                f"benchmark {self.name}: missing column(s) {', '.join(missing)}; found: {', '.join(sorted(found))}; "
                f"expected: {', '.join(sorted({self.image, *self.columns}))}"
            )

    def _check_new(self, item: Item, items: Mapping[str, Item]) -> None:
        if item.id in items:
            first = items[item.id].row
            raise RobustError(f"benchmark {self.name}: rows {first} and {item.row} share the id {item.id!r}")


def benchmark(name: str) -> Benchmark:
    """Look a benchmark up by name.

    Raises:
        RobustError: no benchmark has this name.
    """
    if name not in MODULES:
        raise unknown("benchmark", name, MODULES)
    found: Benchmark = import_module(MODULES[name]).BENCHMARK
    return found
