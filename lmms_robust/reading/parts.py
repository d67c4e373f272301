"""The parts of a sentence, and which options they assert, deny or leave open."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from lmms_robust.reading import words
from lmms_robust.reading.letters import letters_in
from lmms_robust.reading.options import Names, formulas_in, named
from lmms_robust.reading.questions import claim
from lmms_robust.reading.spelling import NUMBER, has_any, number, tokens

_SPLIT = re.compile(
    r"[;\"→⇒，、]|\((?![a-j]\))|(?<!\([a-j])\)|[,:](?!\d)|(?<!\w)- |\b(?=(?:"
    + "|".join(sorted(words.SPLITS))
    + r"|\w{2,7}n't)\b)"
)
_FIRST = re.compile(r"\W{0,4}(?:(?:so|therefore|thus|hence)\W{1,3})?(yes|no|true|false)(?=[,.;:!]|\s?\Z)")
_SAID = re.compile(
    r"\b(?:answer|statement|it|this|that|which|option)\b[^.;]{0,30}?(?:\bis\b|\bbe\b|:)\W{0,4}(?:\w{1,20}\W{1,3})?"
    r"(yes|no|true|false)\b(?! \w)"
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
    inferred: bool = False
    in_order: bool = True
    extra: int = 0


def parts(low: str) -> Iterator[tuple[int, str]]:
    """Offsets and texts of the parts of a sentence: what stands between its marks and connecting words."""
    start = 0
    for match in _SPLIT.finditer(low):
        if match.start() > start:
            yield start, low[start : match.start()]
        start = match.end()
    yield start, low[start:]


class _Part(NamedTuple):
    """A part of a sentence: what it does, whether a word in or before it draws a conclusion, which options it has."""

    text: str
    tokens: list[str]
    weight: str
    inferred: bool
    letters: set[int]
    options: set[int]


def _weighed(text: str, low: str, known: Names, count: int, infers: bool) -> Iterator[_Part]:
    """The parts of a sentence, each with what it does with the options that it names."""
    by_place = [] if known.lettered else [*letters_in(text, known.pointed)]
    weight, cue = "asserts", -1
    for place, (start, part) in enumerate(parts(low)):
        here = tokens(part)
        letters = {index for at, index in by_place if start <= at < start + len(part) and index < count}
        options = set() if known.numbers else named(here, known) | _literal(part, known)
        goes_on = weight in ("denies", "leaves", "quotes", "leans") and _goes_on(here)
        if not goes_on:
            weight = _weight(part, here, known, options, infers)
        if (start and low[start - 1] in "→⇒") or _draws(part, here):
            cue = place
        if weight == "denies" and _negates_verb(here, low[:start]):
            weight = "takes back"
        yield _Part(
            part, here, weight, 0 <= cue <= place and (not letters or place - cue < 2), letters, letters | options
        )


def name(text: str, low: str, known: Names, count: int, infers: bool = False) -> Named:
    """Tell which options a sentence asserts, denies and leaves open.

    Args:
        text: the sentence, plain.
        low: the same in lower case.
        known: what the options are called.
        count: number of options.
        infers: it has a word that draws a conclusion.
    """
    found, drawn = Named(), False
    numeric: list[tuple[list[str], str]] = []
    for part in _weighed(text, low, known, count, infers):
        drawn |= part.inferred
        found.by_letter |= bool(part.letters)
        if part.weight == "takes back":
            found.open |= bool(found.asserted or numeric)
        elif known.numbers and part.weight == "asserts":
            numeric.append((part.tokens, part.text))
        if part.options:
            _add(found, part, known)
    if numeric:
        found.open |= any(not words.INEXACT.isdisjoint(here) for here, _ in numeric)
        values, found.off, several = _values(numeric, known)
        found.open |= several
        found.inferred |= bool(values) and drawn
        found.asserted |= values
    if known.formulas and (formulas := formulas_in(text, known)):
        found.inferred |= drawn
        found.asserted |= formulas
    if known.polar:
        _polar(found, low, known, drawn)
    found.off &= not found.asserted
    found.open |= bool(found.asserted) and not known.hypothetical and not words.IF.isdisjoint(low.split())
    return found


def _add(found: Named, part: _Part, known: Names) -> None:
    if part.weight == "asserts":
        if part.inferred and not found.inferred:  # what a sentence concludes outweighs what it starts from
            found.asserted, found.in_order, found.extra = set(), True, 0
        found.asserted |= part.options
        found.inferred |= part.inferred
        found.in_order &= _in_order(part.tokens, known)
        found.extra += sum(word not in words.COMMON and word not in known.said for word in part.tokens)
    elif part.weight in ("denies", "takes back"):
        found.denied |= part.options
    elif part.weight == "leaves":
        found.open = True
        found.doubted |= part.options


def _weight(part: str, here: Sequence[str], known: Names, options: set[int], infers: bool) -> str:
    """What a part does: "asserts", "denies", "leans" (is subordinate), "leaves" (open) or "quotes"."""
    present = {*here}
    own = frozenset().union(*(known.words[index] for index in options)) if options else frozenset()
    if present & words.DENYING - own or "n't" in part:
        return "denies"
    if present & words.DOUBTS - own or ("would" in present and not infers):
        return "leaves"
    if not (present & words.REPORTS).issubset(known.said):
        return "quotes"
    if not part.isascii():
        if has_any(part.replace("最可能", ""), words.CHINESE_DOUBTS):
            return "leaves"
        if has_any(part, words.CHINESE_DENIES):
            return "denies"
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


def _literal(part: str, known: Names) -> set[int]:
    return {index for text, index in known.literal if text in part}


def _values(numeric: Sequence[tuple[Sequence[str], str]], known: Names) -> tuple[set[int], bool, bool]:
    """Options by the number that a sentence comes to; whether that is none of them; whether it has several numbers."""
    values: list[str] = []
    for here, part in numeric:
        comes = _COMES_TO.search(part)
        if comes or "=" in part:
            values = [comes[1]] if comes else NUMBER.findall(part.rpartition("=")[2])[:1]
        else:
            values += ["1" if one == "one" else one for one in here if one[0].isdigit() or one == "one"]
    distinct = {number(value) for value in values}
    found = {known.numbers[value] for value in distinct if value in known.numbers}
    return found, len(distinct) == 1 and not found, len(distinct) > 1


def _polar(found: Named, low: str, known: Names, drawn: bool) -> None:
    """Yes or no: said in so many words, or by a part that states or denies all that the question asks."""
    yes, no = known.polar.values()
    found.asserted = found.asserted if found.by_letter else found.asserted - {yes, no}
    found.denied -= {yes, no}
    match, holds = _FIRST.match(low) or _SAID.search(low), _HOLDS.search(low)
    if match and match[1] in known.polar:
        found.asserted |= {known.polar[match[1]]}
    elif known.negative:
        return
    elif holds:
        found.asserted |= {yes if bool(holds[1]) != bool(holds[2]) else no}
    elif sum(_states(clause, known) for clause in _CLAUSE.split(low)) == 1:
        found.asserted |= {no if _negations(low) % 2 else yes}
    found.inferred |= drawn


_CLAUSE = re.compile(r"[,;:()]|\bthat\b|\bbecause\b|\bsince\b")
_HOLDS = re.compile(
    rf"\b(?:{'|'.join(sorted(words.STATEMENTS))})\b"
    r"[^.;]{0,200}?\b(?:is|are|be)\s(?:(not)\s)?(?:\w{2,12}\s)?"
    r"(?:(true|correct|accurate|right)|false|incorrect|inaccurate|wrong|untrue)\b"
)


def _states(part: str, known: Names) -> bool:
    """Whether a clause repeats the words of the question in their order, its subject perhaps as a pronoun."""
    said, asked = claim(part), known.claim
    if len(asked) > 1 and said[:1] and said[0] in words.SUBJECTS:
        said, asked = said[1:], asked[1:]
    rest = iter(said)
    return bool(asked) and all(word in rest for word in asked)


def _negations(part: str) -> int:
    return sum(word in words.DENYING or word.endswith("n't") for word in tokens(part))
