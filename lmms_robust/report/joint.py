"""From a run's responses to what holds of an item under several variants at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lmms_robust.metrics.estimate import Estimate
from lmms_robust.metrics.worst_case import joint, torn
from lmms_robust.perturbations import ADVERSARIAL
from lmms_robust.report.columns import codes, equals, groups, right_and_consistent, whether
from lmms_robust.report.estimates import WAY
from lmms_robust.report.grid import Grid


class Needed(NamedTuple):
    """What a joint rate asks of an item.

    Attributes:
        variants: it holds under each of them.
        consistent: the response is right and consistent, and not only right.
    """

    variants: tuple[str, ...]
    consistent: bool


JOINT = {
    "worst_acc": Needed(ADVERSARIAL, consistent=False),
    "robust_acc": Needed(ADVERSARIAL, consistent=True),
    "joint_acc": Needed(("base", *ADVERSARIAL), consistent=True),
}
"""The joint rates."""


@dataclass(frozen=True, slots=True)
class Joint:
    """What holds of an item under several variants at once.

    Attributes:
        worst_acc: right under every variant that asserts a wrong option.
        robust_acc: right and consistent there.
        joint_acc: under base too.
        torn: items that lack some of the wrong ones, and are in none of these rates.
        without_base: items that lack base or some of the wrong ones, and are not in ``joint_acc``.
        mixed: variants whose words were delivered, or whose captions were made, in more than one way.
    """

    worst_acc: Estimate
    robust_acc: Estimate
    joint_acc: Estimate
    torn: int
    without_base: int
    mixed: tuple[str, ...]


def joint_estimates(joint: Joint | None, probe: bool) -> dict[str, Estimate]:
    """The joint rates that say something, by name; those of a probe are about answers alone."""
    if joint is None:
        return {}
    rates: dict[str, Estimate] = {name: getattr(joint, name) for name in JOINT}
    return {name: rate for name, rate in rates.items() if rate.n and not (probe and JOINT[name].consistent)}


def joint_rates(grid: Grid) -> Joint | None:
    """What holds of a run under several variants, or None where none of them asserts a wrong option."""
    table = grid.table
    variants = [name for _, name in grid.places]
    if not set(ADVERSARIAL) & set(variants):
        return None
    values = whether(equals(table, "outcome", "right")), right_and_consistent(table)
    correct, both = ({name: grid.outcomes(("", name), found) for name in variants} for found in values)
    rates = {name: joint(both if one.consistent else correct, one.variants, grid.units) for name, one in JOINT.items()}
    every = JOINT["joint_acc"].variants
    way, _ = groups(table, WAY)
    variant, known = codes(table["variant"])
    return Joint(
        **rates,
        torn=torn(correct, ADVERSARIAL, grid.units),
        without_base=torn(correct, every, grid.units),
        mixed=tuple(name for name in every if name in known and len(np.unique(way[variant == known.index(name)])) > 1),
    )
