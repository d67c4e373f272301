"""Find where a text names an option by its words: longest match, inflections, synonyms that fit one option only."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from lmms_robust.parsing.false_friends import false_friends
from lmms_robust.parsing.plain import plain
from lmms_robust.parsing.vocabulary import SYNONYMS
from lmms_robust.parsing.words import STOP_FORMS, Word, forms, words

Phrase = tuple[str, ...]

# Words at the edges of an option that do not tell it from the others.
_EDGE = frozenset(
    forms(
        "to of in on at by from with and it is are be there this that image side part area corner you me us him them "
        "your my his her their"
    )
)
# Words that are too common to name an option without the words around them.
_TOO_COMMON = frozenset(forms("on in at to of by with up down no it is out off and or for from not as be"))
_PREPOSITIONS = frozenset(forms("of in on at by from with to that who which near under behind next hold wear and"))
# Nouns too general to stand for the option that ends in them ("room" for "living room").
_GENERAL = frozenset(
    forms(
        "room area side thing object one direction image answer scene place part kind type color way distance option "
        "item person man woman people position shape view"
    )
)
_NEGATIVE = frozenset(forms("no not none neither nobody nothing without"))
_SYNONYMS = tuple(tuple(forms(phrase) for phrase in group) for group in SYNONYMS)


@dataclass(frozen=True, slots=True)
class Mention:
    """An option named by its words: index of the option and characters ``start`` to ``end`` of the text."""

    option: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The phrases that name each option of one question.

    Attributes:
        phrases: phrase to option index.
        starts: first word to the phrases that start with it, longest first.
        keys: per option, words that tell it from the others, for options of several words.
        full: words of each whole option.
    """

    phrases: dict[Phrase, int]
    starts: dict[str, tuple[Phrase, ...]]
    keys: tuple[frozenset[str], ...]
    full: tuple[Phrase, ...]


def trimmed(phrase: Phrase) -> Phrase:
    """Return the phrase without edge words such as "to the ... of"."""
    start, end = 0, len(phrase)
    while start < end - 1 and phrase[start] in _EDGE:
        start += 1
    while end - 1 > start and phrase[end - 1] in _EDGE:
        end -= 1
    return phrase[start:end]


def _core(phrase: Phrase, shared: frozenset[str]) -> Phrase:
    """The stretch of an option without the words that most options share at its edges."""
    start, end = 0, len(phrase)
    while start < end and phrase[start] in shared:
        start += 1
    while end > start and phrase[end - 1] in shared:
        end -= 1
    core = phrase[start:end]
    if core and all(word in _TOO_COMMON for word in core):
        return phrase[start : end + 2] if end + 1 <= len(phrase) and len(phrase) > end else ()
    return core


def _variants(phrase: Phrase) -> set[Phrase]:
    """The phrase with one synonym put in."""
    found: set[Phrase] = {(word[:-3], "o'clock") for word in phrase if len(phrase) == 1 and word.endswith(":00")}
    for group in _SYNONYMS:
        for old in group:
            for start in range(len(phrase) - len(old) + 1):
                if phrase[start : start + len(old)] == old:
                    found |= {phrase[:start] + new + phrase[start + len(old) :] for new in group if new != old}
    return found


def _within(phrase: Phrase, longer: Phrase) -> bool:
    return any(longer[start : start + len(phrase)] == phrase for start in range(len(longer) - len(phrase) + 1))


def _own(claims: Sequence[set[Phrase]], taken: dict[Phrase, int], full: Sequence[Phrase]) -> None:
    """Add each phrase that exactly one option claims, none has yet, and no other option contains."""
    counts = Counter(phrase for claim in claims for phrase in claim)
    for option, claim in enumerate(claims):
        for phrase in claim:
            telling = phrase and counts[phrase] == 1 and any(w not in _TOO_COMMON for w in phrase)
            others = (other for index, other in enumerate(full) if index != option)
            if telling and phrase not in taken and not any(_within(phrase, other) for other in others):
                taken[phrase] = option


def _heads(phrase: Phrase) -> set[Phrase]:
    """The noun phrase before the first preposition, and its last word."""
    stop = next((i for i, word in enumerate(phrase) if word in _PREPOSITIONS), len(phrase))
    noun = phrase[:stop]
    if (
        not noun
        or noun[0] in _NEGATIVE
        or len(noun) > 3
        or noun[-1] in STOP_FORMS | _EDGE
        or not noun[-1].isalpha()
        or len(noun[-1]) < 3
    ):
        return set()
    return {noun} if noun[-1] in _GENERAL else {noun, noun[-1:]}


@lru_cache(maxsize=2_000)
def lexicon(options: tuple[str, ...]) -> Lexicon:
    """Build the phrases of ``options``: whole texts first, then what tells them apart, then synonyms."""
    full = tuple(forms(plain(option)) for option in options)
    counts = Counter(word for phrase in full for word in set(phrase))
    shared = frozenset(word for word, count in counts.items() if count > len(full) / 2 and count > 1)
    taken: dict[Phrase, int] = {}
    counted = Counter(full)
    for option, phrase in enumerate(full):
        if phrase and counted[phrase] == 1 and (len(phrase) > 1 or phrase[0] not in _TOO_COMMON - {"up", "down"}):
            taken[phrase] = option
    cores = [_core(phrase, shared) for phrase in full]
    _own([{trimmed(phrase)} for phrase in full], taken, full)
    _own([{core, trimmed(core)} for core in cores], taken, full)
    _own([_variants(phrase) | _variants(trimmed(phrase)) for phrase in full], taken, full)
    _own([_variants(core) | _variants(trimmed(core)) for core in cores], taken, full)
    heads = [{head for head in _heads(phrase) if len(head) > 1 or counts[head[0]] == 1} for phrase in full]
    for text, phrase, head in zip(options, full, heads, strict=True):
        if _DOING.match(text) and len(phrase) > 1 and counts[phrase[0]] == 1:
            head.add(phrase[:1])
    _own(heads, taken, full)
    _own([set().union(*map(_variants, head)) for head in heads], taken, full)
    starts: dict[str, list[Phrase]] = {}
    for phrase in taken:
        starts.setdefault(phrase[0], []).append(phrase)
    keys = tuple(frozenset(phrase) - shared - STOP_FORMS - {"not"} for phrase in full)
    return Lexicon(taken, {w: tuple(sorted(p, key=len, reverse=True)) for w, p in starts.items()}, keys, full)


def _matches(found: Sequence[Word], position: int, phrase: Phrase) -> int:
    """Number of words that match; "on box" also matches "on closed box"."""
    length = len(phrase)
    heard = tuple(word.form for word in found[position : position + length + 1])
    if heard[:length] == phrase:
        return length
    if length > 1 and phrase[0] in _TOO_COMMON and heard[: length - 1] == phrase[:-1] and heard[length:] == phrase[-1:]:
        return length + 1
    return 0


def _exact(found: Sequence[Word], known: Lexicon) -> list[Mention]:
    mentions: list[Mention] = []
    position = 0
    while position < len(found):
        for phrase in known.starts.get(found[position].form, ()):
            length = _matches(found, position, phrase)
            if length:
                mentions.append(Mention(known.phrases[phrase], found[position].start, found[position + length - 1].end))
                position += length - 1
                break
        position += 1
    return mentions


def _scattered(found: Sequence[Word], known: Lexicon) -> list[Mention]:
    """Options of several words of which most telling words stand in the text, in any order."""
    present = {word.form: word for word in found}
    shares = [len(key & present.keys()) / len(key) if key else 0.0 for key in known.keys]
    best = max(shares, default=0.0)
    if best < 0.6 or shares.count(best) > 1:
        return []
    option = shares.index(best)
    if len(known.keys[option]) < 2:
        return []
    if any(share > best - 0.25 for index, share in enumerate(shares) if index != option):
        return []
    hit = [present[form] for form in known.keys[option] & present.keys()]
    return [Mention(option, min(word.start for word in hit), max(word.end for word in hit))]


def find_mentions(text: str, options: Sequence[str]) -> list[Mention]:
    """Return the options that ``text`` names, in order; where matches overlap, the longest one.

    >>> find_mentions("It is in the bottom-left corner.", ("left", "bottom left"))
    [Mention(option=1, start=13, end=24)]
    """
    known = lexicon(tuple(options))
    found = words(text)
    exact = _exact(found, known)
    wrong = false_friends(text) if exact else []
    exact = [m for m in exact if m.end - m.start > 9 or not any(s < m.end and m.start < e for s, e in wrong)]
    parts = {match.start(1) for match in _PART.finditer(text)}
    exact = [m for m in exact if m.start not in parts or forms(text[m.start : m.end]) in known.full]
    if len({mention.option for mention in exact}) > 1 and (joint := _composite(text, exact, known)):
        return [joint]
    return exact or _scattered(found, known)


_DOING = re.compile(r"\W*[A-Za-z]{3,}ing\b")
# A part of a thing, where the word is no place ("the chair's back").
_PART = re.compile(r"(?:'s|\bits|\bhis|\bher|\btheir|\bmy) (back|front|top|bottom)\b", re.IGNORECASE)
_APART = re.compile(r"\b(?:not|or|nor|but|than|neither)\b|n't\b", re.IGNORECASE)


def _composite(text: str, exact: Sequence[Mention], known: Lexicon) -> Mention | None:
    """Take "white with red" for the option "red and white" and neither "red" nor "white"."""
    if _APART.search(text[exact[0].start : exact[-1].end]):
        return None
    named = {mention.option for mention in exact}
    parts = frozenset().union(*(known.keys[option] for option in named))
    for option, key in enumerate(known.keys):
        if len(key) > 1 and key == parts and option not in named and all(known.keys[o] < key for o in named):
            return Mention(option, exact[0].start, exact[-1].end)
    return None


def names_exactly(text: str, options: Sequence[str]) -> int | None:
    """Return the option whose whole text ``text`` is, up to case, articles, inflection and punctuation."""
    own = forms(text)
    full = lexicon(tuple(options)).full
    return full.index(own) if own and full.count(own) == 1 else None
