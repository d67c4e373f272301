"""What a question asks, without what stands around it: notes on the picture before it, instructions after it."""

from __future__ import annotations

import re

from lmms_robust.statements.clauses import tokens
from lmms_robust.statements.vocabulary import DETERMINERS, PREPOSITIONS
from lmms_robust.statements.words import is_base_verb, is_gerund, is_participle, parts

PICTURE = (
    r"(?:image|picture|photo|photograph|figure|diagram|map|chart|graph|table|scene|screenshot|frame|illustration"
    r"|drawing|painting|poster|passage|text|timeline|food web|food chain|data|information|model|calendar|menu|section)"
)
_SHOWN = rf"as (?:shown|seen|displayed|depicted|illustrated) (?:in|on) (?:the|this) (?:given |provided )?{PICTURE}\b"
EMPTY = re.compile(rf" \({_SHOWN}\)|(?<! same),? {_SHOWN}(?! (?:{'|'.join(sorted(PREPOSITIONS))})\b)(?:,(?= ))?")
"""What says nothing in a question: "as shown in the table", but not "as shown in the table on the left"."""
_SENTENCES = re.compile(r"(?<=[.?!:])\s+(?=[A-Z(])|(?<=\?)\s*(?=\()")
_OPENING = re.compile(
    r"(?:(?:please|so),? )?"
    r"(?:(?:based on|according to|as (?:shown|seen|displayed|depicted) (?:in|on)|judging (?:from|by)|looking at"
    rf"|considering|from|in) (?:the |this |these )?[^,?]*?\b{PICTURE}s?"
    r"(?: (?:above|below|provided|shown|(?:on|at|in) the \w+(?: \w+)?(?=,)))?"
    r"|considering the relative positions),? (?:please )?(?:(?:predict|tell|identify|answer) (?=wh|how))?"
    r"|please (?:predict|tell) (?=wh|how)",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r",? (?:based on|according to|as (?:shown|seen) in) (?:the |this )?(?:(?:[\w'’]+ ){0,5}|'[^'?]+' )"
    rf"{PICTURE}(?=\s*\?$)",
    re.IGNORECASE,
)
# What is told before a question may be all that its answer holds for: "If …", "You are …", "A hat is called …".
_SUPPOSES = re.compile(
    r"(?:let|given|when|after|before)\b|.*\b(?:i|you|we|my|your|defined?|definition|means?|refers?|called|only"
    r"|excluding|except|if|suppos(?:e|ed|ing)|assum(?:e|ed|ing)|imagin(?:e|ed|ing))\b",
    re.IGNORECASE,
)
_FOLLOWING = re.compile(r"(?<!of )\bthe following\b", re.IGNORECASE)  # "Is the following claim true? …"
# Whom these mean, an earlier sentence may say.
_POINTS = re.compile(r"\b(?:its?|they|their|them|he|she|his|him)\b", re.IGNORECASE)
# What follows is an instruction, unless it says what counts.
_COUNTS = re.compile(
    r"\b(?:if|only|not|n't|except|exclud\w+|includ\w+|ignor\w+|count\w*|consider\w*|otherwise|units?)\b", re.I
)
_LOOK = re.compile(r"(?:look|read|think|consider|use|study|observe|examine|assume|suppose)\b", re.IGNORECASE)
# Such orders say how to look or to answer; others say what the question is about: "Compare the two jugs.".
_FRAMES = re.compile(rf"{_LOOK.pattern}|(?:please|answer|hint|question|choose|select|complete)\b", re.IGNORECASE)
_ASKS = re.compile(r"(?:what|which|who|where) (?:is|are)\b", re.IGNORECASE)  # "What is the man doing."
_BLANK = re.compile(r"_{2,}|\(\s*(?:…|\.\.\.|_+)?\s*\)|\[\s*\]")


def asked(question: str) -> str:
    """The sentence of a text that asks; the text as it is where that is open, or where more is told that may matter.

    >>> asked("This is the front view of the ego car. What is the van doing? Select from the following choices.")
    'What is the van doing?'
    >>> asked("Based on the image, where is the laptop?"), asked("Find y. Round to the nearest tenth.")
    ('where is the laptop?', 'Find y.')
    >>> asked("You face north. Where is the sun?")
    'You face north. Where is the sun?'
    """
    text, alone = _asking(question)
    if not alone:
        return text
    return _CLOSING.sub("", _OPENING.sub("", text, count=1) if _OPENING.match(text) else text)


_NAMED = re.compile(
    rf"['\"‘“]|\b(?-i:[A-Z])[\w-]* {PICTURE}\b"
    r"|\b(?:above|below|left|right|top|bottom|first|second|third|upper|lower)\b",
    re.IGNORECASE,
)


def source(question: str) -> str:
    """What :func:`asked` drops although it tells which of several tables or charts is meant; else ``""``.

    >>> source("According to the 'Sales' chart, which year is best?"), source("Based on the chart, which year is best?")
    ("According to the 'Sales' chart", '')
    >>> source("Which year is best, according to the 'Sales' chart?")
    "according to the 'Sales' chart"
    """
    text, alone = _asking(question)
    found = (_OPENING.match(text) or _CLOSING.search(text)) if alone else None
    phrase = found[0].strip(" ,") if found else ""
    before = re.findall(rf"(\w+) {PICTURE}\b", phrase.casefold())[-1:]  # "pie chart", not "given chart"
    modified = before and before[0] not in DETERMINERS and not is_gerund(before[0]) and not is_participle(before[0])
    return phrase if _NAMED.search(phrase) or (modified and parts(before[0]) & {"NOUN", "VERB"}) else ""


def _asking(question: str) -> tuple[str, bool]:
    """The sentence that asks, or the whole text; and whether what it opens and closes with may be dropped."""
    text = " ".join(question.split())
    found = [part for part in _SENTENCES.split(text) if part]
    asking = [part for part in found if part.endswith("?")] or [
        part for part in found if _ASKS.match(part) or (orders(part) and not _LOOK.match(part))
    ][:1]
    if has_blank(text) or len(asking) != 1:
        return text, len(found) == 1
    place = found.index(asking[0])
    before, after = found[:place], found[place + 1 :]
    points = _POINTS.search(asking[0]) and not all(map(_LOOK.match, before))
    told = (
        points
        or _FOLLOWING.search(asking[0])
        or any(map(_SUPPOSES.match, before))
        or any(orders(part) and not _FRAMES.match(part) for part in before)
        or any(_COUNTS.search(part) or not (orders(part) or part.startswith("(")) for part in after)
    )
    return (text, False) if told else (asking[0], True)


def orders(text: str) -> bool:
    """Whether a sentence is an order: "Find x.", "Select the better answer."."""
    words = tokens(text)
    return bool(words) and is_base_verb(words[0]) and parts(words[0]) != {"NOUN"} and not text.endswith("?")


def has_blank(text: str) -> bool:
    """Whether a text has a gap to fill: "The mussel is ()", "It is ___."."""
    return bool(_BLANK.search(text))


def filled(text: str, option: str) -> str | None:
    """The last sentence with a gap, filled; None unless there is exactly one gap in the text."""
    found = [part for part in _SENTENCES.split(" ".join(text.split())) if has_blank(part)]
    if len(found) != 1 or len(_BLANK.findall(found[0])) != 1 or _SUPPOSES.match(text.partition(found[0])[0]):
        return None
    return _BLANK.sub(lambda _: option, found[0])
