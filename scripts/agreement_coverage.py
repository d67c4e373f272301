"""Measure how often the 95 % intervals of kappas and alpha hold the truth, on simulated deciders.

    python -m scripts.agreement_coverage --runs 300

Three deciders see the category of a response with a probability that the responses of one picture have in common, and
else guess, each for itself. The truth of a coefficient is its value on very many responses.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lmms_robust.metrics.agreement import Votes, cohens_kappa, fleiss_kappa, krippendorffs_alpha
from lmms_robust.metrics.estimate import Estimate, Units
from scripts.interval_coverage import Coverage, Truth, coverage

MANY = 200_000


@dataclass(frozen=True)
class Case:
    """What is simulated.

    Attributes:
        responses: how many.
        shares: of the categories.
        sees: mean probability that a decider sees the category.
        shared: responses to a picture.
    """

    responses: int
    shares: Sequence[float]
    sees: float
    shared: int = 2


CASES = [
    Case(responses, shares, sees)
    for responses in (40, 100, 300)
    for shares in ((0.8, 0.2), (0.95, 0.05), (0.9, 0.05, 0.05))
    for sees in (0.4, 0.8, 0.95)
]


def simulate(rng: np.random.Generator, case: Case, responses: int) -> tuple[Votes, Units]:
    """Votes of three deciders, and the units."""
    picture = np.arange(responses) // case.shared
    sees = rng.beta(8 * case.sees, 8 * (1 - case.sees), size=responses)[picture]
    true, *guessed = rng.choice(len(case.shares), p=case.shares, size=(4, responses))
    votes = np.stack([np.where(rng.random(responses) < sees, true, one) for one in guessed], axis=1)
    return votes, Units(np.arange(responses), picture)


def coefficients(votes: Votes, units: Units) -> dict[str, Estimate]:
    """All three, Cohen's of the first two deciders."""
    return {
        "Cohen": cohens_kappa(votes[:, 0], votes[:, 1], units),
        "Fleiss": fleiss_kappa(votes, units),
        "alpha": krippendorffs_alpha(votes, units),
    }


def measure(case: Case, runs: int, seed: int = 0) -> tuple[dict[str, float], dict[str, Coverage]]:
    """The truth and the coverage of each coefficient; runs in which all votes are the same have none."""
    rng = np.random.default_rng(seed)
    truth = {name: one.value for name, one in coefficients(*simulate(rng, case, MANY)).items()}
    found = [coefficients(*simulate(rng, case, case.responses)) for _ in range(runs)]
    return truth, {
        name: coverage(
            [run[name].interval for run in found if not np.isnan(run[name].value)], Truth(truth[name], truth[name])
        )
        for name in truth
    }


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=300, help="simulated runs, default 300")
    given = parser.parse_args()
    print(f"{'responses, shares, sees':34}{'':8}{'truth':>6}{'held %':>18}{'width':>7}")
    for case in CASES:
        truth, found = measure(case, given.runs)
        for name, one in found.items():
            about = f"{case.responses}, {case.shares}, {case.sees}"
            print(f"{about:34}{name:8}{truth[name]:6.2f}{one.told():>18}{one.width:7.2f}")


if __name__ == "__main__":
    main()
