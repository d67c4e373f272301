"""Every number of runs in flat rows, for JSON and CSV, and for whoever draws them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import Any

import numpy as np
import pyarrow as pa

from lmms_robust.metrics.estimate import Estimate
from lmms_robust.report.columns import codes
from lmms_robust.report.estimates import Row, rows
from lmms_robust.report.joint import Joint, joint_rates
from lmms_robust.report.logs import Run
from lmms_robust.report.table import joint_estimates

ALL = "all"
"""Stands for the whole benchmark where categories have names."""

COLUMNS = (
    *("model", "date", "benchmark", "probe", "seed", "category", "variant", "injection", "caption_source", "name"),
    *("value", "n", "low", "high", "interval_low", "interval_high"),
)
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
        yield Part(run, ALL, rows(run.table), joint_rates(run.table))
        if by_category:
            for category, table in categories(run.table):
                yield Part(run, category, rows(table), joint_rates(table))


def categories(table: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """The rows of each category, by name."""
    numbers, known = codes(table["category"])
    for name in sorted(known):
        mask = numbers == known.index(name)
        if mask.any():
            yield name, table.filter(pa.array(np.asarray(mask)))


def flat(part: Part) -> Iterator[dict[str, Any]]:
    """One row a number, see :data:`COLUMNS`; what is not known is None."""
    run = part.run
    about = {
        "model": run.model, "date": run.date, "benchmark": run.benchmark, "probe": run.probe, "seed": run.seed,
        "category": part.category,
    }  # fmt: skip
    for row in part.rows:
        way = {"variant": row.variant, "injection": row.injection, "caption_source": row.caption_source}
        for name, estimate in row.estimates.items():
            yield about | way | {"name": name} | values(estimate)
    if part.joint:
        way = {"variant": "wrong_*", "injection": "", "caption_source": ""}
        for name, estimate in joint_estimates(part.joint, run.probe).items():
            yield about | way | {"name": name} | values(estimate)


def values(estimate: Estimate) -> dict[str, float | int | None]:
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
        "notes": list(run.notes),
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
