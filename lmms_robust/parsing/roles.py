"""Who relates to whom in a question: the thing asked about, what it is related to, and what only describes them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from lmms_robust.parsing.mentions import lexicon, trimmed
from lmms_robust.parsing.words import STOP_FORMS, compared, contrasts, forms, words

# Words that say which thing is meant when they stand before its name.
_ATTRIBUTES = frozenset(
    forms(
        "black white red green blue yellow brown gray orange purple pink beige silver gold wood metal plastic glass "
        "leather stone paper large small big 0 1 2 3 4 5 6 round square open closed male female "
    )
)
# Words of a question that stand between the thing asked about and the thing it is related to.
PIVOTS = frozenset(
    forms(
        "left right above below behind front under over closer farther higher lower taller shorter larger smaller "
        "relation respect relative compared than top bottom on inside outside beside"
    )
)
_VIEW = frozenset(forms("camera viewer observer image picture perspective view"))
_FIGURE = re.compile(r"\b(?:circles?|squares?|triangles?|spheres?|cylinders?|rectangles?)\b", re.IGNORECASE)
_PLACES = {
    "in": (("in",), ("insid",)),
    "on": (("on",), ("on", "top"), ("on", "top", "of")),
    "at": (("at",),),
}


def plain_places(full: Sequence[tuple[str, ...]]) -> dict[str, int]:
    """Prepositions that stand for an option before the landmark: "in the box" for "inside"."""
    return {
        place: next(i for i, phrase in enumerate(full) if phrase in meant)
        for place, meant in _PLACES.items()
        if sum(phrase in meant for phrase in full) == 1
    }


def roles(question: str) -> tuple[frozenset[str], frozenset[str]]:
    """Words of the target (before the relation word) and of the landmark (after it)."""
    parts = [forms(part) for part in question.split(",")]
    related = [part for part in parts if not PIVOTS.isdisjoint(part)]
    if not related:
        return frozenset(), frozenset()
    found = related[-1]
    places = [index for index, form in enumerate(found) if form in PIVOTS]
    drop = STOP_FORMS | PIVOTS | _VIEW
    target = frozenset(found[: places[0]]) - drop
    landmark = frozenset(found[places[-1] + 1 :]) - drop
    return target - landmark, landmark - target


_SPATIAL = {
    compared(a): (compared(b),)
    for pair in (
        "left right",
        "above below",
        "behind front",
        "top bottom",
        "closer farther",
        "higher lower",
        "larger smaller",
    )
    for a, b in (pair.split(), pair.split()[::-1])
}


def opposites(options: tuple[str, ...]) -> tuple[int | None, ...]:
    """Per option, the one that holds if the two things change places, or None."""
    full = [trimmed(phrase) for phrase in lexicon(options).full]
    found: list[int | None] = []
    for phrase in full:
        swapped = [
            index
            for index, other in enumerate(full)
            if len(other) == len(phrase)
            and sum(a != b for a, b in zip(phrase, other, strict=True)) == 1
            and all(a == b or b in _SPATIAL.get(a, ()) for a, b in zip(phrase, other, strict=True))
        ]
        found.append(swapped[0] if len(swapped) == 1 else None)
    return tuple(found)


def modifiers(question: str) -> frozenset[str]:
    """Colours and the like that stand before a noun: they say which thing is meant, not what is asked."""
    related = re.search(r"\b(?:than|(?<!made )of) (?:the |a |an )?([\w -]+?)\W*$", question)
    found = words(question)
    pairs = pairwise(found)
    figures = forms(" ".join(_FIGURE.findall(question)))
    landmark = forms(related[1]) if related else ()
    if landmark and contrasts(landmark[-1]) and landmark[-1] not in _ATTRIBUTES:
        # "Is the lamp in front of the bed lit?": the place only says which lamp.
        landmark = landmark[:-1] + tuple(PIVOTS & set(forms(question)))
    return (
        frozenset(landmark)
        | frozenset(figures)
        | frozenset(
            word.form
            for word, after in pairs
            if word.form in _ATTRIBUTES
            and after.form not in STOP_FORMS | PIVOTS
            and question[word.end : after.start] == " "
        )
    )
