"""What looks wrong with the nouns of a sentence: their number, a plural that is none, an article that is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lemminflect import getAllInflections, getAllLemmas

from lmms_robust.statements.tagged import Word, countable, number
from lmms_robust.statements.vocabulary import BE

RELATIVE = frozenset({"that", "which", "who", "whom", "whose"})
ASKS = frozenset({"what", "which", "who", "whom", "whose", "where", "when", "why", "how"})
JOINS = frozenset(
    {"that", "which", "who", "whom", "whose", "where", "when", "while", "because", "if", "as", "than", "whether"}
)
"""Words that open a clause, or a comparison, within a sentence."""

_SINGLE = frozenset({"1", "one", "a", "an"})
_SEVERAL = re.compile(r"0|[2-9]|\d{2,}|zero|two|three|four|five|six|seven|eight|nine|ten")
_NO_S = re.compile(r"(?:[sxz]|[cs]h|[^aeiou]y)s$")  # these take "es", or "ies"
_SIDES = frozenset({"left", "right", "front", "back", "top", "bottom"})
_DETERMINED = frozenset({"a", "an", "the", "each", "every", "this", "that", "no", "'s"})


def noun_flaws(words: Sequence[Word]) -> Iterator[str]:
    """Name what looks wrong with the nouns of a sentence."""
    yield from _counts(words)
    yield from _plurals(words)
    yield from _articles(words)


def noun_phrase(words: Sequence[Word], start: int, end: int | None = None) -> Sequence[Word]:
    """The noun phrase that starts at a place, without what follows its head: "the box | of pencils on the desk"."""
    stop = len(words) if end is None else end
    for place in range(start, stop):
        word = words[place]
        if place > start and (
            word.tag == "ADP" or word.form or word.low in JOINS | {"not", "n't"} or "(" in words[place - 1].after
        ):
            return words[start:place]
        if "," in word.after:
            return words[start : place + 1] if end is None else ()  # several things, or an aside
    return words[start:stop]


def _counts(words: Sequence[Word]) -> Iterator[str]:
    """Nouns whose number is not that of the word that counts them: "1 lamps"."""
    for place, word in enumerate(words[:-1]):
        phrase = noun_phrase(words, place + 1)
        nouns = [one for one in phrase if one.tag in {"NOUN", "PROPN"}]
        if word.after or not nouns or phrase[0].tag not in {"NOUN", "ADJ", "PROPN"}:
            continue
        last = nouns[-1].low
        stops = len(nouns) > 1 and last.endswith("s") and "VERB" in getAllLemmas(last)  # "a bus | stops"
        one = word.low in _SINGLE and number(last) == "many" and not (stops and number(nouns[-2].low) == "one")
        if one or (_SEVERAL.fullmatch(word.low) and number(last) == "one"):
            yield "noun of another number"


def _plurals(words: Sequence[Word]) -> Iterator[str]:
    for place, word in enumerate(words):
        counted = place and words[place - 1].tag in {"NUM", "DET", "ADJ"}
        if word.tag == "NOUN" and _no_plural(word.low) and (counted or "VERB" not in getAllLemmas(word.low)):
            yield "a plural that is none"


def _articles(words: Sequence[Word]) -> Iterator[str]:
    """Countable nouns in the singular without an article: "brown desk is", "there is desk", "the object is desk"."""
    start = max((place + 1 for place, word in enumerate(words[:-1]) if "," in word.after), default=0)
    subject = noun_phrase(words, start)
    if subject and start + len(subject) < len(words) and not any(map(_is_determined, subject)):
        head, follows = subject[-1], words[start + len(subject)]
        sure = bool(follows.form) or follows.low == "of" or "(" in head.after  # not "plants release iron | in …"
        if sure and head.tag == "NOUN" and countable(head.low) and (len(subject) == 1 or head.text.islower()):
            yield "no article"
    for before, word, after in zip(words, words[1:], words[2:], strict=False):
        most = word.low == "same" or (word.tag == "ADJ" and word.low.endswith("est"))
        opened = before.low in BE or before.tag == "ADP" or before.low in {"has", "have"}
        if before.low in BE and word.low == "to" and after.low in _SIDES:
            yield "no article"  # "is to | front left"
        if most and opened and not before.after and after.tag == "NOUN":
            yield "no article"  # "has | lowest price"
    for place in range(1, len(words) - 1):
        noun, ends = words[place + 1], place + 2 == len(words)
        if words[place].low not in BE or words[place].after or not countable(noun.low) or noun.text[:1].isupper():
            continue
        if words[0].low == "there":
            bare = ends or bool(noun.after) or words[place + 2].tag == "ADP"
        else:  # not "the season is winter"
            thing = bool(subject) and subject[-1].low in {"object", "thing", "item", "one"}
            bare = ends and thing and not any(word.low in JOINS for word in words)
        if bare:
            yield "no article"


def _is_determined(word: Word) -> bool:
    return word.tag in {"DET", "PRON", "NUM"} or word.low in _DETERMINED


def _no_plural(word: str) -> bool:
    """Whether a word is a noun with an "s" that its plural does not have: "foxs", "loafs", "geeses", "riddens"."""
    if not word.endswith("s") or "NOUN" in getAllLemmas(word):
        return False
    if not getAllLemmas(word) and (getAllLemmas(word[:-1]).keys() == {"VERB"} or _NO_S.search(word)):
        return True
    for one in {word[:-1], word.removesuffix("es")}:
        plural = getAllInflections(one).get("NNS", ()) if one in getAllLemmas(one, upos="NOUN").get("NOUN", ()) else ()
        if (plural and word not in plural) or (number(one) == "many" and not one.endswith("s")):
            return True
    return False
