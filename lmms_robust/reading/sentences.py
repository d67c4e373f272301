"""What one sentence says about the options: nothing, one of them, several, or something that is none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import NamedTuple

from lmms_robust.reading import words
from lmms_robust.reading.letters import (
    first_letter,
    index_of,
    is_label,
    leads,
    names_another,
)
from lmms_robust.reading.options import UNSPACED, Names, may_name, named
from lmms_robust.reading.parts import Named, Sentence, look, name, parts
from lmms_robust.reading.spelling import MARKS, comparing, has_any, qualifies, tokens

LONGEST = 600
"""Characters of a sentence that are read; what goes on for longer is a list or a formula, and its end is read."""

_MARK = re.compile(r"[.!?;\n。！？；](?:(?<![.!?])|[\"')]{0,2}(?!\S))")  # no mark within a number
_LINE_STARTS = re.compile(r"(?:\A|\n)[^\w\n]{0,9}\Z")
_ENDS_ON_LETTER = re.compile(r"\bis (?:option )?\(?[A-K]\W*\Z")
_ANNOUNCES = re.compile(r"\b(?:answer|choice|option|statement|is|be):\s*\Z")
"""The next line says what."""
_SPEAKS = re.compile(r"\w")


class Force(IntEnum):
    """How firmly a sentence stands for an option."""

    NOTHING = 0
    PLAIN = 1
    CONCLUDED = 2
    STATED = 3


class Said(NamedTuple):
    """What a sentence says.

    Attributes:
        option: index of the one option that it asserts, or None: it asserts none, or something that is none.
        force: how firmly; ``NOTHING`` for a sentence that asserts nothing, or several options.
        named: indices of the options that it names without denying them.
        denied: indices of the options that it denies.
        words: its words in lower case.
        about: how many words of the question it has, beside those of options.
        infers: it draws a conclusion about what was asked, whatever that is.
        firm: it says little else: with much else in it, the option may stand there by the way.
        held: indices of the options that it asserts, whether they are what was asked about or not.
        restated: how many words of ``Names.core`` it has.
    """

    option: int | None
    force: Force
    named: frozenset[int]
    denied: frozenset[int]
    words: tuple[str, ...]
    about: int
    infers: bool
    firm: bool = True
    held: frozenset[int] = frozenset()
    restated: int = 0


def backwards(text: str) -> Iterator[tuple[int, str]]:
    r"""Offsets and texts of the sentences and lines of a text, the last one first.

    >>> [sentence for _, sentence in backwards("So it is B. right? 3.5 m.\n(A) left")]
    ['(A) left', '3.5 m.', 'So it is B. right?']
    """
    stop = len(text)
    for start in (*reversed([match.end() for match in _MARK.finditer(text)]), 0):
        if start and text[start - 2 : start - 1] in words.CAPITALS and _labels(text, start - 1):
            continue
        if text[start - 1 : start] == "\n" and _ANNOUNCES.search(text, max(0, start - 30), start):
            continue
        bare = text[start:stop].strip()
        if _SPEAKS.search(bare):
            yield text.index(bare[0], start), bare
        stop = start


def _labels(text: str, at: int) -> bool:
    """Whether a mark behind a capital ends no sentence: it stands behind a letter that labels an option."""
    if text[at] != "." or text[max(0, at - 2) : at - 1].isalnum():
        return False
    follows = text[at + 2 : at + 3]
    ends = follows.isupper() or UNSPACED.match(follows) is not None
    return not ends or _LINE_STARTS.search(text[max(0, at - 12) : at - 1]) is not None


def read(text: str, known: Names, last: bool = False) -> Said:
    """Read one sentence.

    Args:
        text: the sentence, plain.
        known: what the options are called.
        last: nothing follows it, so that what it infers is what was asked about, in whatever words.
    """
    text = text[-LONGEST:]
    if len(text) < 8 and (bare := text.strip(MARKS)) in words.CAPITALS and not known.lettered:
        option = index_of(bare) if index_of(bare) < known.count else None
        return Said(option, Force.STATED, frozenset(), frozenset(), (), 0, True)
    said = look(text, known)
    low, present = said.low, said.present
    about = len(known.asked & present)
    infers = (not present.isdisjoint(words.INFERS) and "so that" not in low) or (
        said.abroad and has_any(low, words.CHINESE_INFERS)
    )
    asks = low.rstrip(" \"')").endswith(("?", "？", ":"))  # or announces what follows
    leads_on = not asks and (said.letters or said.abroad or not words.LEADS.isdisjoint(present))
    stated = _stated(said, known) if leads_on else None
    spoken = said.tokens
    if stated is not None and not _doubts(said, known):
        option = stated if 0 <= stated < known.count else None
        return Said(option, Force.STATED, _NONE, _NONE, spoken, len(known.asked), True)
    if not (said.letters or may_name(low, present, known)):
        return Said(None, Force.NOTHING, _NONE, _NONE, spoken, about, infers and about > 0)
    by = name(said, known, infers)
    answers = not known.negative and (
        not present.isdisjoint(words.ANSWERS) or (said.abroad and has_any(low, words.CHINESE_ANSWERS))
    )
    label = is_label(text)
    denying = label and _denying(said)  # "B. left: there is nothing there, so no"
    listed = label and (denying or not answers)
    plans = (words.PLANS if by.inferred else words.ASKS) - known.asked
    to_the_point = (answers or plans.isdisjoint(present)) and not _compares_otherwise(said, known)
    force, option = Force.NOTHING, None
    if known.negative and not asks:
        force, option = _excluded(by, infers, about)
    elif to_the_point and not (asks or listed):
        force, option = _weigh(said, known, by, infers, answers, about, last)
    firm = force == Force.CONCLUDED if said.abroad and UNSPACED.search(low) else by.extra <= _MOST_EXTRA
    here, denied = frozenset(by.asserted | by.doubted), frozenset(by.denied)
    if denying:
        here, denied = _NONE, here | denied
    holds = to_the_point and by.in_order and not (asks or by.open or label)
    held = frozenset(by.asserted) if holds else _NONE
    restated = len(known.core & present)
    return Said(option, force, here, denied, spoken, about, infers and about > 0, firm, held, restated)


_NONE: frozenset[int] = frozenset()


def _doubts(said: Sentence, known: Names) -> bool:
    conditional = not known.hypothetical and not words.IF.isdisjoint(said.present)
    return conditional or not words.DOUBTS.isdisjoint(said.present - known.said)


_MOST_EXTRA = 3
"""Words of the parts that assert an option, beside its own, the question's and function words: with more of them the
option may stand there by the way."""


def _excluded(by: Named, infers: bool, about: int) -> tuple[Force, int | None]:
    """How firmly a sentence answers a question for what does not hold, and with which option."""
    one = by.asserted | by.denied
    if len(one) != 1 or not (infers or (about and by.denied and not (by.asserted or by.open))):
        return Force.NOTHING, None
    return Force.CONCLUDED if infers else Force.PLAIN, next(iter(one))


def _weigh(
    said: Sentence, known: Names, by: Named, infers: bool, answers: bool, about: int, last: bool
) -> tuple[Force, int | None]:
    """How firmly a sentence that names options stands for one of them, and for which."""
    nothing, chosen = (Force.NOTHING, None), by.asserted
    if by.open or len(chosen) > 1 or not (chosen or by.off):
        return nothing
    if infers and not answers and _is_for_or_against(said, by, about):
        return nothing
    fragment = len(said.tokens) <= 5 and not by.extra
    if not (about or fragment or said.abroad or _is_elliptic(said.tokens)):
        to_the_point = by.by_letter or not by.extra or (last and _is_thing(chosen, known))
        relevant = answers or (infers and by.inferred and to_the_point)
        return (Force.CONCLUDED, next(iter(chosen))) if relevant and chosen else nothing
    if by.off:
        return (Force.CONCLUDED if infers or answers else Force.PLAIN), None
    if not by.in_order:
        return nothing
    option = next(iter(chosen))
    if answers or (infers and by.inferred):
        return Force.CONCLUDED, option
    if by.only_letter and not _ENDS_ON_LETTER.search(said.text):
        return nothing
    if said.abroad and "=" not in said.low and not UNSPACED.search(said.low):
        return nothing
    return Force.PLAIN, option


def _is_thing(chosen: set[int], known: Names) -> bool:
    """Whether options are more than how, or how many, something is, which another thing may be as well."""
    return not all(map(qualifies, frozenset().union(*(known.words[one] for one in chosen)) - words.FUNCTION))


def _compares_otherwise(said: Sentence, known: Names) -> bool:
    return bool(known.comparing and known.comparing.isdisjoint(said.present) and comparing(said.low))


def _is_for_or_against(said: Sentence, by: Named, about: int) -> bool:
    """Whether only words of its own say if it is for an option or against it: "so A is out", "so we drop A"."""
    if not by.extra or said.abroad or not (by.only_letter or _is_firsts(said.tokens)):
        return False
    return not (about and _ENDS_ON_LETTER.search(said.text))


def _is_firsts(spoken: Sequence[str]) -> bool:
    """Whether a sentence tells what the writer does, and not what is so."""
    subject = next((word for word in spoken if word not in words.OPENINGS), "")
    return subject in words.FIRST_PERSON and words.VERBS.isdisjoint(spoken)


def _is_elliptic(spoken: Sequence[str]) -> bool:
    """Whether the subject of a sentence, or of its conclusion, is a pronoun."""
    subject = next((word for word in spoken if word not in words.OPENINGS), "")
    return subject in words.PRONOUNS


def _denying(said: Sentence) -> bool:
    if said.abroad and has_any(said.low, words.CHINESE_DENIES):
        return True
    return "n't" in said.low or not words.DENYING_OR_LACKING.isdisjoint(said.present)


def _stated(said: Sentence, known: Names) -> int | None:
    """Index of the option that is called the answer in so many words; its place in the alphabet if it is none."""
    text, found = said.text, None
    for start, end in leads(text):
        value = text[end : end + 80].partition("\n")[0]
        first = None if known.lettered and "nswer" not in text[start:end] else first_letter(value)
        if first is None:
            found = starts_with(value, known, found)
            continue
        at, found = first
        also = named(tokens(value[at + 1 :].partition(",")[0].lower()), known)
        if (also and found not in also) or names_another(value, at):
            return None
    return found


def starts_with(value: str, known: Names, default: int | None = None) -> int | None:
    """Index of the one option whose words an answer starts with."""
    first = next((value[start:stop] for start, stop, here in parts(value.lower()) if here), "")
    found = name(look(first, known), known).asserted
    return found.pop() if len(found) == 1 else default


def asserted(text: str, known: Names) -> set[int]:
    """Indices of the options that a sentence asserts."""
    return name(look(text[-LONGEST:], known), known).asserted
