"""Find the option that a text finally settles on, by following its events to the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from lmms_robust.parsing import cues
from lmms_robust.parsing.clauses import Sentence, has_verb, mark_labels, sentences
from lmms_robust.parsing.events import Event, Force, Kind
from lmms_robust.parsing.evidence import sentence_events
from lmms_robust.parsing.framing import is_hypothesis
from lmms_robust.parsing.measures import measured_option, measured_polar
from lmms_robust.parsing.mentions import find_mentions
from lmms_robust.parsing.questions import Reading, reading
from lmms_robust.parsing.replies import agreement, reply_to


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a text settles on.

    Attributes:
        option: index of the option, or None; may lie outside the options if a letter does.
        problem: why there is none: ``"no_conclusion"``, ``"ambiguous"``, ``"undecided"`` or ``"retracted"``.
        force: how firmly the option is asserted.
        start: offset of the deciding words in the text.
    """

    option: int | None
    problem: str | None
    force: Force = Force.PASSING
    start: int = 0


@dataclass(slots=True)
class _State:
    """The conclusion reached so far while events are followed in order."""

    known: Reading
    held: Event | None = None
    reopened: bool = False  # a correction was announced since the last firm conclusion
    problem: str = "no_conclusion"
    rejected: set[int] = field(default_factory=set)
    passing: set[int] = field(default_factory=set)  # options that were named off the topic
    weak: list[Event] = field(default_factory=list)

    def hold(self, event: Event) -> None:
        self.held, self.problem = event, "no_conclusion"
        self.weak.clear()
        self.rejected.discard(event.option)

    def drop(self, problem: str) -> None:
        self.held, self.problem = None, problem


def _assert(state: _State, event: Event) -> None:
    held = state.held
    if event.force is Force.PASSING and not state.reopened:
        state.passing.add(event.option)
    if event.force >= Force.CONCLUSIVE:
        state.hold(event)
        state.reopened = False
    elif held is None or held.option == event.option:
        state.hold(event if held is None or held.force <= event.force else held)
    elif held.force >= Force.CONCLUSIVE and not (state.reopened and event.force >= Force.TOPICAL):
        return
    elif state.known.counting and not state.reopened and event.weight <= held.weight:
        if event.weight == held.weight:
            state.drop("ambiguous")
    elif event.force >= held.force or state.reopened:
        state.hold(event)


def _reject(state: _State, event: Event) -> None:
    state.rejected.add(event.option)
    held = state.held
    if (
        held is not None
        and held.option == event.option
        and (state.reopened or held.force < Force.CONCLUSIVE or event.by_letter)
    ):
        state.drop("retracted")


def _apply(state: _State, event: Event) -> None:
    if event.kind is Kind.ASSERT:
        _assert(state, event)
    elif event.kind is Kind.REJECT:
        _reject(state, event)
    elif event.kind is Kind.WEAK:
        state.weak.append(event)
        if (
            event.doubtful
            and state.held is not None
            and state.held.option != event.option
            and state.held.force < Force.CONCLUSIVE
        ):
            state.drop("ambiguous")
    elif event.kind is Kind.CORRECT:
        state.reopened = True
    elif event.kind is Kind.RETRACT:
        if state.held is not None:
            state.rejected.add(state.held.option)
            state.drop("retracted")
    elif event.kind is Kind.UNDECIDED and (state.held is None or state.held.force < Force.CONCLUSIVE or state.reopened):
        state.drop("undecided")
        state.weak.clear()


def _left_over(state: _State) -> int | None:
    """The one option that is not rejected, if all others are."""
    count = len(state.known.options)
    left = [index for index in range(count) if index not in state.rejected]
    return left[0] if len(left) == 1 and count > 1 else None


def _finish(state: _State) -> Conclusion:
    if state.held is not None and state.held.force is Force.PASSING and len(state.passing) > 1:
        return Conclusion(None, "ambiguous")
    if state.held is not None:
        return Conclusion(state.held.option, None, state.held.force, state.held.start)
    left = _left_over(state)
    if left is not None and state.problem != "undecided":
        return Conclusion(left, None, Force.TOPICAL)
    possible = {event.option for event in state.weak}
    if len(possible) == 1 and state.problem != "undecided":
        event = state.weak[-1]
        return Conclusion(event.option, None, Force.PASSING, event.start)
    return Conclusion(None, "ambiguous" if possible else state.problem)


def conclude(text: str, options: Sequence[str], question: str = "") -> Conclusion:
    """Return the option that plain ``text`` ends on.

    Args:
        text: text in the form that :func:`lmms_robust.parsing.plain.plain` returns.
        options: option texts.
        question: the question, if known; it tells which statements are to the point.

    >>> conclude("Not left. Wait, it is left. So the answer is left.", ("left", "right")).option
    0
    """
    known = replace(
        reading(question, tuple(options)), told=bool(cues.TOLD.search(text)) and not cues.TOLD.search(question)
    )
    state = _State(known)
    pending: list[Event] = []
    raised: int | None = None  # option that the sentence before brings up
    found = sentences(mark_labels(text, options))
    for sentence in found:
        events = sentence_events(sentence, known)
        reply = reply_to(sentence) if raised is not None else None
        if raised is not None and reply is not None and not any(e.force > Force.PASSING for e in events):
            events.append(Event(Kind.ASSERT if reply else Kind.REJECT, sentence.start, raised, Force.TOPICAL))
        telling = [e for e in events if e.kind in (Kind.ASSERT, Kind.REPORT, Kind.WEAK)]
        for event in events:
            _apply(state, event)
        if telling:
            pending = telling
        raised = _raised(sentence, known)
        if reply is None and not telling and pending and agreement(sentence) and state.held is None:
            _apply(state, Event(Kind.ASSERT, sentence.start, pending[-1].option, Force.TOPICAL))
    return _measured(found, _finish(state), known)


def _measured(found: Sequence[Sentence], settled: Conclusion, known: Reading) -> Conclusion:
    """Where nothing but names in passing was found, go by the numbers that the chain gives for things."""
    if settled.force > Force.PASSING or settled.problem in ("undecided", "retracted"):
        return settled
    option = measured_polar(found, known) if known.yes is not None else measured_option(found, known)
    return settled if option is None else Conclusion(option, None, Force.TOPICAL)


def _raised(sentence: Sentence, known: Reading) -> int | None:
    """The one option that a question, or a fragment such as "Option C: on the plate.", brings up."""
    if known.yes is not None or not (sentence.asks or is_hypothesis(sentence, known) or not has_verb(sentence.text)):
        return None
    named = {mention.option for mention in find_mentions(sentence.text[:300], known.options)}
    return named.pop() if len(named) == 1 else None
