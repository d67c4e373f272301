"""Decide by rules whether the reasoning of a response ends on the option that the response answers."""

from __future__ import annotations

from collections.abc import Sequence

from lmms_robust.parsing import cues
from lmms_robust.parsing.conclude import conclude
from lmms_robust.parsing.events import Force
from lmms_robust.parsing.plain import plain
from lmms_robust.schema import Parsed, Verdict, letters

DECIDED_BY = "rules"


def conclusion(
    question: str, options: Sequence[str], think: str | None, truncated: bool = False
) -> tuple[str | None, str | None]:
    """Return the letter that a reasoning ends on, or None and a short name of the reason.

    Args:
        question: the question alone.
        options: option texts in order.
        think: the reasoning, or None.
        truncated: it was cut off, so that a last sentence that stops in the middle does not count, and what was said
            before it counts only where it was a conclusion already.

    Reasons: ``"no_reasoning"``, ``"no_conclusion"``, ``"ambiguous"``, ``"undecided"``, ``"retracted"``.

    >>> conclusion("Where is the dog?", ("left", "right"), "The caption says left, but the dog is on the right.")
    ('B', None)
    """
    if think is None or not think.strip():
        return None, "no_reasoning"
    whole, rest = _split_unfinished(think) if truncated else (think, "")
    found = conclude(plain(whole), options, question)
    if found.option is None:
        return None, found.problem
    if found.option >= len(options) or (rest and found.force < _needed(rest)):
        return None, "no_conclusion"
    return letters(len(options))[found.option], None


def _split_unfinished(think: str) -> tuple[str, str]:
    """Cut off a last sentence that stops on a word or a comma."""
    text = think.rstrip()
    if not text[-1].isalnum() and text[-1] not in ",;:(-":
        return think, ""
    end = max(text.rfind(mark) for mark in ".!?\n") + 1
    return text[:end], text[end:]


def _needed(rest: str) -> Force:
    """How firm a conclusion must be that stands before the words that were cut off."""
    return Force.EXPLICIT if cues.CONCLUSIVE.search(rest) else Force.CONCLUSIVE


def judge(
    question: str, options: Sequence[str], parsed: Parsed, abstain: str | None = None, hidden: bool = False
) -> Verdict:
    """Compare the conclusion of the reasoning with the answer.

    Args:
        question: the question alone; it tells which statements of the reasoning are to the point.
        options: option texts in order.
        parsed: the response.
        abstain: letter of the option to abstain, where it is offered. Reasoning that cannot tell ends on it where it is
            answered.
        hidden: the model reasoned, and its reasoning is kept from us.

    Returns:
        A verdict; without an answer ``consistent`` is None and the problem is the parser's, though the conclusion may
        be known.
    """
    letter, problem = conclusion(question, options, parsed.think, parsed.problem == "truncated")
    if problem == "undecided" and parsed.answer is not None and parsed.answer == abstain:
        letter = abstain
    if problem == "no_reasoning" and hidden:
        problem = "hidden"
    if parsed.answer is None:
        return Verdict(letter, None, DECIDED_BY, parsed.problem)
    if letter is None:
        return Verdict(None, None, DECIDED_BY, problem)
    return Verdict(letter, letter == parsed.answer, DECIDED_BY, None)
