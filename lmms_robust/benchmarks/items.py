"""Canonical items of a benchmark as JSON lines, for people and other programs."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lmms_robust.benchmarks.pictures import size, stored
from lmms_robust.benchmarks.reading import load
from lmms_robust.benchmarks.registry import Benchmark, Made
from lmms_robust.errors import RobustError
from lmms_robust.schema import Item
from lmms_robust.writing import complete

if TYPE_CHECKING:
    from datasets import Dataset

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of the rows.

    Attributes:
        benchmark: name of the benchmark.
        rows: rows loaded.
        made: the items that the rows make, and how many rows make none, by reason.
        written: items written, at most the limit.
        unreadable: items left out since their picture does not decode.
    """

    benchmark: str
    rows: int
    made: Made
    written: int
    unreadable: int

    def render(self) -> str:
        """Return the summary as one line."""
        counts = [f"{self.rows} rows", f"{len(self.made.items)} items", self.made.said(), f"{self.written} written"]
        said = ", ".join(filter(None, counts))
        return f"{self.benchmark}: {said}, {self.unreadable} left out for an unreadable picture"


def items_of(adapter: Benchmark, dataset: Dataset) -> list[Item]:
    """Turn loaded rows into items, see :func:`made_of`."""
    return made_of(adapter, dataset).items


def made_of(adapter: Benchmark, dataset: Dataset) -> Made:
    """Turn loaded rows into items without touching their pictures, and count the rows that make none.

    Raises:
        RobustError: see :meth:`lmms_robust.benchmarks.registry.Benchmark.made`.
    """
    found = dataset.column_names
    return adapter.made(dataset.select_columns(adapter.read_columns(found)), found)


def write(
    adapter: Benchmark, target: Path, files: Sequence[Path] = (), images: Path | None = None, limit: int | None = None
) -> Summary:
    """Write one JSON line per item: id, benchmark, category, question, options, answer, statements, image_size.

    A row whose picture does not decode is named in a warning, counted and left out. The file appears when complete.

    Args:
        adapter: the benchmark.
        target: file to write.
        files: see :func:`lmms_robust.benchmarks.reading.load`.
        images: see there.
        limit: write the first so many items only.

    Raises:
        RobustError: the rows cannot be loaded or make no items, or no picture decodes.
    """
    dataset = load(adapter, files, images)
    made = made_of(adapter, dataset)
    left_out: list[str] = []
    with complete(target) as file:
        written = 0
        for line in islice(_lines(adapter, dataset, made.items, left_out), limit):
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            written += 1
        if not written:
            raise RobustError(f"benchmark {adapter.name}: none of {len(made.items)} items has a picture that decodes")
    return Summary(adapter.name, len(dataset), made, written, len(left_out))


def _lines(
    adapter: Benchmark, dataset: Dataset, items: Sequence[Item], left_out: list[str]
) -> Iterator[dict[str, Any]]:
    column = stored(dataset, adapter.images)
    for item in items:
        where = f"benchmark {item.benchmark} item {item.id!r}"
        try:
            width, height = size(column.content(item.row, where), where)
        except RobustError as error:
            left_out.append(item.id)
            logger.warning("left out: %s", error)
            continue
        yield canonical(item) | {"image_size": [width, height]}


def canonical(item: Item) -> dict[str, Any]:
    """The fields of an item under their public names."""
    return {
        "id": item.id,
        "benchmark": item.benchmark,
        "category": item.category,
        "question": item.question,
        "options": list(item.options),
        "answer": item.answer,
        "statements": list(item.statements),
    }
