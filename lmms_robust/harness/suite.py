"""The metrics of tasks that hold every variant of every item: what they rest on, and what a sample contributes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, get_args

from lmms_robust.harness import scoring
from lmms_robust.perturbations import VARIANTS
from lmms_robust.schema import Record

RestsOn = Literal["variant", "pair", "adversarial"]


@dataclass(frozen=True, slots=True)
class Measure:
    """A kind of metric.

    Attributes:
        rests_on: ``"variant"``: the samples of the variant it is about; ``"pair"``: those of base too;
            ``"adversarial"``: those of all variants that assert a wrong option, so that it is about none of them alone.
        contribution: what such a sample contributes.
        aggregation: function of :mod:`lmms_robust.harness.aggregation`; with ``_n`` appended, its count.
        higher_is_better: its direction.
    """

    rests_on: RestsOn
    contribution: Callable[[Record], Any]
    aggregation: str
    higher_is_better: bool


@dataclass(frozen=True, slots=True)
class Metric:
    """One number of a task; it has a twin that ends in ``_n``, the number of items it rests on.

    Attributes:
        name: as in the harness's results.
        measure: its kind.
        variants: whose samples it rests on.
    """

    name: str
    measure: Measure
    variants: frozenset[str]


def _outcome(sample: Record) -> tuple[str, str, bool | None]:
    return sample.item, sample.variant, sample.correct


def _consistent_outcome(sample: Record) -> tuple[str, str, bool | None]:
    return sample.item, sample.variant, sample.correct_and_consistent


def _p_correct(sample: Record) -> tuple[str, str, float | None]:
    return sample.item, sample.variant, sample.p_correct


def _entropy(sample: Record) -> tuple[str, str, float | None]:
    return sample.item, sample.variant, sample.letter_entropy


def _scored_by_p_correct(sample: Record) -> tuple[str, str, bool | None, float | None]:
    return *_outcome(sample), sample.p_correct


def _scored_by_neg_entropy(sample: Record) -> tuple[str, str, bool | None, float | None]:
    entropy = sample.letter_entropy
    return *_outcome(sample), None if entropy is None else -entropy


def _answered(sample: Record) -> tuple[str, float | None, bool | None]:
    return sample.item, sample.p_answer, sample.correct


MEASURES = {
    **{
        name: Measure("variant", partial(scoring.rate, metric=name), "aggregate", scoring.HIGHER_IS_BETTER[name])
        for name in scoring.RATES
    },
    "ece": Measure("variant", _answered, "calibration_error", False),
    "drop": Measure("pair", _outcome, "drop", False),
    "survival": Measure("pair", _outcome, "survival", True),
    "p_correct_change": Measure("pair", _p_correct, "change", True),
    "letter_entropy_change": Measure("pair", _entropy, "change", False),
    "auroc_p_correct": Measure("pair", _scored_by_p_correct, "auroc", True),
    "auroc_neg_entropy": Measure("pair", _scored_by_neg_entropy, "auroc", True),
    "worst_acc": Measure("adversarial", _outcome, "worst_case", True),
    "robust_acc": Measure("adversarial", _consistent_outcome, "worst_case", True),
}

ABOUT_OWN_WORDS = ("consistent_acc", "consistency", "no_answer", "robust_acc")
"""Measures of what a model writes by itself; a probe's responses have none of that."""


def _metrics(names: Sequence[str]) -> tuple[Metric, ...]:
    own, paired, joint = ([name for name in names if MEASURES[name].rests_on == kind] for kind in get_args(RestsOn))
    rows = [(name, variant, {variant}) for variant in VARIANTS for name in own if _offered(name, variant)]
    rows += [(name, variant, {"base", variant}) for variant in VARIANTS if variant != "base" for name in paired]
    adversarial = frozenset(name for name, chosen in VARIANTS.items() if chosen.adversarial)
    about_one = [Metric(f"{name}_{variant}", MEASURES[name], frozenset(rests_on)) for name, variant, rests_on in rows]
    return (*about_one, *(Metric(name, MEASURES[name], adversarial) for name in joint))


def _offered(name: str, variant: str) -> bool:
    return name not in scoring.RATES or name in scoring.rates(variant)


SUITE = _metrics(tuple(MEASURES))
PROBE = _metrics([name for name in MEASURES if name not in ABOUT_OWN_WORDS])


def contributions(sample: Record, metrics: tuple[Metric, ...]) -> dict[str, Any]:
    """What one sample contributes to each metric and its count: the same keys for every sample, None for nothing."""
    values: dict[str, Any] = {}
    for metric in metrics:
        value = metric.measure.contribution(sample) if sample.variant in metric.variants else None
        values[metric.name] = values[f"{metric.name}_n"] = value
    return values
