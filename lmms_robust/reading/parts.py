"""The parts of a sentence, and which options they assert, deny or leave open."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

from lmms_robust.reading import words
from lmms_robust.reading.letters import letters_in
from lmms_robust.reading.options import POINT, Names, formulas_in, named
from lmms_robust.reading.polar import yes_or_no
from lmms_robust.reading.spelling import NUMBER, WORD, has_any, number, tokens

# A mark that ends a part; all start with a character, so that other places are passed over fast.
_ENDS = re.compile(
    r"[;\"→⇒(),:-](?:(?<=[;\"→⇒])|(?<=\()(?![a-k]\))|(?<=\))(?<!\([a-k]\))|(?<=[,:])(?!\d)|(?<=-)(?<!\w-) )"
)
# A number, with a unit or two, that ends a part of a sentence behind a word for "comes to".
_COMES_TO = re.compile(
    r"(?:=|\b(?:is|are|be|equals?|makes?|gives?|totals?|get|reads?|shows?)\b)[^\w-]{1,4}(?:[a-z]{2,10}[^\w-]{1,2})?"
    r"(-?\d+(?:[.,:/]\d+)*)(?:\W{0,3}[^\W\d]{1,12}){0,2}\W{0,4}\Z"
)


@dataclass(slots=True)
class Named:
    """Options that a sentence names, by what it does with them.

    Attributes:
        asserted: they hold, it says.
        denied: they do not hold.
        doubted: they may hold.
        open: it names some in doubt, as somebody's words, or as one of several.
        off: the number it comes to is none of the options.
        by_letter: a letter names one.
        only_letter: and no words do.
        inferred: what it asserts stands with a word that draws a conclusion, or after it.
        in_order: what it relates is not turned round.
        extra: words of the parts that assert, beside options, question and function words.
    """

    asserted: set[int] = field(default_factory=set)
    denied: set[int] = field(default_factory=set)
    doubted: set[int] = field(default_factory=set)
    open: bool = False
    off: bool = False
    by_letter: bool = False
    only_letter: bool = False
    inferred: bool = False
    in_order: bool = True
    extra: int = 0


Part = tuple[int, int, list[str]]
"""Start, end and words of a part of a sentence."""


class Sentence(NamedTuple):
    """What is asked of a sentence more than once.

    Attributes:
        text: the sentence, plain.
        low: the same in lower case.
        tokens: its words and numbers as they are compared, in order.
        present: the set of them.
        letters: offset and index of each letter that can only be an option's.
        parts: what stands between its marks.
        abroad: it has letters that are not Latin.
    """

    text: str
    low: str
    tokens: tuple[str, ...]
    present: frozenset[str]
    letters: list[tuple[int, int]]
    parts: list[Part]
    abroad: bool


_FOREIGN = re.compile(r"[^\W\d_a-zA-Z]")
_CORRECT = re.compile(r"(?<=that's )right|(?<=that is )right|(?<=looks )right|(?<=seems )right|(?<=sounds )right")
"""Of what was said, not of a side; another word of the same length stands for it."""
_RIGHT = re.compile(r"(?<=\bis )right\b|" + _CORRECT.pattern)
"""The same, where no option is a side."""


def look(text: str, known: Names) -> Sentence:
    """Find words and letters of a sentence."""
    low = text.lower()
    if "right" in low:
        low = (_CORRECT if "right" in known.said else _RIGHT).sub("agree", low)
    parted = parts(low)
    found = tuple(chain.from_iterable([here for _, _, here in parted]))
    letters = [] if known.lettered else [one for one in letters_in(text, known.pointed) if one[1] < known.count]
    if known.points:
        letters += [(at.start(), known.points[at[0]]) for at in POINT.finditer(text) if at[0] in known.points]
    abroad = not low.isascii() and _FOREIGN.search(low) is not None
    return Sentence(text, low, found, frozenset(found), letters, parted, abroad)


def parts(low: str) -> list[Part]:
    """Start, end and words of the parts of a sentence: what stands between its marks."""
    found, start = [], 0
    for match in _ENDS.finditer(low):
        stop = match.start()
        if here := tokens(low[start:stop]):
            found.append((start, stop, here))
        start = match.end()
    return [*found, (start, len(low), tokens(low[start:]))]


def _clauses(said: Sentence) -> Iterator[Part]:
    """The parts of a sentence, parted once more at words that connect or deny."""
    denials = "n't" in said.low
    for start, stop, here in said.parts:
        if words.SPLITS.isdisjoint(here) and not denials:
            yield start, stop, here
            continue
        at = 0  # place of the clause's first word
        for place, match in enumerate(WORD.finditer(said.low, start, stop)):
            if place > at and (match[0] in words.SPLITS or match[0].endswith("n't")):
                yield start, match.start(), here[at:place]
                at, start = place, match.start()
        yield start, stop, here[at:]


def name(said: Sentence, known: Names, infers: bool = False) -> Named:
    """Tell which options a sentence asserts, denies and leaves open.

    Args:
        said: the sentence.
        known: what the options are called.
        infers: it has a word that draws a conclusion.
    """
    found, weight, cue, drawn = Named(), "asserts", -1, False
    numeric: list[tuple[Sequence[str], str]] = []
    worded: set[int] = set()  # options that were named by words
    told, ended = "", 0  # what the sentence says itself
    low = said.low
    weighty = said.abroad or "n't" in low or not words.WEIGHTY.isdisjoint(said.present)
    draws = said.abroad or not words.INFERS.isdisjoint(said.present)
    for place, (start, stop, here) in enumerate(_clauses(said)):
        part = low[start:stop]
        options = set() if known.numbers else named(here, known)
        letters = {index for at, index in said.letters if start <= at < stop} if said.letters else set()
        worded |= options
        if letters:
            options |= letters
        if known.literal:
            options |= {index for text, index in known.literal if text in part}
        cited = weight == "quotes" and low[start - 1 : start] == '"'
        if not cited and (weight in ("asserts", "takes back") or not _goes_on(here)):
            weight = _weight(part, here, known, options, infers) if weighty else _leans(here)
        if weight == "denies" and _negates_verb(here, low[:start]):
            weight = "takes back"
        if (draws and _draws(part, here)) or (start and low[start - 1] in "→⇒"):
            cue = place
        if known.polar and weight not in ("quotes", "leaves"):
            told += ("" if start == ended else ", ") + part
            ended = stop
        concludes = cue >= 0 and (not letters or place - cue < 2)
        drawn |= concludes
        found.by_letter |= bool(letters)
        found.only_letter |= bool(letters) and not letters <= worded
        if weight == "takes back" or (here and words.CORRECTS.issuperset(here)):
            found.open |= bool(found.asserted or numeric)
        elif known.numbers and weight == "asserts":
            numeric.append((here, part))
        if options:
            _add(found, options, weight, here, concludes, known)
    if numeric:
        _count(found, numeric, drawn, known)
    if known.formulas and (formulas := formulas_in(said.text, known)):
        found.inferred |= drawn
        found.asserted |= formulas
    if known.polar:
        found.asserted -= set() if found.by_letter else {*known.polar.values()}
        found.denied -= {*known.polar.values()}
        found.asserted |= yes_or_no(low, told, known)
        found.inferred |= drawn
    found.off &= not found.asserted
    found.open |= bool(found.asserted) and not known.hypothetical and not words.IF.isdisjoint(said.present)
    return found


def _add(found: Named, options: set[int], weight: str, here: Sequence[str], concludes: bool, known: Names) -> None:
    if weight == "asserts" and _modifies(options, here, known):
        found.doubted |= options
        found.open = True
    elif weight == "asserts":
        if concludes and not found.inferred:  # what a sentence concludes outweighs what it starts from
            found.asserted, found.in_order, found.extra = set(), True, 0
        found.asserted |= options
        found.inferred |= concludes
        found.in_order &= not (known.relates or known.places) or _in_order(here, known)
        found.extra += sum(len(word) > 1 or not word.isascii() for word in {*here} - words.COMMON - known.said)
    elif weight in ("denies", "takes back"):
        found.denied |= options
    elif weight == "leaves":
        found.open = True
        found.doubted |= options


def _modifies(options: set[int], here: Sequence[str], known: Names) -> bool:
    """Whether the one word of an option stands before a thing that the question does not have: "the red truck"."""
    if len(options) != 1:
        return False
    own = known.words[next(iter(options))] - words.FUNCTION
    if len(own) != 1 or (word := next(iter(own))) not in here:
        return False
    at = [*here].index(word)
    before = [one for one in here[max(0, at - 2) : at] if one not in words.ARTICLES][-1:]
    after = here[at + 1 : at + 2]
    stands_by = bool(before) and before[0] in words.PREPOSITIONS
    return stands_by and bool(after) and after[0] not in words.COMMON | known.said and after[0].isalpha()


def _weight(part: str, here: Sequence[str], known: Names, options: set[int], infers: bool) -> str:
    """What a part does: "asserts", "denies", "leans" (is subordinate), "leaves" (open) or "quotes"."""
    present = {*here}
    if options:
        present = present.difference(*(known.words[index] for index in options))
    if not words.DENYING.isdisjoint(present) or "n't" in part:
        return "denies"
    if not words.DOUBTS.isdisjoint(present) or ("would" in present and not infers):
        return "leaves"
    if not words.REPORTS.isdisjoint(present) and _reports(here, present - known.said):
        return "quotes"
    if not part.isascii():
        if has_any(part.replace("最可能", ""), words.CHINESE_DOUBTS):
            return "leaves"
        if has_any(part, words.CHINESE_DENIES):
            return "denies"
    return _leans(here)


def _reports(here: Sequence[str], present: set[str]) -> bool:
    """Whether a part gives somebody's words: not "statement B", nor "the correct description", which are options."""
    return any(
        word in present and len(after) != 1 and before not in words.ANSWERS
        for before, word, after in zip(("", *here), here, (*here[1:], ""), strict=False)
        if word in words.REPORTS
    )


def _leans(here: Sequence[str]) -> str:
    return "leans" if here and here[0] in words.SUBORDINATE else "asserts"


def _goes_on(here: Sequence[str]) -> bool:
    """Whether a part is one more item of the list that the part before it starts: "no cat, dog, or big bird"."""
    return (len(here) < 3 and here[:1] not in (["but"], ["so"])) or (
        here[0] in ("or", "nor") and words.VERBS.isdisjoint(here)
    )


def _negates_verb(here: Sequence[str], before: str) -> bool:
    """Whether a part starts by negating a verb, so that what stands before it does not hold: "8 cannot be right"."""
    if not here or here[0] == "cannot" or here[0].endswith("n't"):
        return bool(here)
    verb, adverb = (["", "", *before.split()])[-2:]
    return here[0] == "not" and (
        adverb in words.AUXILIARIES or (verb in words.AUXILIARIES and adverb in words.CONNECTS)
    )


def _draws(part: str, here: Sequence[str]) -> bool:
    return not words.INFERS.isdisjoint(here) or (not part.isascii() and has_any(part, words.CHINESE_INFERS))


def _in_order(here: Sequence[str], known: Names) -> bool:
    """Whether what the question relates is not turned round: "the dog is left of the cup" of "where is the cup?"."""
    if known.places and not known.places & {*here} and not words.PLACES.isdisjoint({*here} - known.of_options):
        return False
    asked = [word for word in here if word in known.order]
    return not known.relates or len({*asked}) < 2 or asked[0] != known.order[-1]


def _count(found: Named, numeric: Sequence[tuple[Sequence[str], str]], drawn: bool, known: Names) -> None:
    """Options by the number that a sentence comes to: none if that is none of them, or if it has several numbers."""
    values: list[str] = []
    for here, part in numeric:
        found.open |= not (words.INEXACT - known.asked).isdisjoint(here)
        numbers = ["1" if one == "one" else one for one in here if one[0].isdigit() or one == "one"]
        comes = _COMES_TO.search(part) if numbers else None
        if comes or "=" in part:
            values = [comes[1]] if comes else NUMBER.findall(part.rpartition("=")[2])[:1]
        else:
            values += numbers
    distinct = {number(value) for value in values}
    distinct = distinct - known.given or distinct & known.numbers.keys() or distinct
    options = {known.numbers[value] for value in distinct if value in known.numbers}
    found.off = len(distinct) == 1 and not options
    found.open |= len(distinct) > 1
    found.inferred |= bool(options) and drawn
    found.asserted |= options
