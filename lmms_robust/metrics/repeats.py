"""Several responses to one request: what the majority says, and whether one of k would do."""

from __future__ import annotations

import numpy as np

from lmms_robust.metrics.estimate import ABSENT, NOTHING, TRUE, Estimate, Outcomes, Scores, Units, known
from lmms_robust.metrics.intervals import ratio


def pass_at(k: int, outcomes: Outcomes, units: Units) -> Estimate:
    """How likely one of ``k`` repeats, drawn from an item's, is True.

    1 - C(n - c, k) / C(n, k) with c of n True (Chen et al. 2021, "Evaluating Large Language Models Trained on Code",
    eq. 1). Range 0 to 1; higher is better. Items with fewer than ``k`` repeats do not count.

    >>> four = Units(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1]))
    >>> [pass_at(k, np.array([TRUE, 0, 0, 0], np.int8), four).value for k in (1, 2)]
    [0.25, 0.5]
    """
    present = outcomes != ABSENT
    n = np.bincount(units.item[present], minlength=units.items)
    right = np.bincount(units.item[outcomes == TRUE], minlength=units.items)
    missed = np.ones(units.items)
    for drawn in range(k):
        missed *= np.clip(n - right - drawn, 0, None) / np.maximum(n - drawn, 1)
    return _per_item(np.where(n >= k, 1 - missed, np.nan), units)


def majority(answers: np.ndarray, right: np.ndarray, units: Units) -> Estimate:
    """Share of items whose most frequent answer is the right one.

    Range 0 to 1; higher is better. A tie for the first place, or with no answer, is not right.

    Args:
        answers: (units,) number of the answer, -1 for none, :data:`ABSENT` where the unit is.
        right: (units,) number of the right answer.
        units: the units.

    >>> four = Units(np.array([0, 0, 0, 1]), np.array([0, 0, 0, 1]))
    >>> majority(np.array([1, 1, 0, 2]), np.array([1, 1, 1, 0]), four).value
    0.5
    """
    present = answers != ABSENT
    width = int(max(answers.max(initial=0), right.max(initial=0))) + 2
    votes = np.bincount(units.item[present] * width + answers[present] + 1, minlength=units.items * width)
    votes = votes.reshape(units.items, width)
    gold = np.zeros(units.items, np.int64)
    gold[units.item[present]] = right[present] + 1
    own = votes[np.arange(units.items), gold]
    others = votes.copy()
    others[np.arange(units.items), gold] = -1
    held = np.where(votes.sum(1) > 0, own > others.max(1), np.nan)
    return _per_item(held, units)


def _per_item(values: Scores, units: Units) -> Estimate:
    """Mean of one value an item, with an interval over pictures."""
    first = np.unique(units.item, return_index=True)
    one = Units(first[0], units.picture[first[1]])
    found = values[one.item]
    present = ~np.isnan(found)
    n = int(np.count_nonzero(present))
    if not n:
        return NOTHING
    parts = np.where(present, found, 0)
    return known(float(parts.sum()) / n, n, ratio(parts, present * 1.0, one, (0, 1)))
