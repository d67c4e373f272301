"""The numbers of a run as flat rows, one for each model, benchmark, variant and estimate: what exports hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan

from lmms_robust.metrics.estimate import Estimate, known
from lmms_robust.report.estimates import joint_rates, rows
from lmms_robust.report.logs import Run

JOINT = {
    "worst_acc": "right under every variant that asserts a wrong option",
    "robust_acc": "right and consistent under every variant that asserts a wrong option",
    "joint_acc": "right and consistent under every variant that asserts a wrong option, and at base",
}
"""Estimates of several variants at once."""

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
        variant: name of the variant; ``""`` where the number is of several at once, see :data:`JOINT`.
        injection: as observed; ``""`` likewise.
        caption_source: what wrote the captions, or ``""``.
        estimate: name, one of :data:`lmms_robust.report.estimates.ABOUT` or of :data:`JOINT`, or an area.
        n: items that it rests on, at least 1.
        value: None where too much is unknown.
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
    variant: str
    injection: str
    caption_source: str
    estimate: str
    n: int
    value: float | None
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


def numbers(run: Run) -> Iterator[Number]:
    """Every number of a run that rests on anything, in the order of the variants; joint rates last."""
    for row in rows(run.table):
        way = row.variant, row.injection, row.caption_source
        for name, estimate in row.estimates.items():
            yield from _number(run, way, name, estimate)
        for name, area in row.auroc.items():
            yield from _number(run, way, f"{AUROC}{name}", known(area.value, area.n, (area.low, area.high)))
    joint = joint_rates(run.table)
    for name in ("worst_acc",) if run.probe else JOINT:
        if joint is not None:
            yield from _number(run, ("", "", ""), name, getattr(joint, name))


def _number(run: Run, way: tuple[str, str, str], name: str, estimate: Estimate) -> Iterator[Number]:
    if not estimate.n or isnan(estimate.low):
        return
    ends = (None if isnan(end) else end for end in estimate.interval)
    value = None if isnan(estimate.value) else estimate.value
    about = run.model, run.date, run.benchmark, run.probe, run.seed
    yield Number(*about, *way, name, estimate.n, value, estimate.low, estimate.high, *ends)
