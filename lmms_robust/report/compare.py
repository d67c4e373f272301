"""Two or more models on the same items: what differs, how surely, and where the items do not suffice to tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import inf, isnan

import numpy as np

from lmms_robust.errors import RobustError
from lmms_robust.metrics.estimate import ABSENT, Estimate, Outcomes
from lmms_robust.metrics.paired import Discordant, discordant, drop, holm, shared
from lmms_robust.metrics.rates import rate
from lmms_robust.metrics.worst_case import every
from lmms_robust.perturbations import VARIANTS, base_of
from lmms_robust.report.alike import notes, same_injections, same_questions, ways
from lmms_robust.report.columns import equals, right_and_consistent, whether
from lmms_robust.report.grid import Grid, lay_out
from lmms_robust.report.joint import JOINT
from lmms_robust.report.logs import Run
from lmms_robust.report.sheet import NONE, Sheet, bare, p_value, percent

SIDES = ("first", "second")
ALPHA = 0.05
MARGIN = 0.05
"""Differences in accuracy below this are taken for none, unless the user says otherwise."""

ABOUT = (
    "Points of accuracy by which the second model is ahead, same items, with the 95 % interval over pictures. won, "
    "lost: responses right in the second, or the first, alone. p: exact McNemar test, adjusted for all rows of "
    "all pairs of models (Holm). resolution: items over those that this test alone would need, with a picture each, to "
    "find a difference of this size; below 1 there are too few. What is undecided counts as no. [a,b]: between a and "
    "b, whatever the undecided are; the interval covers both, and won and lost are those that are known."
)


@dataclass(frozen=True, slots=True)
class Difference:
    """Two models under one variant, or in one joint rate.

    Attributes:
        name: the variant, or the joint rate.
        first: rate of the first model on the shared items.
        second: rate of the second one.
        ahead: second minus first, with its interval.
        counts: items won and lost.
        lost: what the second model loses from base here, on the items that both models have there and here; None for
            base itself, without it, and for a joint rate.
        p: adjusted for all rows of all pairs of models that are compared.
        verdict: a sentence.
    """

    name: str
    first: Estimate
    second: Estimate
    ahead: Estimate
    counts: Discordant
    lost: Estimate | None
    p: float
    verdict: str

    @property
    def better(self) -> int:
        """1 where the second model is surely better, -1 where the first is, 0 where they are not told apart."""
        return _better(self.ahead, self.p)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs of one benchmark.

    Attributes:
        run: the first of them.
        first: name of the one model.
        second: name of the other.
        rows: by variant, then joint rates.
        notes: what differs between the runs beside the model, and what was left out.
    """

    run: Run
    first: str
    second: str
    rows: tuple[Difference, ...]
    notes: tuple[str, ...]

    def sheet(self) -> Sheet:
        """As a table."""
        heads = ("variant", "items", "first", "second", "ahead", "won", "lost", "p", "resolution")
        title = f"{self.run.asked} · first: {self.first} · second: {self.second}"
        return Sheet(title, ABOUT, heads, [_cells(row) for row in self.rows])

    def sentences(self) -> Iterator[str]:
        """The verdicts, those that are the same together, and the notes."""
        same: dict[str, list[str]] = {}
        for row in self.rows:
            same.setdefault(row.verdict, []).append(row.name)
        yield from (f"{', '.join(names)}: {verdict}" for verdict, names in same.items())
        yield from self.notes


def _cells(row: Difference) -> list[str]:
    resolution = row.counts.resolution
    return [
        row.name,
        str(row.ahead.n),
        bare(row.first),
        bare(row.second),
        percent(row.ahead),
        str(row.counts.won),
        str(row.counts.lost),
        p_value(row.p),
        NONE if not resolution or isnan(resolution) else f"{resolution:.2f}",
    ]


def compare(runs: Mapping[str, Run], margin: float = MARGIN) -> list[Comparison]:
    """Compare runs of one benchmark, each with each; whoever is told apart is so in all of the comparisons at once.

    Args:
        runs: by the names of their models.
        margin: differences in accuracy below this are taken for none, 0 to 1.

    Raises:
        RobustError: two models were not asked the same: no item, other plant seeds, injections or templates.
    """
    found = [_pair(runs[one], runs[other], (one, other)) for one, other in combinations(runs, 2)]
    adjusted = iter(holm([row.p for pair in found for row in pair.rows]))
    return [
        replace(pair, rows=tuple(_judged(row, pair, next(adjusted), margin) for row in pair.rows)) for pair in found
    ]


def _judged(row: Difference, pair: Comparison, p: float, margin: float) -> Difference:
    return replace(row, p=p, verdict=verdict(row.ahead, row.counts, p, (pair.first, pair.second), margin))


def _pair(first: Run, second: Run, names: tuple[str, str]) -> Comparison:
    """Two runs, with p values as they are and no verdicts."""
    same_questions(first, second, names)
    grid = lay_out({"first": first.table, "second": second.table})
    same_injections(grid, f"{first.benchmark}, {names[0]} and {names[1]}")
    compared, left_out = ways(grid, names)
    correct, both = whether(equals(grid.table, "outcome", "right")), right_and_consistent(grid.table)
    pairs = {name: tuple(grid.outcomes((side, name), correct) for side in SIDES) for name in compared}
    for name, needed in JOINT.items():
        if set(needed.variants) <= set(compared):
            values = both if needed.consistent else correct
            pairs[name] = tuple(
                every([grid.outcomes((side, one), values) for one in needed.variants]) for side in SIDES
            )
    found = {name: _difference(grid, *pair) for name, pair in pairs.items()}
    rows = tuple(
        Difference(name, *one, _lost(grid, pairs, name), one[3].p, "") for name, one in found.items() if one[2].n
    )
    if not rows:
        raise RobustError(f"{names[0]} and {names[1]} have no variant of {first.benchmark} in common that compares")
    return Comparison(first, *names, rows, (*notes(first, second, grid, names), *left_out))


def _difference(grid: Grid, one: Outcomes, other: Outcomes) -> tuple[Estimate, Estimate, Estimate, Discordant]:
    """Rates of two models on the items that both have, the difference, and the items that differ."""
    one, other = shared(one, other)
    rates = rate(one, grid.units), rate(other, grid.units)
    return *rates, drop(other, one, grid.units), discordant(one, other, grid.units)


def _lost(grid: Grid, pairs: Mapping[str, Sequence[Outcomes]], name: str) -> Estimate | None:
    """What the second model loses from base, on the items that both models have there and here."""
    base = base_of(name) if name in VARIANTS else name
    if base == name or base not in pairs:
        return None
    there = np.logical_and.reduce([side != ABSENT for one in (base, name) for side in pairs[one]])
    before, after = (np.where(there, pairs[one][1], ABSENT).astype(np.int8) for one in (base, name))
    return drop(before, after, grid.units, interval=False)


def verdict(ahead: Estimate, counts: Discordant, p: float, names: tuple[str, str], margin: float) -> str:
    """What a difference comes to, in a sentence.

    Args:
        ahead: second minus first.
        counts: items won and lost.
        p: adjusted.
        names: of the models.
        margin: differences below this are taken for none.
    """
    low, high = ahead.interval
    if _better(ahead, p):
        better = names[low > 0]
        least, most = sorted((abs(low), abs(high)))
        value = "" if isnan(ahead.value) else f"{100 * abs(ahead.value):.1f} points, "
        return f"{better} is better, by {value}{100 * least:.1f} to {100 * most:.1f}"
    if -margin < low and high < margin:
        return f"no difference of {100 * margin:g} points or more"
    if ahead.low < 0 < ahead.high and (ahead.low < -margin or ahead.high > margin):
        least, most = 100 * ahead.low, 100 * ahead.high
        return f"undecided responses leave it open: between {least:.1f} and {most:.1f} points ahead"
    more = _needed(counts)
    reach = max(abs(low), abs(high))
    told = f"; one as large as seen takes {more:,} items or more" if more else ""
    return f"not enough items to tell: differences of up to {100 * reach:.1f} points are possible{told}"


def _better(ahead: Estimate, p: float) -> int:
    """Who is better, see :attr:`Difference.better`: both the adjusted test and the interval have to say so."""
    low, high = ahead.interval
    return (p < ALPHA) * (int(low > 0) - int(high < 0))


def _needed(counts: Discordant) -> int | None:
    if not counts.resolution or isnan(counts.resolution) or counts.resolution == inf:
        return None
    number = round(counts.n / counts.resolution)
    return number if number > counts.n else None  # it would have been found, if not for the other rows
