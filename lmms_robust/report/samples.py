"""Responses picked from logs by what became of them, with their texts."""

from __future__ import annotations

import csv
import json
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lmms_robust.errors import RobustError
from lmms_robust.perturbations import base_of
from lmms_robust.record import Record
from lmms_robust.report.columns import codes, equals, verdicts
from lmms_robust.report.grid import Grid, lay_out, of_run
from lmms_robust.report.logs import Run
from lmms_robust.report.responses import shown
from lmms_robust.writing import absent, as_text, complete

Mask = NDArray[np.bool_]

logger = logging.getLogger(__name__)

OUTCOMES = {
    "right": "right", "followed": "planted", "other": "other", "abstained": "abstained", "no_answer": "no_answer",
}  # fmt: skip
"""Flags of the command, and the outcome that each stands for."""
VERDICTS = {"consistent": "yes", "inconsistent": "no", "undecided": "undecided"}
"""Flags of the command, and the verdict that each stands for."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which responses are wanted; all of these at once.

    Attributes:
        variants: their variants; all if empty.
        categories: their categories; all if empty.
        outcome: ``"right"``, ``"planted"``, ``"other"``, ``"abstained"``, ``"no_answer"``, or None.
        consistent: the verdict, ``"yes"``, ``"no"``, ``"undecided"``, or None.
        changed: the outcome is another than that of the same item and repeat at base.
        won: names of two models: the first is right where the second is not.
    """

    variants: Sequence[str] = ()
    categories: Sequence[str] = ()
    outcome: str | None = None
    consistent: str | None = None
    changed: bool = False
    won: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One response with its texts.

    Attributes:
        model: who gave it.
        date: when its run began, as the harness writes it.
        record: what became of it.
        response: the whole response.
    """

    model: str
    date: str
    record: Record
    response: str

    def columns(self) -> dict[str, Any]:
        """For JSON, and for CSV with the options as JSON."""
        record = self.record
        return {
            "model": self.model, "date": self.date, "benchmark": record.benchmark, "category": record.category,
            "item": record.item, "digest": record.digest, "picture": record.picture, "variant": record.variant,
            "seed": record.seed, "repeat": record.repeat, "templates": record.templates, "question": record.question,
            "options": list(record.options), "gold": record.gold, "planted": record.planted,
            "answer": record.answer, "outcome": record.outcome, "conclusion": record.conclusion,
            "consistent": record.consistent, "undecided": record.undecided, "decided_by": record.decided_by,
            "injection": record.injection, "caption_source": record.caption_source, "response": self.response,
        }  # fmt: skip

    def text(self) -> str:
        """For people to read."""
        record = self.record
        agreed = {True: "consistent", False: "inconsistent", None: f"undecided: {record.undecided}"}
        head = f"{self.model} · {record.benchmark} {record.item} · {record.variant}"
        head += f" · plant seed {record.seed}" if record.seed else ""
        head += f" · repeat {record.repeat}" if record.repeat else ""
        options = "  ".join(f"{chr(65 + place)} {option}" for place, option in enumerate(record.options))
        told = f"gold {record.gold} · planted {record.planted} · answer {record.answer or '–'} ({record.outcome})"
        told += f" · concludes {record.conclusion or '–'} ({agreed[record.consistent]}, by {record.decided_by})"
        return f"{head}\n{record.question}\n{options}\n{told}\n\n{self.response.strip()}"


def samples(runs: Sequence[Run], wanted: Wanted) -> Iterator[Sample]:
    """Yield the responses that are wanted, in the order of the runs' tables; texts are read from the logs.

    Raises:
        RobustError: a variant, category or model is in none of the runs, or none has the base that is asked for.
    """
    _check(runs, wanted)
    if wanted.changed:
        _check_base(runs, wanted)
    for run in runs:
        mask = _mask(run, runs, wanted)
        picked = run.table.filter(pa.array(mask))
        yield from (Sample(run.model, run.date, one.record, one.text) for one in shown(picked))


def _check(runs: Sequence[Run], wanted: Wanted) -> None:
    for column, names in (("variant", wanted.variants), ("category", wanted.categories)):
        known = {name for run in runs for name in codes(run.table[column])[1]}
        for name in names:
            if name not in known:
                raise RobustError(f"{column} {name!r} is in none of these runs; allowed: {', '.join(sorted(known))}")
    models = {run.model for run in runs}
    for name in wanted.won or ():
        if name not in models:
            raise RobustError(f"model {name!r} is in none of these runs; allowed: {', '.join(sorted(models))}")


def _check_base(runs: Sequence[Run], wanted: Wanted) -> None:
    """Refuse to ask for changes where no response has one at base, and say how many have none where others do."""
    missing: Counter[tuple[str, str]] = Counter()
    paired = 0
    for run in runs:
        grid = of_run(run.table)
        for (_, variant), rows in grid.places.items():
            if variant != "base" and (not wanted.variants or variant in wanted.variants):
                before = grid.places.get(("", base_of(variant)), np.full(len(rows), -1))
                paired += int(((rows >= 0) & (before >= 0)).sum())
                missing[variant, base_of(variant)] += int(((rows >= 0) & (before < 0)).sum())
    told = ", ".join(f"{count} of {variant} lack {base}" for (variant, base), count in missing.items() if count)
    if not paired:
        lacking = told or "there are responses to base alone"
        raise RobustError(
            f"--changed-from base: nothing to hold against base ({lacking}); allowed: runs that have both"
        )
    if told:
        logger.warning("--changed-from base: left out: %s", told)


def _mask(run: Run, runs: Sequence[Run], wanted: Wanted) -> Mask:
    table = run.table
    found = np.ones(len(table), bool)
    for column, names in (("variant", wanted.variants), ("category", wanted.categories)):
        if names:
            found &= np.logical_or.reduce([equals(table, column, name) for name in names])
    if wanted.outcome:
        found &= equals(table, "outcome", wanted.outcome)
    if wanted.consistent:
        found &= verdicts(table) == {"yes": 1, "no": 0, "undecided": -1}[wanted.consistent]
    if wanted.changed:
        found &= _changed(run)
    if wanted.won:
        found &= _won(run, runs, *wanted.won)
    return np.asarray(found)


def _changed(run: Run) -> Mask:
    """Responses whose outcome is another than that at their base."""
    grid = of_run(run.table)
    outcome, _ = codes(run.table["outcome"])
    found = np.zeros(len(run.table), bool)
    for (_, variant), rows in grid.places.items():
        before = grid.numbers(("", base_of(variant)), outcome)
        here = grid.numbers(("", variant), outcome)
        units = np.flatnonzero((before >= 0) & (here >= 0) & (before != here))
        found[rows[units]] = variant != "base"
    return found


def _won(run: Run, runs: Sequence[Run], winner: str, loser: str) -> Mask:
    """Responses of the winner, and of the loser to the same, where the one is right and the other is not."""
    same = [one for one in runs if one.about == run.about and one.model in (winner, loser)]
    sides = {one.model: one.table for one in same}
    if len(sides) < len(same):
        told = "; ".join(f"{one.model} · {one.date}" for one in same)
        raise RobustError(f"--won: several runs of one model ({told}); allowed: one of each, so name their folders")
    found = np.zeros(len(run.table), bool)
    if run.model not in (winner, loser) or not {winner, loser} <= sides.keys():
        return found
    grid = lay_out({name: sides[name] for name in (winner, loser)})
    start = 0 if run.model == winner else len(sides[winner])
    for variant in {variant for _, variant in grid.places}:
        units = _ahead(grid, (winner, variant), (loser, variant))
        rows = grid.places.get((run.model, variant))
        if rows is not None:
            found[rows[units] - start] = True
    return found


def _ahead(grid: Grid, one: tuple[str, str], other: tuple[str, str]) -> NDArray[np.int64]:
    right = equals(grid.table, "outcome", "right").astype(np.int8)
    return np.flatnonzero((grid.outcomes(one, right) == 1) & (grid.outcomes(other, right) == 0))


def write(found: Iterable[Sample], target: Path) -> int:
    """Write samples, see :func:`write_rows`."""
    return write_rows((sample.columns() for sample in found), target)


def write_rows(rows: Iterable[Mapping[str, Any]], target: Path) -> int:
    """Write rows of equal columns as JSON lines or CSV, told by the file's name, and return how many.

    Raises:
        RobustError: another kind of file, or one that cannot be written.
    """
    check_target(target)
    written = 0
    with complete(target) as file:
        table = None
        for columns in rows:
            written += 1
            if target.suffix == ".jsonl":
                file.write(json.dumps(columns, ensure_ascii=False) + "\n")
                continue
            if table is None:
                table = csv.writer(file)
                table.writerow(columns)
            table.writerow(as_text(_cell(value)) for value in columns.values())
    return written


def _cell(value: Any) -> Any:
    """A list is JSON in a table, which has none."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value


def check_target(target: Path) -> None:
    """Refuse a file that rows cannot be written to.

    Raises:
        RobustError: another kind of file, or one that is there.
    """
    if target.suffix not in (".jsonl", ".csv"):
        raise RobustError(f"{str(target)!r}; allowed: a name that ends in .jsonl or .csv")
    absent(target)
