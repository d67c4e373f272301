"""Two conditions, or two models, on the same units. Units that one side lacks do not count."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, inf, log2, nan, sqrt
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from lmms_robust.metrics.estimate import (
    ABSENT,
    FALSE,
    NOTHING,
    TRUE,
    UNKNOWN,
    Estimate,
    Outcomes,
    Scores,
    Units,
    bounded,
    known,
)
from lmms_robust.metrics.intervals import difference, ratio
from lmms_robust.metrics.rates import rate, unknown_share

POWER = 0.8
FEWEST = ceil(log2(2 / 0.05))
"""Items that must differ before the exact test can say so at 5 %, if all of them on one side: 2 / 2^6 = .031."""


def drop(base: Outcomes, perturbed: Outcomes, units: Units, interval: bool = True) -> Estimate:
    """Rate at base minus rate under the perturbation, on the same units, with an interval over pictures.

    Range -1 to 1; lower is better; negative means that the perturbation helped. In the value what is unknown is not
    True on either side; the bounds are those of the one rate against those of the other.

    Args:
        base: outcomes of the one side.
        perturbed: outcomes of the other.
        units: the units.
        interval: compute it, which takes most of the time.

    >>> two, right = Units(np.arange(2), np.arange(2)), np.array([TRUE, TRUE], dtype=np.int8)
    >>> drop(right, np.array([FALSE, TRUE], dtype=np.int8), two).value
    0.5
    """
    before, after = shared(base, perturbed)
    one, other = rate(before, units), rate(after, units)
    if not one.n:
        return NOTHING
    unknown = max(unknown_share(before, units), unknown_share(after, units))
    ends = (nan, nan)
    if interval:
        weights = units.weights(before != ABSENT)
        least = weights * (1.0 * (before == TRUE) - ((after == TRUE) | (after == UNKNOWN)))
        most = weights * (1.0 * ((before == TRUE) | (before == UNKNOWN)) - (after == TRUE))
        ends = difference(least, weights, units)
        if not np.array_equal(least, most):
            ends = ends[0], difference(most, weights, units)[1]
    return bounded(one.low - other.low, one.n, one.low - other.high, one.high - other.low, unknown, ends)


def survival(base: Outcomes, perturbed: Outcomes, units: Units) -> Estimate:
    """Share still True under the perturbation among what is True at base, each of an item's repeats by itself.

    Range 0 to 1; higher is better. For outcomes that are never unknown, such as right answers. ``n`` counts the items
    with any repeat that is True at base.

    >>> three = Units(np.arange(3), np.arange(3))
    >>> before, after = np.array([TRUE, TRUE, FALSE], np.int8), np.array([FALSE, TRUE, TRUE], np.int8)
    >>> survival(before, after, three).value, survival(before, after, three).n
    (0.5, 2)
    """
    before, after = shared(base, perturbed)
    weights = units.weights(before != ABSENT)
    started, kept = weights * (before == TRUE), weights * ((before == TRUE) & (after == TRUE))
    n = units.count(before == TRUE)
    return known(float(kept.sum() / started.sum()), n, ratio(kept, started, units, (0, 1))) if n else NOTHING


def change(base: Scores, perturbed: Scores, units: Units, span: tuple[float, float] = (-inf, inf)) -> Estimate:
    """Mean under the perturbation minus mean at base, over units known in both, with an interval over pictures.

    Args:
        base: scores of the one side.
        perturbed: scores of the other.
        units: the units.
        span: the least and the greatest change there can be.

    >>> three = Units(np.arange(3), np.arange(3))
    >>> change(np.array([0.75, 0.5, np.nan]), np.array([0.5, 0.5, 1.0]), three).value
    -0.125
    """
    differences = perturbed - base
    present = ~np.isnan(differences)
    weights, n = units.weights(present), units.count(present)
    parts = weights * np.where(present, differences, 0)
    return known(float(parts.sum()) / n, n, ratio(parts, weights, units, span)) if n else NOTHING


def shared(one: Outcomes, other: Outcomes) -> tuple[Outcomes, Outcomes]:
    """Both, absent where either is."""
    lost = (one == ABSENT) | (other == ABSENT)
    return np.where(lost, ABSENT, one).astype(np.int8), np.where(lost, ABSENT, other).astype(np.int8)


class Discordant(NamedTuple):
    """Items on which two sides differ, of those known on both.

    Attributes:
        lost: True on the first side only; of an item with repeats, in more of them than on the second.
        won: True on the second side only, likewise.
        n: all items.
        p: exact two-sided p of McNemar's test: how likely so uneven a split is where both sides are equally good.
        resolution: n over the number of items at which a difference of this size is found at 5 % with a power of 80 %;
            below 1 the items do not suffice to tell (Connor 1987, Biometrics 43:207, for the number).
    """

    lost: int
    won: int
    n: int
    p: float
    resolution: float


def discordant(one: Outcomes, other: Outcomes, units: Units) -> Discordant:
    """Count the items on which two sides differ.

    Repeats of an item tell less than as many items, so that each item counts once: as lost, won or neither.

    >>> one, other = np.array([TRUE] * 8 + [FALSE] * 2, np.int8), np.array([FALSE] * 8 + [FALSE] * 2, np.int8)
    >>> found = discordant(one, other, Units(np.arange(10), np.arange(10)))
    >>> found.lost, found.won, found.p
    (8, 0, 0.0078125)
    """
    both = (one >= FALSE) & (other >= FALSE)
    gained = np.bincount(units.item[both], weights=(other - one)[both])
    lost, won, n = int(np.count_nonzero(gained < 0)), int(np.count_nonzero(gained > 0)), units.count(both)
    from scipy.stats import binomtest  # half a second to import, and the harness needs none of it

    p = float(binomtest(lost, lost + won).pvalue) if lost + won else 1.0
    return Discordant(lost, won, n, p if n else nan, n / needed(lost / n, won / n) if n else nan)


def needed(lost: float, won: float) -> float:
    """Units at which McNemar's test at 5 % finds a difference with a power of 80 %; infinite where there is none.

    Never fewer than those of which :data:`FEWEST` differ: with fewer the exact test finds nothing.

    Args:
        lost: share of units that are True on the first side only.
        won: share of units that are True on the second side only.

    >>> round(needed(0.2, 0.1))
    233
    """
    difference, together = lost - won, lost + won
    if not difference:
        return inf
    reach = float(ndtri(0.975)) * sqrt(together) + float(ndtri(POWER)) * sqrt(together - difference**2)
    return max(reach**2 / difference**2, FEWEST / together)


def holm(values: Sequence[float]) -> list[float]:
    """Adjust p values for their number (Holm 1979, Scand. J. Stat. 6:65); NaN counts as no test.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    tested = sorted((p, place) for place, p in enumerate(values) if p == p)
    found, least = [nan] * len(values), 0.0
    for rank, (p, place) in enumerate(tested):
        least = max(least, min(1.0, (len(tested) - rank) * p))
        found[place] = least
    return found
