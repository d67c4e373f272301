"""What a reasoning concludes, where it says so; everything else is undecided.

A conclusion is an option that is stated, in a concluding form or as the last plain statement about what was asked, and
that no later sentence denies, takes back or names another beside. The model's own words decide; an injected start
counts only where they are empty or affirm.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Literal, NamedTuple

from lmms_robust.consistency.verdicts import RULES, derive
from lmms_robust.reading import words
from lmms_robust.reading.options import Names, names
from lmms_robust.reading.sentences import Force, Said, backwards, read
from lmms_robust.reading.spelling import plain
from lmms_robust.record import NO_REASONING
from lmms_robust.schema import MAX_LETTERS, Reading, Verdict, letters

DECIDED_BY = RULES
TAIL = 6_000
"""Characters at the end of a reasoning that are read: what it ends on stands there."""
_MOST = 6
"""Sentences that are read, from the last one back."""
_SHORT = 4
"""Words of a sentence that, holding another option, replaces what stands before it ("Sorry, B.")."""
_BACK = 2
"""Sentences before a plain statement that may contradict it."""
_WEIGHED = 3
"""Sentences before a mere letter, or an order, that may contradict it."""
_NO_PROSE = re.compile(r"\{\s{0,9}[\"'][^{}]{0,200}\}|\{[{%][^{}]{0,200}\}\}?|<!--[^<>]{0,200}-->")
"""An object of JSON, a template's braces or a comment, which state nothing."""

Where = Literal["own", "injected"]


class Conclusion(NamedTuple):
    """What a reasoning ends on.

    Attributes:
        option: index of the option, or None.
        force: how firmly it is said.
        problem: why there is none: ``"no_conclusion"``, ``"ambiguous"``, ``"retracted"`` or ``"undecided"`` (it says
            that it cannot tell).
        affirms: it names no option, and stands by what was said before it.
    """

    option: int | None
    force: Force = Force.NOTHING
    problem: str | None = None
    affirms: bool = False


def conclude(text: str, question: str, options: Sequence[str], unfinished: bool = False) -> Conclusion:
    """Read what a reasoning ends on, from its last sentence back.

    Args:
        text: the reasoning.
        question: the question alone.
        options: option texts in order.
        unfinished: it was cut off, so that a last sentence without an end does not count.

    >>> conclude("The caption says left, but the dog is on the right.", "Where is the dog?", ("left", "right")).option
    1
    """
    flat, known = plain(text[-TAIL:]), names(question, tuple(options))
    if "}" in flat or "-->" in flat:
        flat = _NO_PROSE.sub(" ", flat)
    listed = backwards(flat)
    if unfinished and flat.rstrip()[-1:] not in tuple(".!?。\"')"):
        last = read(next(listed, (0, ""))[1], known)
        if not (words.INFERS | words.ANSWERS).isdisjoint(last.words):
            return Conclusion(None, problem="no_conclusion")
    later: list[Said] = []
    beyond = 0  # sentences read before the last plain statement
    for _, sentence in islice(listed, _MOST):
        said = read(sentence, known, not later)
        if said.words and words.INFERS.issuperset(said.words):  # "Therefore", and its sentence stands elsewhere
            continue
        if not unfinished and _restates(said, known) and not any(_rivals(one, said) for one in later):
            return Conclusion(said.option, said.force)
        if said.force >= Force.CONCLUDED and (said.words or not later):  # a bare letter counts as the last word only
            found = _concluded(said, later)
            weighed = found.option is None or found.option != said.option or _goes_on(said, known)
            contradicts = not weighed and _contradicts(said, listed, known)
            return Conclusion(None, problem="ambiguous") if contradicts else found
        later.append(said)
        beyond += beyond > 0 or said.force == Force.PLAIN
        if beyond > _BACK:
            break
    return Conclusion(None, problem="no_conclusion") if unfinished else _plain(later)


def _restates(said: Said, known: Names) -> bool:
    """Whether a sentence states an option in the question's own words: two of them, and two thirds."""
    states = said.option is not None and said.force != Force.NOTHING and said.firm
    return states and said.restated > 1 and 3 * said.restated >= 2 * len(known.core)


def _rivals(one: Said, said: Said) -> bool:
    """Whether a later sentence takes back what one before it states, or says as much of another option.

    Remarks on the options that were not taken do neither.
    """
    if said.option in one.denied or not words.TURNS.isdisjoint(one.words[:2]):
        return True
    if one.force == Force.NOTHING:
        return bool(one.named - {said.option}) and not words.INFERS.isdisjoint(one.words[:1])
    to_the_point = one.force > Force.PLAIN or one.restated > 0 or len(one.words) <= _SHORT
    return one.option != said.option and to_the_point


def _goes_on(said: Said, known: Names) -> bool:
    """Whether a sentence weighs what stands before it: it corrects that, or draws a conclusion and has words for it."""
    spoken, first = {*said.words}, said.words[:1]
    own = frozenset() if said.option is None else known.words[said.option]
    if not spoken.isdisjoint(own - words.FUNCTION or own):  # "so choose the left one" is said to somebody else
        orders = not spoken.isdisjoint(words.CHOOSES) and spoken.isdisjoint(words.FIRST_PERSON)
        draws = not spoken.isdisjoint(words.INFERS) and not orders
    else:
        draws = not words.INFERS.isdisjoint(first) and not spoken.isdisjoint(words.VERBS)
    return draws or not words.CORRECTS.isdisjoint(said.words[:3])


def _contradicts(said: Said, before: Iterator[tuple[int, str]], known: Names) -> bool:
    """Whether the last firm statement before a sentence is of another option."""
    for _, sentence in islice(before, _WEIGHED):
        one = read(sentence, known)
        if one.words and one.force != Force.NOTHING and one.option is not None:
            return one.option != said.option and (one.firm or one.force != Force.PLAIN)
    return False


def _concluded(said: Said, later: Sequence[Said]) -> Conclusion:
    """A concluding sentence, in the light of those that follow it (the last one first)."""
    for one in later:
        if one.held - {said.option} and len(one.words) <= _SHORT and one.force != Force.PLAIN:
            return Conclusion(None, problem="ambiguous")
        if one.force == Force.PLAIN and one.option != said.option:
            if said.option is None or _corrected(later):
                return _plain(later)
            return Conclusion(None, problem="ambiguous")
        turns = not words.TURNS.isdisjoint(one.words[:2]) and said.option not in one.named and not one.denied
        if turns and not one.named:
            return Conclusion(None, problem="retracted")
        if turns or one.named - {said.option}:
            return Conclusion(None, problem="ambiguous")
        if said.option is not None and said.option in one.denied:
            return Conclusion(None, problem="retracted")
    stance = _stance(later)
    if stance is False:
        return Conclusion(None, problem="retracted")
    return Conclusion(said.option, said.force, "no_conclusion" if said.option is None else None)


def _plain(later: Sequence[Said]) -> Conclusion:
    """What the last plain statement says, where no sentence concludes.

    None if a sentence after it, or one before that tells as much, differs.
    """
    place = next((place for place, one in enumerate(later) if one.force == Force.PLAIN), None)
    if place is None:
        return Conclusion(None, problem=_unsure(later), affirms=bool(later) and all(map(_affirms, later)))
    last, after, before = later[place], later[:place], later[place + 1 :]
    if after and (not all(_stance([one]) for one in after) or any(one.named - {last.option} for one in after)):
        return Conclusion(None, problem="ambiguous")
    for number, one in enumerate(before, place + 1):
        if one.option not in (None, last.option) and one.about >= max(last.about, 1):
            if not _corrected(later[:number]):
                return Conclusion(None, problem="ambiguous")
            break
    if last.option is None or not last.firm:
        return Conclusion(None, problem="no_conclusion")
    return Conclusion(last.option, Force.PLAIN)


def _corrected(later: Sequence[Said]) -> bool:
    """Whether one of some sentences starts by taking back what stands before it."""
    return any(not words.CORRECTS.isdisjoint(one.words[:3]) for one in later)


def _affirms(one: Said) -> bool:
    """Whether a sentence leaves what was said as it is, and says hardly anything else."""
    if one.named or one.denied or sum(word not in words.COMMON for word in one.words) > _MOST_BESIDE:
        return False
    says_nothing = _SAYS_NOTHING.issuperset(one.words)
    return says_nothing or _stance([one]) is True


_MOST_BESIDE = 1
_SAYS_NOTHING = words.COMMON - words.TURNS - words.NEGATES - words.DENIES


def _stance(later: Sequence[Said]) -> bool | None:
    """Whether sentences that name no option stand by what was concluded before (True) or leave it open (False)."""
    for one in later:
        present = set(one.words)
        negated = present & words.NEGATES or any(word.endswith("n't") for word in one.words)
        if present & words.AFFIRMS:
            return not negated
        if present & words.RETRACTS or (present & words.DENIES and len(one.words) <= _SHORT):
            return negated and not present & words.RETRACTS
    return None


_UNSURE = re.compile(
    r"\b(?:unclear|unsure|not sure|unable|impossible|insufficient|ambiguous|"
    r"(?:cannot|can't|could not|couldn't) (?:be )?(?:tell|determined?|see|seen|know|say))\b"
)


def _unsure(later: Sequence[Said]) -> str:
    return "undecided" if any(_UNSURE.search(" ".join(one.words)) for one in later[:3]) else "no_conclusion"


def judge(
    question: str, options: Sequence[str], reading: Reading, abstain: str | None = None, hidden: bool = False
) -> Verdict:
    """Compare the conclusion of the reasoning with the answer.

    Args:
        question: the question alone; it tells which statements of the reasoning are to the point.
        options: option texts in order.
        reading: the response.
        abstain: letter of the option to abstain, where it is offered. Reasoning that cannot tell ends on it where it is
            answered.
        hidden: the model reasoned, and its reasoning is kept from us.

    Returns:
        A verdict; without an answer, or where reasoning and answer are the same words (``"inseparable"``),
        ``consistent`` is None, though the conclusion may be known.
    """
    found, where = _of(question, tuple(options) or ("",) * MAX_LETTERS, reading)
    if not reading.separable and found.force < Force.CONCLUDED:
        found = Conclusion(None, problem="inseparable" if found.option is not None else found.problem)
    letter = None if found.option is None else letters(MAX_LETTERS)[found.option]
    problem = found.problem
    if problem == "undecided" and reading.answer is not None and reading.answer == abstain:
        letter, where = abstain, "own"
    if problem == NO_REASONING and hidden:
        problem = "hidden"
    if letter is not None and reading.answer is not None and not reading.separable:
        return Verdict(letter, None, DECIDED_BY, "inseparable", where)
    return derive(letter, reading.answer, DECIDED_BY, why=problem, unread=reading.problem, concluded_in=where)


def _of(question: str, options: Sequence[str], reading: Reading) -> tuple[Conclusion, Where]:
    """What the reasoning of a response ends on, and whose words say so."""
    if reading.think is None or not reading.think.strip():
        return Conclusion(None, problem=NO_REASONING), "own"
    if reading.problem == "ambiguous":
        return Conclusion(None, problem="ambiguous"), "own"
    injected, own = reading.think[: reading.own], reading.think[reading.own :]
    found = (
        conclude(own, question, options, reading.problem == "truncated")
        if own.strip()
        else Conclusion(None, affirms=True)
    )
    if injected and found.affirms and "?" not in own:
        return conclude(injected, question, options), "injected"
    return found, "own"
