"""Writes training prompts with perturbations among them: one file of rows, and a card that says what is in it."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image
from tqdm import tqdm

from lmms_robust.benchmarks.pictures import shown
from lmms_robust.errors import RobustError, unknown
from lmms_robust.perturbations import build
from lmms_robust.training.card import card
from lmms_robust.training.formats import AGENT_FILE, AGENT_YAML, FEATURES, FORMATS, ROWS, Row
from lmms_robust.training.guard import EvaluationGuard
from lmms_robust.training.sources import TrainingItems
from lmms_robust.training.treatments import treatment
from lmms_robust.writing import absent, filling

PICTURES = "pictures"
_CHUNK = 256

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """How items become prompts.

    Attributes:
        rates: variant -> share of the prompts that are put into it; the rest is base.
        format: one of :data:`lmms_robust.training.formats.FORMATS`.
        seed: of treatments and of planted options.
        fresh_epochs: how often each item stands in the data, each time with a treatment of its own.
    """

    rates: Mapping[str, float]
    format: str = "trl"
    seed: int = 0
    fresh_epochs: int = 1

    def __post_init__(self) -> None:
        if self.format not in FORMATS:
            raise unknown("format", self.format, FORMATS)


@dataclass(slots=True)
class Augmented:
    """What was written.

    Attributes:
        folder: where.
        plan: how.
        source: name of the source.
        items: items taken.
        treatments: variant -> rows.
        refused: per refused item its id and the evaluation item that it is, in words.
        other_pixels: how many of them have that item's words and another picture, or the same one scaled.
        shared: items taken that have the words of evaluation items, which ask them of several pictures.
        left_out: rows that make no item, and items left out for their picture, by reason, in words.
        guarded: evaluation splits that were looked at -> their items.
        pictures: different pictures.
    """

    folder: Path
    plan: Plan
    source: str
    items: int = 0
    treatments: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[str, str]] = field(default_factory=list)
    other_pixels: int = 0
    shared: int = 0
    left_out: str = ""
    guarded: Mapping[str, int] = field(default_factory=dict)
    pictures: int = 0

    def render(self) -> Iterator[str]:
        """Return what was written, as lines of text."""
        rows = sum(self.treatments.values())
        shares = ", ".join(f"{name} {count} ({100 * count / rows:.1f} %)" for name, count in self.treatments.items())
        yield f"{self.source}: {self.items} items, {rows} rows, {self.pictures} pictures: {shares}"
        checked = ", ".join(f"{name} ({count})" for name, count in self.guarded.items())
        yield f"refused as items of an evaluation split: {len(self.refused)}; looked at: {checked}"
        for item, known in self.refused[:5]:
            yield f"  {item!r} is {known}"
        yield f"left out: {self.left_out or 'none'}"
        yield f"written: {self.folder}"


class _Writer(Protocol):
    def write(self, rows: Sequence[Row]) -> None: ...


def augment(source: TrainingItems, plan: Plan, output: Path, guard: EvaluationGuard) -> Augmented:
    """Write training prompts.

    The same source, plan and library versions give the same bytes.

    Args:
        source: the items.
        plan: how they become prompts.
        output: folder to make; must not exist. It appears when complete.
        guard: knows the items of evaluation splits, which are refused.

    Raises:
        RobustError: the folder exists or cannot be written, or nothing is left to write.
    """
    absent(output)
    done = Augmented(output, plan, source.name, guarded=guard.splits)
    with filling(output) as folder:
        with _writer(folder, plan.format) as writer:
            rows = _rows(source, plan, guard, done)
            while chunk := list(islice(rows, _CHUNK)):
                writer.write(chunk)
        if done.other_pixels:
            logger.warning(
                "%s: %d item(s) refused that have the same words as an evaluation item, and other pixels: its picture "
                "encoded anew or scaled, or another one", source.name, done.other_pixels,
            )  # fmt: skip
        unpictured = ", ".join(f"{count} {reason}" for reason, count in source.unpictured.most_common())
        done.left_out = ", ".join(filter(None, [source.left_out, unpictured]))
        if not done.items:
            raise RobustError(
                f"{source.name}: none of {source.found} item(s) is left; {len(done.refused)} refused as items of an "
                f"evaluation split; left out: {done.left_out or 'none'}"
            )
        if plan.format == "verl":
            (folder / AGENT_FILE).write_text(AGENT_YAML, encoding="utf-8")
        (folder / "README.md").write_text(card(done), encoding="utf-8")
    return done


def _rows(source: TrainingItems, plan: Plan, guard: EvaluationGuard, done: Augmented) -> Iterator[Row]:
    """All rows of an item one after another, so that a file holds their picture once."""
    seen: set[str] = set()
    for item, content in tqdm(source, total=source.found, desc=f"augment {source.name}"):
        known = guard.known(item, content)
        if known is not None and known.refused:
            done.other_pixels += not known.same_pixels
            done.refused.append((item.id, known.name + ("" if known.same_pixels else " (same words, other pixels)")))
            continue
        done.shared += known is not None
        done.items += 1
        seen.add(item.picture)
        plain, suffix = _plain(content, f"{source.name} item {item.id!r}")
        picture = {"bytes": plain, "path": f"{item.picture}{suffix}"}
        for epoch in range(plan.fresh_epochs):
            chosen = treatment(item, plan.rates, plan.seed, epoch)
            yield Row(build(item, chosen, plan.seed), sum(done.treatments.values()), epoch, picture)
            done.treatments[chosen] += 1
    done.pictures = len(seen)


def _plain(content: bytes, where: str) -> tuple[bytes, str]:
    """A picture that every reader shows as evaluation does: as it is, or as PNG where it is turned, deep or clear."""
    with Image.open(BytesIO(content)) as opened:
        plain = opened.mode == "RGB" and opened.format in ("PNG", "JPEG", "WEBP")
        if plain and opened.getexif().get(0x0112, 1) == 1 and "transparency" not in opened.info:
            return content, f".{str(opened.format).lower()}"
    written = BytesIO()
    shown(content, where).save(written, "PNG")
    return written.getvalue(), ".png"


@contextmanager
def _writer(folder: Path, format: str) -> Iterator[_Writer]:
    if format == "jsonl":
        (folder / PICTURES).mkdir()
        with (folder / "train.jsonl").open("w", encoding="utf-8", newline="") as file:
            yield _Lines(folder, file)
        return
    schema = FEATURES[format].arrow_schema
    # A dictionary stores equal pictures once: of one row group, whose rows about a picture stand side by side.
    options: dict[str, Any] = {"compression": "zstd", "dictionary_pagesize_limit": 1 << 30}
    with pq.ParquetWriter(folder / "train.parquet", schema, **options) as file:
        yield _Parquet(file, schema, format)


@dataclass(frozen=True, slots=True)
class _Parquet:
    file: pq.ParquetWriter
    schema: pa.Schema
    format: str

    def write(self, rows: Sequence[Row]) -> None:
        self.file.write_table(pa.Table.from_pylist([ROWS[self.format](row) for row in rows], schema=self.schema))


@dataclass(frozen=True, slots=True)
class _Lines:
    folder: Path
    file: Any

    def write(self, rows: Sequence[Row]) -> None:
        for row in rows:
            assert not isinstance(row.picture, str)
            name = f"{PICTURES}/{row.picture['path']}"  # by the picture's digest
            if not (self.folder / name).exists():
                (self.folder / name).write_bytes(row.picture["bytes"])
            line = ROWS["jsonl"](Row(row.variant, row.number, row.epoch, name))
            self.file.write(json.dumps(line, ensure_ascii=False) + "\n")
