"""What a judge is asked to tell whether a response acknowledges that what it was given is not so.

It is the request of :mod:`lmms_robust.consistency.judge` with two letters, A for yes and B for no, so that what is true
of that one, of marks, quotes and replies, is true of this one.
"""

from __future__ import annotations

from hashlib import sha256

from lmms_robust.consistency.acknowledgement import Given, given_in
from lmms_robust.consistency.judge import NONE, Request, quoted, unforeseen
from lmms_robust.prompts import render
from lmms_robust.record import Record

TEMPLATE = "judge_acknowledged"
SUFFIX = ".acknowledged"
"""Of the files of such verdicts; see :mod:`lmms_robust.consistency.verdicts`."""
YES, NO = "A", "B"
_WHAT: dict[Given, str] = {"caption": "a caption", "think": "the start of a reply"}
_MOST_GIVEN, _MOST_OWN = 2_000, 6_000
"""Characters that a judge is shown, from the start."""


def acknowledged(conclusion: str | None) -> bool | None:
    """What a letter says.

    >>> acknowledged("A"), acknowledged("B"), acknowledged(None)
    (True, False, None)
    """
    return {YES: True, NO: False}.get(conclusion or "")


def request(record: Record, prompt: str, prefill: str, own: str) -> Request | None:
    """What a judge is sent about a response; None where it was given nothing wrong, or wrote no reasoning.

    Args:
        record: what became of the response.
        prompt: the text that the model was sent.
        prefill: what its turn was started with.
        own: its own words of the reasoning, without the answer.

    Raises:
        RobustError: a user's own template cannot be rendered.
    """
    kind = given_in(record.variant)
    given = "" if kind is None else prefill or _before(record.question, prompt)
    if kind is None or not own.strip() or not given.strip():
        return None
    return about(kind, record.question, given, own, f"{record.digest}\n{own}")


def about(kind: Given, question: str, given: str, own: str, seed: str) -> Request:
    """What a judge is sent about what somebody wrote.

    Args:
        kind: what was given.
        question: the question alone.
        given: what says something that is not so.
        own: what was written.
        seed: the marks are drawn by it.

    Raises:
        RobustError: a user's own template cannot be rendered.
    """
    texts = {
        "question": quoted(question, 4_000),
        "given": quoted(given, _MOST_GIVEN),
        "reasoning": quoted(own.strip(), _MOST_OWN),
    }
    mark = unforeseen(sha256(seed.encode("utf-8", "surrogatepass")).hexdigest(), "".join(texts.values()))
    allowed = ", ".join([YES, NO, NONE])
    return Request(render(TEMPLATE, {**texts, "what": _WHAT[kind], "mark": mark, "allowed": allowed}), mark, 2)


def _before(question: str, prompt: str) -> str:
    """The last words before the question: a caption, where a prompt has one; else what stands behind the options."""
    before = [line for line in prompt.partition(question)[0].splitlines() if line.strip()]
    return before[-1] if before else prompt.rpartition("\n\n")[2]
