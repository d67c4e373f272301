"""Cut text into words that can be compared: lower case, one spelling, no articles, plurals or number words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from lmms_robust.parsing.vocabulary import CONTRASTS, IRREGULAR, NUMBERS, STOPWORDS

# Chinese characters are words of their own; everything else is a run of letters or a number.
_WORD = re.compile(r"[\u3400-\u9fff]|\d+(?:[.,:]\d+)*|[^\W\d_\u3400-\u9fff]+(?:'[^\W\d_]+)?")
_ARTICLES = frozenset(("a", "an", "the"))
_DOUBLED = re.compile(r"([bdgmnprt])\1$")
# Words that only look like inflected forms.
_WHOLE_WORDS = """red need seed feed bed this his its us as is was has yes gas bus plus less across always thing nothing
something anything everything ceiling king ring string spring wing grass glass dress cross class brass
address series species news lens building morning evening"""
_WHOLE = frozenset(_WHOLE_WORDS.split())


@dataclass(frozen=True, slots=True)
class Word:
    """One word: its compared form, and where it stands in the text."""

    form: str
    start: int
    end: int


def _strip_ending(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if word.endswith("s") and len(word) > 3 and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    if word.endswith("ing") and len(word) > 5:
        return _DOUBLED.sub(r"\1", word[:-3])
    if word.endswith("ed") and len(word) > 4:
        return _DOUBLED.sub(r"\1", word[:-2])
    return word


@lru_cache(maxsize=20_000)
def compared(word: str) -> str:
    """Return the form in which two spellings of a word are equal.

    >>> [compared(word) for word in ("Boxes", "facing", "Grey", "three", "wooden")]
    ['box', 'fac', 'gray', '3', 'wood']
    """
    lower = word.lower().removesuffix("'s")
    lower = IRREGULAR.get(lower, lower)
    if lower in NUMBERS:
        return NUMBERS[lower]
    if lower[:1].isdigit():
        return lower.replace(",", "")
    if lower not in _WHOLE:
        lower = _strip_ending(lower)
        lower = IRREGULAR.get(lower, lower)
    return lower[:-1] if len(lower) > 3 and lower.endswith("e") else lower


def words(text: str) -> list[Word]:
    """Return the words of ``text`` without articles."""
    found = [
        Word(compared(match[0]), match.start(), match.end())
        for match in _WORD.finditer(text)
        if match[0].lower() not in _ARTICLES or _is_name(text, match)
    ]
    return _with_halves(found) if "half" in text else found


def _with_halves(found: list[Word]) -> list[Word]:
    """Read "one and a half" as 1.5."""
    joined: list[Word] = []
    for word in found:
        if word.form == "half" and len(joined) > 1 and joined[-1].form == "and" and joined[-2].form.isdigit():
            joined[-2:] = [Word(f"{joined[-2].form}.5", joined[-2].start, word.end)]
        else:
            joined.append(word)
    return joined


def _is_name(text: str, match: re.Match[str]) -> bool:
    """Whether a capital A is a name, as in "point A", and no article."""
    at = match.start()
    return match[0] == "A" and at > 1 and text[at - 1] == " " and text[at - 2].isalpha()


def forms(text: str) -> tuple[str, ...]:
    """Return the compared forms of the words of ``text``."""
    return tuple(word.form for word in words(text))


STOP_FORMS = frozenset(compared(word) for word in STOPWORDS) - {"1"}


def content(text: str) -> frozenset[str]:
    """Return the compared forms that carry meaning."""
    return frozenset(forms(text)) - STOP_FORMS


_CONTRASTS = tuple(frozenset(compared(word) for word in family) for family in CONTRASTS)


@lru_cache(maxsize=4_000)
def contrasts(form: str) -> frozenset[str]:
    """Return the compared forms that exclude ``form``, e.g. right for left."""
    found: set[str] = set()
    for family in _CONTRASTS:
        if form in family:
            found |= family
    return frozenset(found - {form})
