"""Measure how often the 95 % intervals hold the truth, on simulated runs whose truth is known.

    python scripts/interval_coverage.py --runs 200
    python scripts/interval_coverage.py --runs 2000 --items 1200 --shared 0.3

Each run has a base, four variants that assert a wrong option, and a second model. Items are in pictures of two and
three. An item's ease is a normal number, part of which (``shared``) is its picture's; given its ease, answers and
verdicts are independent, so that the truth of every number is an integral over one normal number.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from lmms_robust.metrics.estimate import FALSE, TRUE, UNKNOWN, Estimate, Outcomes, Units
from lmms_robust.metrics.intervals import wilson
from lmms_robust.metrics.paired import drop, survival
from lmms_robust.metrics.rates import rate
from lmms_robust.metrics.worst_case import joint

Numbers = NDArray[np.float64]
WRONG = ("wrong_think", "wrong_think_but", "wrong_caption", "wrong_caption_disclaimer")
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(201)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


@dataclass(frozen=True)
class Model:
    """What a simulated model does with an item of ease ``t``: all on the scale of a normal quantile.

    Attributes:
        right: by variant: right with probability ndtr(right + t).
        agrees: reasoning and answer agree with probability ndtr(agrees + t / 2).
        undecided: share of these verdicts that is not known, whatever the item.
    """

    right: Mapping[str, float]
    agrees: float = 1.2
    undecided: float = 0.03


ONE = Model({"base": 0.9, "wrong_think": -0.2, "wrong_think_but": 0.2, "wrong_caption": 0.5,
             "wrong_caption_disclaimer": 0.7})  # fmt: skip
OTHER = Model({"base": 0.75, "wrong_think": 0.1})
RARE = Model({"base": -2.5})
SELDOM = Model({"base": -3.3, "wrong_think": -3.6})
GOOD = Model({"base": 2.6, "wrong_think": 2.3})


@dataclass(frozen=True)
class Truth:
    """Between which numbers the truth lies: what is known to hold, and what may hold."""

    low: float
    high: float


def truths(ease: float) -> dict[str, Truth]:
    """The truth of every number.

    Args:
        ease: standard deviation of the items' ease.
    """
    t = ease * NODES

    def p(model: Model, *variants: str) -> Numbers:
        return np.prod([ndtr(model.right[name] + t) for name in variants], axis=0)

    def both(*variants: str) -> tuple[Numbers, Numbers]:
        """Right and known to be consistent under all of them; right and perhaps consistent."""
        agrees = ndtr(ONE.agrees + t / 2)
        known, maybe = (1 - ONE.undecided) * agrees, (1 - ONE.undecided) * agrees + ONE.undecided
        return p(ONE, *variants) * known ** len(variants), p(ONE, *variants) * maybe ** len(variants)

    def exactly(value: float) -> Truth:
        return Truth(value, value)

    def between(low: Numbers, high: Numbers) -> Truth:
        return Truth(float(WEIGHTS @ low), float(WEIGHTS @ high))

    base, wrong = p(ONE, "base"), p(ONE, "wrong_think")
    before, after = both("base"), both("wrong_think")
    return {
        "acc": exactly(WEIGHTS @ base),
        "rare rate": exactly(WEIGHTS @ p(RARE, "base")),
        "consistent_acc": between(*before),
        "drop": exactly(WEIGHTS @ (base - wrong)),
        "survival": exactly((WEIGHTS @ (base * wrong)) / (WEIGHTS @ base)),
        "survival of a good one": exactly((WEIGHTS @ p(GOOD, "base", "wrong_think")) / (WEIGHTS @ p(GOOD, "base"))),
        "worst_acc": exactly(WEIGHTS @ p(ONE, *WRONG)),
        "robust_acc": between(*both(*WRONG)),
        "joint_acc": between(*both("base", *WRONG)),
        "consistent_drop": between(before[0] - after[1], before[1] - after[0]),
        "difference of models": exactly(WEIGHTS @ (p(OTHER, "wrong_think") - wrong)),
        "equal models": exactly(0.0),
        "drop of a good model": exactly(WEIGHTS @ (p(GOOD, "base") - p(GOOD, "wrong_think"))),
        "rare changes": exactly(WEIGHTS @ (p(SELDOM, "base") - p(SELDOM, "wrong_think"))),
    }


def simulate(rng: np.random.Generator, items: int, ease: float, shared: float) -> dict[str, Estimate]:
    """One run's numbers.

    Args:
        rng: source of all chance.
        items: how many; two fifths of them are in pictures of two, the others in pictures of three.
        ease: standard deviation of the items' ease.
        shared: share of its variance that is the picture's, 0 to 1.
    """
    pictures = np.repeat(np.arange(items), np.resize([2, 3], items))[:items]
    units = Units(np.arange(items), pictures)
    parts = rng.normal(size=items)[pictures] * sqrt(shared), rng.normal(size=items) * sqrt(1 - shared)
    t = ease * (parts[0] + parts[1])

    def happens(p: Numbers) -> NDArray[np.bool_]:
        return rng.random(items) < p

    def answers(model: Model, variant: str) -> Outcomes:
        return np.where(happens(ndtr(model.right[variant] + t)), TRUE, FALSE).astype(np.int8)

    def and_consistent(right: Outcomes) -> Outcomes:
        verdict = np.where(happens(ndtr(ONE.agrees + t / 2)), TRUE, FALSE)
        verdict = np.where(rng.random(items) < ONE.undecided, UNKNOWN, verdict)
        return np.where(right == TRUE, verdict, FALSE).astype(np.int8)

    right = {name: answers(ONE, name) for name in ("base", *WRONG)}
    both = {name: and_consistent(values) for name, values in right.items()}
    good = {name: answers(GOOD, name) for name in GOOD.right}
    return {
        "acc": rate(right["base"], units),
        "rare rate": rate(answers(RARE, "base"), units),
        "consistent_acc": rate(both["base"], units),
        "drop": drop(right["base"], right["wrong_think"], units),
        "survival": survival(right["base"], right["wrong_think"], units),
        "survival of a good one": survival(good["base"], good["wrong_think"], units),
        "worst_acc": joint(right, WRONG, units),
        "robust_acc": joint(both, WRONG, units),
        "joint_acc": joint(both, ("base", *WRONG), units),
        "consistent_drop": drop(both["base"], both["wrong_think"], units),
        "difference of models": drop(answers(OTHER, "wrong_think"), right["wrong_think"], units),
        "equal models": drop(answers(ONE, "wrong_think"), right["wrong_think"], units),
        "drop of a good model": drop(good["base"], good["wrong_think"], units),
        "rare changes": drop(answers(SELDOM, "base"), answers(SELDOM, "wrong_think"), units),
    }


@dataclass(frozen=True)
class Coverage:
    """How the intervals of one number did.

    Attributes:
        runs: simulated runs.
        held: share of intervals that hold all of the truth: both bounds, where something is unknown.
        above: share that lies above the (lower) truth.
        below: share that lies below the (upper) truth.
        width: mean width.
    """

    runs: int
    held: float
    above: float
    below: float
    width: float

    def told(self) -> str:
        """``held`` in percent, with the 95 % interval of Wilson.

        >>> Coverage(200, 0.95, 0.02, 0.03, 0.1).told()
        ' 95.0 (91.0,97.3)'
        """
        low, high = wilson(self.held, self.runs)
        return f"{100 * self.held:5.1f} ({100 * low:.1f},{100 * high:.1f})"


def measure(runs: int, items: int, shared: float, ease: float = 0.8, seed: int = 0) -> dict[str, Coverage]:
    """Coverage of every number, by name.

    Args:
        runs: simulated runs.
        items: items of each.
        shared: see :func:`simulate`.
        ease: see :func:`simulate`.
        seed: of all chance.
    """
    truth, rng = truths(ease), np.random.default_rng(seed)
    found = [simulate(rng, items, ease, shared) for _ in range(runs)]
    return {name: coverage([run[name].interval for run in found], truth[name]) for name in truth}


def coverage(intervals: Sequence[tuple[float, float]], truth: Truth) -> Coverage:
    """How intervals did against the truth."""
    low, high = np.array(intervals).T
    above, below = low > truth.low + 1e-9, high < truth.high - 1e-9
    return Coverage(len(low), *(float(part.mean()) for part in (~(above | below), above, below, high - low)))


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    number = partial(parser.add_argument, type=int)
    number("--runs", default=200, help="simulated runs, default 200")
    number("--items", default=300, help="items of a run, default 300")
    number("--seed", default=0, help="of all chance, default 0")
    parser.add_argument(
        "--shared", type=float, default=0.5, help="share of an item's ease that is its picture's, 0 to 1"
    )
    parser.add_argument("--ease", type=float, default=0.8, help="standard deviation of the items' ease")
    given = parser.parse_args()
    print(
        f"{given.runs} runs of {given.items} items, {given.shared:.0%} of their ease (sd {given.ease}) is the picture's"
    )
    print(f"{'':24}{'held %':>18}{'above %':>9}{'below %':>9}{'width':>8}{'truth':>18}")
    truth = truths(given.ease)
    for name, found in measure(given.runs, given.items, given.shared, given.ease, given.seed).items():
        print(f"{name:24}{found.told():>18}{100 * found.above:>9.1f}{100 * found.below:>9.1f}{100 * found.width:>8.1f}"
              f"{100 * truth[name].low:>9.2f}, {100 * truth[name].high:.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
