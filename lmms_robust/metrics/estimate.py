"""An estimate: a number, what it rests on, its bounds where something is unknown, and its 95 % interval."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import nan
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Outcomes: TypeAlias = NDArray[np.int8]
"""Per unit :data:`TRUE`, :data:`FALSE`, :data:`UNKNOWN` or :data:`ABSENT`."""
Scores: TypeAlias = NDArray[np.float64]
"""Per unit a number; NaN where it is not known or the unit is absent."""

TRUE, FALSE, UNKNOWN, ABSENT = 1, 0, -1, -2

MOST_UNKNOWN = 0.05
"""Above this share of unknown outcomes there is no point value, only bounds."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number, the items it rests on, and between which numbers it lies.

    Attributes:
        value: of all ``n`` items, what is unknown taken for not True; NaN where ``n`` is 0, or too much is unknown.
        n: items.
        low: lower bound, whatever the unknown outcomes are; what a harness' table shows, which holds one number.
        high: upper bound.
        interval: 95 % confidence interval; of an estimate with bounds, from the lower end of the one's to the upper end
            of the other's. NaN where there is none.
    """

    value: float
    n: int
    low: float
    high: float
    interval: tuple[float, float] = (nan, nan)

    @property
    def exact(self) -> bool:
        """Whether nothing is unknown."""
        return self.low == self.high


NOTHING = Estimate(nan, 0, nan, nan)


def known(value: float, n: int, interval: tuple[float, float] = (nan, nan)) -> Estimate:
    """An estimate of which nothing is unknown."""
    return Estimate(value, n, value, value, interval) if n else NOTHING


@dataclass(frozen=True, eq=False)
class Units:
    """What is paired: items and their repeats, in the order of every array of outcomes.

    Attributes:
        item: (units,) number of the item. Repeats are averaged within it.
        picture: (units,) number of its picture. Items about one picture are not independent.
    """

    item: NDArray[np.int64]
    picture: NDArray[np.int64]

    @cached_property
    def items(self) -> int:
        """One more than the greatest number of an item."""
        return int(self.item.max(initial=-1)) + 1

    def weights(self, present: NDArray[np.bool_]) -> Scores:
        """Per unit one over how many repeats of its item are present, 0 where it is absent: each item counts once."""
        repeats = np.bincount(self.item[present], minlength=self.items)
        return present / np.maximum(repeats, 1)[self.item]

    def count(self, present: NDArray[np.bool_]) -> int:
        """How many items are present."""
        return int(np.count_nonzero(np.bincount(self.item[present], minlength=self.items)))


def ternary(values: NDArray[np.bool_], unknown: NDArray[np.bool_], present: NDArray[np.bool_]) -> Outcomes:
    """Outcomes from three masks, the later ones stronger.

    >>> ternary(np.array([True, True, True]), np.array([False, True, True]), np.array([True, True, False])).tolist()
    [1, -1, -2]
    """
    found = np.where(unknown, UNKNOWN, np.where(values, TRUE, FALSE))
    return np.where(present, found, ABSENT).astype(np.int8)


def bounded(value: float, n: int, low: float, high: float, unknown: float, interval: tuple[float, float]) -> Estimate:
    """An estimate with bounds, whose value is dropped where too much is unknown.

    Args:
        value: the number with what is unknown taken for not True.
        n: items.
        low: lower bound.
        high: upper bound.
        unknown: share of outcomes that are not known, 0 to 1.
        interval: 95 % interval that covers those of both bounds.
    """
    return Estimate(nan if unknown > MOST_UNKNOWN else value, n, low, high, interval)
