"""Places of models on the same items."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from lmms_robust.metrics.estimate import ABSENT, TRUE, UNKNOWN, Outcomes, Units
from lmms_robust.metrics.intervals import LEVEL, RESAMPLES


class Rank(NamedTuple):
    """A model's place, 1 is best.

    Attributes:
        best: best place in the 95 % interval.
        worst: worst place there; models whose places overlap are tied.
    """

    best: int
    worst: int


def ranks(outcomes: Sequence[Outcomes], units: Units) -> list[Rank]:
    """Places by the share that is True, with 95 % intervals over resampled pictures (percentiles of the bootstrap).

    The best place counts a model's unknown outcomes as True and the others' as False, the worst place the reverse. It
    rests on the units that all models have.
    """
    present = (np.stack(outcomes) != ABSENT).all(0)
    weights = units.weights(present)
    pictures = np.unique(units.picture, return_inverse=True)[1]
    sums = [
        np.bincount(pictures, weights=weights * held)
        for one in outcomes
        for held in (one == TRUE, (one == TRUE) | (one == UNKNOWN))
    ]
    n = int(pictures.max(initial=-1)) + 1
    drawn = np.random.default_rng(0).multinomial(n, np.full(n, 1 / n), size=RESAMPLES) if n else np.zeros((1, 0))
    low, high = (drawn @ np.stack(sums[end::2]).T for end in (0, 1))
    best = 1 + (low[:, None, :] > high[:, :, None] + 1e-9).sum(2)
    worst = 1 + (high[:, None, :] > low[:, :, None] + 1e-9).sum(2)
    worst -= high > low + 1e-9  # a model is not ahead of itself
    tail = 100 * (1 - LEVEL) / 2
    firsts = np.percentile(best, tail, axis=0, method="lower")
    lasts = np.percentile(worst, 100 - tail, axis=0, method="higher")
    return [Rank(int(first), int(last)) for first, last in zip(firsts, lasts, strict=True)]
