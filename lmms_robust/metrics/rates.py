"""Rates of outcomes that may be unknown, each with its bounds."""

from __future__ import annotations

from collections.abc import Mapping

from lmms_robust.metrics.estimate import Estimate, Unit, average, bounded, by_item, mean

Outcomes = Mapping[Unit, bool | None]
"""Item and repeat -> True, False, or None for unknown."""


MOST_TRUNCATED = 0.02
"""Above this share of responses that stopped at the limit of tokens, runs and summaries warn."""


def rate(outcomes: Outcomes) -> Estimate:
    """Share that is True, between what is known to be and what may be.

    Range 0 to 1. The bounds are [known True, known True + unknown] over all; the value is the share among the known.

    >>> rate({("a", 0): True, ("b", 0): None, ("c", 0): False, ("d", 0): False})
    Estimate(value=nan, n=4, low=0.25, high=0.5)
    """
    low = by_item({unit: float(value is True) for unit, value in outcomes.items()})
    high = by_item({unit: float(value is not False) for unit, value in outcomes.items()})
    value, unknown = mean(outcomes).value, unknown_share(outcomes)
    return bounded(value, len(low), average(low.values()), average(high.values()), unknown)


def unknown_share(outcomes: Outcomes) -> float:
    """Share of outcomes that are unknown, 0 to 1."""
    return average(by_item({unit: float(value is None) for unit, value in outcomes.items()}).values())


def consistency(outcomes: Outcomes) -> tuple[int, int]:
    """How many verdicts are True and how many False: consistency is True / (True + False).

    >>> consistency({("a", 0): True, ("b", 0): None, ("c", 0): False})
    (1, 1)
    """
    values = list(outcomes.values())
    return sum(value is True for value in values), sum(value is False for value in values)
