"""What a perturbation does to answers, paired by item. All inputs map item id to True, False or None (unknown)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lmms_robust.metrics.estimate import Estimate, mean

Outcomes = Mapping[str, bool | None]


def drop(base: Outcomes, perturbed: Outcomes) -> Estimate:
    """Accuracy at base minus accuracy under the perturbation, over items known in both.

    Range -1 to 1; lower is better; negative means that the perturbation helped.

    >>> drop({"a": True, "b": True}, {"a": False, "b": True})
    Estimate(value=0.5, n=2)
    """
    return mean(float(before) - float(after) for before, after in _known_pairs(base, perturbed))


def survival(base: Outcomes, perturbed: Outcomes) -> Estimate:
    """Share still right under the perturbation among the items right at base and known in both.

    Range 0 to 1; higher is better.

    >>> survival({"a": True, "b": True, "c": False}, {"a": False, "b": True, "c": True})
    Estimate(value=0.5, n=2)
    """
    return mean(after for before, after in _known_pairs(base, perturbed) if before)


def worst_case(variants: Sequence[Outcomes]) -> Estimate:
    """Share of items that hold under every variant, among the items known under every variant.

    Range 0 to 1; higher is better. Never above the lowest single-variant rate on the same items.

    >>> worst_case([{"a": True, "b": True, "c": None}, {"a": False, "b": True, "c": True}])
    Estimate(value=0.5, n=2)
    """
    items = set(variants[0]).intersection(*variants[1:]) if variants else set()
    rows = [[outcomes[item] for outcomes in variants] for item in sorted(items)]
    return mean(all(row) for row in rows if None not in row)


def _known_pairs(base: Outcomes, perturbed: Outcomes) -> list[tuple[bool, bool]]:
    pairs = [(before, perturbed.get(item)) for item, before in base.items()]
    return [(before, after) for before, after in pairs if before is not None and after is not None]
