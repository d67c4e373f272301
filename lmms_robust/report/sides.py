"""Runs that are to be compared: which belong together, what to call them, and the places of several models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np

from lmms_robust.errors import RobustError
from lmms_robust.metrics.ranks import ranks
from lmms_robust.report.compare import Comparison
from lmms_robust.report.joint import JOINT
from lmms_robust.report.logs import Run
from lmms_robust.report.sheet import Sheet


def matched(sides: Mapping[str, Sequence[Run]]) -> tuple[list[dict[str, Run]], list[str]]:
    """Runs of the same benchmark, and plant seed where all sides have it; and sentences about those that not all have.

    Raises:
        RobustError: no benchmark that all sides have, or a side with several runs of one, of which none may be chosen
            silently.
    """
    for about in (attrgetter("about"), attrgetter("benchmark", "probe")):
        found = [
            {about(run): [one for one in runs if about(one) == about(run)] for run in runs} for runs in sides.values()
        ]
        common = [key for key in found[0] if all(key in one for one in found)]
        if common:
            for name, one in zip(sides, found, strict=True):
                for key in common:
                    _only(name, one[key])
            alone = [_alone(key, sides, found) for key in dict.fromkeys(chain(*found)) if key not in common]
            return [dict(zip(sides, (one[key][0] for one in found), strict=True)) for key in common], alone
    has = {name: ", ".join(sorted({run.benchmark for run in runs})) for name, runs in sides.items()}
    told = "; ".join(f"{name}: {benchmarks}" for name, benchmarks in has.items())
    raise RobustError(f"no benchmark in common ({told}); allowed: runs of the same benchmarks")


def _alone(key: Any, sides: Iterable[str], found: Sequence[Mapping[Any, Sequence[Run]]]) -> str:
    """That not all sides have a benchmark, or a plant seed of it."""
    has = {name: one[key] for name, one in zip(sides, found, strict=True) if key in one}
    asked = next(iter(has.values()))[0].asked
    return f"{asked}: left out, it is in {' and '.join(has)} alone"


def _only(name: str, runs: Sequence[Run]) -> None:
    if len(runs) > 1:
        told = "; ".join(" · ".join([run.model, run.date, f"plant seed {run.seed}", *run.notes]) for run in runs)
        several = f"{name} has {len(runs)} runs of {runs[0].benchmark} ({told})"
        raise RobustError(f"{several}; allowed: one, so name its folder")


ABOUT_RANKS = (
    "Place by each rate: after the models that are surely better, and before those that are surely worse, by the "
    "adjusted tests and the intervals of all pairs. Models whose places overlap are tied."
)


def places(found: Sequence[Comparison]) -> Sheet:
    """Places of several models on one benchmark, by accuracy at base and by joint rates.

    Args:
        found: comparisons of each of them with each.
    """
    names = list(dict.fromkeys(name for pair in found for name in (pair.first, pair.second)))
    cells = {name: [name] for name in names}
    heads = ["model"]
    for rate in ("base", *JOINT):
        rows = [(pair, row) for pair in found for row in pair.rows if row.name == rate]
        if len(rows) < len(found):
            continue
        heads.append(rate)
        better = np.zeros((len(names), len(names)), bool)
        for pair, row in rows:
            first, second = names.index(pair.first), names.index(pair.second)
            better[second, first], better[first, second] = row.better > 0, row.better < 0
        for name, rank in zip(names, ranks(better), strict=True):
            cells[name].append(str(rank.best) if rank.best == rank.worst else f"{rank.best} to {rank.worst}")
    return Sheet(f"places · {found[0].run.asked}", ABOUT_RANKS, heads, list(cells.values()))


def named(folders: Mapping[str, Sequence[Run]]) -> dict[str, Sequence[Run]]:
    """Runs by the name of their model; by that of their folder, or its path, where those before are not enough."""
    models = [{run.model for run in runs} for runs in folders.values()]
    ways = [
        [found.pop() if len(found) == 1 else "" for found in models],
        [Path(folder).resolve().name for folder in folders],
        list(folders),
    ]
    names = next(way for way in ways if "" not in way and len({*way}) == len(folders))
    return dict(zip(names, folders.values(), strict=True))
