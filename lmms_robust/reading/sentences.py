"""What one sentence says about the options: nothing, one of them, several, or something that is none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import NamedTuple

from lmms_robust.reading import words
from lmms_robust.reading.letters import (
    LETTER,
    called,
    first_letter,
    index_of,
    is_label,
    leads,
    letters_in,
    names_another,
)
from lmms_robust.reading.options import UNSPACED, Names, may_name, named
from lmms_robust.reading.parts import Named, name, parts
from lmms_robust.reading.questions import comparing
from lmms_robust.reading.spelling import MARKS, has_any, tokens

LONGEST = 600
"""Characters of a sentence that are read; what goes on for longer is a list or a formula, and its end is read."""

_MARK = re.compile(r"[.!?;\n。！？；]")
_FOREIGN = re.compile(r"[^\W\d_a-zA-Z]")  # a letter that is not Latin
_SPEAKS = re.compile(r"\w")
_SPOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?")


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


def backwards(text: str) -> Iterator[tuple[int, str]]:
    r"""Offsets and texts of the sentences and lines of a text, the last one first.

    >>> [sentence for _, sentence in backwards("So it is B. right? 3.5 m.\n(A) left")]
    ['(A) left', '3.5 m.', 'So it is B. right?']
    """
    stop = len(text)
    for at in reversed([match.start() for match in _MARK.finditer(text)]):
        if _ends(text, at):
            yield from _solid(text, at + 1, stop)
            stop = at + 1
    yield from _solid(text, 0, stop)


def _solid(text: str, start: int, stop: int) -> Iterator[tuple[int, str]]:
    sentence = text[start:stop]
    bare = sentence.strip()
    if bare and _SPEAKS.search(bare):
        yield start + sentence.index(bare[0]), bare


def _ends(text: str, at: int) -> bool:
    """Whether a mark ends a sentence: not one within a number, nor behind a letter that labels an option."""
    if text[at] not in ".!?":
        return True
    after = text[at + 1 : at + 3]
    if after and not after[0].isspace():
        return False
    before = text[max(0, at - 3) : at]
    if text[at] != "." or before[-1:] not in words.CAPITALS or before[-2:-1].isalnum():
        return True
    return (
        before[-2:-1] not in ("", "\n")
        and not (before[-2:-1] == " " and before[-3:-2] in ("", "\n"))
        and after[1:].isupper()
    )


def read(text: str, known: Names, count: int) -> Said:
    """Read one sentence.

    Args:
        text: the sentence, plain.
        known: what the options are called.
        count: number of options.
    """
    text = text[-LONGEST:]
    if len(text) < 8 and (bare := text.strip(MARKS)) in words.CAPITALS and not known.lettered:
        option = index_of(bare) if index_of(bare) < count else None
        return Said(option, Force.STATED, frozenset(), frozenset(), (), 0, True)
    low = text.lower()
    spoken = tuple(tokens(low))
    present = frozenset(spoken)
    asks = low.rstrip(" \"')").endswith(("?", "？"))
    about = sum(word in low for word in known.asked)
    foreign = not low.isascii() and _FOREIGN.search(low) is not None
    infers = (not present.isdisjoint(words.INFERS) and "so that" not in low) or (
        foreign and has_any(low, words.CHINESE_INFERS)
    )
    by = None
    named_by_words, letter = may_name(low, present, about, known), LETTER.search(text)
    if named_by_words or letter:
        doubtful = bool(present & words.DOUBTS - known.said) or (
            not known.hypothetical and not present.isdisjoint(words.IF)
        )
        stated = None if asks or doubtful else _stated(text, known, count)
        if stated is not None:
            option = stated if 0 <= stated < count else None
            return Said(option, Force.STATED, frozenset(), frozenset(), spoken, len(known.asked), True)
        if named_by_words or any(True for _ in letters_in(text, known.pointed)):
            by = name(text, low, known, count, infers)
    if by is None:
        return Said(None, Force.NOTHING, frozenset(), frozenset(), spoken, about, infers and about > 0)
    answers = not known.negative and (
        not present.isdisjoint(words.ANSWERS) or (foreign and has_any(low, words.CHINESE_ANSWERS))
    )
    force, option = (Force.NOTHING, None) if asks else _weigh(text, low, spoken, known, by, infers, answers, about)
    firm = by.extra <= _MOST_EXTRA if not UNSPACED.search(low) else force == Force.CONCLUDED
    here = frozenset(by.asserted | by.doubted)
    if is_label(text) and _denying(spoken, low):  # "B. left: there is nothing there, so no"
        by.denied |= here
        here = frozenset()
    holds = by.in_order and not (asks or by.open or is_label(text) or _compares_otherwise(low, known))
    holds = holds and (answers or words.ASKS.isdisjoint(spoken))
    held = frozenset(by.asserted if holds else ())
    return Said(option, force, here, frozenset(by.denied), spoken, about, infers and about > 0, firm, held)


_MOST_EXTRA = 3
"""Words of the parts that assert an option, beside its own, the question's and function words: with more of them the
option may stand there by the way."""


def _weigh(
    text: str, low: str, spoken: Sequence[str], known: Names, by: Named, infers: bool, answers: bool, about: int
) -> tuple[Force, int | None]:
    """How firmly a sentence that names options stands for one of them, and for which."""
    nothing, chosen = (Force.NOTHING, None), by.asserted
    denying = _denying(spoken, low)
    if known.negative:
        one = chosen | by.denied
        return (Force.CONCLUDED, next(iter(one))) if infers and len(one) == 1 else nothing
    if by.open or len(chosen) > 1 or not (chosen or by.off) or (is_label(text) and (denying or not answers)):
        return nothing
    if (not answers and not words.ASKS.isdisjoint(spoken)) or _compares_otherwise(low, known):
        return nothing
    foreign = _FOREIGN.search(low) is not None
    fragment = len(spoken) <= 5 and not by.extra
    if not (about or fragment or foreign or is_elliptic(spoken)):
        relevant = answers or (infers and by.inferred and (by.by_letter or not by.extra))
        return (Force.CONCLUDED, next(iter(chosen))) if relevant and chosen else nothing
    if by.off:
        return (Force.CONCLUDED if infers or answers else Force.PLAIN), None
    if not by.in_order:
        return nothing
    option = next(iter(chosen))
    if answers or (infers and by.inferred):
        return Force.CONCLUDED, option
    if by.by_letter or (foreign and "=" not in low and not UNSPACED.search(low)):
        return nothing
    return Force.PLAIN, option


def _compares_otherwise(low: str, known: Names) -> bool:
    return bool(known.comparing and known.comparing.isdisjoint(tokens(low)) and comparing(low))


def is_elliptic(spoken: Sequence[str]) -> bool:
    """Whether the subject of a sentence, or of its conclusion, is a pronoun."""
    subject = next((word for word in spoken if word not in words.OPENINGS), "")
    return subject in words.PRONOUNS


def _denying(spoken: Sequence[str], low: str) -> bool:
    if not low.isascii() and has_any(low, words.CHINESE_DENIES):
        return True
    return "n't" in low or not words.DENYING.isdisjoint(spoken) or not words.LACKS.isdisjoint(spoken)


def _stated(text: str, known: Names, count: int) -> int | None:
    """Index of the option that is called the answer in so many words; ``count`` or more if that is none of them."""
    found = None
    if not known.negative and not known.lettered and (by_name := called(text)):
        found = by_name[1]
    for start, end in leads(text):
        value = text[end : end + 80].partition("\n")[0]
        first = None if known.lettered and "nswer" not in text[start:end] else first_letter(value)
        if first is None:
            found = starts_with(value, known, count, found)
            continue
        at, found = first
        also = named(tokens(value[at + 1 :].partition(",")[0].lower()), known)
        if (also and found not in also) or names_another(value, at):
            return None
    return found


def starts_with(value: str, known: Names, count: int, default: int | None = None) -> int | None:
    """Index of the one option whose words an answer starts with."""
    part = next((part for _, part in parts(value.lower()) if part.strip(" \"'({")), "")
    found = name(part, part, known, count).asserted
    return found.pop() if len(found) == 1 else default


def asserted(text: str, known: Names, count: int) -> set[int]:
    """Indices of the options that a sentence asserts, or at least names without denying them."""
    text = text[-LONGEST:]
    found = name(text, text.lower(), known, count)
    return found.asserted
