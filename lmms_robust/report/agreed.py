"""How far the deciders of a run agree, by variant and in pairs, and its rate corrected by labels, as numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from lmms_robust.consistency.verdicts import RULES
from lmms_robust.errors import RobustError
from lmms_robust.metrics.agreement import (
    MISSING,
    cohens_kappa,
    confusion,
    fleiss_kappa,
    krippendorffs_alpha,
    raw_agreement,
)
from lmms_robust.metrics.correction import Given, corrected, given, raw, rogan_gladen, standing_for
from lmms_robust.metrics.estimate import Estimate
from lmms_robust.perturbations import VARIANTS
from lmms_robust.report.ballots import MAJORITY, VERDICTS, Ballots
from lmms_robust.report.columns import codes, equals, truths

ALL = "all"
"""Stands for all variants, or all runs."""
UNDECIDED = VERDICTS.index("undecided")


@dataclass(frozen=True, slots=True)
class Agreed:
    """How far some deciders agree on some responses.

    Attributes:
        responses: which: a variant, a run, or :data:`ALL`.
        deciders: their names.
        numbers: by name: ``"krippendorffs_alpha"``, of two ``"cohens_kappa"``, of more ``"fleiss_kappa"``, and
            ``"raw_agreement"``; of two also ``"cohens_kappa_decided"`` and ``"raw_agreement_decided"``, where neither
            is undecided. ``n`` counts responses.
    """

    responses: str
    deciders: tuple[str, ...]
    numbers: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class Corrected:
    """The rate of one decider beside what labels make of it.

    Attributes:
        decider: its name.
        given: what the labels say of each of its verdicts.
        raw: consistent, of the verdicts given.
        corrected: each verdict counted by what the labels say of it.
        rogan_gladen: by Rogan and Gladen's estimator, or why it is refused.
    """

    decider: str
    given: Mapping[str, Given]
    raw: Estimate
    corrected: Estimate
    rogan_gladen: Estimate | str


def among_all(found: Ballots, responses: str) -> Agreed:
    """How far all deciders agree, of those that :attr:`Ballots.counted` names."""
    found = found.only(found.counted)
    votes, units = found.votes, found.units
    numbers = {"krippendorffs_alpha": krippendorffs_alpha(votes, units)}
    if len(found.names) == 2:
        numbers["cohens_kappa"] = cohens_kappa(votes[:, 0], votes[:, 1], units)
    else:
        numbers["fleiss_kappa"] = fleiss_kappa(votes, units)
    numbers["raw_agreement"] = raw_agreement(votes, units)
    return Agreed(responses, found.names, numbers)


def by_variant(found: Ballots) -> Iterator[Agreed]:
    """The same by variant, all of them last."""
    for name in VARIANTS:
        here = equals(found.table, "variant", name)
        part = found.where(here) if here.any() else None
        if part is not None and len(part.counted) > 1:
            yield among_all(part, name)
    if len(found.counted) > 1:
        yield among_all(found, ALL)


def in_pairs(found: Ballots) -> Iterator[Agreed]:
    """How far any two deciders agree."""
    for pair in combinations(found.names, 2):
        one, other = (found.of(name) for name in pair)
        both = (one != UNDECIDED) & (other != UNDECIDED)
        numbers = {}
        for suffix, mask in (("", np.ones(len(one), bool)), ("_decided", both)):
            votes = np.stack([np.where(mask, votes, MISSING) for votes in (one, other)], axis=1)
            numbers[f"cohens_kappa{suffix}"] = cohens_kappa(votes[:, 0], votes[:, 1], found.units)
            numbers[f"raw_agreement{suffix}"] = raw_agreement(votes, found.units)
        yield Agreed(ALL, pair, numbers)


def rules_against_majority(found: Ballots) -> NDArray[np.int64]:
    """Counts of responses, (rules, judges' majority), each in the order of :data:`VERDICTS`."""
    return confusion(found.of(RULES), found.judges, len(VERDICTS))


def correct(found: Ballots, person: str) -> Iterator[Corrected]:
    """The rates of rules, judges and their majority, corrected by what a person labelled.

    `lmms-robust label` draws by variant and by the verdict of the rules: a label counts for the responses of its
    stratum that it stands for.

    Raises:
        RobustError: nobody of this name has labelled anything.
    """
    labels = found.outcomes(found.person(person))
    variant, _ = codes(found.table["variant"])
    weights = standing_for(3 * variant + truths(found.table, "consistent") + 1, labels)
    deciders = [name for name in found.names if name not in found.people]
    for name in (*deciders, *([MAJORITY] if len(found.asked) > 1 and (found.judges != MISSING).any() else [])):
        verdicts = found.outcomes(name)
        try:
            classic: Estimate | str = rogan_gladen(verdicts, labels, found.units, weights)
        except RobustError as error:
            classic = str(error)
        yield Corrected(
            name,
            given(verdicts, labels, found.units, weights),
            raw(verdicts, found.units),
            corrected(verdicts, labels, found.units, weights),
            classic,
        )


def disagreeing(found: Ballots) -> NDArray[np.bool_]:
    """Responses on which two deciders have different verdicts."""
    least = np.where(found.votes == MISSING, len(VERDICTS), found.votes).min(1)
    return np.asarray(found.votes.max(1) > least, bool)
