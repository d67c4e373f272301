"""Reading one response: its answer, the conclusion of its reasoning, and whether they agree."""

from __future__ import annotations

from collections.abc import Sequence

from lmms_robust.consistency.rules import judge
from lmms_robust.parsing import parse_response
from lmms_robust.schema import Parsed, Verdict
from lmms_robust.transport import Report, Response


def read(
    question: str, options: Sequence[str], response: Response, abstain: str | None = None
) -> tuple[Parsed, Verdict]:
    """Read answer and verdict; never raises on any text.

    Args:
        question: the question alone.
        options: option texts shown.
        response: the whole assistant turn, with what a backend reports of it.
        abstain: letter of the option to abstain, where it is offered.
    """
    report = response.report or Report()
    parsed = parse_response(response.text, options, report.cut)
    hidden = report.reasoning == "hidden" and not (parsed.think or "").strip()
    return parsed, judge(question, options, parsed, abstain, hidden)
