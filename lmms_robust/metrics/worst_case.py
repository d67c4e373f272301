"""What holds of an item under several variants at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from lmms_robust.metrics.estimate import Estimate, Unit
from lmms_robust.metrics.rates import Outcomes, rate

ByVariant = Mapping[str, Outcomes]


def joint(outcomes: ByVariant, needed: Collection[str]) -> Estimate:
    """Share of items that hold under every variant needed, each of an item's repeats by itself.

    Range 0 to 1; higher is better. Kleene's and: False where one is False, else unknown where one is unknown. It rests
    on the items that are there in every variant needed, see :func:`torn`.

    >>> joint({"x": {("a", 0): True, ("b", 0): None}, "y": {("a", 0): True, ("b", 0): False}}, ["x", "y"])
    Estimate(value=0.5, n=2, low=0.5, high=0.5)
    """
    return rate({unit: _all([outcomes[name][unit] for name in needed]) for unit in sorted(_whole(outcomes, needed))})


def torn(outcomes: ByVariant, needed: Collection[str]) -> int:
    """How many items are there in some of the variants needed and not in all.

    >>> torn({"x": {("a", 0): True, ("b", 0): None}, "y": {("a", 0): True}}, ["x", "y"])
    1
    """
    found = {item for name in needed for item, _ in outcomes.get(name, {})}
    return len(found - {item for item, _ in _whole(outcomes, needed)})


def _whole(outcomes: ByVariant, needed: Collection[str]) -> set[Unit]:
    units = [set(outcomes.get(name, {})) for name in needed]
    return set.intersection(*units) if units else set()


def _all(values: list[bool | None]) -> bool | None:
    if False in values:
        return False
    return None if None in values else True
