"""What is asked again about a logged response: its own reasoning under reordered options, or cut short.

Both end where the model only has to answer; which answer follows tells what the reasoning leads to, without a judge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lmms_robust.consistency.explicit import conclude
from lmms_robust.perturbations.columns import to_columns, variant_of
from lmms_robust.perturbations.probe import force_answer
from lmms_robust.perturbations.reorder import fixed_by, moved, moved_back, new_order, relabel, reordered_prompt
from lmms_robust.perturbations.shorten import SHARES, shortened
from lmms_robust.prompts import inert
from lmms_robust.reading import parse_response
from lmms_robust.record import NO_REASONING, NOT_APPLICABLE, Record
from lmms_robust.schema import Variant

KINDS = ("reordered", "cut")


@dataclass(frozen=True, slots=True)
class Followup:
    """One question about a logged response.

    Attributes:
        order: for each place the index that its option had in the response's own question.
        share: which share of the chain is kept, 0 to 1.
        prompt: the user turn.
        think: the reasoning, without tags; ``""`` where none of it is kept.
    """

    order: tuple[int, ...]
    share: float
    prompt: str
    think: str


@dataclass(frozen=True, slots=True)
class Chain:
    """The reasoning of a response.

    Attributes:
        text: the reasoning, without tags.
        own: offset from which on it is the model's own.
        prompt: the user turn that it followed.
    """

    text: str
    own: int
    prompt: str


def chain_of(record: Record, text: str, prompt: str, injected: str) -> Chain | str:
    """The reasoning of a response that can be asked about, or why there is none, a short name.

    Args:
        record: of the response.
        text: the whole turn.
        prompt: the user turn.
        injected: the start of the turn that the model did not write.
    """
    if not record.applicable:
        return NOT_APPLICABLE
    if record.answer is None:
        return record.problem or "no_answer"
    reading = parse_response(text, record.options, None, injected, record.question)
    if reading.think is None:
        return NO_REASONING
    if not reading.separable:
        return "inseparable"
    return Chain(reading.think, reading.own, prompt)


def reordered(record: Record, chain: Chain) -> list[Followup] | str:
    """The reasoning under options of which none keeps its letter, or why that cannot be asked, a short name.

    An option to abstain stays the last one, as it is wherever it is offered.

    Letters in the reasoning are changed to match. Where the rules read another conclusion then, a letter meant
    something else than an option, and the response is left out.
    """
    count = len(record.options)
    order = (
        new_order(record.digest, count) if record.abstain is None else (*new_order(record.digest, count - 1), count - 1)
    )
    options = tuple(record.options[index] for index in order)
    prompt = reordered_prompt(chain.prompt, record.options, order)
    if prompt is None:
        return "options_not_listed"
    fixed = fixed_by(chain.prompt.partition("\nA. ")[0], record.options)
    if fixed:
        return fixed
    changed = relabel(chain.text, order)
    if changed.reason:
        return changed.reason
    before = conclude(chain.text, record.question, record.options).option
    after = conclude(changed.text, record.question, options).option
    if before != (None if after is None else order[after]):
        return "reads_otherwise"
    return [Followup(order, 1.0, prompt, changed.text)]


def cut(record: Record, chain: Chain) -> list[Followup] | str:
    """The reasoning cut at quarters, see :func:`lmms_robust.perturbations.shorten.shortened`, or why not."""
    if not chain.text[chain.own :].strip():
        return "no_own_reasoning"
    same = tuple(range(len(record.options)))
    parts = shortened(chain.text, chain.own)
    return [Followup(same, share, chain.prompt, part) for share, part in zip(SHARES, parts, strict=True)]


def followups(kind: str, record: Record, chain: Chain) -> list[Followup] | str:
    """What one of :data:`KINDS` asks about a response, or why it asks nothing."""
    return (reordered if kind == "reordered" else cut)(record, chain)


def asked_again(variant: Variant, asked: Followup) -> Variant:
    """A follow-up as a probe: the answer is forced behind the reasoning, and only its letter is left to the model.

    Args:
        variant: what the response was asked.
        asked: about it.

    Raises:
        RobustError: there are marks within the reasoning, behind which a forced answer would not be read.
    """
    changed = to_columns(variant) | {
        "options": [variant.options[index] for index in asked.order],
        "answer": moved(variant.item.answer, asked.order),
        "planted": moved(variant.planted, asked.order),
        "abstain": "",
        "prompt": asked.prompt,
        "prefill": f"<think>{inert(asked.think)}" if asked.think else "",
    }
    return force_answer(variant_of(changed))


def original_letter(answer: str | None, order: Sequence[int]) -> str | None:
    """The letter that an answered option has in the response's own question."""
    return None if answer is None else moved_back(answer, order)


def fixed_from(answers: Sequence[str | None]) -> float | None:
    """The least share of a chain from which on the answer is that of the whole chain; None where that has no answer.

    Args:
        answers: letters answered after each of :data:`SHARES`.

    >>> fixed_from(["A", "B", "A", "B", "B"]), fixed_from([None] * 5)
    (0.75, None)
    """
    last = answers[-1]
    if last is None:
        return None
    same = next((count for count, answer in enumerate(reversed(answers)) if answer != last), len(answers))
    return SHARES[len(SHARES) - same]
