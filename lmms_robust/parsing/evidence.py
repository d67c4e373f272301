"""Turn the sentences of a chain into a list of events: what is asserted, rejected, corrected or given up, in order."""

from __future__ import annotations

import re
from dataclasses import replace

from lmms_robust.parsing import cues
from lmms_robust.parsing.clauses import Clause, Sentence, clauses, has_verb
from lmms_robust.parsing.collective import collective_events
from lmms_robust.parsing.events import Event, Force, Kind
from lmms_robust.parsing.framing import framed
from lmms_robust.parsing.hints import hint_events
from lmms_robust.parsing.mentions import find_mentions
from lmms_robust.parsing.naming import Named, letter_option, named_options
from lmms_robust.parsing.polar import claimed, elliptic, spoken, stated
from lmms_robust.parsing.questions import Reading, aspects
from lmms_robust.parsing.replies import is_retraction
from lmms_robust.parsing.stance import Stance, is_reported, stance
from lmms_robust.parsing.totals import total_events
from lmms_robust.parsing.words import content


def _topical(clause: str, known: Reading, pronoun: bool = True) -> bool:
    return (
        bool(aspects(content(clause)) & known.topic)
        or not known.topic
        or (pronoun and bool(cues.PRONOUN.match(clause)))
    )


def _force(clause: Clause, name: Named, conclusive: bool, known: Reading) -> Force | None:
    """How firmly a clause asserts ``name``; None if a letter is only referred to."""
    before, after = clause.text[: name.start], clause.text[name.end : name.end + 100]
    if (
        cues.CUE.search(before[-100:])
        or cues.PRAISE.match(after)
        or (name.by_letter and re.search(r"[\u7b54\u9009]", before))
    ):
        return Force.EXPLICIT
    if name.by_letter and not cues.PAIR.match(clause.text[name.start : name.end]):
        if cues.LETTER_PRAISE.match(after) or cues.OPTION_IS.match(clause.text[name.start : name.end]):
            return Force.EXPLICIT
        bare = not after.strip(" .!)\"'") or clause.lead == "which"
        if bare and cues.IS_LETTER.search(before[-60:]):
            return Force.EXPLICIT
        return Force.EXPLICIT if conclusive and bare else Force.CONCLUSIVE if conclusive else None
    if conclusive or (known.counting and cues.TOTAL.search(before[-40:])):
        return Force.CONCLUSIVE
    about = _topical(clause.text, known) or cues.POINTED.search(before[-40:])
    return Force.TOPICAL if about else Force.PASSING


def _continues_denial(clause: Clause, before: list[Event]) -> bool:
    """Whether the clause goes on with a list of rejected options ("not A, B or C")."""
    if not before or before[-1].kind is not Kind.REJECT:
        return False
    if cues.LIKEWISE.search(clause.text):
        return True
    if has_verb(clause.text):
        return False
    return clause.lead in ("", "and not") and (before[-1].by_letter or bool(cues.JOINED.search(clause.text)))


def _clause_events(
    clause: Clause, conclusive: bool, listed: int | None, known: Reading, before: list[Event]
) -> list[Event]:
    named = named_options(clause, known, denied=_continues_denial(clause, before))
    events = []
    explicit = any(
        n.by_letter and n.stance is Stance.ASSERTED and _force(clause, n, conclusive, known) == Force.EXPLICIT
        for n in named
    )
    for name in named:
        if explicit and not name.by_letter and name.stance is Stance.ASSERTED:
            continue
        at = clause.start + name.start
        if name.stance is Stance.REJECTED:
            events.append(Event(Kind.REJECT, at, name.option, Force.TOPICAL, name.by_letter))
        elif name.stance is Stance.REPORTED:
            events.append(Event(Kind.REPORT, at, name.option, Force.PASSING, name.by_letter))
        elif name.stance in (Stance.ASSERTED, Stance.WEAK):
            force = _force(clause, name, conclusive, known)
            if force is None or (listed is not None and force < Force.EXPLICIT):
                continue
            weak = name.stance is Stance.WEAK and force < Force.EXPLICIT
            events.append(Event(Kind.WEAK if weak else Kind.ASSERT, at, name.option, force, name.by_letter))
    return events


def _polar_events(clause: Clause, conclusive: bool, known: Reading, asks: bool) -> list[Event]:
    if known.yes is None or known.no is None or asks:
        return []
    word = spoken(clause.text)
    if word is not None and not is_reported(clause.text):
        force = Force.EXPLICIT if conclusive or cues.CUE.search(clause.text) else Force.CONCLUSIVE
        return [Event(Kind.ASSERT, clause.start, known.yes if word == "yes" else known.no, force)]
    truth = stated(clause.text, known)
    if truth is None:
        return []
    view = stance(clause.text, len(clause.text), len(clause.text), clause.lead)
    if view in (Stance.REPORTED, Stance.OPEN) or is_reported(clause.text) or cues.ABSTAINS.search(clause.text):
        return []
    force = Force.CONCLUSIVE if conclusive else Force.TOPICAL
    return [
        Event(Kind.WEAK if view is Stance.WEAK else Kind.ASSERT, clause.start, known.yes if truth else known.no, force)
    ]


def _polar_verdict(sentence: Sentence, known: Reading) -> list[Event]:
    """A chain that ends on "so it isn't" or "the claim holds"."""
    if known.yes is None or known.no is None or is_reported(sentence.text):
        return []
    word = claimed(sentence.text) if not known.told else None
    word = word or (elliptic(sentence.text) if sentence.closing else None)
    return (
        [Event(Kind.ASSERT, sentence.start, known.yes if word == "yes" else known.no, Force.CONCLUSIVE)] if word else []
    )


def _undecided(sentence: Sentence, known: Reading, named: bool) -> list[Event]:
    """The chain gives up, which is an answer where an option declines to choose."""
    match = cues.ABSTAINS.search(sentence.text) or (cues.EITHER.search(sentence.text) if sentence.closing else None)
    if match is None and known.abstain is not None and not named:
        match = cues.NOT_FEATURED.search(sentence.text)
    if match is None or is_reported(sentence.text):
        return []
    at = sentence.start + match.start()
    if known.abstain is not None and not named:
        conclusive = cues.CONCLUSIVE.search(sentence.text) or cues.CUE.search(sentence.text)
        return [Event(Kind.ASSERT, at, known.abstain, Force.CONCLUSIVE if conclusive else Force.TOPICAL)]
    return [] if named else [Event(Kind.UNDECIDED, at)]


def _spread_events(sentence: Sentence, known: Reading) -> list[Event]:
    """An option of several words that is spread over the clauses of a sentence."""
    text = sentence.text[:600]
    found = find_mentions(text, known.options)
    if (
        len(found) != 1
        or known.yes is not None
        or is_reported(text)
        or found[0].end - found[0].start < 12
        or "," not in text + ","
    ):
        return []
    if any(find_mentions(part.text, known.options) for part in clauses(sentence)) or cues.NEGATED.search(text):
        return []
    return [Event(Kind.ASSERT, sentence.start + found[0].start, found[0].option, Force.TOPICAL)]


def _numbers_differ(events: list[Event], known: Reading) -> bool:
    firm = {e.option for e in events if e.kind is Kind.ASSERT and e.force < Force.CONCLUSIVE and not e.by_letter}
    return known.counting and len(firm) > 1


def _said(sentence: Sentence, known: Reading, asks: bool) -> list[Event]:
    """What the clauses of a sentence say, one after the other."""
    listed = letter_option(sentence.label) if sentence.label else None
    events = _label_events(sentence, listed, known) if listed is not None else []
    conclusive = False
    for clause in clauses(sentence):
        if cues.CORRECTION.search(clause.text[:120]) and not (clause.lead == "but" and is_reported(sentence.text[:80])):
            events.append(Event(Kind.CORRECT, clause.start))
        reason = clause.lead in cues.REASON_LEADS
        conclusive = (conclusive or bool(cues.CONCLUSIVE.search(clause.text[:200]))) and not reason
        if not asks:
            events += _clause_events(clause, conclusive, listed, known, events)
        if cues.TAKEN_BACK.match(clause.text):
            events = [replace(e, kind=Kind.WEAK) if e.kind is Kind.ASSERT and not e.by_letter else e for e in events]
        events += _polar_events(clause, conclusive, known, asks)
    return events


def _is_named(events: list[Event]) -> bool:
    return any(event.kind in (Kind.ASSERT, Kind.WEAK) for event in events)


def _meant(sentence: Sentence, known: Reading) -> list[Event]:
    """What a sentence that names no option means by other words."""
    return _spread_events(sentence, known) + collective_events(sentence, known)


def _weighed(sentence: Sentence, events: list[Event], known: Reading) -> list[Event]:
    """Drop counts that differ within a sentence and note how much the sentence is about what is counted."""
    if not known.counting:
        return events
    if _numbers_differ(events, known):
        events = [e for e in events if e.kind is not Kind.ASSERT or e.force >= Force.CONCLUSIVE]
    # "It" and "they" stand for the thing asked about.
    weight = len(content(sentence.text) & known.topic) + 2 * bool(cues.IT.match(sentence.text))
    return [replace(event, weight=weight) for event in events]


def _with_total(sentence: Sentence, events: list[Event], known: Reading) -> list[Event]:
    """Put the number that a sentence works out in the place of the numbers it is worked out from."""
    total = total_events(sentence, known)
    return [e for e in events if e.kind is not Kind.ASSERT or e.force >= Force.CONCLUSIVE] + total if total else events


def _confirmed(sentence: Sentence, events: list[Event]) -> list[Event]:
    """Assert what is told and confirmed in one sentence: "the caption says red, and the picture agrees"."""
    reported = [event for event in events if event.kind is Kind.REPORT]
    later = [part.text for part in clauses(sentence) if reported and part.start > reported[-1].start]
    if any(cues.AFFIRMED.search(text) and not cues.NEGATED.search(text) for text in later):
        return [Event(Kind.ASSERT, reported[-1].start, reported[-1].option, Force.TOPICAL)]
    return []


def sentence_events(sentence: Sentence, known: Reading) -> list[Event]:
    """Return the events of one sentence in order."""
    if cues.TO_GRADER.search(sentence.text):
        return []
    lone = cues.LONE_LETTER.match(sentence.text) if sentence.last else None
    if lone:
        at = sentence.start + lone.start(1)
        return [Event(Kind.ASSERT, at, letter_option(lone[1].upper()), Force.EXPLICIT, True)]
    asks = sentence.asks and not cues.SURE_OPENINGS.search(sentence.text)
    events = _said(sentence, known, asks)
    if asks:
        return events
    events = framed(sentence, _with_total(sentence, events, known), known)
    named = _is_named(events)
    if not named and sentence.label is None:
        events += _meant(sentence, known)
        named = _is_named(events)
        events = events or hint_events(sentence, known)
    events = _weighed(sentence, events, known)
    if named:
        return events + _undecided(sentence, known, named)
    events += _confirmed(sentence, events) + _undecided(sentence, known, named) + _polar_verdict(sentence, known)
    return [*events, Event(Kind.RETRACT, sentence.start)] if is_retraction(sentence.text) else events


def _label_events(sentence: Sentence, listed: int, known: Reading) -> list[Event]:
    """A list item "B. left - correct": only praise or blame after the label says something."""
    text = sentence.text
    mentions = find_mentions(text, known.options)
    own = [m for m in mentions if m.option == listed]
    if not text.strip(" .:)-"):
        return [Event(Kind.ASSERT, sentence.start, listed, Force.EXPLICIT, True)] if sentence.last else []
    at = own[0].end if own else 0
    if cues.PRAISE.match(text[at:].lstrip(" -:,.")) and not cues.NEGATED.search(text[at:][:40]):
        return [Event(Kind.ASSERT, sentence.start, listed, Force.EXPLICIT, True)]
    if cues.NEGATED.search(text[at:]):
        return [Event(Kind.REJECT, sentence.start, listed, Force.TOPICAL, True)]
    return []
