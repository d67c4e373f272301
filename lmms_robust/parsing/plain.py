"""Bring model text to one plain form: width, markdown, LaTeX, arrows and chat-template tokens.

Owns spelling only; knows nothing about options or answers.
"""

from __future__ import annotations

import re
import unicodedata

# Characters that NFKC leaves alone but that mean ordinary punctuation.
_PUNCTUATION = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u300c": '"', "\u300d": '"', "\u3002": ". "}
    | {"\u3001": ", ", "\uff0c": ", ", "\uff1b": "; ", "\uff1a": ": ", "\u2013": " - ", "\u2014": " - ", "\u2022": "- "}
    | {"\uff01": "! ", "\uff1f": "? ", "\u200b": "", "\ufeff": "", "\u3010": "(", "\u3011": ")", "\ufe0f": ""}
)
# Chat-template leftovers such as <|im_end|>, <|begin_of_box|>, </s>.
_SPECIAL_TOKEN = re.compile(r"<\|[^|<>\n]{1,40}\|>|</?s>")
# LaTeX size commands that contain option words: \left( and \right).
_LATEX_SIZE = re.compile(r"\\(?:left|right|big|Big)\s?[()\[\]|.]")
_LATEX_BOX = re.compile(r"\\f?box(?:ed)?\s?\{([^{}]*)\}")
_LATEX_STYLE = re.compile(
    r"\\(?:text|mathrm|mathbf|mathsf|textbf|textit|textrm|operatorname|mathit|emph)\s?\{([^{}]*)\}",
)
_ARROW = re.compile(r"\\(?:Rightarrow|rightarrow|to|implies|therefore)(?![a-zA-Z])|[\u2192\u21d2\u2234]|=>|->")
_MATH_MARK = re.compile(r"\\[()\[\]]|\$|\\(?=[,;!%#_& ])")
_TICK = re.compile("\\\\checkmark|[\u2713\u2714\u2705]")
_CROSS = re.compile("[\u2717\u2718\u274c\u274e]")
_MARKDOWN = re.compile(r"\*+|__+|`+|~~+")
_LINE_MARK = re.compile(r"^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?)+", re.MULTILINE)
_BREAK = re.compile(r"<br\s?/?>|</?p>", re.IGNORECASE)
_BLANKS = re.compile(r"[^\S\n]+")
# Words spelled out, and "don't see any", brought to the form that options use.
_SPELLED = re.compile(r"\b[A-Z](?:-[A-Z]){2,20}\b")
_NOT_ANY = re.compile(
    r"\b(?:do not|don't|cannot|can't|can not|could not|couldn't|did not|didn't) (?:\w+ )?(?:see|find|spot|detect|"
    r"notice) any\b"
)
_AT_BACK = re.compile(r"\b(?:at|behind) (?:the )?(?:\w+'s|your|my|his|her|their) back\b", re.IGNORECASE)
_BOLD_LETTER = re.compile(r"(?<![\w*])\*{1,3}\s?([A-J])\s?\*{1,3}(?![\w*])")


def _unwrap_latex(text: str) -> str:
    """Take the content out of boxes and style commands, four levels deep."""
    for _ in range(4):
        styled = _LATEX_STYLE.sub(r"\1", text)
        opened = _LATEX_BOX.sub(r" answer: \1 ", styled)
        if opened == text:
            break
        text = opened
    return text


def plain(text: str) -> str:
    r"""Return ``text`` without markup, in half-width characters, with line breaks kept.

    A boxed value is spelled out as ``answer: value`` because the box is LaTeX's way to say so.

    >>> plain("\\boxed{\\text{B}}").strip()
    'answer: B'
    >>> plain("**Ｂ**")
    '(B)'
    """
    text = unicodedata.normalize("NFKC", text.translate(_PUNCTUATION))
    text = _SPECIAL_TOKEN.sub(" ", _BREAK.sub("\n", text))
    text = _unwrap_latex(_LATEX_SIZE.sub(" ", text))
    text = _ARROW.sub(", so ", text)
    text = _CROSS.sub(" incorrect ", _TICK.sub(" correct ", _MATH_MARK.sub("", text)))
    text = _NOT_ANY.sub("see no", _SPELLED.sub(lambda match: match[0].replace("-", ""), text))
    text = _AT_BACK.sub("behind", text)
    text = _BOLD_LETTER.sub(r"(\1)", text)
    text = _LINE_MARK.sub("", _MARKDOWN.sub("", text)).replace("\r", "\n")
    return _BLANKS.sub(" ", text)
