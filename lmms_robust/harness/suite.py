"""The metrics of our tasks, at most 40 each: what every sample contributes, and whether more of it is better.

Everything else that can be said of a run comes from its records (``lmms-robust summary``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from lmms_robust.harness.aggregation import mean
from lmms_robust.perturbations import ADVERSARIAL, VARIANTS, base_of
from lmms_robust.record import Record

Repeats = Sequence[Record]
"""The records of one sample: one, or one for each of its repeats."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One number of a task.

    Attributes:
        name: as in the harness's results.
        variants: whose samples contribute.
        contribution: what such a sample contributes, None for nothing.
        aggregation: function of :mod:`lmms_robust.harness.aggregation`.
        higher_is_better: its direction; None where it has none.
    """

    name: str
    variants: frozenset[str]
    contribution: Callable[[Repeats], Any]
    aggregation: str
    higher_is_better: bool | None


def _mean(value: Callable[[Record], float | bool | None]) -> Callable[[Repeats], float | None]:
    """Mean of a sample's repeats of which the value is known."""

    def contribution(records: Repeats) -> float | None:
        found = [float(known) for known in map(value, records) if known is not None]
        return mean(found) if found else None

    return contribution


def _lower(value: Callable[[Record], bool | None]) -> Callable[[Repeats], float | None]:
    """As a mean, with the unknown counted as False: a harness' table holds one number, the lower bound."""
    return _mean(lambda record: value(record) is True if record.applicable else None)


def _paired(value: Callable[[Record], bool | None]) -> Callable[[Repeats], Any]:
    """What pairs samples of different variants: the item, the variant, and the value of each repeat."""
    return lambda records: [item_key(records[0]), records[0].variant, [value(record) for record in records]]


def item_key(record: Record) -> str:
    """Short name of an item in the contributions of its samples."""
    return sha256("\n".join(map(str, record.unit[:3])).encode("utf-8", "surrogatepass")).hexdigest()[:10]


def _undecided(record: Record) -> bool | None:
    return record.consistent is None if record.applicable else None


ALL = frozenset(VARIANTS)
WRONG = frozenset(ADVERSARIAL)
PLANTED = frozenset(name for name, chosen in VARIANTS.items() if chosen.asserts == "planted")
REASONING = frozenset(name for name, chosen in VARIANTS.items() if chosen.own_reasoning)


def leaf(variant: str) -> tuple[Metric, ...]:
    """The metrics of a task of one variant."""
    chosen, only = VARIANTS[variant], frozenset([variant])
    reasoned = [
        ("consistent_acc", _lower(lambda record: record.correct_and_consistent), True),
        ("consistency", _mean(lambda record: record.consistent), True),
        ("undecided", _mean(_undecided), None),
    ]
    rows = [
        ("acc", _mean(lambda record: record.correct), True),
        ("acc_answered", _mean(lambda record: None if record.no_answer else record.correct), True),
        *(reasoned if chosen.own_reasoning else []),
        ("followed", _mean(lambda record: record.followed), False if chosen.asserts == "planted" else None),
        *([("abstained", _mean(lambda record: record.abstained), None)] if chosen.abstain else []),
        ("no_answer", _mean(lambda record: record.no_answer), False),
        ("truncated", _mean(lambda record: record.truncated), False),
        ("p_correct", _mean(lambda record: record.p_correct), None),  # silence would raise it
        ("letter_entropy", _mean(lambda record: record.letter_entropy), None),
    ]
    return tuple(Metric(name, only, value, _aggregation(name), better) for name, value, better in rows)


def _about_each() -> list[Metric]:
    return [
        Metric(f"acc_{variant}", frozenset([variant]), _mean(lambda record: record.correct), "mean", True)
        for variant in VARIANTS
    ]


def _drops() -> list[Metric]:
    """Less is better where a wrong option is asserted, or nothing to the point; elsewhere it only says what changed."""
    return [
        Metric(
            f"drop_{variant}",
            frozenset([variant, base_of(variant)]),
            _paired(lambda record: record.correct),
            "drop",
            False if variant in PLANTED or variant == "irrelevant_caption" else None,
        )
        for variant in VARIANTS
        if variant != "base"
    ]


def _whole(names: Sequence[str]) -> list[Metric]:
    values = {"no_answer": lambda record: record.no_answer, "truncated": lambda record: record.truncated}
    return [Metric(name, ALL, _mean(values[name]), _aggregation(name), False) for name in names]


def _aggregation(name: str) -> str:
    return "truncated" if name == "truncated" else "mean"


SUITE: tuple[Metric, ...] = (
    *_about_each(),
    *(
        Metric(
            f"consistent_acc_{variant}",
            frozenset([variant]),
            _lower(lambda record: record.correct_and_consistent),
            "mean",
            True,
        )
        for variant in VARIANTS
        if variant in REASONING
    ),
    *_drops(),
    Metric("worst_acc", WRONG, _paired(lambda record: record.correct), "worst_acc", True),
    Metric("robust_acc", WRONG, _paired(lambda record: record.correct_and_consistent), "robust_acc", True),
    Metric("joint_acc", WRONG | {"base"}, _paired(lambda record: record.correct_and_consistent), "joint_acc", True),
    *_whole(["no_answer", "truncated"]),
    Metric("undecided", REASONING, _mean(_undecided), "mean", None),
)
"""Metrics of a task with every variant of every item."""

PROBE: tuple[Metric, ...] = (
    *_about_each(),
    *(
        Metric(f"p_correct_{variant}", frozenset([variant]), _mean(lambda record: record.p_correct), "mean", True)
        for variant in VARIANTS
    ),
    *_drops(),
    Metric("worst_acc", WRONG, _paired(lambda record: record.correct), "worst_acc", True),
    *_whole(["no_answer"]),
)
"""Metrics of a task whose replies are forced up to the answer letter: its reasoning is not the model's own."""


def contributions(records: Repeats, metrics: Sequence[Metric], every: bool = False) -> dict[str, Any]:
    """What one sample contributes to each metric.

    Args:
        records: of the sample's responses.
        metrics: the task's.
        every: name the metrics too that it contributes nothing to, as None.
    """
    variant = records[0].variant
    return {
        metric.name: metric.contribution(records) if variant in metric.variants else None
        for metric in metrics
        if every or variant in metric.variants
    }
