"""Every number of runs in flat rows, for JSON and CSV, and for whoever draws them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from math import isnan
from typing import Any

import numpy as np
import pyarrow as pa

from lmms_robust.metrics.estimate import Estimate
from lmms_robust.report.columns import codes
from lmms_robust.report.estimates import Row, rows
from lmms_robust.report.grid import of_run
from lmms_robust.report.joint import Joint, joint_estimates, joint_rates
from lmms_robust.report.logs import Run

ALL = ""
"""Stands for the whole benchmark where categories have names."""
UNNAMED = "(none)"
"""Stands for the category of items that have none."""

SEVERAL = "wrong_*"
"""Stands for a variant where a number is of several at once, see :mod:`lmms_robust.report.joint`."""


def suite(benchmark: str, probe: bool) -> str:
    """Name of the task with every variant of a benchmark's items.

    >>> suite("vstar", probe=False), suite("vstar", probe=True)
    ('robustness_vstar', 'robustprobe_vstar')
    """
    return f"{'robustprobe' if probe else 'robustness'}_{benchmark}"


AUROC = "auroc_"
"""Starts the names of areas: how well a score at base tells who is still right."""


@dataclass(frozen=True, slots=True)
class Number:
    """One number of one run.

    Attributes:
        model: :attr:`lmms_robust.report.logs.Run.model`.
        date: when the run began, as the harness writes it.
        benchmark: name of the benchmark.
        probe: whether it is of the probe.
        seed: plant seed.
        category: name of a category, or :data:`ALL`.
        variant: name of the variant, or :data:`SEVERAL`.
        injection: as observed; ``""`` where the number is of several variants.
        caption_source: what wrote the captions, or ``""``.
        name: of the number, such as ``"acc"``, or of an area.
        value: None where too much is unknown.
        n: items that it rests on, at least 1.
        low: lower bound, whatever the unknown outcomes are; ``value`` where none is.
        high: upper bound.
        interval_low: lower end of the 95 % interval, or None where there is none.
        interval_high: upper end.
    """

    model: str
    date: str
    benchmark: str
    probe: bool
    seed: int
    category: str
    variant: str
    injection: str
    caption_source: str
    name: str
    value: float | None
    n: int
    low: float
    high: float
    interval_low: float | None
    interval_high: float | None

    @property
    def way(self) -> tuple[str, str, str]:
        """What numbers of one row of a table have in common: variant, injection, source of captions."""
        return self.variant, self.injection, self.caption_source

    @property
    def point(self) -> float:
        """The one number where there is room for one, as in a harness' table: the lower bound if there is no value."""
        return self.low if self.value is None else self.value

    def columns(self) -> dict[str, Any]:
        """Its attributes by name, see :data:`COLUMNS`."""
        return {name: getattr(self, name) for name in COLUMNS}


COLUMNS = tuple(field.name for field in fields(Number))
"""Of a flat row: what the number is of, its name, and the number with its bounds and 95 % interval."""


@dataclass(frozen=True, slots=True)
class Part:
    """The numbers of a run, or of one category of it.

    Attributes:
        run: the run.
        category: its name, or :data:`ALL`.
        rows: one a variant.
        joint: what holds under several variants; None where none of them asserts a wrong option.
    """

    run: Run
    category: str
    rows: Sequence[Row]
    joint: Joint | None = field(default=None)


def parts(runs: Sequence[Run], by_category: bool = False) -> Iterator[Part]:
    """The numbers of each run, and of each of its categories where that is wanted."""
    for run in runs:
        yield _part(run, ALL, run.table)
        if by_category:
            yield from (_part(run, name, table) for name, table in categories(run.table))


def _part(run: Run, category: str, table: pa.Table) -> Part:
    grid = of_run(table)
    return Part(run, category, rows(grid), joint_rates(grid))


def categories(table: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """The rows of each category, by name; :data:`UNNAMED` of what has none."""
    numbers, known = codes(table["category"])
    for name in sorted(known):
        mask = numbers == known.index(name)
        if mask.any():
            yield name or UNNAMED, table.filter(pa.array(np.asarray(mask)))


def flat(part: Part) -> Iterator[Number]:
    """Every number that rests on anything, those of a variant next to each other, joint rates last."""
    run = part.run
    about = (run.model, run.date, run.benchmark, run.probe, run.seed, part.category)
    for row in part.rows:
        way = row.variant, row.injection, row.caption_source
        for name, estimate in row.estimates.items():
            if estimate.n:
                yield Number(*about, *way, name, **values(estimate))
        for name, area in row.auroc.items():
            if area.survived and area.fell:
                found = Estimate(area.value, area.n, area.value, area.value, (area.low, area.high))
                yield Number(*about, *way, f"{AUROC}{name}", **values(found))
    for name, estimate in joint_estimates(part.joint, run.probe).items():
        yield Number(*about, SEVERAL, "", "", name, **values(estimate))


def numbers(run: Run) -> Iterator[Number]:
    """Every number of a run as a whole, see :func:`flat`."""
    return flat(next(parts([run])))


def values(estimate: Estimate) -> dict[str, Any]:
    """The numbers of an estimate; None where there is none."""
    found = {
        "value": estimate.value, "n": estimate.n, "low": estimate.low, "high": estimate.high,
        "interval_low": estimate.interval[0], "interval_high": estimate.interval[1],
    }  # fmt: skip
    return {name: _known(value) for name, value in found.items()}


def nested(part: Part) -> dict[str, Any]:
    """All numbers of a part as an object for JSON: what :func:`flat` has, with counts, transitions and areas."""
    run = part.run
    return {
        "model": run.model, "date": run.date, "benchmark": run.benchmark, "probe": run.probe, "seed": run.seed,
        "category": part.category,
        "variants": [_row(row) for row in part.rows],
        "joint": None if part.joint is None else _joint(part.joint, run.probe),
        "notes": [*run.judges, *run.notes],
    }  # fmt: skip


def _row(row: Row) -> dict[str, Any]:
    found = row.discordant
    return {
        "variant": row.variant,
        "injection": row.injection,
        "caption_source": row.caption_source,
        "responses": row.responses,
        "estimates": {name: values(estimate) for name, estimate in row.estimates.items()},
        "outcomes": dict(row.outcomes),
        "verdicts": None if row.verdicts is None else {"yes": row.verdicts[0], "no": row.verdicts[1]},
        "decided_by": dict(row.deciders),
        "undecided": dict(row.undecided),
        "quadrants": [{"answer": one, "verdict": other, "n": n} for (one, other), n in row.quadrants.items()],
        "transitions": [{"base": one, "here": other, "n": n} for (one, other), n in row.transitions.items()],
        "against_base": None
        if found is None
        else {
            "lost": found.lost, "won": found.won, "n": found.n, "p": _known(found.p), "p_holm": _known(row.p),
            "resolution": _known(found.resolution),
        },
        "auroc": {
            name: {"value": _known(area.value), "interval_low": _known(area.low), "interval_high": _known(area.high),
                   "survived": area.survived, "fell": area.fell}
            for name, area in row.auroc.items()
        },
    }  # fmt: skip


def _joint(joint: Joint, probe: bool) -> dict[str, Any]:
    estimates = {name: values(estimate) for name, estimate in joint_estimates(joint, probe).items()}
    return {"estimates": estimates, "torn": joint.torn, "without_base": joint.without_base, "mixed": list(joint.mixed)}


def _known(value: float) -> float | int | None:
    return None if isinstance(value, float) and isnan(value) else value
