"""Whose view a question takes: "from the man's perspective" goes to the front of the statement."""

from __future__ import annotations

import re

from lmms_robust.statements.grammar import definite, is_plural

_VIEW = r"(?:persp?ective|viewpoint|point of view)"
_HOLDER = (
    rf"(?:(?:the )?{_VIEW} of [^?,]+?"
    rf"|(?:(?!\b(?:from|form)\b)[^?,])*?(?:['’]s?|\b(?:my|our|your|his|her|their|its)) (?:{_VIEW}|view))"
)
_THEN = r"(?:\s*,\s*|\s+)(?=(?:in|to|at|on|what|which|where|who|how|is|are|was|were|do|does|did|can|could|will)\b)"
_SEEN = re.compile(
    rf"(?:(?P<in>in (?:the|this) \w+\s*,?\s+)?from (?P<lead>{_HOLDER}){_THEN})?(?P<asked>[^?]+?)"
    rf"(?:\s*,?\s+(?:from|form)\s+(?P<tail>{_HOLDER}))?\s*(?P<end>[?.]*)",
    re.IGNORECASE,
)


def viewed(question: str) -> tuple[str, str]:
    """A question without the viewpoint that it takes, and the viewpoint; ``""`` where it takes none.

    >>> viewed("Where is the cup from camera's perspective?"), viewed("What is in the rear view?")
    (('Where is the cup?', "from the camera's perspective"), ('What is in the rear view?', ''))
    """
    found = _SEEN.fullmatch(question)
    view = found and (found["lead"] or found["tail"])
    if not found or not view:
        return question, ""
    return f"{found['in'] or ''}{found['asked']}{found['end']}", standpoint(view)


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
