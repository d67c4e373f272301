"""Letter probabilities from the likeliest tokens that a server reports for each step; knows no server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import exp

from lmms_robust.reading.locate import answer_letter_span, letter_token
from lmms_robust.schema import LetterProbs, letters

# How some servers write a token's space and line break.
_MARKS = str.maketrans({"\u2581": " ", "\u0120": " ", "\u010a": "\n"})


@dataclass(frozen=True, slots=True)
class Step:
    """One token that was written.

    Attributes:
        token: its text.
        logprob: its natural logarithm of probability.
        top: text and logarithm of the likeliest tokens there, the one written perhaps among them.
    """

    token: str
    logprob: float
    top: tuple[tuple[str, float], ...]


def at_the_answer(
    steps: Sequence[Step], turn: str, written: str, options: Sequence[str], cut: bool | None = None
) -> LetterProbs | None:
    """Probabilities where a response gives its answer letter.

    All tokens that are a letter, such as "A", " A" and "(A", count for it. A letter that is none of the likeliest
    tokens has at most what all of these leave of 1, together with every other such letter; the others then have at
    least what is left to them.

    Args:
        steps: tokens in order; more than ``written`` where a server keeps reasoning or a stop text apart.
        turn: the whole assistant turn, which ends in ``written``.
        written: the end of the turn that the model wrote itself.
        options: option texts.
        cut: the response is known to stop at the limit of tokens.

    Returns:
        None if no answer letter can be read, if it is not in ``written``, or if its token is not found.
    """
    span = answer_letter_span(turn, options, cut)
    start = -1 if span is None else span[0] - (len(turn) - len(written))
    if start < 0:
        return None
    step = _token_at(steps, written, start)
    return None if step is None or not _letter(step.token) else _probs(step, len(options))


def at_the_start(steps: Sequence[Step], options: Sequence[str]) -> LetterProbs | None:
    """Probabilities of the letters as the very first token; None if none of them is among the likeliest."""
    return _probs(steps[0], len(options)) if steps else None


def _token_at(steps: Sequence[Step], written: str, start: int) -> Step | None:
    """The token that writes a character, found by ASCII characters alone.

    Other characters may be spread over several tokens, which servers then report as they like.
    """
    pieces = [_ascii(step.token) for step in steps]
    whole, wanted = "".join(pieces), _ascii(written)
    # Text that servers leave out stands before what they give as the response, and hardly ever after it.
    begin = 0 if whole.startswith(wanted) else whole.rfind(wanted)
    if begin < 0:
        return None
    place = begin + len(_ascii(written[:start]))
    return next((step for step, end in zip(steps, accumulate(map(len, pieces)), strict=True) if place < end), None)


def _probs(step: Step, count: int) -> LetterProbs | None:
    """Probabilities of the letters over all tokens that are a letter."""
    known = step.top if (step.token, step.logprob) in step.top else ((step.token, step.logprob), *step.top)
    found: dict[str, float] = {}
    for token, logprob in known:
        letter = _letter(token)
        if letter in letters(count):
            found[letter] = found.get(letter, 0.0) + exp(logprob)
    shown = sum(found.values())
    if not shown:
        return None
    missing = [letter for letter in letters(count) if letter not in found]
    left = max(0.0, 1 - sum(exp(logprob) for _, logprob in known)) if missing else 0.0
    values = found | dict.fromkeys(missing, left)
    probs = {letter: values[letter] / (shown + left) for letter in sorted(values)}
    return LetterProbs(probs, "".join(missing), min(1.0, shown))


def _letter(token: str) -> str:
    return letter_token(token.translate(_MARKS))


def _ascii(text: str) -> str:
    return text.translate(_MARKS).encode("ascii", "ignore").decode()
