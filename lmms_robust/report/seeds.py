"""Runs of one model that plant other wrong options: how far their numbers lie apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lmms_robust.metrics.estimate import Estimate
from lmms_robust.report.joint import joint_estimates
from lmms_robust.report.numbers import ALL, Part
from lmms_robust.report.sheet import NONE, Sheet

ABOUT = (
    "Percent of items, lowest to highest over the plant seeds: what hangs on which wrong option is asserted. Each seed "
    "has its own tables; items differ in none, so that these are no intervals."
)
SHOWN = ("acc", "drop", "followed", "consistent_acc")


def spreads(parts: Sequence[Part]) -> Iterator[Sheet]:
    """One table for each model and benchmark that was run with several plant seeds; the latest run of each counts."""
    groups: dict[tuple[str, str, bool], dict[int, Part]] = {}
    for part in parts:
        if part.category == ALL:
            groups.setdefault((part.run.model, part.run.benchmark, part.run.probe), {})[part.run.seed] = part
    for (model, benchmark, probe), by_seed in groups.items():
        if len(by_seed) > 1:
            seeds = ", ".join(map(str, sorted(by_seed)))
            title = f"{benchmark}{' (probe)' if probe else ''} · {model} · plant seeds {seeds}"
            yield Sheet(title, ABOUT, ("variant", *map(_head, SHOWN)), list(_rows(list(by_seed.values()))))


def _head(name: str) -> str:
    return {"acc": "accuracy", "consistent_acc": "right and consistent"}.get(name, name)


def _rows(parts: Sequence[Part]) -> Iterator[list[str]]:
    tables = [{(row.variant, row.injection, row.caption_source): row for row in part.rows} for part in parts]
    for way in tables[0]:
        if all(way in table for table in tables):
            found = [table[way].estimates for table in tables]
            yield [way[0], *(_spread([one.get(name) for one in found]) for name in SHOWN)]
    joint = [joint_estimates(part.joint, part.run.probe) for part in parts]
    for name in joint[0]:
        if all(name in one for one in joint):
            yield [name, _spread([one[name] for one in joint]), *[""] * (len(SHOWN) - 1)]


def _spread(estimates: Sequence[Estimate | None]) -> str:
    """Lowest to highest; of numbers with bounds, of these."""
    known = [one for one in estimates if one is not None and one.n]
    if len(known) < len(estimates):
        return NONE if known else ""
    return f"{100 * min(one.low for one in known):.1f} to {100 * max(one.high for one in known):.1f}"
