"""What a benchmark adapter is, and the list of them."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any, Literal

from lmms_robust.benchmarks.overlap import unplantable
from lmms_robust.benchmarks.rows import is_missing
from lmms_robust.errors import RobustError, unknown
from lmms_robust.schema import Item
from lmms_robust.statements.state import Pattern

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
PART = "subset"
"""Column that says which of :attr:`Source.parts` a row is from; rows that a harness loaded itself lack it."""

NAME_COLUMNS = ("image", "image_name", "image_path", "file_name", "filename")
"""Columns that may hold the file name of a picture where the benchmark's own picture column is missing."""

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
        parts: split of the repository -> its file pattern, where ``split`` is several of them, one after the other.
        made_by: what a user runs to get the rows, where no hub has them.
    """

    path: str
    split: str
    config: str | None = None
    data_files: Mapping[str, str | list[str]] = field(default_factory=dict)
    former: tuple[str, ...] = ()
    parts: Mapping[str, str] = field(default_factory=dict)
    made_by: str = ""

    @property
    def files(self) -> dict[str, str | list[str]]:
        """Split -> file patterns, for a harness: parts become one split in their order, their names are lost."""
        return {self.split: list(self.parts.values())} if self.parts else dict(self.data_files)


@dataclass(frozen=True, slots=True)
class Made:
    """What became of rows.

    Attributes:
        items: the items, in the order of their rows.
        left_out: why rows make no item -> how many do so for this reason; rows that are left out on purpose among them.
        faults: the rows that were left out for a fault, each with the fault.
    """

    items: list[Item]
    left_out: Mapping[str, int]
    faults: tuple[str, ...] = ()

    def said(self) -> str:
        """Return the numbers of rows that make no item, in words; empty where every row makes one."""
        return ", ".join(f"{count} {reason}" for reason, count in self.left_out.items() if count)


@dataclass(frozen=True, slots=True)
class Benchmark:
    """How the rows of one benchmark become items.

    Attributes:
        name: the benchmark's name in tasks and reports.
        image: column that holds the picture: an image feature, or base64 text.
        more_images: columns that may hold it instead; in a row one of all is filled.
        image_digest: column that holds the picture's SHA-256 where rows hold no picture and no file's name; the
            picture is then the file with this content.
        columns: the other columns that ``to_item`` reads.
        to_item: turns a row (without its picture) and the row's index into an item. Returns None for a row that is
            left out on purpose (a rotated copy, say). Raises RobustError for a row that is broken.
        source: where the rows are.
        optional: columns that ``to_item`` reads where the data has them.
        forms: where the data is found in several forms: name of the form -> the columns that must be there. All of them
            stand in ``columns``.
        patterns: question patterns, tried in order, that make the statements.
        beside: says of a wrong option and the right one whether both may hold, where the benchmark knows more than
            :func:`lmms_robust.benchmarks.overlap.unplantable` does.
        stated: the question of a row from which the statements were made, where the item's question says more.
        whole: adds to the rows what only all of them together tell. Raises RobustError if they tell nothing.
        repaired: says what ``to_item`` put right in a row, or None; repairs are counted in a warning.
        bad_rows: what a broken row does: end the run, or be named in a warning, counted and left out.
        repeats: what a row does that says the same as an earlier one under the same id: the same two ways. Where it
            says something else, the run always ends: nothing tells which of the two the id stands for.
    """

    name: str
    image: str
    columns: tuple[str, ...]
    to_item: Callable[[Row, int], Item | None]
    source: Source
    optional: tuple[str, ...] = ()
    more_images: tuple[str, ...] = ()
    image_digest: str = ""
    forms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    patterns: tuple[Pattern, ...] = ()
    beside: Callable[[str, str], bool] | None = None
    stated: Callable[[Row], str] | None = None
    whole: Callable[[Sequence[Row]], Sequence[Row]] | None = None
    repaired: Callable[[Row], str | None] | None = None
    bad_rows: Literal["refuse", "leave_out"] = "leave_out"
    repeats: Literal["refuse", "leave_out"] = "leave_out"

    @property
    def images(self) -> tuple[str, ...]:
        """All columns that may hold the picture."""
        return (self.image, *self.more_images)

    def item(self, row: Row, index: int) -> Item | None:
        """Turn one row into an item, as ``to_item`` does, and say which of its options are not planted.

        Raises:
            RobustError: the row is broken, or no option says anything else than the right one.
        """
        item = self.to_item(row, index)
        if item is None:
            return None
        try:
            return replace(item, unplantable=unplantable(item.question, item.options, item.answer, self.beside))
        except RobustError as error:
            raise RobustError(f"{self.name} item {item.id!r}: {error}") from error

    def items(self, rows: Iterable[Row], found: Iterable[str]) -> list[Item]:
        """Turn rows into items, see :meth:`made`."""
        return self.made(rows, found).items

    def made(self, rows: Iterable[Row], found: Iterable[str]) -> Made:
        """Turn rows into items; warnings name and count the rows that are repaired or left out for a fault.

        Args:
            rows: rows in order.
            found: names of the columns that the data has.

        Raises:
            RobustError: a column is missing, two rows share an id, no row makes an item, or a row is broken and
                ``bad_rows`` is ``"refuse"``.
        """
        self._check_columns(set(found))
        items: dict[str, Item] = {}
        notes: list[tuple[str, str]] = []
        index = -1
        for index, row in enumerate(rows if self.whole is None else self.whole(list(rows))):
            item = self._kept(row, index, items, notes)
            if item is not None:
                items[item.id] = item
        if not items:
            first = f": {notes[0][1]}" if notes else ""
            none = "no rows" if index < 0 else f"none of {index + 1} row(s) makes an item{first}"
            raise RobustError(f"benchmark {self.name}: {none}; allowed: at least one that does")
        counts = Counter(kind for kind, _ in notes)
        aside = index + 1 - len(items) - counts["broken"] - counts["repeated"]
        left_out = {self._aside: aside, "broken": counts["broken"], "repeated": counts["repeated"]}
        faults = tuple(note.removeprefix("left out: ") for kind, note in notes if kind != "repaired")
        made = Made(list(items.values()), left_out, faults)
        self._report(notes, len(items), aside)
        return made

    def read_columns(self, found: Sequence[str]) -> list[str]:
        """The columns that ``to_item`` reads, of those that the data has."""
        return [column for column in (*self.columns, *self.optional) if column in found]

    @property
    def _aside(self) -> str:
        """What the rows are for which ``to_item`` returns None."""
        return "copied with rotated options" if self.name in MODULES else "not taken by the mapping's filter"

    def _kept(self, row: Row, index: int, items: Mapping[str, Item], notes: list[tuple[str, str]]) -> Item | None:
        try:
            item = self._read(row, index)
        except RobustError as error:
            if self.bad_rows == "refuse":
                raise
            notes.append(("broken", f"left out: row {index}: {error}"))
            return None
        if item is not None and item.id in items:
            first = items[item.id]
            self._check_repeats(item, first)
            notes.append(("repeated", f"left out: row {index} repeats row {first.row} (id {item.id!r})"))
            return None
        if item is not None and self.repaired and (repair := self.repaired(row)):
            notes.append(("repaired", f"repaired: row {index}: item {item.id!r}: {repair}"))
        return item

    def _read(self, row: Row, index: int) -> Item | None:
        try:
            return self.item(row, index)
        except (AttributeError, TypeError, KeyError, IndexError) as error:  # a cell of another type than its column's
            raise RobustError(f"{self.name} row {index}: {self._odd_cells(row)}") from error

    def _odd_cells(self, row: Row) -> str:
        """The empty cells of a row that cannot be read; the types of all, where none is empty."""
        cells = {column: row[column] for column in self.columns if column in row}
        empty = [f"column {column!r} is {value!r}" for column, value in cells.items() if is_missing(value)]
        if empty:
            return f"{', '.join(empty)}; expected: a value"
        kinds = ", ".join(f"{column} {type(value).__name__}" for column, value in cells.items())
        return f"a cell of another type than its column's; found: {kinds}"

    def _report(self, notes: Sequence[tuple[str, str]], kept: int, aside: int) -> None:
        for _, note in notes:
            logger.warning("%s", note)
        counts = Counter(kind for kind, _ in notes)
        left_out = [f"{counts[kind]} {kind}" for kind in ("broken", "repeated") if counts[kind]]
        said = [f"repaired {counts['repaired']} row(s)"] if counts["repaired"] else []
        said += [f"left out {len(notes) - counts['repaired']} row(s) ({', '.join(left_out)})"] if left_out else []
        if said:
            apart = f", {aside} {self._aside}" if aside else ""
            logger.warning("benchmark %s: %s; %d items kept%s", self.name, ", ".join(said), kept, apart)

    def _check_columns(self, found: set[str]) -> None:
        forms = self.forms or {"": self.columns}
        if self.image in found and any(set(columns) <= found for columns in forms.values()):
            return
        missing = sorted({self.image, *(() if self.forms else self.columns)} - found)
        wrong = f"missing column(s) {', '.join(missing)}" if missing else "columns of no known form"
        expected = [
            ", ".join(sorted({self.image, *columns})) + (f" ({form})" if form else "")
            for form, columns in forms.items()
        ]
        hint = ""
        if self.source.made_by:
            hint = f"; such rows are made first: {self.source.made_by}"
        elif self.image in missing and any(column in found for column in NAME_COLUMNS):
            hint = "; pictures that rows name by file need --images DIR"
        raise RobustError(
            f"benchmark {self.name}: {wrong}; found: {', '.join(sorted(found))}; expected: {'; or '.join(expected)}"
            + hint
        )

    def _check_repeats(self, item: Item, first: Item) -> None:
        same = replace(item, row=first.row) == first
        if same and "refuse" not in (self.bad_rows, self.repeats):
            return
        differ = "" if same else " and say different things"
        raise RobustError(
            f"benchmark {self.name}: rows {first.row} and {item.row} share the id {item.id!r}{differ}; allowed: an id "
            "of its own for every row"
        )


def former_ids(path: str) -> tuple[str, ...]:
    """Older hub ids of the data that some benchmark finds at ``path``."""
    sources = [benchmark(name).source for name in MODULES]
    return next((source.former for source in sources if source.path == path), ())


def benchmark(name: str) -> Benchmark:
    """Look a benchmark up by name.

    Raises:
        RobustError: no benchmark has this name.
    """
    if name not in MODULES:
        raise unknown("benchmark", name, MODULES)
    found: Benchmark = import_module(MODULES[name]).BENCHMARK
    return found
