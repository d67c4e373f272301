"""What a chain of thought says about the objects of a scene, claim by claim.

The objects are those of the embedded benchmark: a shape, a color, a size. A sentence is read where it says something of
them in so many words; one that speaks of them otherwise is counted as unread. Questions, plans, answers and what
somebody else is quoted with claim nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from lmms_robust.reading import words
from lmms_robust.reading.sentences import backwards
from lmms_robust.reading.spelling import plain, tokens
from lmms_robust.scenes.facts import COLORS, SHAPES, SIZES
from lmms_robust.scenes.wording import plural

Kind = Literal["existence", "color", "shape", "size", "place", "relation", "count"]
LONGEST = 40_000
"""Characters of a chain that are read, from its start."""
_LONGEST_SENTENCE = 1_000
"""Characters; what goes on for longer is no sentence."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that pick objects out; what is None is left open.

    Attributes:
        shape: one of :data:`lmms_robust.scenes.facts.SHAPES`.
        color: a key of :data:`lmms_robust.scenes.facts.COLORS`.
        size: one of :data:`lmms_robust.scenes.facts.SIZES`.
        which: of the objects that match: ``"the"`` one or ones that are known, ``"some"``, or ``"every"`` one.
    """

    shape: str | None = None
    color: str | None = None
    size: str | None = None
    which: Literal["the", "some", "every"] = "the"

    @property
    def bare(self) -> bool:
        """Whether nothing is left closed: "the object"."""
        return self.shape is None and self.color is None and self.size is None


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim.

    Attributes:
        kind: what it is about.
        subject: the objects.
        says: what of them: a color, shape, size or place; a relation such as ``"above"``; ``"differs"`` or ``"others"``
            (what all the others are) for the attribute that ``kind`` names; ``"there"``; a number.
        other: the objects that a relation is to; for ``"others"``, what these are.
        denied: it says that this is not so.
    """

    kind: Kind
    subject: Phrase
    says: str
    other: Phrase | None = None
    denied: bool = False


class Read(NamedTuple):
    """What a chain claims, in its order, and how many sentences speak of objects in words that are not read."""

    claims: tuple[Claim, ...]
    unread: int


_NOUNS = {noun: shape for shape in SHAPES for noun in (shape, plural(shape))}
_THINGS = "objects?|(?<!in )shapes?|figures?|things?"
_NUMBERS = {"one": "1", **words.NUMBERS}
_ADJECTIVE = "|".join([*COLORS, *SIZES])
_PHRASE = re.compile(
    rf"\b(?:(?P<det>the|an?|another|no|any|some|this|that|all|{'|'.join(_NUMBERS)}|\d{{1,2}})\s)?"
    rf"(?P<adj>(?:(?:{_ADJECTIVE})(?:,?\s|(?=\b))){{0,4}})(?P<noun>{'|'.join(_NOUNS)}|{_THINGS})\b"
    rf"|\b(?P<nothing>nothing)\s(?P<what>{_ADJECTIVE})\b"
)
_LIST = r"(?:@\d+(?:,? and |, ))*@\d+"
_IS = r"(?:is|are|was|were|lies|sits|stands|appears)(?P<not>n't| not)?"
_SET = r"(?: (?:located|placed|positioned|situated|clearly|indeed|directly|also|just))?"
_SIDE = r"to the left of|to the right of|on the left of|on the right of|left of|right of|above|below|over|under|beneath"
_PLACE = (
    r"(?:at|in|on|near|towards?) the (?:very )?(?P<place>(?:(?:top|bottom|upper|lower)[ -])?(?:left|right)|top|bottom|"
    r"center|centre|middle)(?: (?:corner|side|edge|part|half|area))?(?: of the (?:picture|image|canvas))?(?! of @)"
)

_RELATION = re.compile(rf"@(\d+)(?: {_IS}{_SET})? (?P<how>{_SIDE}) @(\d+)")
_COMPARED = re.compile(rf"@(\d+) {_IS}{_SET} (?P<how>larger|bigger|smaller) than @(\d+)")
_NEAREST = re.compile(rf"@(\d+) {_IS}{_SET} (?:the )?(?:nearest|closest)(?: @\d+| one)? to @(\d+)")
_MOST = re.compile(rf"@(\d+) {_IS}{_SET} the (?P<how>largest|biggest|smallest)(?: @\d+| one)?")
_DIFFERS = re.compile(
    r"@(\d+) (?:differs|is different) from (?:all )?(?:the )?others?(?: @\d+)? in (?P<how>color|shape|size)"
)
_OTHERS = re.compile(rf"(?:all )?(?:the )?others?(?: @\d+)? {_IS} (?:(?P<what>{_ADJECTIVE})\b|@(\d+))")
_VERB = re.compile(_IS.replace("(?P<not>", "(?:"))
_PLACED = re.compile(rf"@(\d+)(?: {_IS}{_SET})?,? {_PLACE}")
_ATTRIBUTE = re.compile(rf"(?P<all>{_LIST}) {_IS}{_SET} (?P<what>{_ADJECTIVE})(?! @)\b")
_KIND_OF = re.compile(rf"@(\d+) {_IS}{_SET} @(\d+)")
_SAME = {"bigger": "larger", "biggest": "largest", "over": "above", "under": "below", "beneath": "below"}
# By a word that is not known: "the leftmost @0".
_MODIFIED = re.compile(r"\b(?:the|an?|this|that) (?!(?:larg|bigg|small|near|clos)est |others? )[a-z-]{2,20} @\d+ ?")
_MARK = re.compile(r"@(\d+)")
_SPEAKS = re.compile(rf"\b(?:{_ADJECTIVE})\b|{_PLACE}")
_ATTRIBUTES: dict[str, Kind] = {"color": "color", "shape": "shape", "size": "size"}
_SILENT = words.REPORTS | words.DOUBTS | words.ASKS | {"answer", "option", "if"}


def claims_in(text: str) -> Read:
    """Read the claims of a chain.

    >>> claims_in("I see a red star at the top. The star is left of the circle. The stars twinkle.").unread
    1
    """
    found: list[Claim] = []
    unread = 0
    for _, sentence in [*backwards(plain(text[:LONGEST]).replace("@", " "))][::-1]:
        if sentence.rstrip(" \"')").endswith("?") or not _SILENT.isdisjoint(tokens(sentence.lower())):
            continue
        claims, whole = _of(sentence.lower()) if len(sentence) <= _LONGEST_SENTENCE else ([], False)
        found += claims
        unread += not whole
    return Read(tuple(found), unread)


class _Sentence:
    """A sentence with its phrases replaced by their numbers, which are taken off as they are read."""

    def __init__(self, low: str) -> None:
        self.phrases: list[Phrase] = []
        self.counts: list[str | None] = []
        self.text = _MODIFIED.sub("# ", " ".join(_PHRASE.sub(self._take, low).split()))
        self.left = set(range(len(self.phrases)))

    def _take(self, match: re.Match[str]) -> str:
        det, adjectives = match["det"] or "", (match["adj"] or match["what"] or "").replace(",", " ").split()
        color = [one for one in adjectives if one in COLORS]
        size = [one for one in adjectives if one in SIZES]
        number = _NUMBERS.get(det, det if det.isdigit() else None)
        if match["nothing"] or det == "no":
            number = "0"
        shape = _NOUNS.get(match["noun"] or "")
        several = bool(match["noun"]) and match["noun"].endswith("s") and match["noun"] not in SHAPES
        known = det in ("the", "this", "that") or not (det or several or match["nothing"])
        which: Literal["the", "some", "every"] = "every" if det == "all" else "the" if known else "some"
        self.phrases.append(Phrase(shape, next(iter(color), None), next(iter(size), None), which))
        self.counts.append(number)
        return f" @{len(self.phrases) - 1} "

    def matches(self, pattern: re.Pattern[str]) -> Iterator[tuple[re.Match[str], list[Phrase]]]:
        """What a pattern finds, and the phrases in it; what it finds is blanked."""
        for match in [*pattern.finditer(self.text)]:
            numbers = [int(number) for number in _MARK.findall(match[0])]
            phrases = [self.phrases[number] for number in numbers]
            self.text = self.text.replace(match[0], "~", 1)
            if phrases[0].bare and phrases[0].which == "the":  # "the object" is one that only the text tells
                continue
            self.left -= set(numbers)
            yield match, phrases


def _of(low: str) -> tuple[list[Claim], bool]:
    """The claims of a sentence, and whether nothing that it says of objects is left unread."""
    said = _Sentence(low)
    if not said.phrases:
        return [], not _SPEAKS.search(low)
    existing = [*_existing(said)]
    claims = [*_placed(said), *_related(said), *_attributed(said)]
    return existing + claims, not said.left


def _existing(said: _Sentence) -> Iterator[Claim]:
    """Objects that a sentence introduces: some, none, or so many; what they are called by is part of it."""
    for number, (phrase, count) in enumerate(zip(said.phrases, said.counts, strict=True)):
        before = said.text[: said.text.find(f"@{number} ")] if f"@{number} " in said.text else said.text
        predicate = re.search(r"(?:is|are|was|were)(?:n't| not)? ?$", before) and not re.search(
            r"\b(?:there|here) (?:is|are|was|were)(?:n't| not)? ?$", before
        )
        if phrase.which != "some" or predicate or (phrase.bare and count is None) or f"@{number}" not in said.text:
            continue
        said.left.discard(number)
        named = Phrase(phrase.shape, phrase.color, None, "some")
        denied = bool(re.search(r"\b(?:(?:is|are|do|does|see)(?:n't| not)(?: see| contain)?|without) ?$", before))
        if count in (None, "0"):
            yield Claim("existence", phrase if count == "0" else named, "there", None, denied or count == "0")
        elif count == "1" and "there" not in before and "count" not in before:
            yield Claim("existence", named, "there", None, denied)
        else:
            yield Claim("count", phrase, str(count), None, denied)
        if phrase.size and count is None and not denied:
            yield Claim("size", named, phrase.size)


def _denied(match: re.Match[str]) -> bool:
    return bool(match["not"])


def _related(said: _Sentence) -> Iterator[Claim]:
    for match, (one, other) in said.matches(_RELATION):
        how = re.sub(r"^(?:to|on) the ", "", match["how"]).removesuffix(" of")
        yield Claim("relation", one, _SAME.get(how, how), other, _denied(match))
    for match, (one, other) in said.matches(_COMPARED):
        yield Claim("size", one, _SAME.get(match["how"], match["how"]), other, _denied(match))
    for match, found in said.matches(_NEAREST):
        yield Claim("relation", found[0], "nearest", found[-1], _denied(match))
    for match, found in said.matches(_MOST):
        yield Claim("size", found[0], _SAME.get(match["how"], match["how"]), None, _denied(match))
    for match, found in said.matches(_DIFFERS):
        yield Claim(_ATTRIBUTES[match["how"]], found[0], "differs")
    yield from _others(said)


def _others(said: _Sentence) -> Iterator[Claim]:
    """What all objects are but the one that the sentence names first."""
    for match, found in said.matches(_OTHERS):
        what = _adjective(match["what"]) if match["what"] else found[-1]
        kind = _kind(what)
        if kind:
            yield Claim(kind, said.phrases[0], "others", what, _denied(match))


def _placed(said: _Sentence) -> Iterator[Claim]:
    for match, (phrase,) in said.matches(_PLACED):
        if phrase.which != "some" and not _VERB.search(match[0]):  # it says which one is meant
            said.left |= {int(number) for number in _MARK.findall(match[0])}
            continue
        place = match["place"].replace("-", " ").replace("upper", "top").replace("lower", "bottom")
        yield Claim("place", phrase, place.replace("centre", "center"), None, _denied(match))


def _attributed(said: _Sentence) -> Iterator[Claim]:
    for match, found in said.matches(_ATTRIBUTE):
        what = _adjective(match["what"])
        for phrase in found:
            yield Claim("color" if what.color else "size", phrase, match["what"], None, _denied(match))
    for match, (phrase, what) in said.matches(_KIND_OF):
        for name, kind in _ATTRIBUTES.items():
            value = getattr(what, name)
            if value:
                yield Claim(kind, phrase, value, None, _denied(match))


def _adjective(word: str) -> Phrase:
    return Phrase(color=word) if word in COLORS else Phrase(size=word)


def _kind(what: Phrase) -> Kind | None:
    return "shape" if what.shape else "color" if what.color else "size" if what.size else None
