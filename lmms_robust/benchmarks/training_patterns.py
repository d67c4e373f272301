"""Question patterns of the training sets."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from lmms_robust.statements import either
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
    return " ".join(
        word.casefold() if re.fullmatch(r"[A-Z][a-z]+", word) and word not in PROPER else word for word in noun.split()
    )


def _side(found: _Found, option: str, options: Sequence[str]) -> str | None:
    noun, other = definite(_common(found["x"])), definite(_common(found["y"]))
    where = relation(option, other)
    return sentence(f"{noun} {is_are(noun)} {where}") if where else None


def _marked_side(found: _Found, option: str, options: Sequence[str]) -> str | None:
    """Say on which side of someone a thing is or will be; the person stands as the question has it."""
    side = re.fullmatch(r"(?:to (?:the|their|my) )?(left|right)", option.casefold())
    noun, whose = definite(_common(found["x"])), found["whose"]
    be = found["be"].casefold()
    be = is_are(noun) if be in {"is", "are"} else f"{be} be"
    return sentence(f"{found['when']}, {noun} {be} to {whose} {side[1]}") if side else None


def _gets(found: _Found, option: str, options: Sequence[str]) -> str | None:
    way = re.fullmatch(r"(closer|further|farther)(?: away)?", option.casefold())
    noun = definite(_common(found["x"]))
    far = "" if way and way[1] == "closer" else " away"
    return sentence(f"{found['when']}, {noun} {found['verb'].casefold()} get {way[1]}{far}") if way else None


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
        r"(?:considering the relative positions,? )?(?:is|are) (?P<x>.+?) "
        r"(?:(?:to the )?left or (?:to the )?right of|above or below|below or above|behind or in front of"
        r"|in front of or behind) (?P<y>.+?)\?",
        _side,
    ),
    _pattern(
        "with_respect",
        r"(?:considering the relative positions,? )?where (?:is|are) (?P<x>.+?) with respect to (?P<y>.+?)\?",
        _side,
    ),
    *either.PATTERNS[:1],
    _pattern(
        "marked_side",
        r"(?P<when>(?:for someone at|if i) .+?), (?P<be>is|are|would|will) (?P<x>.+?)(?: be)? to "
        r"(?P<whose>their|my) left or (?:to (?:their|my) )?right\?",
        _marked_side,
    ),
    _pattern(
        "gets_closer",
        r"(?P<when>if i .+?), (?P<verb>would|will) (?P<x>.+?) (?:get|be|become) closer or (?:further|farther)"
        r"(?: away)?\?",
        _gets,
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
