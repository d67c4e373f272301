"""Words of a sentence with their parts of speech, told by a tagger that comes with its package."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from denckring_en_pos import EnglishPosPack
from lemminflect import getAllInflections, getAllLemmas

_TOKEN = re.compile(
    r"[\"“][^\"”]*[\"”]|n't\b|'\w+|[$€£]?\d+(?:[-.,:/]\d+)*%?(?!\w)|[^\W_]+(?:[-.][^\W_]+)*|(?P<mark>\S)"
)
_NOT = re.compile(r"(?<=[^\W\d_])(?=n['’]t\b)|(?<=\bcan)(?=not\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Word:
    """A word in its sentence.

    Attributes:
        text: the word as it stands; a quotation is one word.
        tag: universal part of speech: ``"NOUN"``, ``"VERB"``, ``"AUX"``, …
        form: of a verb ``"Fin"``, ``"Part"``, ``"Ger"`` or ``"Inf"``; else ``""``.
        after: marks between it and the next word, such as ``","``.
    """

    text: str
    tag: str
    form: str = ""
    after: str = ""

    @property
    def low(self) -> str:
        """The word in lower case."""
        return self.text.casefold()


@cache
def tagged(sentence: str) -> tuple[Word, ...]:
    """Tag the words of a sentence.

    >>> [(word.text, word.tag, word.form) for word in tagged("The dog isn't barking.")][1:]
    [('dog', 'NOUN', ''), ('is', 'AUX', 'Fin'), ("n't", 'PART', ''), ('barking', 'VERB', 'Part')]
    """
    texts: list[str] = []
    marks: list[str] = []
    for found in _TOKEN.finditer(_NOT.sub(" ", sentence.replace("’", "'"))):
        if found["mark"] and texts:
            marks[-1] += found["mark"]
        elif not found["mark"]:
            texts.append(found[0])
            marks.append("")
    quoted = ["it" if text[0] in '"“' else text for text in texts]
    tags = _tagger().pos_tags(quoted)
    return tuple(
        Word(text, "PROPN" if text[0] in '"“' else tag.upos, tag.verb_form or "", mark)
        for text, tag, mark in zip(texts, tags, marks, strict=True)
    )


@cache
def _tagger() -> EnglishPosPack:
    return EnglishPosPack()


@cache
def lemmas(word: str) -> frozenset[str]:
    """Words whose form a word may be, and itself: "leave" and "leaf" of "leaves".

    >>> sorted(lemmas("Leaves"))
    ['leaf', 'leave', 'leaves']
    """
    low = word.casefold()
    return frozenset([low]).union(*getAllLemmas(low).values())


@cache
def number(noun: str) -> str | None:
    """Whether a noun is ``"one"`` or ``"many"``; None for unknown words and for those that can be both.

    >>> [number(word) for word in ("dog", "dogs", "mice", "sheep", "rice", "qwerty")]
    ['one', 'many', 'many', None, 'one', None]
    """
    low = noun.casefold()
    if low == "people":
        return "many"
    known = getAllLemmas(low, upos="NOUN").get("NOUN", ())
    if not known:
        return None
    if low not in known:
        return "many"
    plural = getAllInflections(low).get("NNS", ())
    return None if len(known) > 1 or (low in plural and (low.endswith("s") or plural == (low,))) else "one"


@cache
def countable(noun: str) -> bool:
    """Whether a word is a noun that needs an article in the singular: "jug", but not "rice", "red" or "jugs".

    >>> [word for word in ("jug", "rice", "stone", "red", "jugs", "female") if countable(word)]
    ['jug']
    """
    low = noun.casefold()
    found = getAllLemmas(low)
    plural = getAllInflections(low).get("NNS", ())
    return low in found.get("NOUN", ()) and bool(plural) and low not in plural and not {"ADJ", "ADV"} & found.keys()
