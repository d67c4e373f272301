"""What takes an answer back and puts another letter in its place: "No, C.", "Sorry, I mean C."."""

from __future__ import annotations

import re

from lmms_robust.reading import words
from lmms_robust.reading.letters import letters_in
from lmms_robust.reading.spelling import tokens

_LONGEST = 60
"""Characters of such a sentence."""
_PLAIN = (words.COMMON | words.FIRST_PERSON | {"mean", "my"}) - words.DENYING - words.SUBORDINATE - {"or"}
"""The words that it consists of, beside its letter."""
_NO = re.compile(r"\W{0,4}no\s(?!wait\b|actually\b|sorry\b)", re.IGNORECASE)
"""A "no" that is said of what follows it: "no sign of C"."""


def correction(sentence: str) -> tuple[int, int] | None:
    """Offset and index of the letter that a sentence puts in the place of an answer before it.

    >>> correction("Sorry, I mean C."), correction("Wait, not C."), correction("No sign of C.")
    ((14, 2), None, None)
    """
    if len(sentence) > _LONGEST or sentence.rstrip().endswith("?") or _NO.match(sentence):
        return None
    found = [*letters_in(sentence, anywhere=True)]
    if len(found) != 1:
        return None
    at, _ = found[0]
    before, after = tokens(sentence[:at].lower()), tokens(sentence[at + 1 :].lower())
    if words.CORRECTS.isdisjoint(before[:2]):
        return None
    beside = enumerate([*before, *after])
    return found[0] if all(word in _PLAIN or (word == "no" and place < 2) for place, word in beside) else None
