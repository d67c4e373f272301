"""Whether a caption says its own option and no other: the only judgement passed on captions that a model wrote."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lmms_robust.benchmarks.yes_no import is_yes

LONGEST = 400  # characters; a caption that is longer is not one sentence about one option
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
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
    >>> problem("Two dogs are in the picture.", ("2", "3"), 0), problem("The door is closed.", ("no", "yes"), 0)
    (None, 'it does not deny what is asked')
    """
    shape = _misshapen(caption)
    if shape or is_yes(options[own]) is not None:
        return shape or _polar(caption, options[own])
    rest, mentioned = _mask(caption, options[own])
    if not mentioned:
        return f"it does not mention {options[own]!r}"
    for option in sorted(set(options) - {options[own]}, key=len, reverse=True):
        if _mask(rest, option)[1]:
            return f"it mentions another option, {option!r}"
    return None


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


def _mask(text: str, option: str) -> tuple[str, bool]:
    """Blank out every mention of an option, and say whether there was one."""
    alternatives = "|".join(
        r"\s+".join(map(re.escape, form.split())) for form in sorted(_forms(option), key=len, reverse=True)
    )
    masked, count = re.subn(rf"(?<!\w)(?:{alternatives})(?!\w)", "…", text, flags=re.IGNORECASE)
    return masked, count > 0


def _forms(option: str) -> set[str]:
    text = " ".join(option.split()).strip().rstrip(".").casefold()
    bare = re.sub(r"^(?:the|a|an) (?=\S)", "", text)
    if text.isdecimal() and int(text) < len(_WORDS):
        return _ZERO if int(text) == 0 else {text, _WORDS[int(text)]}
    if text in _WORDS:
        return _ZERO if text == "zero" else {text, str(_WORDS.index(text))}
    return {bare or option}
