"""One plain spelling of model text that keeps every offset, and how words, numbers and formulas are compared."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from string import punctuation

from lemminflect import getAllLemmas

from lmms_robust.reading import words

WORD = re.compile(r"\d++(?:[.,:/]\d++)*+|[^\W\d_]++(?:'[^\W\d_]++)?+")
_ASCII_WORD = re.compile(r"[a-z]++(?:'[a-z]++)?+|\d++(?:[.,:/]\d++)*+")  # the same in small ASCII letters, found faster
NUMBER = re.compile(r"(?:(?<![\w)\s])|(?<=[\s(=:]))-\s?\d+(?:[.,:/]\d+)*|\d+(?:[.,:/]\d+)*")
MARKS = punctuation + " \n。！？、（）：；"
"""What may stand around an answer."""


def base(word: str) -> str:
    """The dictionary form of an adjective or a verb in lower case; other words, and those of our table, as they are.

    >>> base("taller"), base("sitting"), base("number"), base("left")
    ('tall', 'sit', 'number', 'left')
    """
    known = getAllLemmas(word) if word.isascii() and len(word) > 3 and word not in words.TABLE else {}
    if {"NOUN", "VERB", "ADJ"} <= known.keys():  # "number" is more numb, too
        return word
    found: str = (known.get("ADJ") or known.get("VERB") or (word,))[0]
    return word if found in words.TABLE else found


@lru_cache(maxsize=65_536)
def qualifies(word: str) -> bool:
    """Whether a word in lower case says how or how many something is: an adjective, or a number."""
    return word in words.NUMBERS or not word.isalpha() or "ADJ" in getAllLemmas(word)


@lru_cache(maxsize=65_536)
def form(word: str) -> str:
    """A word as it is compared: number words from two on as digits, others in their dictionary form."""
    if word in words.NUMBERS:
        return words.NUMBERS[word]
    found = base(word)
    plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) and word not in words.TABLE
    return base(word[:-1]) if plural and found == word else found


def tokens(low: str) -> list[str]:
    """Words and numbers of a text in lower case, each as it is compared.

    >>> tokens("two dogs at 10:15")
    ['2', 'dog', 'at', '10:15']
    """
    return [*map(form, (_ASCII_WORD if low.isascii() else WORD).findall(low))]


_COMPARES = re.compile(
    r"\b(?:\w{2,12}er(?=\s(?:to|than|from)\b)|(?<=is )\w{2,12}er|(?<=are )\w{2,12}er|(?<=the )\w{2,9}er(?= \w)|"
    r"(?<=the )\w{2,12}est|(?<=is )\w{2,12}est|more|less|fewer|most|least)\b"
)


def comparing(low: str) -> frozenset[str]:
    """The words with which a text in lower case compares, such as "taller", as tokens."""
    found = _COMPARES.findall(low)
    return frozenset(form(word) for word in found if _compared(word) or word in words.INEXACT)


def _compared(word: str) -> bool:
    """Whether a word is the comparative of an adjective: of "far", of "close"."""
    lemmas = {*getAllLemmas(word).get("ADJ", ())} - {word}
    return bool(lemmas) and lemmas.isdisjoint(words.TABLE) and word not in words.TABLE


def has_any(text: str, marks: Iterable[str]) -> bool:
    """Whether one of some marks stands anywhere in a text, as is to be asked where no blanks part the words."""
    return any(mark in text for mark in marks)


def number(text: str) -> str:
    """One spelling of a number: without thousands separators and zeros behind the point."""
    text = text.replace(",", "").replace(" ", "")
    return text.rstrip("0").rstrip(".") if "." in text else text


def squeeze(text: str) -> str:
    """A formula without blanks and braces around single characters."""
    return re.sub(r"\{(\w)\}", r"\1", re.sub(r"\s", "", text)).rstrip(".")


def folded(text: str) -> str:
    """A text up to case, blanks and marks at its ends."""
    return " ".join(text.split()).casefold().strip(MARKS)


# Full-width forms to ASCII, typographic quotes, marks of emphasis and of mathematics to blanks.
_FLAT = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_FLAT |= zip(
    "‘’“”「」『』【】〔〕、–—−•·*`$~\t\r\u00a0\u200b\ufeff\u3000",
    '\'\'""""""()(),---       \n    ',
    strict=True,
)
_NOT_FLAT = re.compile(f"[{re.escape(''.join(_FLAT))}]")
_COMMAND = re.compile(
    r"\\(?:(?:text|math|operatorname|mbox)[a-z]{0,6}\s?\{|(?:left|right|big)(?![a-zA-Z])|[()\[\],;!% ])"
)
_FRACTION = re.compile(r"\\[dt]?frac\s?\{(\w{1,9})\}\s?\{(\w{1,9})\}")
_MARKUP = re.compile(r"<\|?/?[a-zA-Z_/:]{2,24}\|?>|</?[a-z]>|^\s{0,3}#{1,6}\s|__", re.MULTILINE)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def plain(text: str) -> str:
    r"""Return ``text`` with markup, LaTeX styles and tokens of chat templates blanked, in half-width characters.

    >>> plain("**Ｂ**"), plain("\\text{B}"), plain("B<eoa>")
    ('  B  ', '      B}', 'B     ')
    """
    text = _NOT_FLAT.sub(lambda mark: _FLAT[mark.group()], text)
    if "\\" in text:
        text = _FRACTION.sub(lambda match: f"{match[1]}/{match[2]}".ljust(len(match[0])), text)
        text = _COMMAND.sub(_blank, text)
    if "<" in text or "#" in text or "__" in text:
        text = _MARKUP.sub(_blank, text)
    return text
