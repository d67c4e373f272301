"""Question patterns for data without an adapter of its own: counts, colours, places, yes/no; the rest falls back."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lmms_robust.statements.captioned import described
from lmms_robust.statements.counts import there_is_are
from lmms_robust.statements.directions import place, relation
from lmms_robust.statements.grammar import definite, has_determiner, is_are, is_plural, sentence, value
from lmms_robust.statements.state import Pattern
from lmms_robust.statements.vocabulary import SITUATED, TURNED
from lmms_robust.statements.yes_no import stated

# "Where is the picture taken?", "Where is the man going?": these words are no part of the noun.
_DONE = re.compile(r" (?:taken|shot|made|born|seen|\w+ing)$", re.IGNORECASE)
_RELATIVE = r"(?:in relation to|relative to|with respect to|compared to)"
_NO_THING = re.compile(r"(?:not|used|seen|shown)\b", re.IGNORECASE)
_MOST = re.compile(r"(?:the )?(?:most|least)\b", re.IGNORECASE)
_SHORT = 4  # words; longer options are clauses more often than values
_PICTURE = r"(?: (?:shown |visible |depicted )?in (?:the|this) (?:given |provided )?(?:image|picture|photo|scene))"


def _count(found: re.Match[str], option: str, _: Sequence[str]) -> str | None:
    return there_is_are(option, found["noun"], found["place"] or "in the image")


def _colour(found: re.Match[str], option: str, _: Sequence[str]) -> str | None:
    color, noun = value(option, "color"), definite(found["noun"])
    if not color or not _short(option) or not _is_thing(found["noun"]):
        return None
    return sentence(f"{noun} {is_are(noun)} {color}")


def _is_thing(asked: str) -> bool:
    """Whether a thing is surely named: in "What color is used for the text?", "… is most common?" there is none."""
    if _NO_THING.match(asked):
        return False
    return is_plural(asked) or (has_determiner(asked) and not _MOST.match(asked))


def _attribute(found: re.Match[str], option: str, _: Sequence[str]) -> str | None:
    text = value(option, f"{found['attribute']} of {found['noun']}")
    owner = definite(found["noun"])
    return sentence(f"the {found['attribute']} of {owner} is {text}") if text and _short(option) else None


def _relation(found: re.Match[str], option: str, _: Sequence[str]) -> str | None:
    other = found.groupdict().get("other")
    where = relation(option, definite(other)) if other else place(option)
    noun = found["noun"]
    return sentence(f"{definite(noun)} {is_are(noun)} {where}") if where and not _DONE.search(noun) else None


def _yes_no(found: re.Match[str], option: str, _: Sequence[str]) -> str | None:
    return stated(found[0], option)


def _sentence(found: re.Match[str], option: str, _: Sequence[str]) -> str | None:
    if TURNED.search(found[0]):
        return None
    return described(option) if len(option.split()) > _SHORT and option[0].isupper() else None


def _short(option: str) -> bool:
    return len(option.split()) <= _SHORT and not option.rstrip(".").count(".")


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


PATTERNS = (
    Pattern(
        "count",
        _pattern(
            r"How many (?P<noun>.+?) (?:are|is|can be seen|can you see|do you see)(?: there)?"
            rf"(?:{_PICTURE}|(?: (?P<place>(?:{SITUATED}).*?)))?\s*\?"
        ),
        _count,
    ),
    Pattern("colour", _pattern(rf"What colou?r (?:is|are) (?P<noun>.+?(?<!ing)){_PICTURE}?\s*\?"), _colour),
    Pattern(
        "attribute",
        _pattern(
            r"What(?:'s| is) the (?P<attribute>colou?r|material|shape|size|name|texture|pattern|brand) of "
            rf"(?P<noun>.+?){_PICTURE}?\s*\?"
        ),
        _attribute,
    ),
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
            r"Where (?:is|are) (?P<noun>.+?),? (?:located |positioned |placed )?"
            rf"{_RELATIVE} (?P<other>.+?)\s*\?"
        ),
        _relation,
    ),
    Pattern(
        "where",
        _pattern(
            rf"Where (?:is|are) (?P<noun>(?:(?! {_RELATIVE} ).)+?)(?: located| positioned| placed)?{_PICTURE}?\s*\?"
        ),
        _relation,
    ),
    Pattern("yes_no", _pattern(r"(?:.+, )?(?:Is|Are|Was|Were|Does|Do|Can|Could|Will) [^?]+\?"), _yes_no),
    Pattern("sentence", _pattern(r".*\b(?:caption|description|statement|sentence|describes?)\b.*"), _sentence),
)
"""Tried in order."""
