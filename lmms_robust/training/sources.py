"""Where training items come from: drawn scenes, the training sets of the paper, or any data with a mapping."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from lmms_robust.benchmarks import Benchmark, Source, benchmark, mapping
from lmms_robust.benchmarks.items import made_of
from lmms_robust.benchmarks.mapped import mapped, with_answer_form
from lmms_robust.benchmarks.pictures import NoPicture, SeveralPictures, size, stored
from lmms_robust.benchmarks.reading import from_files, load
from lmms_robust.benchmarks.scenes import to_item
from lmms_robust.benchmarks.training_sets import TRAINING_SETS
from lmms_robust.errors import RobustError, unknown
from lmms_robust.harness.wrapped import told
from lmms_robust.scenes.generate import generate
from lmms_robust.schema import Item

SCENES = "scenes"
SCENES_ITEMS = 10_000
"""Drawn scenes where no number is given: there is no end of them."""

logger = logging.getLogger(__name__)
Unread = tuple[Item, Callable[[], bytes]]
"""An item, and what reads its encoded picture."""
_REASONS: dict[type[RobustError], str] = {NoPicture: "without a picture", SeveralPictures: "with several pictures"}


@dataclass(slots=True)
class TrainingItems:
    """The items of one source, in its order.

    Attributes:
        name: of the source, in ids and cards.
        found: how many items there are, before their pictures are read.
        left_out: how many rows make none, by reason, in words; ``""`` where every row makes one.
        unread: the items, their pictures not read yet; to be gone through once.
        unpictured: items without one readable picture, by reason, in words, counted as they are met.
    """

    name: str
    found: int
    left_out: str
    unread: Iterator[Unread]
    unpictured: Counter[str] = field(default_factory=Counter)

    def __iter__(self) -> Iterator[tuple[Item, bytes]]:
        """Yield items with readable pictures, whose digests they hold; others are named in warnings."""
        for item, read in self.unread:
            try:
                content = read()
                size(content, f"{self.name} item {item.id!r}")
            except RobustError as error:
                self.unpictured[_REASONS.get(type(error), "with an unreadable picture")] += 1
                logger.warning("left out: %s", error)
                continue
            yield replace(item, picture=sha256(content).hexdigest()[:16]), content


def training_items(
    source: str, files: Sequence[Path] = (), images: Path | None = None, limit: int | None = None
) -> TrainingItems:
    """Open a source.

    Args:
        source: ``"scenes"``, the name of a training set, or a mapping file as for ``lmms-robust wrap``.
        files: local files of its rows; a mapping needs them, a training set is read from the hub without.
        images: folder of the pictures that rows name by file name.
        limit: the first so many items only.

    Raises:
        RobustError: unknown source, rows that cannot be loaded or make no items, or files for drawn scenes.
    """
    if source == SCENES:
        if files or images:
            raise RobustError("augment scenes: scenes are drawn; allowed: without --data-files and --images")
        return _drawn(limit or SCENES_ITEMS)
    if source in TRAINING_SETS:
        adapter = TRAINING_SETS[source]
        if adapter.image_digest and images is None:
            raise RobustError(
                f"augment {source}: its rows hold addresses of pictures; allowed: with --images DIR, a folder of their "
                f"files, which are told by {adapter.image_digest}"
            )
        return _loaded(adapter, load(adapter, files, images), limit)
    if Path(source).suffix in (".yaml", ".yml"):
        return _loaded(*_mapped(Path(source), files, images), limit)
    names = SCENES, *TRAINING_SETS
    raise unknown("training source", source, names, listed=f"{', '.join(names)}, or a mapping file MAPPING.yaml")


def evaluation_items(name: str, files: Sequence[Path] = ()) -> TrainingItems:
    """The items of a benchmark's evaluation split, from local files or from where its tasks read them."""
    adapter = benchmark(name)
    return _loaded(adapter, load(adapter, files), None)


def _drawn(count: int) -> TrainingItems:
    def items() -> Iterator[Unread]:
        for index, scene in enumerate(generate("train", count)):
            row = {name: getattr(scene, name) for name in scene.__slots__}
            yield to_item(row, index), partial(bytes, scene.image)

    return TrainingItems(SCENES, count, "", items())


def _loaded(adapter: Benchmark, dataset: Any, limit: int | None) -> TrainingItems:
    made = made_of(adapter, dataset)
    column = stored(dataset, adapter.images)
    items = made.items[:limit]

    def read() -> Iterator[Unread]:
        for item in items:
            yield item, partial(column.content, item.row, f"{adapter.name} item {item.id!r}")

    return TrainingItems(adapter.name, len(items), made.said(), read())


def _mapped(path: Path, files: Sequence[Path], images: Path | None) -> tuple[Benchmark, Any]:
    if not files:
        raise RobustError(f"augment {path}: no rows; allowed: with --data-files FILE")
    columns = mapping.read(path)
    columns = replace(columns, images=images or columns.images)
    rows = from_files(files)
    missing = [column for column in (*columns.pictures, *columns.columns) if column not in rows.column_names]
    if missing:
        found = ", ".join(rows.column_names)
        raise RobustError(f"mapping {path}: no column {', '.join(map(repr, missing))} in the data; found: {found}")
    columns = with_answer_form(columns, rows.select_columns(list(columns.columns)))
    return mapped(columns, Source("local", "train")), told(columns, rows)
