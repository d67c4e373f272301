"""The bias-corrected and accelerated bootstrap of a ratio of sums (Efron 1987, J. Am. Stat. Assoc. 82:171).

It is what :func:`scipy.stats.bootstrap` gives for this statistic, in a fraction of the time: sums need no more than
what is left out to be those of the jackknife, clusters that are alike are drawn by their number, and where none are,
ratios of as many clusters share their draws.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from lmms_robust.metrics.estimate import Scores

RESAMPLES = 2_000
OF_KINDS = 20_000
"""Resamples where clusters are of few kinds."""

_FEW_KINDS = 100
_BATCH = 2_000_000
"""Draws that are in memory at a time."""


def bca(top: Scores, bottom: Scores, level: float) -> tuple[float, float]:
    """Interval of sum(top) / sum(bottom), always from the same resamples.

    Args:
        top: (clusters,) at least two, and at most 65,536, that differ.
        bottom: (clusters,) all above 0.
        level: share of the distribution between the ends, 0 to 1.

    Returns:
        Both ends. Where the ratio is beyond that of every resample, it counts as being beyond all but half of one.
    """
    kinds, found = np.unique(np.stack([top, bottom]), axis=1, return_counts=True)
    if len(found) <= _FEW_KINDS:
        (tops, bottoms), count = kinds, found.astype(np.float64)
        drawn = np.random.default_rng(0).multinomial(len(top), count / len(top), size=OF_KINDS)
        ratios = np.sort((drawn @ tops) / (drawn @ bottoms))
    else:
        tops, bottoms, count = top, bottom, np.ones(len(top))
        ratios = np.sort(_sums(top) / _sums(bottom))
    value = top.sum() / bottom.sum()
    beneath = (ratios.searchsorted(value - 1e-12) + ratios.searchsorted(value + 1e-12, "right")) / (2 * len(ratios))
    bias = ndtri(np.clip(beneath, 0.5 / len(ratios), 1 - 0.5 / len(ratios)))
    without = (top.sum() - tops) / (bottom.sum() - bottoms)
    ends = bias + np.array([1, -1]) * ndtri((1 - level) / 2)
    moved = bias + ends / (1 - acceleration(np.average(without, weights=count) - without, count) * ends)
    low, high = np.quantile(ratios, ndtr(moved))
    return float(low), float(high)


def acceleration(pull: Scores, count: Scores) -> float:
    """A sixth of the skewness of a sum.

    Args:
        pull: (parts,) how far each part pulls the sum up, on average by nothing.
        count: (parts,) how often there is such a part.
    """
    return float(count @ pull**3 / (6 * (count @ pull**2) ** 1.5))


def _sums(parts: Scores) -> Scores:
    """Sums of each resample."""
    if (parts == parts[0]).all():
        return np.full(RESAMPLES, parts.sum())
    drawn, step = _drawn(len(parts)), max(1, _BATCH // len(parts))
    return np.concatenate([parts.take(drawn[start : start + step]).sum(1) for start in range(0, RESAMPLES, step)])


@lru_cache(maxsize=4)
def _drawn(n: int) -> NDArray[np.uint16]:
    """Clusters of each resample, of as many."""
    return np.random.default_rng(0).integers(0, n, (RESAMPLES, n)).astype(np.uint16)
