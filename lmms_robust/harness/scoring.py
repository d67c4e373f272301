"""From a doc and a response to a record, and from records to the values a harness collects per sample."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lmms_robust.consistency import rules
from lmms_robust.parsing import parse_response
from lmms_robust.perturbations import condition
from lmms_robust.schema import Record
from lmms_robust.transport import unseal

RATES = {
    "acc": "correct",
    "consistent_acc": "correct_and_consistent",
    "consistency": "consistent",
    "followed": "followed",
    "abstained": "abstained",
    "no_answer": "no_answer",
}
"""Metric name -> property of a record whose mean over the known ones it is."""

HIGHER_IS_BETTER = {
    "acc": True,
    "consistent_acc": True,
    "consistency": True,
    "followed": False,
    "abstained": False,
    "no_answer": False,
    "drop": False,
    "survival": True,
    "worst_acc": True,
    "robust_acc": True,
}


def rates(variant: str) -> tuple[str, ...]:
    """Names of the rates that a variant has: ``abstained`` only where that is offered."""
    return tuple(name for name in RATES if name != "abstained" or condition(variant).abstain)


def record(doc: Mapping[str, Any], response: str) -> Record:
    """Read one response; never raises on any response text."""
    sealed = unseal(response)
    parsed = parse_response(sealed.text, doc["options"])
    verdict = rules.judge(doc["question"], doc["options"], parsed)
    return Record(
        item=doc["id"],
        benchmark=doc["benchmark"],
        category=doc["category"],
        question=doc["question"],
        options=tuple(doc["options"]),
        variant=doc["variant"],
        injection=sealed.injection if doc["prefill"] else "none",
        gold=doc["answer"],
        planted=doc["planted"],
        abstain=doc["abstain"] or None,
        caption_source=doc["caption_source"],
        answer=parsed.answer,
        conclusion=verdict.conclusion,
        consistent=verdict.consistent,
        decided_by=verdict.decided_by,
        problem=verdict.problem,
    )


def rate(sample: Record, metric: str) -> float | None:
    """Value of a rate for one sample: 1.0, 0.0, or None if it is not known."""
    value: bool | None = getattr(sample, RATES[metric])
    return None if value is None else float(value)
