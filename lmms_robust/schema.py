"""The values that travel through the package: Item, Variant, Parsed, Verdict.

All are frozen, hold text and numbers only (never pictures), and know no benchmark's columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum, log
from string import ascii_uppercase

from lmms_robust.errors import RobustError

MAX_LETTERS = 10
"""Option letters that are read: A to J."""

MAX_OPTIONS = MAX_LETTERS - 1
"""Options of an item; a variant may offer to abstain as one more."""


def letters(n: int) -> tuple[str, ...]:
    """Return the first ``n`` option letters.

    >>> letters(3)
    ('A', 'B', 'C')
    """
    return tuple(ascii_uppercase[:n])


@dataclass(frozen=True, slots=True)
class Item:
    """One multiple-choice question about one picture (or several).

    Attributes:
        id: unique within the benchmark; every random draw about the item is seeded by it.
        benchmark: name of the benchmark, e.g. ``"scenes"``.
        category: question family within the benchmark.
        question: the question alone, without options or instructions.
        options: option texts in order; option ``i`` carries letter ``letters(n)[i]``.
        answer: letter of the right option.
        statements: one declarative sentence per option, saying that this option holds.
        row: index of the benchmark row that holds the picture.
        unplantable: letters of wrong options that may hold of the same picture as the right one; never planted.
    """

    id: str
    benchmark: str
    category: str
    question: str
    options: tuple[str, ...]
    answer: str
    statements: tuple[str, ...]
    row: int
    unplantable: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        where = f"{self.benchmark} item {self.id!r}"
        for part in (self.id, self.question, *self.options, *self.statements):
            if not isinstance(part, str) or not part.strip():
                raise RobustError(
                    f"{where}: id, question, an option or a statement is {part!r}; allowed: non-empty texts"
                )
        if not 2 <= len(self.options) <= MAX_OPTIONS:
            raise RobustError(f"{where}: {len(self.options)} option(s); allowed: 2 to {MAX_OPTIONS}")
        folded = [" ".join(option.split()).casefold() for option in self.options]
        if len(set(folded)) < len(folded):
            raise RobustError(f"{where}: two options are equal; allowed: distinct texts; got {list(self.options)}")
        if self.answer not in self.letters:
            raise RobustError(f"{where}: answer {self.answer!r}; allowed: {', '.join(self.letters)}")
        if len(self.statements) != len(self.options):
            raise RobustError(
                f"{where}: {len(self.statements)} statements; allowed: one for each of {len(self.options)} options"
            )
        stated = [" ".join(statement.split()).casefold() for statement in self.statements]
        if len(set(stated)) < len(stated):
            raise RobustError(f"{where}: two statements are equal; allowed: distinct ones; got {list(self.statements)}")
        if not self.plantable:
            raise RobustError(f"{where}: every wrong option may hold beside {self.answer}; allowed: one that cannot")

    @property
    def letters(self) -> tuple[str, ...]:
        """Option letters in order."""
        return letters(len(self.options))

    @property
    def plantable(self) -> tuple[str, ...]:
        """Letters of the wrong options whose statements are false of the picture."""
        return tuple(letter for letter in self.letters if letter not in (self.answer, *self.unplantable))


@dataclass(frozen=True, slots=True)
class Variant:
    """One item in one prompt condition: everything that is sent, apart from the picture.

    Attributes:
        item: the unchanged item.
        name: the condition, e.g. ``"wrong_caption"``.
        planted: letter of the wrong option drawn for this item; the same in every variant, so that
            ``followed`` has a baseline where nothing is planted.
        options: option texts shown, which may end in an extra one (abstain).
        prompt: user turn without injected reasoning.
        prefill: start of the assistant turn, or ``""``.
    """

    item: Item
    name: str
    planted: str
    options: tuple[str, ...]
    prompt: str
    prefill: str


@dataclass(frozen=True, slots=True)
class LetterProbs:
    """Probability of each option letter at the first token of the answer letter, among the item's letters.

    Attributes:
        probs: letter -> probability, 0 to 1; they sum to 1, or to more where some are bounds.
        at_most: letters of which the backend knew only an upper bound, as one text such as ``"CD"``. Their entries are
            upper bounds, and those of the others lower bounds.
        mass: share of all probability that the letters had before it was normalised, 0 to 1; None where not known.
    """

    probs: Mapping[str, float]
    at_most: str = ""
    mass: float | None = None


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a response text says, by form alone.

    Attributes:
        think: text inside the think block (all of the reasoning before the answer if the tags are
            missing), or None if there is no reasoning at all.
        answer: letter of the option given as final answer, or None.
        problem: why ``answer`` is None, a short name such as ``"no_answer"``; None if it is not.
    """

    think: str | None
    answer: str | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the reasoning and the answer of one response agree.

    Attributes:
        conclusion: letter the reasoning ends on, or None if that cannot be decided.
        consistent: ``conclusion == answer``; None if either is None.
        decided_by: ``"rules"`` or the judge's name.
        problem: why ``consistent`` is None, a short name such as ``"no_conclusion"``; else None.
    """

    conclusion: str | None
    consistent: bool | None
    decided_by: str
    problem: str | None


@dataclass(frozen=True, slots=True)
class Record:
    """One response to one variant of one item: all that a metric or a report needs.

    A response without a readable answer is neither right nor wrong: everything that rests on the answer is then None.

    Attributes:
        item: id of the item.
        benchmark: name of the benchmark.
        category: question family.
        question: the question.
        options: option texts shown, in the order of their letters.
        variant: name of the condition.
        injection: ``"prefill"`` if the words were the start of the assistant turn and were continued, ``"inline"`` if
            they stood at the end of the user turn, ``"none"`` if the variant has no such words, ``"probe"`` if the
            assistant turn was forced up to the answer letter.
        gold: letter of the right option.
        planted: letter of the wrong option drawn for the item.
        abstain: letter of the option to abstain, or None if it is not offered.
        caption_source: what wrote the caption: ``"statements"``, or a model and the hash of its template; ``""`` if
            the variant has no caption about an option.
        answer: letter answered, or None.
        conclusion: letter the reasoning ends on, or None.
        consistent: whether the reasoning ends on the answer, or None.
        decided_by: who decided ``consistent``: ``"rules"`` or a judge.
        problem: why ``answer`` or ``consistent`` is None, or None.
        letter_probs: probability per option letter at the answer letter, or None where the backend gave none.
        probs_at_most: letters whose probability rests on an upper bound, see :class:`LetterProbs`.
    """

    item: str
    benchmark: str
    category: str
    question: str
    options: tuple[str, ...]
    variant: str
    injection: str
    gold: str
    planted: str
    abstain: str | None
    caption_source: str
    answer: str | None
    conclusion: str | None
    consistent: bool | None
    decided_by: str
    problem: str | None
    letter_probs: Mapping[str, float] | None = None
    probs_at_most: str = ""

    @property
    def correct(self) -> bool | None:
        """Whether the right option was answered."""
        return None if self.answer is None else self.answer == self.gold

    @property
    def correct_and_consistent(self) -> bool | None:
        """Whether the right option was answered and the reasoning ends on it; None if consistency is undecided."""
        return None if self.consistent is None else self.consistent and self.answer == self.gold

    @property
    def followed(self) -> bool | None:
        """Whether the planted wrong option was answered."""
        return None if self.answer is None else self.answer == self.planted

    @property
    def abstained(self) -> bool | None:
        """Whether the option to abstain was answered."""
        return None if self.answer is None else self.answer == self.abstain

    @property
    def no_answer(self) -> bool:
        """Whether no answer could be read."""
        return self.answer is None

    @property
    def p_correct(self) -> float | None:
        """Probability of the right option's letter among the letters shown; None where it is not known."""
        return None if self.letter_probs is None else self.letter_probs.get(self.gold)

    @property
    def p_answer(self) -> float | None:
        """Probability of the letter answered among the letters shown; None where it is not known."""
        return None if self.letter_probs is None or self.answer is None else self.letter_probs.get(self.answer)

    @property
    def letter_entropy(self) -> float | None:
        """Entropy -sum p ln p over the letters shown, in nats: 0 to ln(letters); None without probabilities.

        Bounds among them are taken for probabilities, in proportion.
        """
        if self.letter_probs is None:
            return None
        total = fsum(self.letter_probs.values())
        return fsum(-p / total * log(p / total) for p in self.letter_probs.values() if p > 0)

    @property
    def probe(self) -> bool:
        """Whether the response is one forced letter, so that it says nothing about reasoning of the model's own."""
        return self.injection == "probe"
