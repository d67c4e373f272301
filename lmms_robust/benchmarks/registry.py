"""What a benchmark adapter is, and the list of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from lmms_robust.errors import RobustError, unknown
from lmms_robust.schema import Item

MODULES = {"scenes": "lmms_robust.benchmarks.scenes"}


@dataclass(frozen=True, slots=True)
class Benchmark:
    """How the rows of one benchmark become items.

    Attributes:
        name: the benchmark's name in tasks and reports.
        image: column that holds the picture.
        columns: the other columns that ``to_item`` reads.
        to_item: turns a row (without its picture) and the row's index into an item.
    """

    name: str
    image: str
    columns: tuple[str, ...]
    to_item: Callable[[Mapping[str, Any], int], Item]

    def items(self, rows: Iterable[Mapping[str, Any]], found: Iterable[str]) -> list[Item]:
        """Turn rows into items.

        Args:
            rows: rows in order.
            found: names of the columns that the data has.

        Raises:
            RobustError: a column is missing, two rows share an id, or a row makes no valid item.
        """
        missing = sorted({self.image, *self.columns} - set(found))
        if missing:
            raise RobustError(
                f"benchmark {self.name}: missing column(s) {', '.join(missing)}; found: {', '.join(sorted(found))}; "
                f"expected: {', '.join(sorted({self.image, *self.columns}))}"
            )
        items = [self.to_item(row, index) for index, row in enumerate(rows)]
        seen: dict[str, int] = {}
        for item in items:
            if item.id in seen:
                raise RobustError(
                    f"benchmark {self.name}: rows {seen[item.id]} and {item.row} share the id {item.id!r}"
                )
            seen[item.id] = item.row
        if not items:
            raise RobustError(f"benchmark {self.name}: no rows; allowed: at least one")
        return items


def benchmark(name: str) -> Benchmark:
    """Look a benchmark up by name.

    Raises:
        RobustError: no benchmark has this name.
    """
    if name not in MODULES:
        raise unknown("benchmark", name, MODULES)
    found: Benchmark = import_module(MODULES[name]).BENCHMARK
    return found
