"""What a judge is asked to tell whether a response acknowledges that what it was given is not so.

It is the request of :mod:`lmms_robust.consistency.judge` with two letters, A for yes and B for no, so that what is true
of that one, of marks, quotes and replies, is true of this one.
"""

from __future__ import annotations

from hashlib import sha256

from lmms_robust.consistency.acknowledgement import given_in
from lmms_robust.consistency.judge import NONE, Request, quoted, unforeseen
from lmms_robust.prompts import render
from lmms_robust.record import Record

TEMPLATE = "judge_acknowledged"
SUFFIX = ".acknowledged"
"""Of the files of such verdicts; see :mod:`lmms_robust.consistency.verdicts`."""
YES, NO = "A", "B"
_WHAT = {"caption": "a caption", "think": "the start of a reply"}
_MOST_GIVEN, _MOST_OWN = 2_000, 6_000
"""Characters that a judge is shown, from the start."""


def acknowledged(conclusion: str | None) -> bool | None:
    """What a letter says.

    >>> acknowledged("A"), acknowledged("B"), acknowledged(None)
    (True, False, None)
    """
    return {YES: True, NO: False}.get(conclusion or "")


def request(record: Record, prompt: str, prefill: str, own: str) -> Request | None:
    """What a judge is sent about a response; None where it was given nothing wrong, or wrote nothing.

    Args:
        record: what became of the response.
        prompt: the text that the model was sent.
        prefill: what its turn was started with.
        own: its own words.

    Raises:
        RobustError: a user's own template cannot be rendered.
    """
    kind = given_in(record.variant)
    given = "" if kind is None else prefill or _before(record.question, prompt)
    if kind is None or not own.strip() or not given.strip():
        return None
    texts = {
        "question": quoted(record.question, 4_000),
        "given": quoted(given, _MOST_GIVEN),
        "reasoning": quoted(own.strip(), _MOST_OWN),
    }
    seed = sha256(f"{record.digest}\n{own}".encode("utf-8", "surrogatepass")).hexdigest()
    mark = unforeseen(seed, "".join(texts.values()))
    allowed = ", ".join([YES, NO, NONE])
    return Request(render(TEMPLATE, {**texts, "what": _WHAT[kind], "mark": mark, "allowed": allowed}), mark, 2)


def _before(question: str, prompt: str) -> str:
    """The last words before the question: a caption, where a prompt has one; else what stands behind the options."""
    before = [line for line in prompt.partition(question)[0].splitlines() if line.strip()]
    return before[-1] if before else prompt.rpartition("\n\n")[2]
