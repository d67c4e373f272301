"""Question patterns of Spatial-MM Obj and Multihop: where something is, which way it faces, yes or no, which hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from lmms_robust.statements.directions import place, relation, way
from lmms_robust.statements.grammar import definite, indefinite, is_are, is_plural, mid_sentence, sentence, value
from lmms_robust.statements.state import Pattern
from lmms_robust.statements.words import is_mass, plural_word, singular_word
from lmms_robust.statements.yes_no import stated

Found = re.Match[str]

_LOCATED = r"(?:(?<! is)(?<! are)(?: (?:land)?)?(?:located?|placed?|positioned|situated|seated|kept))?"
_IN_IMAGE = r"(?: in (?:the|this) (?:image|picture|photo))?"
_BE = r"(?:\s+(?P<be>is|are)|'s)?"
_SUBJECT = r"(?P<x>(?!is\b|are\b)(?>(?:(?:the|an?) )?)\S.*?)"
_RELATED = r"(?:in (?:the )?relations? (?:to|with)|relative to|with respect to|compared (?:to|with))"
_FACING = (
    r"(?P<act>facing|facion|looking|pointing|heading|moving|turning|turned|walking|running|going|driving|flying|sailing"
    r"|swimming|riding)(?: (?:at|to|towards?|in|into))?"
)
_PART = r"(?P<part>hand|arm|leg|foot|side|eye|ear|shoulder|knee|wing|paw|foreleg|wheel|tire|door)"
_SIDES = r"left|right|front|back|rear|upper|lower|top|bottom"
_ACTING = re.compile(
    r"(\w+ .*\w) ((?!(?:paint|build|draw|ceil|cloth|rail|awn|pudd|str|k|w|r)ing\b)\w+ing(?: (?:in|on|at|with|to))?)"
)
# "What is the man wearing on his head?": what is asked for stands between these words.
_DANGLING = re.compile(
    r"\b(?:wear|hold|carry|eat|drink|us|hav|do|play|read)ing (?:in|on|at|with|to|for|from|by|under)\b"
)
_THINGS = re.compile(r"(?:item|object|thing|fruit|animal|vegetable|food|utensil|toy|furniture|vehicle|device)s?\b")


def _yes_no(found: Found, option: str) -> str | None:
    """Yes and no are exact opposites: the sentence and its negation."""
    return stated(found["q"], option)


def _either_side(found: Found, option: str) -> str | None:
    side, noun = _side(option), definite(found["x"])
    whose = f" {found['of']}" if found["of"] else ""
    return f"{noun} {_be(found, noun)} on the {side}{whose}" if side else None


def _be(found: Found, noun: str) -> str:
    """The form that agrees with the noun, whatever the question has: "where is the bicycles", "where are the truck"."""
    head = re.split(r" (?=(?:the|an?) )", noun)[0]  # "the blocks | the person holding"
    head = re.sub(r"^(\w+ .*\w) \w+ing$", r"\1", head)  # "the birds flying"
    asked = (found["be"] or "").casefold()
    last = head.split()[-1]
    return asked if asked and plural_word(last) == singular_word(last) else is_are(head)  # "the sheep"


def _place(found: Found, option: str) -> str | None:
    noun, where = definite(found["x"]), place(option)
    posed = re.fullmatch(r"(?P<noun>\w+ .*\w) (?P<act>sitting|standing|lying|laying|kneeling|seated)", noun)
    if posed and where:  # "where is the boy sitting"
        return f"{posed['noun']} {_be(found, posed['noun'])} {posed['act']} {where}"
    return f"{noun} {_be(found, noun)} {where}" if where else None


def _relation(found: Found, option: str) -> str | None:
    noun, where = definite(found["x"]), relation(option, definite(found["y"]))
    return f"{noun} {_be(found, noun)} {where}" if where else None


def _way(found: Found, option: str) -> str | None:
    noun, where = definite(found["x"]), way(option)
    act = "facing" if found["act"].casefold() == "facion" else found["act"].casefold()
    return f"{noun} {_be(found, noun)} {act} {where}" if where else None


def _side(option: str) -> str | None:
    option = re.sub(r"[ -]?(?:hand|arm|leg|side)$", "", option.strip().rstrip(".").casefold())
    return option if re.fullmatch(_SIDES, option) else None


def _part(found: Found, option: str) -> str | None:
    """Name the part: "left hand of the boy"."""
    side = _side(option)
    whose = f" of {definite(found['z'])}" if found["z"] else ""
    return f"the {side} {found['part']}{whose}" if side else None


def _uses_part(found: Found, option: str) -> str | None:
    part, noun = _part(found, option), definite(found["x"])
    act = re.sub(r"\bthe (?=(?:his|her|its|their)\b)", "", found["act"])
    return f"{noun} {is_are(noun)} using {part} to {act}" if part else None


def _does_in_part(found: Found, option: str) -> str | None:
    part, noun = _part(found, option), definite(found["x"])
    return f"{noun} {is_are(noun)} {found['act']} {found['how'].casefold()} {part}" if part else None


def _does_to_part(found: Found, option: str) -> str | None:
    part, noun = _part(found, option), definite(found["x"])
    return f"{noun} {is_are(noun)} {found['act']} {part}" if part else None


def _part_does(found: Found, option: str) -> str | None:
    part = _part(found, option)
    return f"{part} {found['act']}" if part else None


def _part_of_owner(found: Found, option: str) -> str | None:
    side = _side(option)
    return f"{definite(found['x'])} {side} {found['part']} {found['act']}" if side else None


def _handle_side(found: Found, option: str) -> str | None:
    side, noun = _side(option), definite(found["x"])
    whose = f" side of {definite(found['z'])}" if found["z"] else " side"
    return f"{noun} {_be(found, noun)} on the {side}{whose}" if side else None


def _shown(found: Found, option: str) -> str | None:
    noun, side = definite(found["x"]), option.strip().casefold()
    above = re.fullmatch(r"above|below|behind", side)
    if not above and not re.fullmatch(rf"(?:{_SIDES}|side)(?: (?:{_SIDES}|side))?", side):
        return None
    return f"{noun} {_be(found, noun)} {found['act']} from {side if above else f'the {side}'}"


def _between(found: Found, option: str) -> str | None:
    how = mid_sentence(option.strip().rstrip("."))
    doing = re.match(r"\w+ing\b|next to\b|far from\b|close to\b", how)
    if not doing or not (found["y"] or is_plural(found["x"])):
        return None
    return f"{definite(found['x'])}{' and ' + definite(found['y']) if found['y'] else ''} are {how}"


def _colour(found: Found, option: str) -> str | None:
    color, thing = value(option, "color"), definite(found["x"])
    whole = re.match(r"the (?:\w+ )?colou?r\b", thing)
    return color and f"{thing if whole else f'the color of {thing}'} is {color}"


def _thing(option: str) -> str | None:
    """An option as a noun phrase: "a glass", "oysters", "milk"."""
    option = value(option) or ""
    if not option:
        return None
    return option if is_mass(option.split()[-1]) or re.search(r"\d", option) else indefinite(option)


def _there_is(found: Found, option: str) -> str | None:
    thing = _thing(option)
    return thing and f"there {'are' if is_plural(thing) else 'is'} {thing} {found['where']}"


def _which_thing(found: Found, option: str) -> str | None:
    noun = found["x"].casefold()
    named = _thing(option) if _THINGS.match(noun) else value(option, noun)
    return named and f"the {noun} that {found['be']} {found['where']} is {named}"


def _what(found: Found, option: str) -> str | None:
    subject = definite(found["x"])
    if found["be"].casefold() == "are" and is_plural(subject) and not is_plural(option):
        return None
    acting = _ACTING.fullmatch(subject)
    if acting:  # "what is the man holding?"
        thing = _thing(option)
        return thing and f"{acting[1]} {found['be']} {acting[2]} {thing}"
    if _DANGLING.search(subject):
        return None
    thing = _thing(option) if _THINGS.match(found["x"].removeprefix("the ")) else value(option, found["x"])
    return thing and f"{subject} {found['be']} {thing}"


_WHERE = (
    r"(?:under|underneath|below|beneath|above|over|behind|inside|outside|between|beside|near|next to|in front of|on|in"
    r"|at|to the (?:immediate |far )?(?:left|right)|(?:directly |located |positioned |placed |written |shown |visible "
    r"|closest |being ).*?\w+)\b[^?]*"
)


def _pattern(name: str, question: str, make: Callable[[Found, str], str | None]) -> Pattern:
    """Make a pattern of the regular expression of a question without its end, and of the clause for an option."""

    def statement(found: Found, option: str, _: Sequence[str]) -> str | None:
        clause = make(found, option)
        return clause and sentence(clause)

    whole = rf"(?:in (?:the|this) (?:image|picture|photo)\s*,?\s+)?{question}\s*[?.]*"
    return Pattern(name, re.compile(whole, re.IGNORECASE), statement)


YES_NO = _pattern("yes_no", r"(?P<q>(?:is|are|was|were|do|does|can)\b.+?)", _yes_no)
PATTERNS = (
    _pattern(
        "either_side",
        r"(?P<be>is|are) (?P<x>.+?) (?:on|to|at) the (?:left|right)(?: side)? or (?:(?:on|to|at) )?(?:the )?"
        r"(?:left|right)(?: side)?(?: (?P<of>of .+?))?",
        _either_side,
    ),
    YES_NO,
    _pattern("direction", rf"(?:in )?(?:which|what) (?:direction|way|side) (?P<be>is|are) {_SUBJECT} {_FACING}", _way),
    _pattern("where_facing", rf"where{_BE} {_SUBJECT} {_FACING}", _way),
    _pattern(
        "relation",
        rf"(?:where{_BE}|what is the position of) {_SUBJECT}{_LOCATED}{_IN_IMAGE} {_RELATED} (?P<y>.+?)",
        _relation,
    ),
    _pattern("relation_first", rf"{_RELATED} (?P<y>.+?), where{_BE} {_SUBJECT}{_LOCATED}", _relation),
    _pattern("place", rf"where{_BE} {_SUBJECT}{_LOCATED}{_IN_IMAGE}", _place),
    _pattern(
        "hand_used",
        rf"which {_PART}(?: of (?P<z>.+?))? (?:is|are) (?P<x>.+?) (?:is |are )?using to (?P<act>.+?)",
        _uses_part,
    ),
    _pattern(
        "hand_in",
        rf"(?P<how>in|on|with) which {_PART}(?: of (?P<z>.+?))? (?:(?:is|are) )?"
        r"(?P<x>(?!\w+ing\b).+?)(?: is| are)? (?P<act>\w+ing\b.*?)",
        _does_in_part,
    ),
    _pattern(
        "hand_in",
        rf"which {_PART}(?: of (?P<z>.+?))? (?:is|are) (?P<x>(?!\w+ing\b).+?) "
        r"(?P<act>\w+ing\b.*?) (?P<how>with|in|on)",
        _does_in_part,
    ),
    _pattern(
        "hand_object",
        rf"which {_PART}(?: of (?P<z>.+?))? (?:is|are) (?P<x>(?!\w+ing\b).+?) (?P<act>\w+ing)",
        _does_to_part,
    ),
    _pattern(
        "side_of",
        rf"(?:on |to |at )?(?:which|what) (?P<part>side)(?: of (?P<z>.+?))? (?P<be>is|are) "
        rf"(?P<x>the .+?){_LOCATED}(?: on| at)?",
        _handle_side,
    ),
    _pattern(
        "part",
        rf"which {_PART}(?: of (?P<z>.+?))? "
        r"(?P<act>(?:is|are|can|has|does|faces)\b(?! (?:the|an?|this|that|his|her)\b).+?)",
        _part_does,
    ),
    _pattern(
        "part_of",
        r"which of (?P<x>.+?['’]s?) (?P<part>hand|arm|leg|foot|eye|ear)s (?P<act>(?:is|can|has)\b.+?)",
        _part_of_owner,
    ),
    _pattern(
        "viewpoint",
        r"from which (?:viewpoint|view|angle|perspective|direction|side) (?P<be>is|are) (?P<x>.+?) "
        r"(?P<act>shown|seen|photographed|taken|captured|viewed|visible)",
        _shown,
    ),
    _pattern("between", r"what is the relationship between (?P<x>.+?)(?: and (?P<y>.+?))?", _between),
)
OPEN_PATTERNS = (
    _pattern("colour_of", r"(?:what|which) (?:is|are) the colou?rs? of (?P<x>.+?)", _colour),
    _pattern(
        "colour",
        r"(?:what|which) colou?r (?:is|are) (?P<x>(?:(?:that|who|which) (?:is|are) |(?! (?:is|are) ).)+?)",
        _colour,
    ),
    _pattern("there_is", rf"what (?:is|are) (?P<where>(?!the\b){_WHERE})", _there_is),
    _pattern("which_thing", rf"(?:what|which) (?P<x>\w+(?: \w+)?) (?P<be>is|are) (?P<where>{_WHERE})", _which_thing),
    _pattern("what", r"what (?P<be>is|are) (?P<x>the .+?)", _what),
)
"""Patterns of questions whose options are things or colours; they come after the others."""
