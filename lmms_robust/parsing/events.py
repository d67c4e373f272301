"""The steps of a chain of thought: what is asserted, rejected, corrected or given up, and how firmly."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum


class Kind(Enum):
    """What an event does to the conclusion reached so far."""

    ASSERT = "assert"
    REJECT = "reject"
    WEAK = "weak"
    CORRECT = "correct"
    RETRACT = "retract"
    UNDECIDED = "undecided"
    REPORT = "report"


class Force(IntEnum):
    """How firmly an option is asserted: in passing, on the question's topic, as a consequence, as the answer."""

    PASSING = 0
    TOPICAL = 1
    CONCLUSIVE = 2
    EXPLICIT = 3


@dataclass(frozen=True, slots=True)
class Event:
    """One step of a chain.

    Attributes:
        kind: what it does.
        start: offset in the plain text.
        option: index of the option, -1 if none; an index outside the options is a letter that does not exist.
        force: how firmly, for assertions.
        by_letter: the option was named by its letter.
        weight: number of the question's telling words in the sentence.
        doubtful: it is enough to doubt what was said before.
    """

    kind: Kind
    start: int
    option: int = -1
    force: Force = Force.PASSING
    by_letter: bool = False
    weight: int = 0
    doubtful: bool = False


def asserted(events: list[Event]) -> set[int]:
    """Return the options that are asserted."""
    return {event.option for event in events if event.kind is Kind.ASSERT}
