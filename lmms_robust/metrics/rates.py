"""Rates of outcomes that may be unknown, and means of scores."""

from __future__ import annotations

from math import nan

import numpy as np

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
from lmms_robust.metrics.intervals import clustered_wilson, ratio

MOST_TRUNCATED = 0.02
"""Above this share of responses that stopped at the limit of tokens, runs and summaries warn."""


def rate(outcomes: Outcomes, units: Units) -> Estimate:
    """Share that is True, between what is known to be and what may be, with Wilson's interval over pictures.

    Range 0 to 1. The bounds are [known True, known True + unknown] over all; the value counts what is unknown as not
    True, so that it is a share of all ``n``, too.

    >>> four = Units(np.arange(4), np.arange(4))
    >>> found = rate(np.array([TRUE, UNKNOWN, FALSE, FALSE], dtype=np.int8), four)
    >>> found.value, found.n, found.low, found.high
    (nan, 4, 0.25, 0.5)
    """
    present = outcomes != ABSENT
    n = units.count(present)
    if not n:
        return NOTHING
    weights, true = units.weights(present), outcomes == TRUE
    least, most = weights * true, weights * (true | (outcomes == UNKNOWN))
    interval = clustered_wilson(least, weights, units)[0], clustered_wilson(most, weights, units)[1]
    low, high = (float(parts.sum()) / float(weights.sum()) for parts in (least, most))
    return bounded(low, n, low, high, unknown_share(outcomes, units), interval)


def unknown_share(outcomes: Outcomes, units: Units) -> float:
    """Share of outcomes that are unknown, 0 to 1."""
    weights = units.weights(outcomes != ABSENT)
    return float(weights @ (outcomes == UNKNOWN)) / float(weights.sum()) if weights.any() else nan


def consistency(outcomes: Outcomes) -> tuple[int, int]:
    """How many verdicts are True and how many False: consistency is True / (True + False).

    >>> consistency(np.array([TRUE, UNKNOWN, FALSE], dtype=np.int8))
    (1, 1)
    """
    return int(np.count_nonzero(outcomes == TRUE)), int(np.count_nonzero(outcomes == FALSE))


def mean(scores: Scores, units: Units, span: tuple[float, float] = (-np.inf, np.inf)) -> Estimate:
    """Mean over items of the scores that are known, with an interval over pictures.

    >>> mean(np.array([1, np.nan, 0, 1]), Units(np.array([0, 1, 2, 2]), np.arange(4))).value
    0.75
    """
    present = ~np.isnan(scores)
    n = units.count(present)
    if not n:
        return NOTHING
    weights = units.weights(present)
    parts = weights * np.where(present, scores, 0)
    return known(float(parts.sum()) / n, n, ratio(parts, weights, units, span))
