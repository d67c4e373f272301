"""Words for places and directions as Spatial-MM uses them: which say the same, and how they stand in a sentence."""

from __future__ import annotations

import re

_SAME_PLACES = (
    {"behind", "back", "rear", "backward", "backwards", "away", "away from camera", "away from viewer"},
    {"front", "ahead", "straight ahead", "forward", "forwards", "camera", "viewer"},  # "towards the camera"
    {"top", "above", "over", "on", "up", "upward", "upwards"},
    {"below", "under", "beneath", "underneath", "bottom", "down", "downward", "downwards"},
    {"middle", "between", "center", "centre"},
    {"inside", "in", "into", "within"},
    {"left"},
    {"right"},
    {"near", "nearby", "next to", "beside", "close to", "by", "adjacent to", "alongside"},
)
_NEAR = _SAME_PLACES[-1]
_AT_THE_SIDE = {"next to", "beside", "adjacent to", "alongside"}  # no such thing is above or below
_SIDES = {"left", "right"}.union(*_SAME_PLACES[:2])
_TOUCHING = {"on"} | _SAME_PLACES[5]
_PERSONS_AND_THINGS = (
    {"female", "woman", "lady", "girl", "person"},
    {"male", "man", "boy", "person"},
    {"mobile", "phone", "mobile phone", "cell phone"},
)
_SHADES = {
    "violet": "purple", "lilac": "purple", "beige": "white", "cream": "white", "maroon": "red", "burgundy": "red",
    "gold": "yellow", "golden": "yellow", "navy": "blue", "turquoise": "blue", "teal": "green", "tan": "brown",
    "peach": "orange", "magenta": "pink", "silver": "white", "grey": "gray", "blonde": "yellow",
}  # fmt: skip
_PLACES = {
    "left": "on the left", "right": "on the right", "top": "at the top", "bottom": "at the bottom",
    "middle": "in the middle", "center": "in the center", "front": "in front", "behind": "behind",
    "back": "at the back", "above": "above", "over": "overhead", "under": "underneath",
    "right hand side": "on the right hand side", "left hand side": "on the left hand side",
    "below": "below", "beneath": "beneath", "inside": "inside", "outside": "outside", "ahead": "ahead",
}  # fmt: skip
_RELATIONS = {
    "left": "to the left of", "right": "to the right of", "top": "on top of", "bottom": "below",
    "middle": "in the middle of", "center": "in the center of", "front": "in front of", "back": "at the back of",
    "ahead": "ahead of", "in front": "in front of", "on top": "on top of", "near": "near", "far": "far from",
    "close": "close to",
    "right hand side": "on the right hand side of", "left hand side": "on the left hand side of",
}  # fmt: skip
_PREPOSITIONS = (
    "on|in|at|by|above|over|under|below|beneath|underneath|behind|between|inside|outside|beside|near|next to"
    "|in front of|on top of|around|across from|facing|close to|far (?:away )?from|opposite|against"
    "|to the (?:left|right) of"
)
_WAYS = {
    "left": "left", "right": "right", "front": "forward", "behind": "backward", "back": "towards the back",
    "top": "towards the top", "bottom": "towards the bottom", "middle": "towards the middle", "up": "up",
    "down": "down", "above": "upwards", "below": "downwards",
}  # fmt: skip
_ADVERBS = r"(?:up|down|for|back)wards?|straight(?: ahead)?|towards? .+|away .+|(?:to|at) the .+"
# "on top of the box": the place "top", the rest "box"
_PLACED = re.compile(
    rf"(?:(?:on|in|at|to|towards?|facing) )?(?P<place>{'|'.join(sorted(set().union(*_SAME_PLACES), key=len)[::-1])})"
    r"(?: (?:hand )?side)?(?: of)?(?: (?:(?:image|picture|photo)|(?P<rest>.+)))?"
)
_BESIDE = re.compile(r"(left|right) (behind|(?:in )?front)")
_CORNER = re.compile(
    r"(?:top|bottom|upper|lower|left|right|front|back) ?(?:left|right|top|bottom|front|behind|back|middle|center)"
)


def also_true(option: str, right: str) -> bool:
    """Whether a wrong option holds wherever the right one does, because it says the same or only a part of it.

    >>> also_true("under", "below"), also_true("left", "top left"), also_true("top left", "left")
    (True, True, False)
    """
    one, other = _plain(option), _plain(right)
    part = set(one.split()) <= set(other.split())
    return part or same_place(option, right) or any({one, other} <= group for group in _PERSONS_AND_THINGS)


def same_place(option: str, right: str) -> bool:
    """Whether an option says the same place or direction as the right one, or says no more than that it is near.

    >>> same_place("under", "below"), same_place("on top of the box", "above the box"), same_place("left", "top left")
    (True, True, False)
    >>> same_place("next to", "left"), same_place("left", "next to the sofa"), same_place("behind", "next to")
    (True, True, False)
    """
    one, other = _PLACED.fullmatch(_plain(option)), _PLACED.fullmatch(_plain(right))
    if not one or not other:
        return False
    if any({one["place"], other["place"]} <= group for group in _SAME_PLACES):
        return one_place(option, right)
    close = _no_more_than_near(one["place"], other["place"])
    return close and (one["rest"] == other["rest"] or None in (one["rest"], other["rest"]))


def one_place(option: str, right: str) -> bool:
    """Whether two options are words for one place or direction.

    >>> one_place("under", "below"), one_place("next to", "left")
    (True, False)
    """
    one, other = _PLACED.fullmatch(_plain(option)), _PLACED.fullmatch(_plain(right))
    if not one or not other or not any({one["place"], other["place"]} <= group for group in _SAME_PLACES):
        return False
    on = {one[0], other[0]} & {f"on {one['rest']}"}  # not "above the box"
    return bool(one["rest"] == other["rest"] and not (on and one[0] != other[0]))


def _no_more_than_near(place: str, right: str) -> bool:
    if place in _AT_THE_SIDE:
        return right in _SIDES
    if place in _NEAR:
        return right not in _TOUCHING
    return right in _NEAR and place in {"left", "right"}  # what is next to a thing is on one of its sides


def _plain(text: str) -> str:
    words = re.findall(r"[\w']+", text.casefold())
    return " ".join(_SHADES.get(word, word) for word in words if word not in {"the", "a", "an"})


def place(option: str) -> str | None:
    """Where something is in the picture or around someone; None if the option is no such place.

    >>> place("left"), place("bottom right"), place("in the middle of the image"), place("red")
    ('on the left', 'at the bottom right', 'in the middle of the image', None)
    """
    short = _tidy(option)
    if short in _PLACES:
        return _PLACES[short]
    beside = _BESIDE.fullmatch(short)
    if beside:
        return f"{'behind' if beside[2] == 'behind' else 'in front'} on the {beside[1]}"
    return f"at the {short}" if _CORNER.fullmatch(short) else _spelt_out(option)


def relation(option: str, other: str) -> str | None:
    """Where something is seen from another thing; None if the option is no such place.

    >>> relation("left", "the sofa"), relation("top right", "the box"), relation("on", "it"), relation("red", "it")
    ('to the left of the sofa', 'to the top right of the box', 'on it', None)
    """
    short = re.sub(r"^(?:on|to|at) the (left|right)(?: side)?(?: of)?$", r"\1", _tidy(option))
    if short in _RELATIONS:
        return f"{_RELATIONS[short]} {other}"
    beside = _BESIDE.fullmatch(short)
    if beside:
        return f"to the {beside[1]} of and {'behind' if beside[2] == 'behind' else 'in front of'} {other}"
    if _CORNER.fullmatch(short):
        return f"to the {short} of {other}"
    return f"{short} {other}" if re.fullmatch(_PREPOSITIONS, short) else _spelt_out(option)


def way(option: str) -> str | None:
    """Which way something faces or moves; None if the option is no direction.

    >>> way("left"), way("front"), way("upwards"), way("bottom left"), way("red")
    ('left', 'forward', 'upwards', 'towards the bottom left', None)
    """
    option = _tidy(option).removeprefix("facing ")
    if option in _WAYS:
        return _WAYS[option]
    beside = _BESIDE.fullmatch(option)
    if beside:
        return f"{'backward' if beside[2] == 'behind' else 'forward'} to the {beside[1]}"
    if _CORNER.fullmatch(option):
        return f"towards the {option}"
    return option if re.fullmatch(_ADVERBS, option) else None


def _tidy(option: str) -> str:
    return " ".join(option.strip().rstrip(".").split()).casefold()


def _spelt_out(option: str) -> str | None:
    """An option such as "On the TV" with its names and acronyms kept; one written like a title loses its capitals."""
    text = " ".join(option.strip().rstrip(".").split())
    text = text.casefold() if text.istitle() or text.isupper() else text[:1].lower() + text[1:]
    return text if re.fullmatch(rf"(?:{_PREPOSITIONS}) .+", text) else None
