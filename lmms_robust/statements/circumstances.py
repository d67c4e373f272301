"""Questions with who, where, when, why, how: the option takes the place of the question word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from lmms_robust.statements.articles import are_teams
from lmms_robust.statements.asking import (
    BE,
    DET,
    IN,
    Found,
    agreeing,
    inflected,
    is_noun_phrase,
    pattern,
    waiting,
    whole_verb,
)
from lmms_robust.statements.clauses import finite, kind, tokens, verb_after_subject
from lmms_robust.statements.complements import complement, head_noun, predicates, subject
from lmms_robust.statements.counts import is_count
from lmms_robust.statements.directions import place
from lmms_robust.statements.grammar import definite, has_determiner, is_are, is_plural, mid_sentence, singular
from lmms_robust.statements.vocabulary import (
    ABSTRACT,
    DETERMINERS,
    LOCATED,
    MODALS,
    NO_VALUES,
    PERSONAL,
    PREPOSITIONS,
    PRONOUNS,
    RELATED,
    SIDES,
)
from lmms_robust.statements.words import is_gerund, is_participle, is_past, is_third_person, parts
from lmms_robust.statements.yes_no import answered

_WHERE_PLACE = re.compile(
    r"\b(?:The|In|On|At|Of|Upper|Lower|Top|Bottom|Left|Right|Middle|Cent(?:er|re)|Corner|Side|Area|Part|Picture|Image)\b"
)
_AMOUNT = re.compile(r"(?:about |around )?[$€£¥]? ?\d[\d.,]*(?: ?[^\W\d]\w*|['\"°])?(?: \w+)?")


def _where(found: Found, option: str, options: Sequence[str]) -> str | None:
    """Say where something is: "in the upper right area of the picture"."""
    noun = re.sub(r" located (?=on\b|in\b|at\b)", " ", found["x"])
    be = whole_verb(found["be"]) if found[0].casefold().startswith("where") else is_are(noun)
    likely = re.fullmatch(r"(?P<noun>.+?) (?P<how>(?:most )?likely|probably)(?: to be)?", noun)
    if likely:
        noun, be = likely["noun"], f"{be} {likely['how']}"
    cut = waiting(tokens(noun))
    if parts(tokens(noun)[-1]) == {"VERB"} and is_participle(tokens(noun)[-1]):  # "the picture | taken"
        return None
    if cut is not None:  # "the man | standing"
        noun, be = " ".join(noun.split()[:cut]), f"{be} {' '.join(noun.split()[cut:])}"
    acting = any(is_gerund(one) and after in DETERMINERS for one, after in pairwise(tokens(noun)))
    placed = cut is not None or LOCATED.intersection(tokens(found[0]))
    if acting and not placed:  # "where is the woman holding her belly": where she is, or where she holds it
        return None
    if head_noun(noun) in ABSTRACT or re.search(rf"\b{RELATED}\b", noun, re.IGNORECASE):
        return None
    if not (has_determiner(noun) or is_plural(noun) or tokens(noun)[0] in PRONOUNS) or finite(tokens(noun)) is not None:
        return None
    where = _located(option, options)
    return f"{noun} {be} {where}" if where and kind(where) == "phrase" else None


def _located(option: str, options: Sequence[str]) -> str | None:
    """An option as a place: "in the top left corner", "on the right"; a name after "in"."""
    titled = option.istitle() and " The " in option
    where = option.casefold() if titled else _WHERE_PLACE.sub(lambda word: word[0].casefold(), mid_sentence(option))
    where = where.rstrip(". ")
    if re.match(rf"(?:the )?{SIDES}", where):
        sided = re.fullmatch(r"(?:the )?(?:left|right)(?: (?:side|of)\b.*)?|(?:the )?\w+ side(?: of .+)?", where)
        corner = re.fullmatch(r"(?:the )?(?:upper|lower|top|bottom)(?:[ -](?:left|right))?", where)
        where = f"{'on' if sided else 'at' if corner else 'in'} {definite(where)}"
    where = re.sub(r"^in (?=the (?:top|bottom)(?: of\b|$))", "at ", where)
    if (PREPOSITIONS | {"next"}).intersection(tokens(where)[:1]):
        return where if " " in where else place(option)
    unknown = sum(not parts(tokens(text)[0]) and len(tokens(text)[0]) > 1 for text in options)
    named = all(text[:1].isupper() and kind(text) == "phrase" for text in options) and 2 * unknown >= len(options)
    return place(option) or (f"in {option.strip().rstrip('.')}" if named else None)


def _who(found: Found, option: str, options: Sequence[str]) -> str | None:
    said = " ".join(option.split()).rstrip(".")
    noun = found["x"]
    pointed = noun.casefold() in PERSONAL | {"this", "that"}
    if (
        said.casefold() in NO_VALUES
        or kind(said) != "phrase"
        or not (pointed or is_noun_phrase(noun))
        or predicates(said)
        or are_teams(head_noun(noun), options)
    ):
        return None
    named = said.istitle() and (" " in said or not parts(said))  # "Twins" are none
    who = said if named else subject(option, options)
    return f"{noun} {whole_verb(found['be'])} {who}" if who else None


def _who_does(found: Found, option: str, options: Sequence[str]) -> str | None:
    said = " ".join(option.split()).rstrip(".")
    nouns = sum(bool(parts(text.rstrip(". "))) for text in options)
    titled = said.istitle() and (" " in said or 2 * nouns <= len(options))  # a name, not "Deer" beside "Moose"
    who, verb = said if titled else subject(option, options), found["verb"].split()[0].casefold()
    acts = is_third_person(verb) or is_past(verb) or verb in MODALS | {"is", "was", "has"}
    agrees = agreeing(found["verb"], who) if who and acts and kind(who) == "phrase" else None
    named = titled and agrees != found["verb"]  # "Ada Wells" is one
    return f"{who} {agrees}" if agrees and not named else None


def _done(found: Found, option: str, options: Sequence[str]) -> str | None:
    """Say where or when something was done: "in a park", "in 1990", "at night"."""
    noun, done = found["x"], found["done"]
    at = _time(option) if found["ask"].casefold() == "when" else _located(option, options)
    return (
        f"{noun} {found['be']} {done} {at}" if at and is_noun_phrase(noun) and is_participle(done.split()[-1]) else None
    )


def _time(option: str) -> str | None:
    text = mid_sentence(option).rstrip(".")
    if re.fullmatch(r"(?:in )?\d{4}s?", text):
        return f"in {text.removeprefix('in ')}"
    if re.fullmatch(r"\d{1,2}(?::\d\d)?(?: ?[ap]\.?m)?", text, re.IGNORECASE):
        return f"at {text}"
    return text if re.match(r"(?:in|on|at|during|before|after|around)\b", text) and kind(text) == "phrase" else None


def _does_there(found: Found, option: str, options: Sequence[str]) -> str | None:
    """Say where or when someone does something: "These animals live in the sea"."""
    words = found["x"].split()
    at = verb_after_subject(words)
    if at is None:
        return None
    place_or_time = _time(option) if found["ask"].casefold() == "when" else _located(option, options)
    who = " ".join(words[:at])
    if place_or_time is None or not (is_noun_phrase(who) or who.casefold() in PERSONAL):
        return None
    act, rest = f"{who} {inflected(words[at], found['aux'].casefold(), who)}", " ".join(words[at + 1 :])
    when = re.match(r"(?:after|before|when|while|during|if)\b", rest)  # "goes to the sea after the rain"
    return f"{act} {place_or_time} {rest}" if when else f"{act} {rest} {place_or_time}"


def _why(found: Found, option: str, _: Sequence[str]) -> str | None:
    told = answered(found["q"], yes=True)
    text = " ".join(option.split()).rstrip(".")
    reason = re.match(r"(?:because|to (?=[a-z])|since|due to|so that|in order to)\b", text, re.IGNORECASE)
    return told and reason and f"{told.rstrip('.')} {text[0].lower()}{text[1:]}"


def _measured(found: Found, option: str, _: Sequence[str]) -> str | None:
    """Say how long or how far away something is."""
    text, noun, asked = mid_sentence(option).rstrip("."), found["x"], found.groupdict()
    if not _AMOUNT.fullmatch(text) or not is_noun_phrase(noun):
        return None
    end = asked.get("off") or ("" if text.endswith(asked["how"]) else asked["how"])
    unit = re.search(r"\d ?(?:[^\W\d]|['\"°])", text)
    return f"{noun} {whole_verb(asked['be'])} {text} {end}" if unit else None


def _priced(found: Found, option: str, _: Sequence[str]) -> str | None:
    """Say what a thing costs; what the price, the fine or the sum is costs nothing, it is so much."""
    text, noun = mid_sentence(option).rstrip("."), found["x"]
    if found["aux"].casefold() == "is":
        noun += found["cost"] or ""  # "how much is the cost"
        return f"{noun} {is_are(noun)} {text}" if _AMOUNT.fullmatch(text) and is_noun_phrase(noun) else None
    costs = found["cost"] and _AMOUNT.fullmatch(text) and is_noun_phrase(noun)
    return f"{noun} cost{'' if is_plural(noun) else 's'} {text}" if costs else None


def _how_is(found: Found, option: str, options: Sequence[str]) -> str | None:
    said = complement(option, "feeling", options)
    noun = found["x"]
    if said is None or not is_noun_phrase(noun) or not (parts(said.split()[0]) & {"ADJ"}):
        return None
    if "aux" in found.groupdict():
        return f"{noun} {inflected('feel', found['aux'].casefold(), noun)} {said}"
    return f"{noun} {whole_verb(found['be'])} {'feeling ' if found['feeling'] else ''}{said}{found['here'] or ''}"


def _how_done(found: Found, option: str, _: Sequence[str]) -> str | None:
    """Say how someone is dressed or placed."""
    text = mid_sentence(option).rstrip(".")
    fits = re.match(r"(?:in|on|at|with|by|from)\b", text) and is_participle(found["done"]) and kind(text) == "phrase"
    return (
        f"{found['x']} {whole_verb(found['be'])} {found['done']} {text}"
        if fits and is_noun_phrase(found["x"])
        else None
    )


def _how_many_has(found: Found, option: str, _: Sequence[str]) -> str | None:
    """Say how many someone has, as in "How many floors does it have?"."""
    words, low = found["who"].split(), found["who"].casefold().split()
    at = verb_after_subject(words)
    if at is None or low[0] == "be" or not is_count(option) or not is_plural(found["x"]):
        return None
    rest = words[at + 1 :]
    of = f" {rest.pop()}" if len(rest) == 1 and rest[0] in PREPOSITIONS else ""  # "consist of"
    if rest and rest[-1] in PREPOSITIONS:
        return None
    who, amount = " ".join(words[:at]), option.strip().rstrip(".").casefold()
    things = singular(found["x"]) if amount in {"1", "one"} else found["x"]
    acted = inflected(low[at], found["aux"].casefold(), who)
    return f"{who} {acted}{of} {'no' if amount == 'none' else amount} {things} {' '.join(rest)}"


PATTERNS = (
    pattern(
        "where",
        rf"(?:where|what(?=(?:'s|’s| is) the (?:position|location) of)){BE} (?:the (?:position|location) of )?"
        rf"(?P<x>.+?)(?: located| positioned| placed| situated)?{IN}?\s*\?",
        _where,
    ),
    pattern("who_is", rf"who{BE} (?P<x>(?:{DET} .+?|this|that|he|she|it|they))\s*\??", _who),
    pattern(
        "who_does",
        r"who (?P<verb>(?!are\b|is (?:this|that|the|he|she)\b)\w+ .+?)\s*\?",
        _who_does,
    ),
    pattern(
        "done",
        r"(?P<ask>where|when) (?P<be>is|are|was|were) (?P<x>.+?) (?P<done>(?:most likely )?\w+)\s*\?",
        _done,
    ),
    pattern(
        "does_there", r"(?P<ask>where|when) (?P<aux>do|does|did|can|could|will|should) (?P<x>.+?)\s*\?", _does_there
    ),
    pattern("why", r"why (?P<q>(?:is|are|was|were|does|do|did|can) .+)", _why),
    pattern("how_long", rf"how (?P<how>long|tall|high|wide|deep|old|thick){BE} (?P<x>.+?){IN}?\s*\?", _measured),
    pattern("how_far", rf"how far (?P<off>(?:away )?from .+?){BE} (?P<x>{DET} .+?)\s*\?", _measured),
    pattern("how_feels", r"how (?P<aux>do|does|did) (?P<x>.+?) feel\s*\?", _how_is),
    pattern("how_done", rf"how{BE} (?P<x>{DET} .+?) (?P<done>\w+)\s*\?", _how_done),
    pattern("how_is", rf"how{BE} (?P<x>.+?)(?P<feeling> feeling)?(?P<here> here)?{IN}?\s*\?", _how_is),
    pattern("how_much", r"how much (?P<aux>is|are|do|does) (?P<x>.+?)(?P<cost> cost)?\s*\?", _priced),
    pattern("how_many_has", r"how many (?P<x>.+?) (?P<aux>do|does|did|can|will) (?P<who>.+?)\s*\?", _how_many_has),
)
"""Tried in order."""
