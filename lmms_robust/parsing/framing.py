"""What the form of a whole sentence does to its events: a list, a mere hypothesis, a verdict of a few words."""

from __future__ import annotations

import re
from dataclasses import replace

from lmms_robust.parsing.clauses import Sentence, has_verb
from lmms_robust.parsing.events import Event, Force, Kind, asserted
from lmms_robust.parsing.mentions import find_mentions
from lmms_robust.parsing.questions import Reading, aspects
from lmms_robust.parsing.words import content

_LISTING = re.compile(
    r"\b(?:options|choices|candidates|possibilities|alternatives|possible answers|answers to choose)\b"
    r"(?: (?:here|given|listed|offered|provided|available|we have|i have))?\s*(?:are|were|include|given|listed|:)"
    r"|\bchoos(?:e|ing) (?:between|from|among)\b",
    re.IGNORECASE,
)
_HYPOTHESIS = re.compile(
    r"^\W*(?:(?:but|and|now|so|or|then|ok(?:ay)?|well)\W+)?(?:if|suppose|supposing|assuming|were)\b", re.I
)
# "If you face the door, ...": a way to look and no doubt.
_VIEWPOINT = re.compile(
    r"\bif (?:you|we|i|one|he|she|they)(?:'re|'m|'s|'d)? (?:\w+ )?(?:look|stand|standing|fac\w+|turn\w*|sit|sitting|"
    r"walk|"
    r"zoom|count|draw|compare|imagine|view|follow|trace|see|start|exclude|ignore|include|add|take|use|consider|go|"
    r"were|am|are)\b",
    re.IGNORECASE,
)
# "Of the church, the tower and the hotel, the highest is the hotel."
_COPULA = re.compile(r"\b(?:is|are|be|was) (?:the |an? )?$", re.IGNORECASE)
_PREDICATE = re.compile(
    r"(?:\b(?:is|are|was|be|needs?|makes?)|=|:)(?: (?:just|only|thus|then|really))? ?(?:the |an? )?[\"']?$", re.I
)
_SHORT = 8  # words of a verdict without a verb


def is_hypothesis(sentence: Sentence, known: Reading) -> bool:
    """Whether the sentence opens with a condition that may not hold."""
    return (
        bool(_HYPOTHESIS.match(sentence.text))
        and not _VIEWPOINT.search(sentence.text)
        and not re.search(r"\bif\b", known.question, re.IGNORECASE)
    )


def _gone_through(sentence: Sentence, events: list[Event], known: Reading) -> set[int]:
    """Options named in a sentence and not rejected; those of which too many stand in a clause have no event."""
    rejected = {event.option for event in events if event.kind is not Kind.ASSERT}
    mentioned = {mention.option for mention in find_mentions(sentence.text, known.options)} - {known.yes, known.no}
    return (mentioned - rejected) | asserted(events)


def _is_list(sentence: Sentence, events: list[Event], known: Reading) -> bool:
    """Whether options are only gone through: by name of list, or three and more side by side."""
    if _LISTING.search(sentence.text):
        return True
    named = [event for event in events if event.kind is Kind.ASSERT]
    through = asserted(events) if known.counting else _gone_through(sentence, events, known)
    if not named or len(through) < 3:
        return False
    if not known.counting and aspects(content(sentence.text)) & known.topic:
        return False
    if sum(event.force >= Force.CONCLUSIVE for event in named) == 1 and named[-1].force >= Force.CONCLUSIVE:
        return False
    said_to_be = [bool(_COPULA.search(sentence.text[: event.start - sentence.start])) for event in named]
    return not said_to_be[-1] or any(said_to_be[:-1])


def _is_predicate(sentence: Sentence, events: list[Event]) -> bool:
    """Whether the last sentence says of something that it is the one option named."""
    starts = [event.start for event in events if event.kind is Kind.ASSERT]
    return (
        sentence.closing
        and len(asserted(events)) == 1
        and bool(_PREDICATE.search(sentence.text[: starts[-1] - sentence.start][-40:]))
    )


def _is_verdict(sentence: Sentence, events: list[Event]) -> bool:
    """Whether a few words without a verb, at the end of the chain, name one option."""
    return (
        sentence.closing
        and len(asserted(events)) == 1
        and len(sentence.text.split()) <= _SHORT
        and not sentence.text.rstrip().endswith(":")
        and not has_verb(sentence.text)
    )


def framed(sentence: Sentence, events: list[Event], known: Reading) -> list[Event]:
    """Return the events of a sentence as its form lets them stand."""
    if _is_list(sentence, events, known):
        return [e for e in events if e.kind is not Kind.ASSERT or e.force is Force.EXPLICIT]
    if is_hypothesis(sentence, known):
        return [replace(e, kind=Kind.WEAK) if e.kind is Kind.ASSERT else e for e in events]
    if _is_verdict(sentence, events):
        return _raise(events, Force.CONCLUSIVE)
    return _raise(events, Force.TOPICAL) if _is_predicate(sentence, events) else events


def _raise(events: list[Event], force: Force) -> list[Event]:
    return [replace(e, force=max(e.force, force)) if e.kind is Kind.ASSERT else e for e in events]
