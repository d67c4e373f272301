"""One plain spelling of model text that keeps every offset, and how words, numbers and formulas are compared."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from string import punctuation

from lmms_robust.reading import words

WORD = re.compile(r"\d++(?:[.,:/]\d++)*+|[^\W\d_]++(?:'[^\W\d_]++)?+")
_ASCII_WORD = re.compile(r"[a-z]++(?:'[a-z]++)?+|\d++(?:[.,:/]\d++)*+")  # the same in small ASCII letters, found faster
NUMBER = re.compile(r"(?:(?<![\w)\s])|(?<=[\s(=:]))-\s?\d+(?:[.,:/]\d+)*|\d+(?:[.,:/]\d+)*")
MARKS = punctuation + " \n。！？、（）：；"
"""What may stand around an answer."""


@lru_cache(maxsize=65_536)
def form(word: str) -> str:
    """A word as it is compared: number words from two on as digits, plurals as singulars."""
    if word in words.NUMBERS:
        return words.NUMBERS[word]
    plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) and word not in words.TABLE
    return word[:-1] if plural else word


def tokens(low: str) -> list[str]:
    """Words and numbers of a text in lower case, each as it is compared.

    >>> tokens("two dogs at 10:15")
    ['2', 'dog', 'at', '10:15']
    """
    return [*map(form, (_ASCII_WORD if low.isascii() else WORD).findall(low))]


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
