"""Outcomes made by hand or drawn, as the arrays that the metrics take, and the same counted item by item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from hypothesis import strategies as st

from lmms_robust.metrics.estimate import ABSENT, FALSE, TRUE, UNKNOWN, Estimate, Outcomes, Scores, Units

_CODES = {True: TRUE, False: FALSE, None: UNKNOWN, "absent": ABSENT}
Value = bool | str | None


def outcomes(values: Sequence[Value]) -> Outcomes:
    """Outcomes of True, False, None (unknown) and "absent"."""
    return np.array([_CODES[value] for value in values], np.int8)


def scores(values: Sequence[float | None]) -> Scores:
    """Scores, unknown ones None."""
    return np.array([np.nan if value is None else value for value in values], np.float64)


def singles(number: int) -> Units:
    """Items with one response and one picture each."""
    return Units(np.arange(number), np.arange(number))


def units(item: Sequence[int], picture: Sequence[int] | None = None) -> Units:
    """Units of numbered items, each item with a picture of its own if no other is told."""
    return Units(np.array(item, np.int64), np.array(item if picture is None else picture, np.int64))


def clustered(number: int) -> Units:
    """Items in pictures of two and three, in turn."""
    return Units(np.arange(number), np.repeat(np.arange(number), np.resize([2, 3], number))[:number])


def correlated(rng: np.random.Generator, among: Units, share: float, noise: float = 1.0) -> Outcomes:
    """True with a probability around ``share`` that the items of a picture have in common."""
    ease = rng.normal(size=int(among.picture.max()) + 1)[among.picture]
    threshold = np.quantile(ease + noise * rng.normal(size=len(ease)), 1 - share)
    return np.where(ease + noise * rng.normal(size=len(ease)) > threshold, TRUE, FALSE).astype(np.int8)


def bounds(found: Estimate) -> tuple[float, float]:
    """Both bounds."""
    return found.low, found.high


@st.composite
def layouts(draw: st.DrawFn, repeats: bool = True) -> Units:
    """Up to 24 units of items with up to three repeats, and of pictures with several items, in any order."""
    size = draw(st.integers(0, 24))
    item = draw(st.lists(st.integers(0, 11), min_size=size, max_size=size)) if repeats else list(range(size))
    of_item = draw(st.lists(st.integers(0, 6), min_size=24, max_size=24))
    return units(item, [of_item[number] for number in item])


@st.composite
def sides(
    draw: st.DrawFn, number: int = 2, among: Sequence[Value] = (True, False, None, "absent"), repeats: bool = True
) -> tuple[Units, list[Outcomes]]:
    """Units, and outcomes of several sides on them."""
    laid = draw(layouts(repeats))
    size = len(laid.item)
    values = [draw(st.lists(st.sampled_from(among), min_size=size, max_size=size)) for _ in range(number)]
    return laid, [outcomes(one) for one in values]


def by_item(laid: Units, values: Sequence[float | None]) -> Mapping[int, float]:
    """Mean of the values that are not None of each item that has any: what one counts by hand."""
    found: dict[int, list[float]] = {}
    for item, value in zip(laid.item.tolist(), values, strict=True):
        if value is not None:
            found.setdefault(item, []).append(value)
    return {item: sum(one) / len(one) for item, one in found.items()}


def average(laid: Units, values: Sequence[float | None]) -> float:
    """Mean over items of :func:`by_item`; NaN without any."""
    means = by_item(laid, values).values()
    return sum(means) / len(means) if means else float("nan")
