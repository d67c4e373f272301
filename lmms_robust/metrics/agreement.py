"""Do several deciders agree more than chance would have them? Kappas and alpha, with intervals over pictures.

All three are 1 - observed / expected disagreement: 1 is perfect, 0 is chance, below 0 is less than chance; higher is
better. They differ in what chance is, and in what they make of missing votes. Each response counts once, and responses
about one picture are resampled together.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isnan, nan
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from lmms_robust.metrics.estimate import NOTHING, Estimate, Scores, Units, known
from lmms_robust.metrics.intervals import ratio
from lmms_robust.metrics.resampling import middle, resampled

Votes: TypeAlias = NDArray[np.int64]
"""Per unit, and per decider, the number of a category from 0, or :data:`MISSING`."""
MISSING = -1
PRIOR = 2.0
"""Units that all possible pairs of votes have together in the intervals: of two categories, Jeffreys' prior.

Simulated coverage (``scripts/agreement_coverage.py``) for 100 and 300 responses, kappas of 0.2 to 0.9 and categories as
rare as 0.05: 0.92 to 0.98, without a prior 0.57 to 0.96; for 40 responses 0.85 to 0.98.
"""

Disagreement = Callable[[Scores], tuple[Scores, Scores]]
"""From (…, sums) to what is observed and what is expected, each (…), 0 to 1."""


def confusion(one: Votes, other: Votes, categories: int) -> NDArray[np.int64]:
    """How often each vote of the one meets each of the other, (categories, categories); missing votes are left out."""
    both = (one >= 0) & (other >= 0)
    found = np.bincount(one[both] * categories + other[both], minlength=categories**2)
    return found.reshape(categories, categories)


def cohens_kappa(one: Votes, other: Votes, units: Units) -> Estimate:
    """Cohen's kappa of two deciders (1960, Educ. Psychol. Meas. 20:37): each has its own rates by chance.

    Args:
        one: (units,) votes of the one.
        other: (units,) votes of the other.
        units: the units; those that lack a vote are left out, and ``n`` counts the others.

    >>> four = Units(np.arange(4), np.arange(4))
    >>> cohens_kappa(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1]), four).value
    0.5
    """
    both = (one >= 0) & (other >= 0)
    categories = int(max(one.max(initial=-1), other.max(initial=-1))) + 1
    cells = np.eye(categories**2)

    def disagreement(sums: Scores) -> tuple[Scores, Scores]:
        shares = (sums / sums.sum(-1, keepdims=True)).reshape(*sums.shape[:-1], categories, categories)
        chance = (shares.sum(-1) * shares.sum(-2)).sum(-1)
        return 1 - np.trace(shares, axis1=-2, axis2=-1), 1 - chance

    return _coefficient(cells[one[both] * categories + other[both]], cells, disagreement, _of(units, both))


def fleiss_kappa(votes: Votes, units: Units) -> Estimate:
    """Fleiss' kappa of two deciders or more (1971, Psychol. Bull. 76:378): all have the same rates by chance.

    Args:
        votes: (units, deciders) votes.
        units: the units; those that lack a vote are left out, and ``n`` counts the others.
    """
    return _of_counts(votes, np.all(votes >= 0, axis=1), units, without=0)


def krippendorffs_alpha(votes: Votes, units: Units) -> Estimate:
    """Krippendorff's alpha for categories (2004, Content Analysis, ch. 11), which takes missing votes.

    Args:
        votes: (units, deciders) votes.
        units: the units; those with fewer than two votes are left out, and ``n`` counts the others.
    """
    return _of_counts(votes, (votes >= 0).sum(1) > 1, units, without=1)


def raw_agreement(votes: Votes, units: Units) -> Estimate:
    """Share of equal votes among the pairs of votes on a response, 0 to 1; it takes no account of chance.

    Args:
        votes: (units, deciders) votes.
        units: the units; those with fewer than two votes are left out, and ``n`` counts the others.
    """
    counts = _counts(votes, int(votes.max(initial=-1)) + 1)
    enough = counts.sum(1) > 1
    if not enough.any():
        return NOTHING
    counts, weights = counts[enough], np.ones(int(enough.sum()))
    agreed = 1 - _apart(counts) / counts.sum(1)
    return known(float(agreed.mean()), len(agreed), ratio(agreed, weights, _of(units, enough), (0, 1)))


def _counts(votes: Votes, categories: int) -> Scores:
    """(units, categories) votes for each."""
    return np.asarray((votes[:, :, None] == np.arange(categories)).sum(1), np.float64)


def _apart(counts: Scores) -> Scores:
    """Per unit the share of its pairs of votes that differ, times its votes."""
    votes = counts.sum(1)
    return np.asarray((votes**2 - (counts**2).sum(1)) / np.maximum(votes - 1, 1), np.float64)


def _of_counts(votes: Votes, chosen: NDArray[np.bool_], units: Units, without: int) -> Estimate:
    """A coefficient whose chance is that two of all votes differ.

    Args:
        votes: (units, deciders) votes.
        chosen: (units,) which units count.
        units: the units.
        without: 1 if the two are drawn without putting the first back, else 0.
    """
    categories = int(votes.max(initial=-1)) + 1
    counts = _counts(votes[chosen], categories)
    pairs = np.eye(categories)[:, None] + (votes.shape[1] - 1) * np.eye(categories)[None]

    def parts(counts: Scores) -> Scores:
        return np.column_stack([_apart(counts), counts])

    def disagreement(sums: Scores) -> tuple[Scores, Scores]:
        number = sums[..., 1:].sum(-1)
        expected = (number**2 - (sums[..., 1:] ** 2).sum(-1)) / (number * (number - without))
        return sums[..., 0] / number, expected

    return _coefficient(
        parts(counts), parts(pairs.reshape(categories**2, categories)), disagreement, _of(units, chosen)
    )


def _of(units: Units, chosen: NDArray[np.bool_]) -> Units:
    return Units(units.item[chosen], units.picture[chosen])


def _coefficient(parts: Scores, cases: Scores, disagreement: Disagreement, units: Units) -> Estimate:
    """A coefficient with its interval; its value is no number where all votes are the same, so that none is expected.

    Args:
        parts: (units, sums) what each unit adds to each sum.
        cases: (cases, sums) what each pair of votes that there can be would add; these take part in the interval with
            :data:`PRIOR` units together, since what is rare may be missing in a sample, and that all agree proves
            little in a small one.
        disagreement: of the sums.
        units: the units.
    """
    n = len(parts)
    if not n:
        return NOTHING

    def of(sums: Scores) -> Scores:
        with np.errstate(divide="ignore", invalid="ignore"):
            observed, expected = disagreement(sums)
            return np.asarray(np.where(expected > 1e-12, 1 - observed / expected, nan))

    value = float(of(parts.sum(0)))
    low, high = middle(of(resampled(parts, units, [(PRIOR / len(cases), case) for case in cases])))
    return known(value, n, (nan, nan) if isnan(value) else (min(low, value), max(high, value)))
