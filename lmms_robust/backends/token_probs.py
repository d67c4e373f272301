"""Letter probabilities from the likeliest tokens that a server reports for each step; knows no server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import exp

from lmms_robust.parsing.locate import answer_letter_span, letter_token
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


def at_the_answer(steps: Sequence[Step], turn: str, written: str, options: Sequence[str]) -> LetterProbs | None:
    """Probabilities where a response gives its answer letter.

    All tokens that are a letter, such as "A", " A" and "(A", count for it. A letter that is none of the likeliest
    tokens has at most what all of these leave of 1, together with every other such letter; the others then have at
    least what is left to them.

    Args:
        steps: tokens in order; more than ``written`` where a server keeps reasoning or a stop text apart.
        turn: the whole assistant turn, which ends in ``written``.
        written: the end of the turn that the model wrote itself.
        options: option texts.

    Returns:
        None if no answer letter can be read, if it is not in ``written``, or if its token is not found.
    """
    span = answer_letter_span(turn, options)
    start = -1 if span is None else span[0] - (len(turn) - len(written))
    if start < 0:
        return None
    found = _token_at(steps, written, start)
    if found is None:
        return None
    step, offset = found
    return _probs(step, _ascii(step.token)[:offset], written[start].islower(), len(options))


def at_the_start(steps: Sequence[Step], options: Sequence[str]) -> LetterProbs | None:
    """Probabilities of the letters as the very first token; None if none of them is among the likeliest."""
    return _probs(steps[0], "", False, len(options)) if steps else None


def _token_at(steps: Sequence[Step], written: str, start: int) -> tuple[Step, int] | None:
    """The token that writes a character, and the character's place in it, both counted in ASCII characters.

    Other characters may be spread over several tokens, which servers then report as they like.
    """
    pieces = [_ascii(step.token) for step in steps]
    whole, wanted = "".join(pieces), _ascii(written)
    # Text that servers leave out stands before what they give as the response, and hardly ever after it.
    begin = 0 if whole.startswith(wanted) else whole.rfind(wanted)
    if begin < 0:
        return None
    place = begin + len(_ascii(written[:start]))
    for step, piece, end in zip(steps, pieces, accumulate(map(len, pieces)), strict=True):
        if place < end:
            return step, place - (end - len(piece))
    return None


def _probs(step: Step, before: str, lower: bool, count: int) -> LetterProbs | None:
    """Probabilities of the letters as tokens that start like ``before``, or that are nothing but a letter."""
    known = step.top if (step.token, step.logprob) in step.top else ((step.token, step.logprob), *step.top)
    found: dict[str, float] = {}
    for token, logprob in known:
        letter = _letter(_ascii(token), before, lower)
        if letter in letters(count):
            found[letter] = found.get(letter, 0.0) + exp(logprob)
    shown = sum(found.values())
    if not shown:
        return None
    missing = [letter for letter in letters(count) if letter not in found]
    left = max(0.0, 1 - sum(exp(logprob) for _, logprob in known)) if missing else 0.0
    values = found | dict.fromkeys(missing, left)
    return LetterProbs({letter: values[letter] / (shown + left) for letter in sorted(values)}, "".join(missing))


def _letter(token: str, before: str, lower: bool) -> str:
    rest = token[len(before) :] if token.startswith(before) else token
    return letter_token(rest, lower) or letter_token(token, lower)


def _ascii(text: str) -> str:
    return text.translate(_MARKS).encode("ascii", "ignore").decode()
