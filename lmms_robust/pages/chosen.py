"""Which items a page shows the samples of, where there are too many for all."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from hashlib import sha256

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lmms_robust.report.columns import codes, groups
from lmms_robust.report.logs import Run

Item = tuple[str, ...]
"""Benchmark, plant seed, id and digest."""


def chosen(runs: Sequence[Run], most: int) -> list[NDArray[np.bool_]]:
    """Per run the rows of its table to show: all of them, or those of an evenly drawn share of the items.

    Whole items are drawn, with all that every model said to them, so that each of their responses has the others
    beside it: the same share of each stratum of benchmark, category, and whether any response to the item is another
    than its first one. Which ones is decided by a digest of the item, and is the same each time.

    Args:
        runs: the runs.
        most: responses at most; more only where one item of each stratum has more.
    """
    total = sum(len(run.table) for run in runs)
    if total <= most:
        return [np.ones(len(run.table), bool) for run in runs]
    sizes: Counter[Item] = Counter()
    category: dict[Item, str] = {}
    outcomes: defaultdict[Item, set[str]] = defaultdict(set)
    found = []
    for run in runs:
        number, known = groups(run.table, ["benchmark", "seed", "item", "digest", "category"])
        items = [one[:-1] for one in known]
        found.append((number, items))
        category |= zip(items, (one[-1] for one in known), strict=True)
        outcome, named = codes(run.table["outcome"])
        pairs, counts = np.unique(np.stack([number, outcome]), axis=1, return_counts=True)
        for place, value, count in zip(*pairs, counts, strict=True):
            sizes[items[place]] += int(count)
            outcomes[items[place]].add(named[value])
    strata: dict[tuple[str, str, bool], list[Item]] = {}
    for item, seen in outcomes.items():
        strata.setdefault((item[0], category[item], len(seen) > 1), []).append(item)
    kept: set[Item] = set()
    for items in strata.values():
        items.sort(key=lambda item: sha256("\0".join(item).encode("utf-8", "replace")).digest())
        room = most * sum(sizes[item] for item in items) / total
        for place, item in enumerate(items):
            if place and sizes[item] > room:
                break
            kept.add(item)
            room -= sizes[item]
    return [np.array([one in kept for one in known])[number] for number, known in found]


def rows_of(run: Run, mask: NDArray[np.bool_]) -> pa.Table:
    """The rows of a run's table in a mask."""
    return run.table if mask.all() else run.table.filter(pa.array(mask))
