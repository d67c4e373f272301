"""From what the samples of a task contribute to one number: the functions that task files name as aggregations.

Each has a twin in ``_n``: the number of items that it rests on. Values that are None do not count.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from lmms_robust.metrics import confidence, robustness
from lmms_robust.metrics.estimate import Estimate, mean

Value = TypeVar("Value")
Outcome = tuple[str, str, bool | None]
"""Item, variant, and what is known of the item under the variant."""
Score = tuple[str, str, float | None]
Scored = tuple[str, str, bool | None, float | None]
"""Item, variant, whether it is right, and its score."""
Answered = tuple[str, float | None, bool | None]
"""Item, probability of the letter answered, and whether that is right."""


def aggregate(values: Sequence[float | None]) -> float:
    """Mean."""
    return mean(values).value


def aggregate_n(values: Sequence[float | None]) -> float:
    """Count."""
    return float(mean(values).n)


def count(records: Sequence[Any]) -> float:
    """Number of samples; lm-eval needs an aggregation for the records too."""
    return float(len(records))


def drop(values: Sequence[Outcome | None]) -> float:
    """Paired drop from base, see :func:`lmms_robust.metrics.robustness.drop`."""
    return _paired(robustness.drop, values).value


def drop_n(values: Sequence[Outcome | None]) -> float:
    """Items that the drop rests on."""
    return float(_paired(robustness.drop, values).n)


def survival(values: Sequence[Outcome | None]) -> float:
    """Survival, see :func:`lmms_robust.metrics.robustness.survival`."""
    return _paired(robustness.survival, values).value


def survival_n(values: Sequence[Outcome | None]) -> float:
    """Items that survival rests on."""
    return float(_paired(robustness.survival, values).n)


def worst_case(values: Sequence[Outcome | None]) -> float:
    """Worst case over variants, see :func:`lmms_robust.metrics.robustness.worst_case`."""
    return _worst_case(values).value


def worst_case_n(values: Sequence[Outcome | None]) -> float:
    """Items that the worst case rests on."""
    return float(_worst_case(values).n)


def change(values: Sequence[Score | None]) -> float:
    """Paired change from base, see :func:`lmms_robust.metrics.confidence.change`."""
    return _paired(confidence.change, values).value


def change_n(values: Sequence[Score | None]) -> float:
    """Items that the change rests on."""
    return float(_paired(confidence.change, values).n)


def auroc(values: Sequence[Scored | None]) -> float:
    """Area under the ROC curve, see :func:`lmms_robust.metrics.confidence.auroc`."""
    return _auroc(values).value


def auroc_n(values: Sequence[Scored | None]) -> float:
    """Items that the area rests on, both groups together."""
    return float(_auroc(values).n)


def calibration_error(values: Sequence[Answered | None]) -> float:
    """Expected calibration error, see :func:`lmms_robust.metrics.confidence.calibration_error`."""
    return _calibration_error(values).value


def calibration_error_n(values: Sequence[Answered | None]) -> float:
    """Items that the calibration error rests on."""
    return float(_calibration_error(values).n)


def _paired(measure: Callable[[Any, Any], Estimate], values: Sequence[tuple[str, str, Value] | None]) -> Estimate:
    found = _by_variant(values)
    base = found.pop("base", {})
    return measure(base, next(iter(found.values()), {}))


def _worst_case(values: Sequence[Outcome | None]) -> Estimate:
    return robustness.worst_case(list(_by_variant(values).values()))


def _auroc(values: Sequence[Scored | None]) -> confidence.Auroc:
    known = [value for value in values if value is not None]
    right = _by_variant([(item, variant, correct) for item, variant, correct, _ in known])
    score = {item: value for item, variant, _, value in known if variant == "base"}
    base = right.pop("base", {})
    return confidence.auroc(score, base, next(iter(right.values()), {}))


def _calibration_error(values: Sequence[Answered | None]) -> Estimate:
    known = [value for value in values if value is not None]
    return confidence.calibration_error(
        {item: probability for item, probability, _ in known}, {item: right for item, _, right in known}
    )


def _by_variant(values: Sequence[tuple[str, str, Value] | None]) -> dict[str, dict[str, Value]]:
    found: dict[str, dict[str, Value]] = {}
    for item, variant, value in filter(None, values):
        found.setdefault(variant, {})[item] = value
    return found
