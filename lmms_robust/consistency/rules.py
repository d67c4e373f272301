"""Decide by rules whether the reasoning of a response ends on the option that the response answers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lmms_robust.parsing.conclude import conclude
from lmms_robust.parsing.events import Force
from lmms_robust.parsing.plain import plain
from lmms_robust.schema import Parsed, Verdict, letters

DECIDED_BY = "rules"
# A last sentence that stops on a word or a comma.
_UNFINISHED = re.compile(r"[^.!?\n]*[\w,;:(-]\s*\Z")


def conclusion(
    question: str, options: Sequence[str], think: str | None, cut: bool = False
) -> tuple[str | None, str | None]:
    """Return the letter that a reasoning ends on, or None and a short name of the reason.

    Args:
        question: the question alone.
        options: option texts in order.
        think: the reasoning, or None.
        cut: it stops in the middle of a sentence, so that nothing counts but an answer already given.

    Reasons: ``"no_think"``, ``"no_conclusion"``, ``"ambiguous"``, ``"undecided"``, ``"retracted"``.

    >>> conclusion("Where is the dog?", ("left", "right"), "The caption says left, but the dog is on the right.")
    ('B', None)
    """
    if think is None or not think.strip():
        return None, "no_think"
    found = conclude(plain(_UNFINISHED.sub("", think) if cut else think), options, question)
    if found.option is None:
        return None, found.problem
    if found.option >= len(options) or (cut and found.force < Force.EXPLICIT):
        return None, "no_conclusion"
    return letters(len(options))[found.option], None


def judge(question: str, options: Sequence[str], parsed: Parsed) -> Verdict:
    """Compare the conclusion of the reasoning with the answer.

    Args:
        question: the question alone; it tells which statements of the reasoning are to the point.
        options: option texts in order.
        parsed: the response.

    Returns:
        A verdict; without an answer ``consistent`` is None and the problem is the parser's, though the conclusion may
        be known.
    """
    cut = parsed.problem == "truncated" and bool(_UNFINISHED.search(parsed.think or ""))
    letter, problem = conclusion(question, options, parsed.think, cut)
    if parsed.answer is None:
        return Verdict(letter, None, DECIDED_BY, parsed.problem)
    if letter is None:
        return Verdict(None, None, DECIDED_BY, problem)
    return Verdict(letter, letter == parsed.answer, DECIDED_BY, None)
