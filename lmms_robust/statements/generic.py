"""Question patterns for any benchmark: captions, sentences, counts, colours, places, yes/no, and the other families."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lmms_robust.statements import circumstances, either, in_situ, what, which
from lmms_robust.statements.alone import own, stands_alone
from lmms_robust.statements.asked import PICTURE, filled, has_blank
from lmms_robust.statements.asking import QUOTES
from lmms_robust.statements.captioned import described
from lmms_robust.statements.clauses import kind, tokens
from lmms_robust.statements.complements import predicates
from lmms_robust.statements.counts import counted, is_count, there_is_are
from lmms_robust.statements.directions import place, relation
from lmms_robust.statements.grammar import (
    definite,
    has_determiner,
    indefinite,
    is_are,
    is_plural,
    mid_sentence,
    plural,
    sentence,
    singular,
    value,
)
from lmms_robust.statements.state import Pattern
from lmms_robust.statements.vocabulary import RELATED, SITUATED, SUBORDINATORS, TURNED
from lmms_robust.statements.words import is_countable, is_gerund, is_participle
from lmms_robust.statements.yes_no import stated

_NO_THING = re.compile(r"(?:not|used|seen|shown)\b", re.IGNORECASE)
_MOST = re.compile(r"(?:the )?(?:most|least)\b", re.IGNORECASE)
_DONE_IN = re.compile(r"(?P<thing>.+) (?P<done>\w+) (?P<by>in|with|on|by|of|as)", re.IGNORECASE)
_PICTURE = rf"(?: (?:shown |visible |depicted )?in (?:the|this) (?:given |provided )?{PICTURE})"


def _count(found: re.Match[str], option: str, _: Sequence[str]) -> str | None:
    noun, where = found["noun"], found["where"] or ""
    count, _, things = option.strip().rstrip(".").partition(" ")
    number = is_count(count) and bool(things) and counted(noun).casefold().endswith(plural(things).casefold())
    amount = count if number else option
    if is_count(amount):
        return there_is_are(amount, noun, where or "in the image")
    text = value(amount) or ""
    plain = re.search(r"\d", text) and len(text.split()) < 5 and (number or not re.search(r"[a-z]{2}", text))
    known = plain or re.match(r"(?:more|less|fewer|at|over|about)\b", text)
    return sentence(f"the number of {counted(noun)} {where or 'in the image'} is {text}") if known else None


def _count_bare(found: re.Match[str], option: str, options: Sequence[str]) -> str | None:
    """Count the things of a question without a verb: "How many cows in this picture?"."""
    return _count(found, option, options) if kind(found["noun"]) == "phrase" else None


def _count_that(found: re.Match[str], option: str, _: Sequence[str]) -> str | None:
    """Count the things of which something is said: "There are 2 balls that are the same size as the cube"."""
    made = there_is_are(option, found["noun"], "") if is_count(option) else None
    be = found["be"].casefold()
    be = (
        {"are": "is", "were": "was", "have": "has"}.get(be, be)
        if made and " is " in made
        else {"is": "are"}.get(be, be)
    )
    open_end = re.search(r"\b(?:there|in|on|at|of|to)$|^(?:there|they|you|we)\b", found["rest"])
    named = re.match(r"(?:the|a|an|his|her|it|this)\b(?! same)", found["rest"], re.IGNORECASE)
    open_end = open_end or (named if be not in {"have", "has"} else None)
    if made and " is " in made and is_plural(found["rest"]) and not has_determiner(found["rest"]):  # "1 … has hats"
        made, be = None, found["be"]
        return sentence(f"the number of {counted(found['noun'])} that {be} {found['rest']} is {value(option)}")
    return None if made is None or open_end else sentence(f"{made.rstrip('.')} that {be} {found['rest']}")


def _number_of(found: re.Match[str], option: str, options: Sequence[str]) -> str | None:
    """State a count: "the number of the buses" counts them, but "the number of the bus" is written on it."""
    return _count(found, option, options) if is_plural(found["noun"]) and " and " not in found["noun"] else None


def _colour(found: re.Match[str], option: str, _: Sequence[str]) -> str | None:
    color, noun = value(option, "color"), definite(found["noun"])
    done = _DONE_IN.fullmatch(found["noun"])
    if done and is_participle(done["done"]):  # "is the text | written in"
        in_it = done["by"].casefold() == "in" and color and _is_thing(done["thing"])
        return sentence(f"{done['thing']} {is_are(done['thing'])} {done['done']} in {color}") if in_it else None
    if not color or len(option.split()) > 5 or not _is_thing(found["noun"]) or kind(option) == "clause":
        return None
    return sentence(f"{noun} {is_are(noun)} {color}")


def _is_thing(named: str) -> bool:
    """Whether a thing is surely named: in "What color is used for the text?", "… is most common?" there is none."""
    if _NO_THING.match(named):
        return False
    return is_plural(named) or (has_determiner(named) and not _MOST.match(named))


def _relation(found: re.Match[str], option: str, _: Sequence[str]) -> str | None:
    other = found["other"]
    where = relation(option, definite(other)) if other else place(option)
    posed = re.fullmatch(r"(?P<noun>.+?) (?P<act>\w+ing)", found["noun"])
    posed = posed if posed and is_gerund(posed["act"]) else None
    noun = definite(posed["noun"] if posed else found["noun"])
    act = f"{posed['act']} " if posed else ""
    alone = own(option, found[0])
    if alone or where is None or re.search(r"\b(?:it|them|him|her)\b", option):
        return alone
    return sentence(f"{noun} {is_are(noun)} {act}{where}")


def _yes_no(found: re.Match[str], option: str, _: Sequence[str]) -> str | None:
    told = option
    other = re.search(r"\bthan ([^,?]+?)\s*\?", found[0])
    if other and indefinite(other[1]) != other[1] and any(map(is_countable, tokens(other[1]))):
        return None  # "than white shelf"
    if re.search(r"\bthe same\b", found[0]):  # "Are the two pens the same length?" with "same", "not the same"
        same = {"same": "yes", "the same": "yes", "not the same": "no", "different": "no"}
        told = same.get(option.strip().rstrip(".").casefold(), option)
    return stated(found[0], told)


def _caption(found: re.Match[str], option: str, options: Sequence[str]) -> str | None:
    long = sum(len(text.split()) > 2 for text in options)
    return None if TURNED.search(found[0]) or long < len(options) / 2 else described(option)


def _sentence(found: re.Match[str], option: str, options: Sequence[str]) -> str | None:
    """An option that is a sentence says by itself what holds; so does one that may be one, among others that are."""
    if TURNED.search(found[0]) or QUOTES.search(found[0]):
        return None
    sure = sum(own(text, found[0]) is not None for text in options)
    reason = tokens(option)[:1] and tokens(option)[0] in SUBORDINATORS | {"because", "to"}
    may_be = (
        kind(option) is None
        and not reason
        and stands_alone(option, found[0])
        and not option.rstrip().endswith("?")
        and len(option.split()) > 2
    )
    return own(option, found[0]) or (sentence(option) if 2 * sure >= len(options) and may_be else None)


def _specified(found: re.Match[str], option: str, _: Sequence[str]) -> str | None:
    """Say whose action it is in "The action is to wait, the reason is …", and that it is one of several."""
    noun = singular(found["noun"])
    said = re.fullmatch(rf"the {noun} is (?P<rest>.+)", option.strip(), re.IGNORECASE)
    if said is None:
        return None
    one = indefinite(f"{found['how']} {noun}") if found["how"] else f"the {noun}"
    rest = re.sub(r", (?=the \w+ is )", ", and ", said["rest"])  # "…, the reason is" joins two sentences
    return sentence(f"{found['lead'] + ', ' if found['lead'] else ''}{one} {found['of']} is {rest}")


def _completed(found: re.Match[str], option: str, _: Sequence[str]) -> str | None:
    """Fill a gap, as in "The mussel is ()."."""
    end = option.strip().rstrip(".")
    if re.search(r"\bwhy\b", found[0], re.IGNORECASE):  # of true claims, one answers "Why might …?"
        return None
    said = filled(found[0], mid_sentence(end)) if has_blank(found[0]) else None
    if said and end in {"1", "one"}:
        said = re.sub(rf"\b{end} (\w+s)\b", lambda few: f"{end} {singular(few[1])}", said)  # "1 inches"
    return said and sentence(said)


def _continued(found: re.Match[str], option: str, options: Sequence[str]) -> str | None:
    """Go on with a subject: "The object shown:" with "Is a liquid", "Has a high melting point"."""
    opening = found["opening"]
    phrase = kind(opening) == "phrase" and not re.search(r"[.!;] ", opening)
    if not phrase or not all(predicates(text) for text in options) or not has_determiner(opening):
        return None
    text = option.strip().rstrip(".")
    return sentence(f"{opening} {text[0].lower()}{text[1:]}")


def _scene(found: re.Match[str], option: str, _: Sequence[str]) -> str | None:
    scene = mid_sentence(option.replace("_", " ")).rstrip(".")
    return sentence(f"the {found['what']} of this {found['picture']} is {scene}") if kind(scene) == "phrase" else None


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


_THINGS = r"(?P<noun>[^?]+?)"
PATTERNS = (
    Pattern("caption", _pattern(r"[^?]*\bcaptions?\b[^?]*\??"), _caption),
    Pattern(
        "caption",
        _pattern(
            r"(?:which|what)\b[^?]*\b(?:descriptions?|descri\w+|depicts?|summari\w+)\b (?:of )?(?:the |this )?"
            rf"{PICTURE}\s*\?"
        ),
        _caption,
    ),
    Pattern("completed", _pattern(r".+"), _completed),
    Pattern(
        "specified",
        _pattern(
            r"(?:[^?]+[.] )?(?:(?P<lead>[^.?]+), )?what (?:is|are) (?:the )?(?:(?P<how>possible|likely) )?(?P<noun>\w+)"
            r" (?P<of>[^?]+)\?(?: What (?:is|are) the [^?]+\?)?"
        ),
        _specified,
    ),
    Pattern("sentence", _pattern(r".+"), _sentence),
    Pattern("continued", _pattern(r"(?P<opening>[^?]+?)\s*[:.…]*"), _continued),
    Pattern(
        "scene",
        _pattern(
            rf"Which (?P<what>(?:\w+ )?category) (?:matches|does) this (?P<picture>{PICTURE}) (?:the best|belong to)\?"
        ),
        _scene,
    ),
    Pattern(
        "count",
        _pattern(
            rf"How many {_THINGS} (?:are there|is there|there are|are|is|can be seen|can you see|do you see|appear)"
            rf"(?: (?P<where>(?:{SITUATED}|to the|around|across|between|by|above|below|with)\b[^?]*?))?\s*\?"
        ),
        _count,
    ),
    Pattern("count", _pattern(rf"How many {_THINGS} (?P<where>in (?:the|this) {PICTURE})\s*\?"), _count_bare),
    Pattern(
        "count_that",
        _pattern(rf"How many {_THINGS} (?P<be>are|is|were|can be|have) (?P<rest>[^?]+?)\s*\?"),
        _count_that,
    ),
    Pattern(
        "count",
        _pattern(
            rf"What(?:'s|’s| is) the (?:total )?number of {_THINGS} (?P<where>(?:in|on) (?:the|this) [^?]+?)\s*\?"
        ),
        _number_of,
    ),
    Pattern("colour", _pattern(rf"What colou?r (?:is|are) (?P<noun>.+?(?<!ing)){_PICTURE}?\s*\?"), _colour),
    Pattern(
        "left_or_right",
        _pattern(
            r"(?:Is|Are) (?P<noun>.+?) (?:on|to|at) the (?:left|right)(?: side)? or (?:(?:on|to|at) )?(?:the )?"
            r"(?:left|right)(?: side)?(?: of (?P<other>.+?))?\s*\?"
        ),
        _relation,
    ),
    Pattern(
        "relation",
        _pattern(
            r"(?:(?:Where|How) (?:is|are)|What(?:'s| is) the (?:relative )?(?:position|location) of) (?P<noun>.+?),? "
            rf"(?:located |positioned |placed )?{RELATED} (?P<other>.+?)\s*\?"
        ),
        _relation,
    ),
    *either.PATTERNS,
    Pattern("yes_no", _pattern(r"(?:.+, )?(?:Is|Are|Was|Were|Does|Do|Did|Can|Could|Will|Would) [^?]+\?"), _yes_no),
    *in_situ.PATTERNS,
    *circumstances.PATTERNS,
    *what.PATTERNS,
    *which.PATTERNS,
)
"""Tried in order."""
