"""An estimate and what it rests on, and the mean that every rate is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import fsum, nan


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number and the count of items it rests on; ``value`` is NaN where ``n`` is 0."""

    value: float
    n: int


def mean(values: Iterable[float | bool | None]) -> Estimate:
    """Mean of the values that are known, in any order the same to the last bit.

    >>> mean([True, None, False])
    Estimate(value=0.5, n=2)
    """
    known = [float(value) for value in values if value is not None]
    return Estimate(fsum(known) / len(known) if known else nan, len(known))
