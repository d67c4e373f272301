"""Yes or no: said in so many words, by calling a statement right or wrong, or by repeating or denying the question."""

from __future__ import annotations

import re

from lmms_robust.reading import words
from lmms_robust.reading.options import Names, claim
from lmms_robust.reading.spelling import tokens

_FIRST = re.compile(r"\W{0,4}(?:(?:so|therefore|thus|hence)\W{1,3})?(yes|no|true|false)(?=[,.;:!]|\s?\Z)")
_SAID = re.compile(
    r"\b(?:answer|statement|it|this|that|which|option)\b[^.;]{0,30}?(?:\bis\b|\bbe\b|:)\W{0,4}(?:\w{1,20}\W{1,3})?"
    r"(yes|no|true|false)\b(?! \w)"
)
_SO = re.compile(r"[,;:]\s{0,3}(?:so|therefore|thus|hence)\s(yes|no|true|false)\W*\Z")
_HOLDS = re.compile(
    rf"\b(?:{'|'.join(sorted(words.STATEMENTS))})\b"
    r"[^.;]{0,200}?\b(?:is|are|be)\s(?:(not)\s)?(?:\w{2,12}\s)?"
    r"(?:(true|correct|accurate|right|supported)|false|incorrect|inaccurate|wrong|untrue)\b"
)
_CLAUSE = re.compile(r"[,;:()]|\bbecause\b|\bsince\b")


def yes_or_no(low: str, told: str, known: Names) -> set[int]:
    """Index of the option "yes" or "no" that a sentence asserts, as a set; empty if it asserts neither.

    Args:
        low: the sentence, plain, in lower case.
        told: what it says itself: without what it quotes or doubts.
        known: what the options are called.
    """
    yes, no = known.polar.values()
    match, holds = _FIRST.match(told) or _SAID.search(told) or _SO.search(told), _HOLDS.search(low)
    if match and match[1] in known.polar:
        return {known.polar[match[1]]}
    if known.negative:
        return set()
    if holds:
        return {yes if bool(holds[1]) != bool(holds[2]) else no}
    stating = [one for one in _CLAUSE.split(told) if any(_states(clause, known) for clause in one.split(" that "))]
    if len(stating) != 1:
        return set()
    negations = sum(word in words.DENYING or word.endswith("n't") for word in tokens(stating[0]))
    return {no if negations % 2 else yes}


def _states(part: str, known: Names) -> bool:
    """Whether a clause has the words of the question in their order, its subject perhaps as a pronoun."""
    said, asked = claim(part), known.claim
    if len(asked) > 1 and said[:1] and said[0] in words.SUBJECTS:
        said, asked = said[1:], asked[1:]
        if len(said) > 1 and asked[-len(said) :] == said:  # the pronoun stands for all before
            return True
    rest = iter(said)
    return bool(asked) and all(word in rest for word in asked)
