"""Two or more models on the same items: what differs, how surely, and where the items do not suffice to tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, isnan, nan
from typing import Any

import numpy as np
import pyarrow as pa

from lmms_robust.errors import RobustError
from lmms_robust.metrics.estimate import ABSENT, NOTHING, Estimate, Outcomes
from lmms_robust.metrics.paired import Discordant, discordant, drop, holm, shared
from lmms_robust.metrics.ranks import ranks
from lmms_robust.metrics.worst_case import every
from lmms_robust.perturbations import ADVERSARIAL, VARIANTS
from lmms_robust.report.columns import codes, equals, right_and_consistent, whether
from lmms_robust.report.grid import Grid, lay_out
from lmms_robust.report.logs import SPEED, Run
from lmms_robust.report.sheet import Sheet, p_value, percent

ALPHA = 0.05
MARGIN = 0.05
"""Differences in accuracy below this are taken for none, unless the user says otherwise."""

JOINT: Mapping[str, tuple[str, ...]] = {
    "worst_acc": ADVERSARIAL,
    "robust_acc": ADVERSARIAL,
    "joint_acc": ("base", *ADVERSARIAL),
}

ABOUT = (
    "Points of accuracy by which the second model is ahead, same items, with the 95 % interval over pictures. won, "
    "lost: responses right in the second, or the first, alone. p: exact McNemar test, adjusted for the rows (Holm). "
    "resolution: items over those needed to find a difference of this size; below 1 there are too few. robust_acc and "
    "joint_acc count what is known to be right and consistent."
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
        p: adjusted for the other rows of the comparison.
        verdict: a sentence.
    """

    name: str
    first: float
    second: float
    ahead: Estimate
    counts: Discordant
    p: float
    verdict: str


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
        heads = ("variant", "first", "second", "ahead", "won", "lost", "p", "resolution")
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
        f"{100 * row.first:.1f}",
        f"{100 * row.second:.1f}",
        percent(row.ahead),
        str(row.counts.won),
        str(row.counts.lost),
        p_value(row.p),
        "–" if resolution in (0, nan) else f"{resolution:.2f}",
    ]


def compare(first: Run, second: Run, names: tuple[str, str], margin: float = MARGIN) -> Comparison:
    """Compare two runs of one benchmark.

    Args:
        first: the one.
        second: the other.
        names: what to call their models.
        margin: differences in accuracy below this are taken for none, 0 to 1.

    Raises:
        RobustError: they share no item, have other plant seeds, or other templates: the models were not asked the same.
    """
    _same_questions(first, second, names)
    grid = lay_out({"first": first.table, "second": second.table})
    notes = [*_items(grid, names), *_settings(first, second)]
    ways, told = _ways(grid, names)
    notes += told
    correct, both = whether(equals(grid.table, "outcome", "right")), right_and_consistent(grid.table)
    known = np.where(both == ABSENT, ABSENT, both == 1).astype(np.int8)
    pairs = {name: (grid.outcomes(("first", name), correct), grid.outcomes(("second", name), correct)) for name in ways}
    for name, needed in JOINT.items():
        if set(needed) <= set(ways):
            values = correct if name == "worst_acc" else known
            sides = [every([grid.outcomes((side, one), values) for one in needed]) for side in ("first", "second")]
            pairs[name] = sides[0], sides[1]
    found = {name: _difference(grid, *pair) for name, pair in pairs.items()}
    found = {name: one for name, one in found.items() if one[2].n}
    adjusted = holm([one[3].p for one in found.values()])
    rows = tuple(
        Difference(name, *one, p, verdict(one[2], one[3], p, names, margin))
        for (name, one), p in zip(found.items(), adjusted, strict=True)
    )
    if not rows:
        raise RobustError(f"{names[0]} and {names[1]} have no variant of {first.benchmark} in common that compares")
    return Comparison(first.benchmark, *names, rows, tuple(notes))


def _difference(grid: Grid, one: Outcomes, other: Outcomes) -> tuple[float, float, Estimate, Discordant]:
    """Rates of two models on the items that both have, the difference, and the items that differ."""
    one, other = shared(one, other)
    if not (one != ABSENT).any():
        return nan, nan, NOTHING, Discordant(0, 0, 0, nan, nan)
    weights = grid.units.weights(one != ABSENT)
    first, second = (float(weights @ (values == 1) / weights.sum()) for values in (one, other))
    return first, second, drop(other, one, grid.units), discordant(one, other)


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
    if p < ALPHA and (low > 0 or high < 0):
        better = names[ahead.value > 0]
        least, most = sorted((abs(low), abs(high)))
        return f"{better} is better, by {100 * abs(ahead.value):.1f} points ({100 * least:.1f} to {100 * most:.1f})"
    if -margin < low and high < margin:
        return f"no difference of {100 * margin:.0f} points or more"
    more = _needed(counts)
    reach = max(abs(low), abs(high))
    told = f"; a difference of {100 * abs(ahead.value):.1f} points takes about {more:,} items" if more else ""
    return f"not enough items to tell: differences of up to {100 * reach:.1f} points are possible{told}"


def _needed(counts: Discordant) -> int | None:
    if not counts.resolution or isnan(counts.resolution) or counts.resolution == inf:
        return None
    return round(counts.n / counts.resolution)


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


def _ways(grid: Grid, names: tuple[str, str]) -> tuple[list[str], list[str]]:
    """Variants that both sides were asked in one and the same way, and sentences about the others."""
    same, told = [], []
    injection, injections = codes(grid.table["injection"])
    caption, captions = codes(grid.table["caption_source"])
    for variant in VARIANTS:
        sides = [grid.places.get((side, variant)) for side in ("first", "second")]
        if sides[0] is None or sides[1] is None:
            if sides[0] is not sides[1]:
                told.append(f"{variant}: only {names[sides[0] is None]} was asked")
            continue
        ways = [
            {(injections[injection[row]], captions[caption[row]]) for row in rows[rows >= 0]}
            for rows in sides
            if rows is not None
        ]
        if ways[0] == ways[1] and len(ways[0]) == 1:
            same.append(variant)
        else:
            said = [" and ".join(" ".join(filter(None, way)) for way in sorted(one)) for one in ways]
            told.append(f"{variant}: left out, the words were delivered in other ways: {said[0]}; {said[1]}")
    return same, told


def matched(sides: Mapping[str, Sequence[Run]]) -> list[dict[str, Run]]:
    """Runs of the same benchmark, and plant seed where all sides have it; the latest where a side has several.

    Raises:
        RobustError: no benchmark that all sides have.
    """
    for about in (_about_seed, _about):
        found = [{about(run): run for run in runs} for runs in sides.values()]  # runs are oldest first
        common = [key for key in found[0] if all(key in one for one in found)]
        if common:
            return [dict(zip(sides, (one[key] for one in found), strict=True)) for key in common]
    has = {name: ", ".join(sorted({run.benchmark for run in runs})) for name, runs in sides.items()}
    told = "; ".join(f"{name}: {benchmarks}" for name, benchmarks in has.items())
    raise RobustError(f"no benchmark in common ({told}); allowed: runs of the same benchmarks")


def _about(run: Run) -> tuple[Any, ...]:
    return run.benchmark, run.probe


def _about_seed(run: Run) -> tuple[Any, ...]:
    return run.benchmark, run.probe, run.seed


ABOUT_RANKS = (
    "Place by each rate, best to worst in the 95 % interval over resampled pictures, on the items that all models were "
    "asked; models whose places overlap are tied."
)


def places(runs: Mapping[str, Run]) -> Sheet:
    """Places of several models on one benchmark, by accuracy at base and by joint rates."""
    grid = lay_out({name: run.table for name, run in runs.items()})
    correct, both = whether(equals(grid.table, "outcome", "right")), right_and_consistent(grid.table)
    by_rate = {"base": (correct, ("base",)), "worst_acc": (correct, ADVERSARIAL)}
    by_rate |= {name: (both, JOINT[name]) for name in ("robust_acc", "joint_acc")}
    cells = {name: [name] for name in runs}
    heads = ["model"]
    for rate, (values, needed) in by_rate.items():
        outcomes = [every([grid.outcomes((name, one), values) for one in needed]) for name in runs]
        if not (np.stack(outcomes) != ABSENT).all(0).any():
            continue
        heads.append(rate)
        for name, rank in zip(runs, ranks(outcomes, grid.units), strict=True):
            cells[name].append(str(rank.best) if rank.best == rank.worst else f"{rank.best} to {rank.worst}")
    return Sheet(f"places · {next(iter(runs.values())).benchmark}", ABOUT_RANKS, heads, list(cells.values()))


def named(folders: Mapping[str, Sequence[Run]]) -> dict[str, Sequence[Run]]:
    """Runs by the name of their model, or by that of their folder where models have one name, or a folder several."""
    models = {folder: {run.model for run in runs} for folder, runs in folders.items()}
    all_names = [next(iter(found)) for found in models.values() if len(found) == 1]
    if len(all_names) == len(folders) == len({*all_names}):
        return dict(zip(all_names, folders.values(), strict=True))
    return dict(folders)
