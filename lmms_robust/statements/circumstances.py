"""Questions with who, where, when, why, how: the option takes the place of the question word."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lmms_robust.statements.asking import (
    BE,
    DET,
    IN,
    Found,
    inflected,
    is_noun_phrase,
    pattern,
    waiting,
    whole_verb,
)
from lmms_robust.statements.clauses import finite, kind, tokens, verb_after_subject
from lmms_robust.statements.complements import complement, predicates, subject
from lmms_robust.statements.counts import is_count
from lmms_robust.statements.directions import place
from lmms_robust.statements.grammar import (
    definite,
    has_determiner,
    is_plural,
    mid_sentence,
    singular,
)
from lmms_robust.statements.vocabulary import PRONOUNS
from lmms_robust.statements.words import (
    is_participle,
    parts,
)
from lmms_robust.statements.yes_no import answered

_WHERE_PLACE = re.compile(
    r"\b(?:The|In|On|At|Of|Upper|Lower|Top|Bottom|Left|Right|Middle|Cent(?:er|re)|Corner|Side|Area|Part|Picture|Image)\b"
)
_LOCATED = re.compile(
    r"(?:in|on|at|to|above|below|behind|near|next|under|between|beside|inside|outside|along|across|around|by|against)\b"
)
_SIDES = r"(?:the )?(?:upper|lower|top|bottom|left|right|middle|cent(?:er|re)|central)\b"


def _where(found: Found, option: str, options: Sequence[str]) -> str | None:
    """Say where something is: "in the upper right area of the picture"."""
    noun, be = found["x"], whole_verb(found["be"])
    cut = waiting(tokens(noun))
    if parts(tokens(noun)[-1]) == {"VERB"} and is_participle(tokens(noun)[-1]):  # "the picture | taken"
        return None
    if cut is not None:  # "the man | standing"
        noun, be = " ".join(noun.split()[:cut]), f"{be} {' '.join(noun.split()[cut:])}"
    if not (has_determiner(noun) or is_plural(noun) or tokens(noun)[0] in PRONOUNS) or finite(tokens(noun)) is not None:
        return None
    where = _located(option, options)
    return f"{noun} {be} {where}" if where and kind(where) == "phrase" else None


def _located(option: str, options: Sequence[str]) -> str | None:
    """An option as a place: "in the top left corner", "on the right"; a name after "in"."""
    titled = option.istitle() and " The " in option
    where = option.casefold() if titled else _WHERE_PLACE.sub(lambda word: word[0].casefold(), mid_sentence(option))
    where = where.rstrip(". ")
    if re.match(_SIDES, where):
        sided = re.fullmatch(r"(?:the )?(?:left|right)(?: (?:side|of)\b.*)?|(?:the )?\w+ side(?: of .+)?", where)
        corner = re.fullmatch(r"(?:the )?(?:upper|lower|top|bottom)(?:[ -](?:left|right))?", where)
        where = f"{'on' if sided else 'at' if corner else 'in'} {definite(where)}"
    where = re.sub(r"^in (?=the (?:top|bottom)(?: of\b|$))", "at ", where)
    if _LOCATED.match(where):
        return where
    unknown = sum(not parts(text.split()[0]) for text in options)
    named = all(text[:1].isupper() for text in options) and 2 * unknown >= len(options)
    return place(option) or (f"in {option.strip().rstrip('.')}" if named else None)


def _where_done(found: Found, option: str, options: Sequence[str]) -> str | None:
    """Say where something was done: "The picture was taken in a park"."""
    text = mid_sentence(option).rstrip(".")
    if _LOCATED.match(text):
        return f"{found['x']} {whole_verb(found['be'])} {found['done']} {text}"
    said = complement(option, "place", options)
    return said and f"the place where {found['x']} {whole_verb(found['be'])} {found['done']} is {said}"


def _who(found: Found, option: str, options: Sequence[str]) -> str | None:
    said = " ".join(option.split()).rstrip(".")
    noun = found["x"]
    if kind(said) != "phrase" or not is_noun_phrase(noun) or predicates(said):
        return None
    said = said if said.istitle() else subject(option, options) or ""
    return said and f"{noun} {whole_verb(found['be'])} {said}"


def _who_does(found: Found, option: str, options: Sequence[str]) -> str | None:
    said = " ".join(option.split()).rstrip(".")
    said = said if said.istitle() else subject(option, options) or ""
    return said and f"{said} {found['verb']}" if not is_plural(said) and kind(said) == "phrase" else None


def _when(found: Found, option: str, _: Sequence[str]) -> str | None:
    year = re.fullmatch(r"(?:in )?(\d{4}s?)\.?", option.strip())
    noun, done = found["x"], found["done"]
    return (
        f"{noun} {found['be']} {done} in {year[1]}" if year and is_noun_phrase(noun) and is_participle(done) else None
    )


def _why(found: Found, option: str, _: Sequence[str]) -> str | None:
    told = answered(found["q"], yes=True)
    text = " ".join(option.split()).rstrip(".")
    reason = re.match(r"(?:because|to (?=[a-z])|since|due to|so that|in order to)\b", text, re.IGNORECASE)
    return told and reason and f"{told.rstrip('.')} {text[0].lower()}{text[1:]}"


def _how_long(found: Found, option: str, _: Sequence[str]) -> str | None:
    text = " ".join(option.split()).rstrip(".")
    measured = re.fullmatch(r"(?:about |around )?[\d.,]+ ?(?:\w+|['\"°])(?: \w+)?", text)
    noun = found["x"]
    return f"{noun} {whole_verb(found['be'])} {text} {found['how']}" if measured and is_noun_phrase(noun) else None


def _how_is(found: Found, option: str, options: Sequence[str]) -> str | None:
    said = complement(option, "feeling", options)
    noun = found["x"]
    if said is None or not is_noun_phrase(noun) or not (parts(said.split()[0]) & {"ADJ"}):
        return None
    return f"{noun} {whole_verb(found['be'])} {'feeling ' if found['feeling'] else ''}{said}"


def _how_much(found: Found, option: str, _: Sequence[str]) -> str | None:
    text = " ".join(option.split()).rstrip(".")
    cost = re.fullmatch(r"(?:about )?[$€£¥]? ?\d[\d.,]*(?: ?\w+)?", text)
    return (
        f"{found['x']} cost{'' if is_plural(found['x']) else 's'} {text}"
        if cost and is_noun_phrase(found["x"])
        else None
    )


def _how_many_has(found: Found, option: str, _: Sequence[str]) -> str | None:
    """Say how many someone has, as in "How many floors does it have?"."""
    words, low = found["who"].split(), found["who"].casefold().split()
    at = verb_after_subject(low)
    if at is None or not is_count(option) or not is_plural(found["x"]):
        return None
    who, amount = " ".join(words[:at]), option.strip().rstrip(".").casefold()
    things = singular(found["x"]) if amount in {"1", "one"} else found["x"]
    acted = inflected(low[at], found["aux"].casefold(), who)
    return f"{who} {acted} {'no' if amount == 'none' else amount} {things} {' '.join(words[at + 1 :])}"


PATTERNS = (
    pattern(
        "where",
        rf"(?:where|what(?=(?:'s|’s| is) the (?:position|location) of)){BE} (?:the (?:position|location) of )?"
        rf"(?P<x>.+?)(?: located| positioned| placed| situated)?{IN}?\s*\?",
        _where,
    ),
    pattern(
        "where_done",
        rf"where{BE} (?P<x>{DET} .+?) (?P<done>(?:most likely )?(?:taken|made|found|shot|built|held))\s*\?",
        _where_done,
    ),
    pattern("who_is", rf"who{BE} (?P<x>(?:{DET} .+?|he|she|it|they))\s*\?", _who),
    pattern("who_does", r"who (?P<verb>(?:is \w+ing|wrote|painted|invented|has|was|\w+s) .+?)\s*\?", _who_does),
    pattern("when", r"when (?P<be>is|are|was|were) (?P<x>.+?) (?P<done>\w+)\s*\?", _when),
    pattern("why", r"why (?P<q>(?:is|are|was|were|does|do|did|can) .+)", _why),
    pattern("how_long", rf"how (?P<how>long|tall|high|wide|deep|old|thick){BE} (?P<x>.+?){IN}?\s*\?", _how_long),
    pattern("how_is", rf"how{BE} (?P<x>.+?)(?P<feeling> feeling)?{IN}?\s*\?", _how_is),
    pattern("how_much", r"how much (?:is|does) (?P<x>.+?)(?: cost)?\s*\?", _how_much),
    pattern("how_many_has", r"how many (?P<x>.+?) (?P<aux>do|does|did|can|will) (?P<who>.+?)\s*\?", _how_many_has),
)
"""Tried in order."""
