"""From a doc and a response to a record, and from records to the values a harness collects per sample."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lmms_robust.consistency import rules
from lmms_robust.parsing import parse_response
from lmms_robust.perturbations import condition
from lmms_robust.schema import Parsed, Record, Verdict
from lmms_robust.transport import Response, unseal

RATES = {
    "acc": "correct",
    "consistent_acc": "correct_and_consistent",
    "consistency": "consistent",
    "followed": "followed",
    "abstained": "abstained",
    "no_answer": "no_answer",
    "p_correct": "p_correct",
    "letter_entropy": "letter_entropy",
}
"""Metric name -> property of a record whose mean over the known ones it is."""

HIGHER_IS_BETTER = {
    "acc": True,
    "consistent_acc": True,
    "consistency": True,
    "followed": False,
    "abstained": False,
    "no_answer": False,
    "p_correct": True,
    "letter_entropy": False,  # a harness asks for a direction; certainty is no merit by itself
}

COUNTED = ("p_correct", "letter_entropy")
"""Metrics of a leaf task that are not known for every answer: each has a twin in ``_n`` that counts."""


def rates(variant: str) -> tuple[str, ...]:
    """Names of the rates that a variant has: ``abstained`` only where that is offered."""
    return tuple(name for name in RATES if name != "abstained" or condition(variant).abstain)


def record(doc: Mapping[str, Any], response: str) -> Record:
    """Read one response; never raises on any response text."""
    sealed = unseal(response)
    parsed = _read(doc, sealed)
    verdict = _judge(doc, parsed)
    probs = sealed.report.letter_probs if sealed.report and parsed.problem != "not_forced" else None
    return Record(
        item=doc["id"],
        benchmark=doc["benchmark"],
        category=doc["category"],
        question=doc["question"],
        options=tuple(doc["options"]),
        variant=doc["variant"],
        injection=_injection(doc, sealed),
        gold=doc["answer"],
        planted=doc["planted"],
        abstain=doc["abstain"] or None,
        caption_source=doc["caption_source"],
        answer=parsed.answer,
        conclusion=verdict.conclusion,
        consistent=verdict.consistent,
        decided_by=verdict.decided_by,
        problem=verdict.problem,
        letter_probs=dict(probs.probs) if probs else None,
        probs_at_most=probs.at_most if probs else "",
    )


def rate(sample: Record, metric: str) -> float | None:
    """Value of a rate for one sample (1.0 or 0.0, or a probability or entropy), or None if it is not known."""
    value: float | None = getattr(sample, RATES[metric])
    return None if value is None else float(value)


def _read(doc: Mapping[str, Any], sealed: Response) -> Parsed:
    """What a response says; one to a probe that does not go on from the forced start says nothing."""
    if doc["probe"] and not sealed.text.startswith(doc["prefill"]):
        return Parsed(None, None, "not_forced")
    return parse_response(sealed.text, doc["options"])


def _judge(doc: Mapping[str, Any], parsed: Parsed) -> Verdict:
    if doc["probe"]:  # the reasoning is not the model's own
        return Verdict(None, None, rules.DECIDED_BY, parsed.problem or "probe")
    return rules.judge(doc["question"], doc["options"], parsed)


def _injection(doc: Mapping[str, Any], sealed: Response) -> str:
    if doc["probe"]:
        return "probe"
    return ((sealed.report and sealed.report.injection) or "inline") if doc["prefill"] else "none"
