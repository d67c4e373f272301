"""What kind of answer an option is: yes or no, a number, a colour, a direction, or something else."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from lmms_robust.statements.counts import is_count
from lmms_robust.statements.directions import place
from lmms_robust.statements.vocabulary import COLOURS, SHADES
from lmms_robust.statements.yes_no import is_yes

Kind: TypeAlias = Literal["yes_no", "direction", "colour", "number", "other"]

_NUMBER = re.compile(r"[-+]?[$€£]?\d[\d.,:/]*\s?(?:%|°|[^\W\d]+\.?)?")  # "12", "3/4", "$5", "20 cm"

_PAIRS = (
    ("left", "right"), ("top", "bottom"), ("upper", "lower"), ("above", "below"), ("front", "behind"), ("up", "down"),
    ("upward", "downward"), ("upwards", "downwards"), ("forward", "backward"), ("forwards", "backwards"),
    ("inside", "outside"), ("near", "far"),
)  # fmt: skip
_OPPOSITES = {one: other for pair in _PAIRS for one, other in (pair, pair[::-1])} | {
    "back": "front", "ahead": "behind", "in front": "behind", "in front of": "behind", "under": "above",
    "underneath": "above", "beneath": "above", "over": "under", "on": "under", "on top": "under", "in": "outside",
}  # fmt: skip
_NO_PLACES = frozenset(["on", "in", "at", "to", "the", "of", "side", "corner", "part", "far", "hand"])


def kind(answer: str) -> Kind:
    """Name the kind of an answer.

    >>> [kind(text) for text in ("no", "top left", "light blue", "2", "two", "20 cm", "peach")]
    ['yes_no', 'direction', 'colour', 'number', 'number', 'number', 'other']
    """
    text = " ".join(answer.split()).rstrip(".").casefold()
    words = re.findall(r"\w+", text)
    if is_yes(text) is not None:
        return "yes_no"
    if place(text) or opposite(text) or text == "between":
        return "direction"
    if COLOURS & set(words) and set(words) <= COLOURS | SHADES | {"and"}:
        return "colour"
    return "number" if _NUMBER.fullmatch(text) or (text != "none" and is_count(text)) else "other"


def opposite(answer: str) -> str | None:
    """Turn a place or direction round on all of its axes; None if that cannot be done.

    >>> opposite("left"), opposite("front left"), opposite("left behind"), opposite("on the right side")
    ('right', 'back right', 'right front', 'on the left side')
    >>> opposite("middle"), opposite("on the table")
    (None, None)
    """
    words = answer.casefold().split()
    whole = _OPPOSITES.get(" ".join(words))
    turned = [word if word in _NO_PLACES else _OPPOSITES.get(word, word) for word in words]
    if turned[:1] == ["behind"]:  # "back right", but "right behind"
        turned[0] = "back"
    changed = any(one != other for one, other in zip(words, turned, strict=True))
    known = all(word in _NO_PLACES or word in _OPPOSITES for word in words)
    return whole or (" ".join(turned) if changed and known else None)
