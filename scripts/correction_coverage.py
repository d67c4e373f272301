"""Measure how often the 95 % intervals of corrected rates hold the truth, on simulated judges.

    python -m scripts.correction_coverage --runs 500

A judge sees whether reasoning and answer agree with a known error, and leaves some responses undecided, more of the
inconsistent ones. Responses are in pictures of two, which have their ease in common; some are labelled, by chance, or
as `lmms-robust label` draws them: as many of each verdict of the rules, which are another decider than the judge.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np

from lmms_robust.errors import RobustError
from lmms_robust.metrics.correction import corrected, raw, rogan_gladen, standing_for
from lmms_robust.metrics.estimate import ABSENT, FALSE, TRUE, UNKNOWN, Estimate, Outcomes, Scores, Units
from scripts.interval_coverage import Coverage, Truth, coverage


@dataclass(frozen=True)
class Case:
    """What is simulated.

    Attributes:
        consistent: true rate.
        tpr: of the consistent that it decides, a judge finds so many.
        tnr: of the inconsistent that it decides.
        undecided: share of the inconsistent that it leaves undecided; of the consistent half as many.
        labelled: responses.
        responses: in all.
        by_rules: labels are drawn by the verdicts of rules that find 0.97 of either kind and leave half undecided.
    """

    consistent: float
    tpr: float
    tnr: float
    undecided: float
    labelled: int = 150
    responses: int = 1_500
    by_rules: bool = False


CASES = [
    Case(consistent, tpr, tnr, undecided, labelled, by_rules=by_rules)
    for by_rules in (False, True)
    for consistent in (0.7, 0.95)
    for tpr, tnr in ((0.95, 0.9), (0.9, 0.6))
    for undecided in (0.0, 0.3)
    for labelled in (60, 150, 400)
]


Simulated = tuple[Outcomes, Outcomes, Units, Scores | None]


def simulate(rng: np.random.Generator, case: Case) -> Simulated:
    """Verdicts, labels, the units, and how much each label counts; the true rate is ``case.consistent``."""
    n = case.responses
    picture = np.arange(n) // 2
    true = rng.random(n) < rng.beta(4 * case.consistent, 4 * (1 - case.consistent), size=n)[picture]
    verdict = np.where(rng.random(n) < np.where(true, case.tpr, 1 - case.tnr), TRUE, FALSE)
    verdict = np.where(rng.random(n) < case.undecided * np.where(true, 0.5, 1), UNKNOWN, verdict)
    labels = np.full(n, ABSENT)
    rules = np.where(rng.random(n) < 0.5, 2, np.where(rng.random(n) < 0.97, true, ~true))
    order = rng.permutation(n)
    if case.by_rules:
        place = np.zeros(n, int)
        for stratum in range(3):
            mine = order[rules[order] == stratum]
            place[mine] = np.arange(len(mine))
        order = order[np.argsort(place[order], kind="stable")]
    chosen = order[: case.labelled]
    labels[chosen] = np.where(true[chosen], TRUE, FALSE)
    told = labels.astype(np.int8)
    weights = standing_for(rules, told) if case.by_rules else None
    return verdict.astype(np.int8), told, Units(np.arange(n), picture), weights


def estimates(verdicts: Outcomes, labels: Outcomes, units: Units, weights: Scores | None) -> dict[str, Estimate]:
    """The rate as the judge has it, and corrected in both ways, where they can be."""
    found = {"raw": raw(verdicts, units), "corrected": corrected(verdicts, labels, units, weights)}
    try:
        return found | {"Rogan-Gladen": rogan_gladen(verdicts, labels, units, weights)}
    except RobustError:
        return found


def measure(case: Case, runs: int, seed: int = 0) -> dict[str, Coverage]:
    """The coverage of each estimate."""
    rng = np.random.default_rng(seed)
    found = [estimates(*simulate(rng, case)) for _ in range(runs)]
    truth = Truth(case.consistent, case.consistent)
    names = [name for name in ("raw", "corrected", "Rogan-Gladen") if any(name in run for run in found)]
    return {name: coverage([run[name].interval for run in found if name in run], truth) for name in names}


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=300, help="simulated runs, default 300")
    given = parser.parse_args()
    print(f"{'truth, TPR, TNR, undecided, labelled':40}{'':14}{'held %':>18}{'width':>7}{'runs':>6}")
    for case in CASES:
        about = f"{case.consistent}, {case.tpr}, {case.tnr}, {case.undecided}, {case.labelled}"
        about += " by rules" if case.by_rules else ""
        for name, one in measure(case, given.runs).items():
            print(f"{about:40}{name:14}{one.told():>18}{one.width:7.2f}{one.runs:6}")


if __name__ == "__main__":
    main()
