r"""One plain spelling of model text that keeps every offset: a character stands where it stood.

So what is read in the plain text is found at the same place of the response. Knows nothing about options or answers.
"""

from __future__ import annotations

import re

# Full-width forms to ASCII, typographic quotes, marks of emphasis and of mathematics to blanks.
_FLAT = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | str.maketrans(
    "‘’“”「」『』【】〔〕、–—−•·*`$~\t\r\u00a0\u200b\ufeff\u3000", '\'\'""""""()(),---       \n    '
)
_COMMAND = re.compile(
    r"\\(?:(?:text|math|operatorname|mbox)[a-z]{0,6}\s?\{|(?:left|right|big)(?![a-zA-Z])|[()\[\],;!% ])"
)
_MARKUP = re.compile(r"<\|?/?[a-zA-Z_/:]{2,24}\|?>|</?[a-z]>|^\s{0,3}#{1,6}\s|__", re.MULTILINE)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def plain(text: str) -> str:
    r"""Return ``text`` with markup, LaTeX styles and tokens of chat templates blanked, in half-width characters.

    >>> plain("**Ｂ**"), plain("\\text{B}"), plain("B<eoa>")
    ('  B  ', '      B}', 'B     ')
    """
    text = text.translate(_FLAT)
    if "\\" in text:
        text = _COMMAND.sub(_blank, text)
    if "<" in text or "#" in text or "__" in text:
        text = _MARKUP.sub(_blank, text)
    return text
