"""An estimate, what it rests on, and its bounds where something is unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import fsum, isnan, nan
from typing import TypeAlias

Unit: TypeAlias = tuple[str, int]
"""An item, and the number of the response among those to one request: repeats are averaged within their item."""

MOST_UNKNOWN = 0.05
"""Above this share of unknown outcomes there is no point value, only bounds."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number, the items it rests on, and between which numbers it lies whatever is unknown.

    Attributes:
        value: NaN where ``n`` is 0, or where too much is unknown.
        n: items.
        low: lower bound; what a harness' table shows, which holds one number.
        high: upper bound.
    """

    value: float
    n: int
    low: float
    high: float

    @property
    def exact(self) -> bool:
        """Whether nothing is unknown."""
        return self.low == self.high


def known(value: float, n: int) -> Estimate:
    """An estimate of which nothing is unknown."""
    return Estimate(value, n, value, value)


def mean(values: Mapping[Unit, float | None]) -> Estimate:
    """Mean over items of the values that are known, in any order the same to the last bit.

    >>> mean({("a", 0): 1, ("b", 0): None, ("c", 0): 0, ("c", 1): 1})
    Estimate(value=0.75, n=2, low=0.75, high=0.75)
    """
    found = by_item({unit: float(value) for unit, value in values.items() if value is not None})
    return known(average(found.values()), len(found))


def by_item(values: Mapping[Unit, float]) -> dict[str, float]:
    """Mean of each item's repeats."""
    found: dict[str, list[float]] = {}
    for (item, _), value in values.items():
        found.setdefault(item, []).append(value)
    return {item: average(repeats) for item, repeats in found.items()}


def average(values: Iterable[float]) -> float:
    """Mean, exact but for the last rounding; NaN of nothing."""
    found = list(values)
    return fsum(found) / len(found) if found else nan


def bounded(value: float, n: int, low: float, high: float, unknown: float) -> Estimate:
    """An estimate with bounds, whose value is dropped where too much is unknown.

    Args:
        value: the number among what is known.
        n: items.
        low: lower bound.
        high: upper bound.
        unknown: share of outcomes that are not known, 0 to 1.
    """
    return Estimate(nan if isnan(value) or unknown > MOST_UNKNOWN else value, n, low, high)
