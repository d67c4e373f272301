"""The Bayesian bootstrap over clusters of items that share a picture, for numbers that are functions of sums."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lmms_robust.metrics.bca import RESAMPLES
from lmms_robust.metrics.estimate import Scores, Units
from lmms_robust.metrics.intervals import LEVEL, Interval

Prior = Sequence[tuple[float, Sequence[float]]]
"""Cases that count beside the units: the weight of each, in units, and what it would add to each sum."""

_BATCH = 2_000_000
"""Weights that are in memory at a time."""


def resampled(parts: Scores, units: Units, prior: Prior = ()) -> Scores:
    """Sums over resampled pictures, always the same resamples.

    Each picture has a random weight (Rubin 1981, Ann. Stat. 9:130) instead of the number of times it is drawn, so that
    no resample lacks what few pictures have. Units that are all alike would show no spread: cases of a prior give them
    one. With half a unit of either kind, a share of independent units has the distribution of Jeffreys' interval.

    Args:
        parts: (units, sums) what each unit adds to each sum.
        units: the units.
        prior: cases that none of the units may be.

    Returns:
        (resamples, sums), of which the expected value is the sum over all units and cases.
    """
    _, picture = np.unique(units.picture, return_inverse=True)
    clusters = np.zeros((int(picture.max(initial=-1)) + 1, parts.shape[1]))
    np.add.at(clusters, picture, parts)
    kinds, count = np.unique(clusters.round(9), axis=0, return_counts=True)  # equal clusters have one weight together
    cases = np.array([case for _, case in prior], np.float64).reshape(-1, parts.shape[1])
    shape = np.concatenate([count, [weight for weight, _ in prior]])
    each, rng = np.concatenate([kinds, cases]), np.random.default_rng(0)
    found = np.empty((RESAMPLES, parts.shape[1]))
    step = max(1, _BATCH // max(len(shape), 1))
    for start in range(0, RESAMPLES, step):
        weights = rng.standard_gamma(shape, size=(min(step, RESAMPLES - start), len(shape)))
        weights *= shape.sum() / weights.sum(1, keepdims=True)
        found[start : start + step] = weights @ each
    return found


def middle(values: Scores) -> Interval:
    """Between which values the middle 95 % of the resamples lie; those that are no number are left out."""
    found = values[np.isfinite(values)]
    low, high = np.quantile(found, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]) if len(found) else (np.nan, np.nan)
    return float(low), float(high)
