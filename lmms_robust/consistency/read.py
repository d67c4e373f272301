"""Reading one response: its answer, the conclusion of its reasoning, and whether they agree."""

from __future__ import annotations

from collections.abc import Sequence

from lmms_robust.consistency.explicit import judge
from lmms_robust.reading import parse_response
from lmms_robust.schema import Reading, Verdict
from lmms_robust.transport import Report, Response


def read(
    question: str, options: Sequence[str], response: Response, abstain: str | None = None, injected: str = ""
) -> tuple[Reading, Verdict]:
    """Read answer and verdict; never raises on any text.

    Args:
        question: the question alone.
        options: option texts shown.
        response: the whole assistant turn, with what a backend reports of it.
        abstain: letter of the option to abstain, where it is offered.
        injected: the start of the turn that the model did not write.
    """
    report = response.report or Report()
    reading = parse_response(response.text, options, report.cut, injected, question)
    hidden = report.reasoning == "hidden" and not (reading.think or "").strip()
    return reading, judge(question, options, reading, abstain, hidden)
