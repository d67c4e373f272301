"""Whether a caption says its own option and no other: the only judgement passed on captions that a model wrote."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lmms_robust.statements.vocabulary import NUMBERS
from lmms_robust.statements.yes_no import is_yes

LONGEST = 400  # characters; a caption that is longer is not one sentence about one option
_ZERO = {"zero", "0", "no", "none"}
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|without|lacks?|cannot|\w+n['’]t)\b", re.IGNORECASE
)


def problem(caption: str, options: Sequence[str], own: int) -> str | None:
    """Say what is wrong with a caption, or None.

    Words that belong to a mention of the own option do not count for a shorter option: "bottom left" is not "left".

    >>> problem("The cat is on the left.", ("left", "right"), 0)
    >>> problem("The cat is on the left, not on the right.", ("left", "right"), 0)
    "it mentions another option, 'right'"
    >>> problem("The cat is at the bottom left.", ("left", "bottom left"), 0)
    "it mentions another option, 'bottom left'"
    >>> problem("Two dogs are in the picture.", ("2", "3"), 0), problem("The door is closed.", ("no", "yes"), 0)
    (None, 'it does not deny what is asked')
    """
    shape = _misshapen(caption)
    if shape or is_yes(options[own]) is not None:
        return shape or _polar(caption, options[own])
    others = sorted(set(options) - {options[own]}, key=len, reverse=True)
    longer = [text for text in others if _mentions(text, options[own]) and not _mentions(options[own], text)]
    if not _mentions(caption, options[own]):
        return f"it does not mention {options[own]!r}"
    rest = _masked(caption, options[own])
    for text in others:
        if _mentions(caption if text in longer else rest, text):
            return f"it mentions another option, {text!r}"
    return "it denies something" if _NEGATION.search(rest) and not _NEGATION.search(options[own]) else None


def _misshapen(caption: str) -> str | None:
    if not caption.strip():
        return "it is empty"
    if len(caption) > LONGEST or "\n" in caption:
        return f"it is longer than one sentence of {LONGEST} characters"
    return "it asks a question" if "?" in caption else None


def _polar(caption: str, own: str) -> str | None:
    denies = bool(_NEGATION.search(caption))
    if is_yes(own) and denies:
        return "it denies what is asked"
    return None if is_yes(own) or denies else "it does not deny what is asked"


def _mentions(text: str, option: str) -> bool:
    return bool(_mention(option).search(text))


def _masked(text: str, option: str) -> str:
    return _mention(option).sub("…", text)


def _mention(option: str) -> re.Pattern[str]:
    """A mention of an option, its numbers in digits or in words."""
    text = " ".join(option.split()).strip().rstrip(".").casefold()
    words = (re.sub(r"^(?:the|a|an) (?=\S)", "", text) or option).split()
    forms = [_ZERO] if words in (["0"], ["zero"], ["none"]) else map(_forms, words)
    told = r"\s+".join(f"(?:{'|'.join(map(re.escape, sorted(form)))})" for form in forms)
    return re.compile(rf"(?<!\w){told}(?!\w)", re.IGNORECASE)


def _forms(word: str) -> set[str]:
    if word.isdecimal() and int(word) < len(NUMBERS):
        return {word, NUMBERS[int(word)]}
    return {word, str(NUMBERS.index(word))} if word in NUMBERS else {word}
