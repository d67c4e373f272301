"""Question patterns of the training sets."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from lmms_robust.statements.counts import is_count, there_is_are
from lmms_robust.statements.directions import relation
from lmms_robust.statements.grammar import definite, is_are, sentence
from lmms_robust.statements.state import Pattern
from lmms_robust.statements.vocabulary import PROPER
from lmms_robust.statements.yes_no import is_yes, stated

_Found = re.Match[str]
_NOT_IF = r"(?!if\b|which\b|how\b|what\b|where\b)"


def _pattern(name: str, question: str, statement: Callable[[_Found, str, Sequence[str]], str | None]) -> Pattern:
    return Pattern(name, re.compile(question, re.IGNORECASE), statement)


def _count(found: _Found, option: str, options: Sequence[str]) -> str | None:
    return there_is_are(option, _common(found["x"]), found["where"]) if is_count(option) else None


def _common(noun: str) -> str:
    """SAT writes "Dining Tables"; an acronym or a name keeps its capitals."""
    return " ".join(word.casefold() if word.istitle() and word not in PROPER else word for word in noun.split())


def _side(found: _Found, option: str, options: Sequence[str]) -> str | None:
    where = relation(option, definite(found["y"]))
    noun = definite(found["x"])
    return sentence(f"{noun} {is_are(noun)} {where}") if where else None


def _marked_side(found: _Found, option: str, options: Sequence[str]) -> str | None:
    side = re.fullmatch(r"(?:to (?:the|their) )?(left|right)", option.casefold())
    noun = definite(found["x"])
    return sentence(f"for someone at {found['y']}, {noun} {is_are(noun)} to the {side[1]}") if side else None


def _closer(found: _Found, option: str, options: Sequence[str]) -> str | None:
    """The two things stand in the question; the option is one of them."""
    first, second = (_bare(found[name]) for name in ("x", "y"))
    named = {first.casefold(): (first, second), second.casefold(): (second, first)}.get(_bare(option).casefold())
    if named is None or first.casefold() == second.casefold():
        return None
    one, other = (noun if re.fullmatch(r"point \w", noun) else definite(noun) for noun in named)
    return sentence(f"{one} {is_are(one)} closer to {definite(found['of'])} than {other}")


def _bare(noun: str) -> str:
    return re.sub(r"^(?:the|an?) ", "", noun.strip(), flags=re.IGNORECASE)


def _yes_no(found: _Found, option: str, options: Sequence[str]) -> str | None:
    return stated(found["q"], option)


def _height(found: _Found, option: str, options: Sequence[str]) -> str | None:
    yes = is_yes(option)
    if yes is None:
        return None
    first, second = definite(found["x"]), definite(found["y"])
    return sentence(f"the centerpoint of {first} is {'' if yes else 'not '}at a {found['how']} height than {second}")


def _if_would(found: _Found, option: str, options: Sequence[str]) -> str | None:
    yes = is_yes(option)
    if yes is None:
        return None
    noun = "I" if found["x"].casefold() == "i" else definite(found["x"])
    act = re.sub(
        r"(?<=facing away from )(.+)|(?<=facing )(?!away|towards?)(.+)", lambda thing: definite(thing[0]), found["act"]
    )
    return sentence(f"if {found['when']}, {noun} {found['verb'].casefold()} {'' if yes else 'not '}{act}")


def _value(found: _Found, option: str, options: Sequence[str]) -> str | None:
    """Turn about: "Find x." becomes "The value of x is 12."; "Find the area of …" becomes "The area of … is 12."."""
    wanted = found["x"].strip()
    subject = wanted if wanted.casefold().startswith("the ") else f"the value of {wanted}"
    return f"{subject[0].upper()}{subject[1:]} is {option}."


_IN_IMAGE = r"(?P<where>(?:visible )?in (?:the|this) (?:scene|image))"
COUNT_PATTERNS = (_pattern("count", rf"how many (?P<x>.+?) are (?:there )?{_IN_IMAGE}\?", _count),)
SAT_PATTERNS = (
    *COUNT_PATTERNS,
    _pattern(
        "side",
        r"considering the relative positions,? (?:is|are) (?P<x>.+?) to the left or (?:to the )?right of (?P<y>.+?)\?",
        _side,
    ),
    _pattern(
        "with_respect",
        r"considering the relative positions,? where (?:is|are) (?P<x>.+?) with respect to (?P<y>.+?)\?",
        _side,
    ),
    _pattern(
        "closer_to_camera",
        r"which (?:object|point) is closer to (?P<of>the camera taking this photo), (?P<x>.+?) or (?P<y>.+?)\?",
        _closer,
    ),
    _pattern(
        "closer_to_object",
        r"(?:estimate .+?\. )?which object is closer to (?P<of>.+?), (?P<x>.+?) or (?P<y>.+?)\?",
        _closer,
    ),
    _pattern(
        "marked_side",
        r"for someone at (?P<y>.+?), (?:is|are|would) (?P<x>.+?)(?: be)? to their left or (?:to their )?right\?",
        _marked_side,
    ),
    _pattern(
        "if_would",
        r"if (?P<when>I .+?), (?P<verb>would|will) (?P<x>.+?) (?P<act>(?:move|be|get|become|appear) .+?)\?",
        _if_would,
    ),
    _pattern(
        "height",
        r"consider .+? positions[^.]*\. is the centerpoint of (?P<x>.+?) at a (?P<how>higher|lower) height "
        r"than (?P<y>.+?)\?",
        _height,
    ),
    _pattern("yes_no", rf"(?P<q>{_NOT_IF}(?:is|are|was|were) .+)", _yes_no),
)
"""SAT's questions on turns, camera moves and moved objects have whole phrases as answers: they take the fallback."""

GEOMETRY_PATTERNS = (_pattern("find", r"(?:.*[.,;] )?(?:find|solve for) (?P<x>(?:(?!\bfind\b)[^.])+?)\.?", _value),)
