"""95 % intervals: Wilson's for a rate, and one for ratios of sums; both over clusters of items that share a picture."""

from __future__ import annotations

from math import inf, nan, sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtri

from lmms_robust.metrics.bca import acceleration, bca
from lmms_robust.metrics.estimate import Scores, Units

LEVEL = 0.95
Z = float(ndtri((1 + LEVEL) / 2))
MOST_RESAMPLED = 2_000
"""Clusters above which the normal interval stands in for the bootstrap's, from which it hardly differs there."""
FEW = 30
"""Pictures that differ, below which intervals that are resampled are too narrow."""

Interval = tuple[float, float]


def wilson(share: float, n: float) -> Interval:
    """Wilson's score interval of a share of ``n`` (1927, J. Am. Stat. Assoc. 22:209).

    >>> [round(end, 4) for end in wilson(0.8, 10)]
    [0.4902, 0.9433]
    """
    if not n:
        return nan, nan
    centre, spread = share + Z**2 / (2 * n), Z * sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    scale = 1 + Z**2 / n
    return max(min((centre - spread) / scale, share), 0.0), min(max((centre + spread) / scale, share), 1.0)


def clustered_wilson(true: Scores, weights: Scores, units: Units) -> Interval:
    """Wilson's interval, for as many independent items as tell what these do, since some share a picture.

    That many are the items over their design effect, the variance over pictures by that of independent items (Kish
    1965, Survey Sampling, ch. 5), and at most the responses. With one response to an item, and a picture to each, it is
    Wilson's own. Simulated coverage for rates of 0.03 to 0.76 of 300 and 1,200 items in pictures of two and three: 0.94
    to 0.96, where Wilson's own has 0.83 to 0.95.

    Args:
        true: (units,) what of the weight is True.
        weights: (units,) each unit's share of an item, 0 where it does not count.
        units: the units.
    """
    top, bottom = _by_picture(true, weights, units)
    n = float(bottom.sum())
    share = min(float(top.sum()) / n, 1.0) if n else nan
    rest = top - share * bottom
    effect = float(rest @ rest) / (n * share * (1 - share)) if 0 < share < 1 and len(top) > 1 else 1.0
    return wilson(share, min(n / effect if effect else inf, float(np.count_nonzero(weights))))


def ratio(numerators: Scores, denominators: Scores, units: Units, span: Interval) -> Interval:
    """Interval of sum(numerators) / sum(denominators), where the units of one picture belong together.

    Up to 2,000 pictures the bias-corrected and accelerated bootstrap over pictures (Efron 1987, J. Am. Stat. Assoc.
    82:171), always the same resamples; above, the normal interval with the linearised variance over pictures, moved by
    its skewness as the bootstrap's is to second order (Hall 1992, The Bootstrap and Edgeworth Expansion, ch. 3). Where
    one takes over from the other, ends of shares from 0.01 to 0.97 differ by less than 0.1 points. Where no picture
    differs from another, resampling shows no spread: the interval then allows for the share of other pictures that so
    many may hide, 1 - 0.025^(1/pictures).

    Args:
        numerators: (units,) each a part of the whole, such as an item's loss.
        denominators: (units,) what it is a part of, such as the item's weight; 0 where the unit does not count.
        units: the units.
        span: the least and the greatest ratio there can be. Without them pictures that do not differ have no interval.
    """
    top, bottom = _by_picture(numerators, denominators, units)
    n = len(top)
    if not n:
        return nan, nan
    value = float(top.sum() / bottom.sum())
    rest = top - value * bottom
    if np.allclose(rest, 0, atol=1e-12):
        if np.isinf(span).any():
            return nan, nan
        hidden = 1 - ((1 - LEVEL) / 2) ** (1 / n)
        return value - hidden * (value - span[0]), value + hidden * (span[1] - value)
    if n <= MOST_RESAMPLED:
        low, high = bca(top, bottom, LEVEL)
    else:
        error = sqrt(n / (n - 1) * float(rest @ rest)) / float(bottom.sum())
        middle = value + acceleration(rest, np.ones(n)) * (2 * Z**2 + 1) * error
        low, high = middle - Z * error, middle + Z * error
    return max(low, span[0]), min(high, span[1])


def difference(parts: Scores, weights: Scores, units: Units) -> Interval:
    """Interval of a difference of two rates on the same units, from -1 to 1: :func:`ratio`'s, or Tango's.

    Tango's where some pictures, but fewer than thirty, hold a unit that differs: resampling tells too little of those
    that might. It is an interval of items that share no pictures, and is taken for as many of them as tell what these
    do, at most for all, see :func:`clustered_wilson`. Simulated coverage of 100 to 600 items, alone or in pictures of
    two and three: 0.93 to 0.97 where 5 to 30 pictures differ, of which resampling has 0.86 to 0.96. Where fewer do it
    holds it more often, for it has few values to choose from: 0.97 for three, 0.99 for two and nearly 1 below; so do,
    or more often, the intervals of Newcombe (1998), Bonett and Price (2012), and Agresti and Min (2005).

    Args:
        parts: (units,) each unit's part of the difference, 0 where both sides are the same.
        weights: (units,) each unit's share of an item, 0 where it does not count.
        units: the units.
    """
    if not 0 < len(np.unique(units.picture[parts != 0])) < FEW:
        return ratio(parts, weights, units, (-1, 1))
    n = float(weights.sum())
    value = float(parts.sum()) / n
    top, bottom = _by_picture(parts, weights, units)
    alone = float(np.sum((parts - value * weights) ** 2))
    effect = max(1.0, float(np.sum((top - value * bottom) ** 2)) / alone) if alone > 1e-12 else 1.0
    won, lost = float(parts[parts > 0].sum()), -float(parts[parts < 0].sum())
    return tango(won / effect, lost / effect, n / effect)


def tango(won: float, lost: float, n: float) -> Interval:
    """Score interval of a difference of two paired rates, (won - lost) / n (Tango 1998, Stat. Med. 17:891).

    Args:
        won: units that are True on the one side only.
        lost: units that are True on the other side only.
        n: all units.

    >>> [round(end, 3) for end in tango(0, 1, 44)]
    [-0.118, 0.059]
    """

    def distance(delta: float) -> float:
        """Standard errors from the difference seen to one that there may be."""
        b = -won - lost + (2 * n - won + lost) * delta
        c = -lost * delta * (1 - delta)
        share = (sqrt(max(b**2 - 8 * n * c, 0.0)) - b) / (4 * n)
        variance = n * (2 * share + delta * (1 - delta))
        return (won - lost - n * delta) / sqrt(variance) if variance > 0 else 0.0

    value, ends = (won - lost) / n, []
    for side in (-1, 1):
        far = side * (1 - 1e-9)
        inside = abs(distance(far)) > Z
        ends.append(float(brentq(lambda delta: abs(distance(delta)) - Z, value, far)) if inside else float(side))
    return ends[0], ends[1]


def bracket(least: Scores, most: Scores, denominators: Scores, units: Units, span: Interval) -> Interval:
    """From the lower end of the interval of one ratio to the upper end of that of another, see :func:`ratio`."""
    found = ratio(least, denominators, units, span)
    return found if np.array_equal(least, most) else (found[0], ratio(most, denominators, units, span)[1])


def _by_picture(numerators: Scores, denominators: Scores, units: Units) -> tuple[Scores, Scores]:
    """Sums of what counts per picture, in an order that is not that of the units."""
    counted = denominators != 0
    picture = units.picture[counted]
    there = np.bincount(picture) > 0
    top, bottom = (
        np.asarray(np.bincount(picture, weights=parts[counted])[there], np.float64)
        for parts in (numerators, denominators)
    )
    order = np.lexsort((top.round(9), bottom.round(9)))  # the same resamples, whatever the order of the units
    return top[order].round(12), bottom[order].round(12)
