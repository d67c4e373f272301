"""From a variant and a response to a record: what both harnesses, rewards and notebooks call, and nothing else."""

from __future__ import annotations

from lmms_robust.consistency.explicit import DECIDED_BY
from lmms_robust.consistency.read import read
from lmms_robust.reading import own_start, parse_response
from lmms_robust.record import NOT_APPLICABLE, Record
from lmms_robust.schema import LetterProbs, Reading, Variant, Verdict, letters
from lmms_robust.transport import Report, Response, unseal

LEAST_MASS = 0.5
"""A probe whose letters have less of all probability than this has no answer: the model would write something else."""


def score(variant: Variant, response: str, report: Report | None = None, *, repeat: int = 0) -> Record:
    """Judge one response; never raises on any response text.

    Args:
        variant: what was asked.
        response: the whole assistant turn, which starts with ``variant.prefill`` where that was continued. A report at
            its end is taken off and not believed: a model may have written it.
        report: what the backend knows of it. Without one the prefill was continued if the response starts with it,
            and nobody knows otherwise.
        repeat: number of the response among those to one request, from 0.

    >>> from lmms_robust.schema import Item
    >>> item = Item(question="Where is the dog?", options=("left", "right"), answer="B")
    >>> variant = Variant(item, "base", "A", item.options, "Where is the dog? …", "")
    >>> score(variant, "<think>The dog is on the left.</think><answer>B</answer>").outcome
    'right'
    """
    return scored(variant, response, report, repeat=repeat)[0]


def scored(variant: Variant, response: str, report: Report | None = None, *, repeat: int = 0) -> tuple[Record, Reading]:
    """What :func:`score` returns, and the reading that it rests on."""
    text = unseal(response).text if report is None else response
    report = report or Report("prefill" if own_start(text, variant.prefill) >= 0 else None)
    parsed, verdict = _read(variant, text, report)
    probs = _probs(variant, report) if parsed.problem != "not_forced" else None
    item = variant.item
    record = Record(
        item=item.id,
        digest=item.digest,
        benchmark=item.benchmark,
        category=item.category,
        question=item.question,
        options=variant.options,
        variant=variant.name,
        gold=item.answer,
        planted=variant.planted,
        answer=parsed.answer,
        problem=parsed.problem,
        conclusion=verdict.conclusion,
        consistent=verdict.consistent,
        concluded_in=verdict.concluded_in,
        undecided=verdict.problem,
        abstain=variant.abstain,
        injection=_injection(variant, report),
        decided_by=verdict.decided_by,
        statement_source=item.statement_source,
        caption_source=variant.caption_source,
        seed=variant.seed,
        templates=variant.templates,
        repeat=repeat,
        truncated=parsed.problem == "truncated",
        letter_probs=dict(probs.probs) if probs else None,
        probs_at_most=probs.at_most if probs else "",
        mass=probs.mass if probs else None,
        output_tokens=report.output_tokens,
        reasoning_tokens=report.reasoning_tokens,
        reasoning=report.reasoning,
        not_honoured=report.not_honoured,
        price=report.price,
        picture=item.picture,
    )
    return record, parsed


def _read(variant: Variant, text: str, report: Report) -> tuple[Reading, Verdict]:
    """What a response says; consistency only where the reasoning is the model's own."""
    none = Verdict(None, None, DECIDED_BY, NOT_APPLICABLE)
    if variant.probe:
        return _probed(variant, text, report), none
    injected = "" if report.injection == "inline" else variant.prefill
    parsed, verdict = read(variant.item.question, variant.options, Response(text, report), variant.abstain, injected)
    return parsed, none if "</think>" in variant.prefill else verdict


def _probed(variant: Variant, text: str, report: Report) -> Reading:
    """What a probe is answered: nothing, if it does not go on from the forced start, or hardly to a letter."""
    if own_start(text, variant.prefill) < 0:
        return Reading(None, None, "not_forced")
    probs = report.letter_probs
    if probs and probs.mass is not None and probs.mass < LEAST_MASS:
        return Reading(None, None, "low_mass")
    return parse_response(text, variant.options)


def _probs(variant: Variant, report: Report) -> LetterProbs | None:
    """Those of the letters shown; others are none of this question."""
    known = set(letters(len(variant.options)))
    return report.letter_probs if report.letter_probs and set(report.letter_probs.probs) <= known else None


def _injection(variant: Variant, report: Report) -> str:
    if variant.probe:
        return "probe"
    return (report.injection or "unknown") if variant.prefill else "none"
