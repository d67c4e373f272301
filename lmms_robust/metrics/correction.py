"""What a rate would be if its decider made no mistakes, by a labelled part of the responses.

A response is labelled consistent (TRUE), inconsistent (FALSE), or its reasoning ends on no option (UNKNOWN); ABSENT
where it is not labelled. The rate that is corrected is consistency: consistent, of the responses whose reasoning ends
on an option. Each response counts once, and responses about one picture are resampled together, labels and verdicts at
once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan, nan

import numpy as np
from numpy.typing import NDArray

from lmms_robust.errors import RobustError
from lmms_robust.metrics.estimate import (
    ABSENT,
    FALSE,
    MOST_UNKNOWN,
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
from lmms_robust.metrics.intervals import clustered_wilson
from lmms_robust.metrics.resampling import middle, resampled

VERDICTS = {"consistent": TRUE, "inconsistent": FALSE, "undecided": UNKNOWN}
LEAST_TELLING = 1.1
"""TPR + TNR below which a two-valued judge tells too little for Rogan and Gladen's estimator."""
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Given:
    """What the labels say of one verdict.

    Attributes:
        responses: that have the verdict, labelled or not.
        consistent: labelled so.
        inconsistent: labelled so.
        neither: labelled: the reasoning ends on no option.
        probability: of truly consistent, of those whose reasoning ends on an option, each label counted by its weight,
            with Wilson's interval.
    """

    responses: int
    consistent: int
    inconsistent: int
    neither: int
    probability: Estimate


def standing_for(strata: NDArray[np.int64], labels: Outcomes) -> Scores:
    """How many responses each labelled one stands for, where those to label were drawn by strata.

    Args:
        strata: (units,) numbers from 0 of the strata.
        labels: (units,) see the module.

    Returns:
        (units,) responses of its stratum over those of them that are labelled, on average 1; 0 where not labelled. A
        stratum without labels is taken to be like the others.
    """
    there = labels != ABSENT
    drawn = np.bincount(strata[there], minlength=strata.max(initial=-1) + 1)
    weights = np.where(there, np.bincount(strata)[strata] / np.maximum(drawn, 1)[strata], 0.0)
    return np.asarray(weights * there.sum() / max(weights.sum(), 1))


def given(verdicts: Outcomes, labels: Outcomes, units: Units, weights: Scores | None = None) -> Mapping[str, Given]:
    """What the labels say of each verdict.

    Args:
        verdicts: (units,) of the decider; ABSENT where it was not asked.
        labels: (units,) see the module.
        units: the units.
        weights: (units,) how much each label counts, see :func:`standing_for`; all alike by default.
    """
    found = {}
    for name, verdict in VERDICTS.items():
        mine = verdicts == verdict
        yes, no, neither = (int(np.count_nonzero(mine & (labels == label))) for label in VERDICTS.values())
        decided = mine & (labels >= FALSE)
        counted = decided.astype(np.float64) if weights is None else decided * weights
        true = counted * (labels == TRUE)
        share = float(true.sum()) / max(float(counted.sum()), 1e-9)
        probability = known(share, yes + no, clustered_wilson(true, counted, units))
        found[name] = Given(int(np.count_nonzero(mine)), yes, no, neither, probability)
    return found


def raw(verdicts: Outcomes, units: Units) -> Estimate:
    """Consistent, of the verdicts given: consistency as a decider has it, with Wilson's interval over pictures."""
    decided = verdicts >= FALSE
    n = int(np.count_nonzero(decided))
    true, weights = (verdicts == TRUE).astype(np.float64), decided.astype(np.float64)
    return known(float(true.sum()) / n, n, clustered_wilson(true, weights, units)) if n else NOTHING


def corrected(verdicts: Outcomes, labels: Outcomes, units: Units, weights: Scores | None = None) -> Estimate:
    """Consistency, each verdict counted by what the labels say of it.

    With q(v) the share of a verdict, and from the labels C(v) the probability of consistent and D(v) of an option at
    the end, given the verdict: sum q C / sum q D. It holds however the responses to label were drawn by verdict, and
    needs that those of one verdict were drawn by chance, or by strata that the weights tell. A verdict without labels
    leaves it between two bounds. 95 %
    interval by the Bayesian bootstrap over both samples, with Jeffreys' prior for the labels of each verdict.
    Simulated coverage (``scripts/correction_coverage.py``) with 60 to 400 labels: 0.92 to 0.98, but 0.89 to 0.94 with
    60 labels drawn by strata where 0.95 are consistent.

    Args:
        verdicts: (units,) of the decider; ABSENT where it was not asked.
        labels: (units,) see the module.
        units: the units.
        weights: (units,) how much each label counts, see :func:`standing_for`; all alike by default.

    Returns:
        The estimate, in which ``n`` counts the responses with a verdict; range 0 to 1.
    """
    asked = verdicts != ABSENT
    n = int(np.count_nonzero(asked))
    if not n:
        return NOTHING
    parts = _parts(verdicts, labels, weights)
    totals = parts.sum(0).reshape(3, 4)
    kinds = 3 if totals[:, 3].any() else 2  # where no reasoning ends on none, none is expected to
    prior = [
        (_HALF, np.eye(12)[4 * row + 1 + kind]) for row in range(3) if totals[row, 1:].any() for kind in range(kinds)
    ]
    drawn = resampled(parts, units, prior)
    value, low, high = (float(_by_verdict(totals.reshape(12), unlabelled)) for unlabelled in (nan, FALSE, TRUE))
    if isnan(low):  # every label is "none": of reasoning that ends on an option nothing is known
        return bounded(nan, n, 0.0, 1.0, 1.0, (0.0, 1.0))
    interval = middle(_by_verdict(drawn, FALSE))[0], middle(_by_verdict(drawn, TRUE))[1]
    interval = min(interval[0], low), max(interval[1], high)
    unlabelled = float(totals[~totals[:, 1:].any(1), 0].sum()) / n
    return bounded(value, n, low, high, unlabelled, interval)


def rogan_gladen(verdicts: Outcomes, labels: Outcomes, units: Units, weights: Scores | None = None) -> Estimate:
    """Consistency by Rogan and Gladen's estimator (1978, Am. J. Epidemiol. 107:71), for two-valued judges.

    theta = (p + TNR - 1) / (TPR + TNR - 1), where p is the share of "consistent", TPR how often the consistent are
    found so, and TNR how often the inconsistent are, cut to 0 to 1. It needs that the responses to label were drawn
    without regard to the verdict, or by strata that the weights tell. Undecided verdicts, of which there may be few,
    and labels of reasoning that ends on no option are left out.

    Args:
        verdicts: (units,) of the judge; ABSENT where it was not asked.
        labels: (units,) see the module.
        units: the units.
        weights: (units,) how much each label counts, see :func:`standing_for`; all alike by default.

    Raises:
        RobustError: the judge left more than 5 % undecided, a kind of label is missing, or TPR + TNR < 1.1.
    """
    undecided, asked = (int(np.count_nonzero(mask)) for mask in (verdicts == UNKNOWN, verdicts != ABSENT))
    if undecided > MOST_UNKNOWN * asked:
        raise RobustError(f"{undecided} of {asked} verdicts are undecided; allowed: up to {MOST_UNKNOWN:.0%}")
    parts = _parts(verdicts, labels, weights)
    total = parts.sum(0)
    n = int(total[0] + total[4])
    for place, name in ((1, "consistent"), (2, "inconsistent")):
        if not total[place] + total[place + 4]:
            raise RobustError(f"no response with a verdict is labelled {name}; allowed: labels of both kinds")
    tpr, tnr = _found(total)
    if tpr + tnr < LEAST_TELLING:
        told = f"of the consistent {tpr:.2f} are found so, of the inconsistent {tnr:.2f}"
        raise RobustError(f"{told}, in sum {tpr + tnr:.2f}; allowed: {LEAST_TELLING} and above")
    prior = [(_HALF, np.eye(12)[place]) for place in (1, 2, 5, 6)]
    low, high = middle(_theta(resampled(parts, units, prior)))
    value = float(_theta(total))
    return known(value, n, (min(low, value), max(high, value)))


def _parts(verdicts: Outcomes, labels: Outcomes, weights: Scores | None) -> Scores:
    """(units, 12): per verdict whether it is given, and how much with each of the three labels."""
    counted = np.ones(len(labels)) if weights is None else weights
    columns = []
    for verdict in VERDICTS.values():
        mine = verdicts == verdict
        columns += [mine, *(counted * (mine & (labels == label)) for label in VERDICTS.values())]
    return np.stack(columns, axis=1).astype(np.float64)


def _by_verdict(sums: Scores, unlabelled: float) -> Scores:
    """Consistency from (…, 12) sums, those of a verdict without labels taken for what is told, or left out (NaN)."""
    found = sums.reshape(*sums.shape[:-1], 3, 4)
    there, labelled = found[..., 0], found[..., 1:].sum(-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        consistent, inconsistent = (found[..., place] / labelled for place in (1, 2))
        none = labelled == 0
        counted = there * ~(none & np.isnan(unlabelled))
        consistent = np.where(none, np.nan_to_num(unlabelled), consistent)
        inconsistent = np.where(none, 1 - np.nan_to_num(unlabelled), inconsistent)
        top = (counted * consistent).sum(-1)
        return np.asarray(top / (top + (counted * inconsistent).sum(-1)))


def _found(sums: Scores) -> tuple[Scores, Scores]:
    """TPR and TNR from (…, 12) sums."""
    return sums[..., 1] / (sums[..., 1] + sums[..., 5]), sums[..., 6] / (sums[..., 2] + sums[..., 6])


def _theta(sums: Scores) -> Scores:
    tpr, tnr = _found(sums)
    share = sums[..., 0] / (sums[..., 0] + sums[..., 4])
    return np.clip((share + tnr - 1) / (tpr + tnr - 1), 0, 1)
