"""What holds of an item under several variants at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import nan

import numpy as np

from lmms_robust.metrics.estimate import ABSENT, FALSE, NOTHING, TRUE, UNKNOWN, Estimate, Outcomes, Units, bounded
from lmms_robust.metrics.intervals import bracket
from lmms_robust.metrics.rates import rate, unknown_share

ByVariant = Mapping[str, Outcomes]


def joint(outcomes: ByVariant, needed: Collection[str], units: Units, interval: bool = True) -> Estimate:
    """Share of items that hold under every variant needed, each of an item's repeats by itself.

    Range 0 to 1; higher is better. Kleene's and: False where one is False, else unknown where one is unknown. It rests
    on the units that are there in every variant needed, see :func:`torn`; the interval is one over pictures.

    Args:
        outcomes: by variant.
        needed: the variants.
        units: the units.
        interval: compute it, which takes most of the time.

    >>> two = Units(np.arange(2), np.arange(2))
    >>> x, y = np.array([TRUE, UNKNOWN], np.int8), np.array([TRUE, FALSE], np.int8)
    >>> joint({"x": x, "y": y}, ["x", "y"], two).value
    0.5
    """
    if not needed or not set(needed) <= set(outcomes):
        return NOTHING
    held = every([outcomes[name] for name in needed])
    found = rate(held, units)
    if not found.n:
        return NOTHING
    ends = (nan, nan)
    if interval:
        weights, true = units.weights(held != ABSENT), held == TRUE
        least, most = weights * true, weights * (true | (held == UNKNOWN))
        ends = bracket(least, most, weights, units, (0, 1))
    return bounded(found.value, found.n, found.low, found.high, unknown_share(held, units), ends)


def torn(outcomes: ByVariant, needed: Collection[str], units: Units) -> int:
    """How many items are there in some of the variants needed and not, with any repeat, in all.

    >>> two = Units(np.arange(2), np.arange(2))
    >>> torn({"x": np.array([TRUE, UNKNOWN], np.int8), "y": np.array([TRUE, ABSENT], np.int8)}, ["x", "y"], two)
    1
    """
    present = [outcomes[name] != ABSENT for name in needed if name in outcomes]
    if not present:
        return 0
    whole = np.logical_and.reduce(present) & (len(present) == len(needed))
    return units.count(np.logical_or.reduce(present)) - units.count(whole)


def every(outcomes: Sequence[Outcomes]) -> Outcomes:
    """Kleene's and of outcomes; absent where one is."""
    stacked = np.stack(outcomes)
    found = np.where((stacked == FALSE).any(0), FALSE, np.where((stacked == UNKNOWN).any(0), UNKNOWN, TRUE))
    return np.where((stacked == ABSENT).any(0), ABSENT, found).astype(np.int8)
