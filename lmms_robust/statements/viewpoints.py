"""Whose view a question takes: "from the man's perspective" goes to the front of the statement."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from lmms_robust.statements.grammar import definite, is_plural, mid_sentence, sentence
from lmms_robust.statements.state import Pattern

_VIEW = r"(?:persp?ective|viewpoint|point of view|view)"
_HOLDER = rf"(?:(?:the )?{_VIEW} of [^?,]+?|(?:(?!\bfrom\b)[^?,])+? {_VIEW})"
_BEFORE = rf"(?:in (?:the|this) (?:image|picture|photo)\s*,?\s+)?(?:from (?P<lead>{_HOLDER})\s*,?\s+)?"
_AFTER = rf"(?:\s*,?\s+(?:from|form|in)\s+(?P<tail>{_HOLDER}))?\s*[?.]*"

Make = Callable[[re.Match[str], str], str | None]


def seen_from(name: str, question: str, make: Make) -> Pattern:
    """Make a pattern for a question that may name a viewpoint before or after it.

    Args:
        name: the pattern's name.
        question: regular expression of the question alone, without viewpoint and question mark.
        make: makes the clause for an option, without viewpoint, capital letter and full stop.
    """

    def statement(found: re.Match[str], option: str, options: Sequence[str]) -> str | None:
        clause = make(found, option)
        view = found["lead"] or found["tail"]
        if clause is None:
            return None
        return sentence(f"{standpoint(view)}, {mid_sentence(clause)}" if view else clause)

    return Pattern(name, re.compile(_BEFORE + question + _AFTER, re.IGNORECASE), statement)


def standpoint(view: str) -> str:
    """Write a viewpoint in one way.

    >>> standpoint("camera's perspective"), standpoint("the kids's perspective")
    ("from the camera's perspective", "from the kids' perspective")
    >>> standpoint("the perspective of brown bear")
    'from the perspective of the brown bear'
    """
    view = view.replace("persective", "perspective")  # the data's own typo
    of = re.fullmatch(rf"(?:the )?({_VIEW}) of (.+)", view, re.IGNORECASE)
    if of:
        return f"from the {of[1]} of {definite(of[2])}"
    holder, kind = view.rsplit(" ", 1)
    if kind.casefold() == "view" and holder.casefold().endswith(" point of"):
        holder, kind = holder[: -len(" point of")], "point of view"
    if holder.casefold() in {"my", "our", "your", "his", "her", "their", "its", "this", "that"}:
        return f"from {holder} {kind}"
    owner = definite(re.sub(r"(?:['’]s?)$", "", holder))
    ending = "'" if owner.endswith("s") and is_plural(owner) else "'s"
    return f"from {owner}{ending} {kind}"
