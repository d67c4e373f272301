"""What a perturbation does to outcomes, paired by item and repeat. Items that one side lacks do not count."""

from __future__ import annotations

from math import nan

from lmms_robust.metrics.estimate import Estimate, average, bounded, by_item, known
from lmms_robust.metrics.rates import Outcomes, rate, unknown_share


def drop(base: Outcomes, perturbed: Outcomes) -> Estimate:
    """Rate at base minus rate under the perturbation, on the same items.

    Range -1 to 1; lower is better; negative means that the perturbation helped. The bounds are those of the one rate
    against those of the other.

    >>> drop({("a", 0): True, ("b", 0): True}, {("a", 0): False, ("b", 0): True})
    Estimate(value=0.5, n=2, low=0.5, high=0.5)
    >>> drop({("a", 0): True, ("b", 0): None}, {("a", 0): False, ("b", 0): None}).low
    0.0
    """
    before, after = _same_units(base, perturbed)
    one, other = rate(before), rate(after)
    unknown = max(unknown_share(before), unknown_share(after))
    return bounded(one.value - other.value, one.n, one.low - other.high, one.high - other.low, unknown)


def survival(base: Outcomes, perturbed: Outcomes) -> Estimate:
    """Share still True under the perturbation among what is True at base, each of an item's repeats by itself.

    Range 0 to 1; higher is better. For outcomes that are never unknown, such as right answers. ``n`` counts the items
    with any repeat that is True at base.

    >>> survival({("a", 0): True, ("b", 0): True, ("c", 0): False}, {("a", 0): False, ("b", 0): True, ("c", 0): True})
    Estimate(value=0.5, n=2, low=0.5, high=0.5)
    """
    before, after = _same_units(base, perturbed)
    started = by_item({unit: float(bool(value)) for unit, value in before.items()})
    kept = by_item({unit: float(bool(value and after[unit])) for unit, value in before.items()})
    n = sum(share > 0 for share in started.values())
    return known(average(kept.values()) / average(started.values()) if n else nan, n)


def _same_units(base: Outcomes, perturbed: Outcomes) -> tuple[Outcomes, Outcomes]:
    shared = [unit for unit in base if unit in perturbed]
    return {unit: base[unit] for unit in shared}, {unit: perturbed[unit] for unit in shared}
