"""Two or more models on the same items: what differs, how surely, and where the items do not suffice to tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from math import inf, isnan

import numpy as np
import pyarrow as pa

from lmms_robust.consistency.verdicts import RULES
from lmms_robust.errors import RobustError
from lmms_robust.metrics.estimate import Estimate, Outcomes
from lmms_robust.metrics.paired import Discordant, discordant, drop, holm, shared
from lmms_robust.metrics.rates import rate
from lmms_robust.metrics.worst_case import every
from lmms_robust.perturbations import VARIANTS
from lmms_robust.report.columns import asked, equals, groups, right_and_consistent, whether
from lmms_robust.report.grid import Grid, lay_out
from lmms_robust.report.joint import JOINT
from lmms_robust.report.logs import SPEED, Run
from lmms_robust.report.sheet import NONE, Sheet, bare, p_value, percent

ALPHA = 0.05
MARGIN = 0.05
"""Differences in accuracy below this are taken for none, unless the user says otherwise."""

ABOUT = (
    "Points of accuracy by which the second model is ahead, same items, with the 95 % interval over pictures. won, "
    "lost: responses right in the second, or the first, alone. p: exact McNemar test, adjusted for all rows of "
    "all pairs of models (Holm). resolution: items over those that this test alone would need, with a picture each, to "
    "find a difference of this size; below 1 there are too few. [a,b]: between a and b, whatever the undecided are; "
    "the interval covers both, and won and lost are those that are known."
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
        p: adjusted for all rows of all pairs of models that are compared.
        verdict: a sentence.
    """

    name: str
    first: Estimate
    second: Estimate
    ahead: Estimate
    counts: Discordant
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
        benchmark: its name.
        first: name of the one model.
        second: name of the other.
        rows: by variant, then joint rates.
        notes: what differs between the runs beside the model, and what was left out.
    """

    benchmark: str
    first: str
    second: str
    rows: tuple[Difference, ...]
    notes: tuple[str, ...]

    def sheet(self) -> Sheet:
        """As a table."""
        heads = ("variant", "items", "first", "second", "ahead", "won", "lost", "p", "resolution")
        title = f"{self.benchmark} · first: {self.first} · second: {self.second}"
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
        RobustError: two share no item, have other plant seeds, or other templates: the models were not asked the same.
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
    _same_questions(first, second, names)
    grid = lay_out({"first": first.table, "second": second.table})
    notes = [*_items(grid, names), *_settings(first, second), *_deciders(first, second)]
    ways, told = _ways(grid, names)
    notes += told
    correct, both = whether(equals(grid.table, "outcome", "right")), right_and_consistent(grid.table)
    pairs = {name: (grid.outcomes(("first", name), correct), grid.outcomes(("second", name), correct)) for name in ways}
    for name, needed in JOINT.items():
        if set(needed.variants) <= set(ways):
            values = both if needed.consistent else correct
            sides = [
                every([grid.outcomes((side, one), values) for one in needed.variants]) for side in ("first", "second")
            ]
            pairs[name] = sides[0], sides[1]
    found = {name: _difference(grid, *pair) for name, pair in pairs.items()}
    rows = tuple(Difference(name, *one, one[3].p, "") for name, one in found.items() if one[2].n)
    if not rows:
        raise RobustError(f"{names[0]} and {names[1]} have no variant of {first.benchmark} in common that compares")
    return Comparison(first.benchmark, *names, rows, tuple(notes))


def _difference(grid: Grid, one: Outcomes, other: Outcomes) -> tuple[Estimate, Estimate, Estimate, Discordant]:
    """Rates of two models on the items that both have, the difference, and the items that differ."""
    one, other = shared(one, other)
    rates = rate(one, grid.units), rate(other, grid.units)
    return *rates, drop(other, one, grid.units), discordant(one, other, grid.units)


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


def _same_questions(first: Run, second: Run, names: tuple[str, str]) -> None:
    about = f"{first.benchmark}, {names[0]} and {names[1]}"
    if first.seed != second.seed:
        raise RobustError(f"{about}: plant seeds {first.seed} and {second.seed}; allowed: runs with the same one")
    templates = [_values(run.table, "templates") for run in (first, second)]
    if templates[0] != templates[1]:
        raise RobustError(f"{about}: the words around the questions come from other templates; allowed: the same ones")
    if not set(_values(first.table, "digest")) & set(_values(second.table, "digest")):
        raise RobustError(f"{about}: no item in common; allowed: runs over the same items")


def _values(table: pa.Table, name: str) -> list[str]:
    return sorted(value for value in table[name].unique().to_pylist() if value is not None)


def _items(grid: Grid, names: tuple[str, str]) -> Iterator[str]:
    """How many items only one side has."""
    has = []
    for side in ("first", "second"):
        present = np.zeros(grid.units.items, bool)
        for (of, _), place in grid.places.items():
            if of == side:
                present[grid.units.item[place >= 0]] = True
        has.append(present)
    for number, name in enumerate(names):
        alone = int((has[number] & ~has[1 - number]).sum())
        if alone:
            yield f"{alone} item(s) only {name} was asked: left out"


def _settings(first: Run, second: Run) -> Iterator[str]:
    """What results say of the runs that differs beside the model."""
    if first.arguments is None or second.arguments is None:
        yield "the settings of the runs cannot be compared: no results file beside the samples"
        return
    ours = {"pretrained", "model", "model_version", "base_url", "revision"} | SPEED
    for name in sorted(({*first.arguments} | {*second.arguments}) - ours):
        before, after = first.arguments.get(name), second.arguments.get(name)
        if before != after:
            yield f"warning: {name} differs: {before!r} and {after!r}"


def _deciders(first: Run, second: Run) -> Iterator[str]:
    """Who decided consistency, where that is not the rules alone."""
    before, after = ([*asked(run.table)] for run in (first, second))
    if before != after:
        yield f"warning: consistency is decided by {', '.join(before)} and by {', '.join(after)}"
    elif before != [RULES]:
        yield f"consistency is decided by {', '.join(before)}"
    yield from dict.fromkeys((*first.judges, *second.judges))


def _ways(grid: Grid, names: tuple[str, str]) -> tuple[list[str], list[str]]:
    """Variants that both sides were asked in one and the same way, and sentences about the others."""
    same, told = [], []
    way, known = groups(grid.table, ["injection", "caption_source"])
    for variant in VARIANTS:
        sides = [grid.places.get((side, variant)) for side in ("first", "second")]
        if sides[0] is None or sides[1] is None:
            if sides[0] is not sides[1]:
                told.append(f"{variant}: only {names[sides[0] is None]} was asked")
            continue
        ways = [{known[number] for number in np.unique(way[rows[rows >= 0]])} for rows in sides if rows is not None]
        if ways[0] == ways[1] and len(ways[0]) == 1:
            same.append(variant)
        else:
            said = [" and ".join(" ".join(filter(None, way)) for way in sorted(one)) for one in ways]
            told.append(f"{variant}: left out, the words were delivered in other ways: {said[0]}; {said[1]}")
    return same, told
