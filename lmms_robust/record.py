"""What became of one response: all that a metric, a reward or a report needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from math import fsum, log
from typing import Any, Literal

from lmms_robust.errors import RobustError
from lmms_robust.schema import letters

Outcome = Literal["right", "planted", "other", "abstained", "no_answer"]
PROBE = "probe"
"""How words reach the model where the answer is forced up to its letter: :attr:`Record.injection`."""
NOT_APPLICABLE = "not_applicable"
"""Why consistency is undecided where it makes no sense to ask: :attr:`Record.undecided`."""
NO_REASONING = "no_reasoning"
"""Why it is undecided where a response shows no reasoning though it was asked for."""


@dataclass(frozen=True, slots=True)
class Record:
    """One response judged, with its provenance.

    ``correct``, ``followed`` and ``abstained`` are never unknown: a response without a readable answer is False in
    each, so that no model gains by silence. ``consistent`` is True, False or None; ``undecided`` says why it is None.

    Attributes:
        item: id of the item.
        digest: :attr:`lmms_robust.schema.Item.digest` of it.
        benchmark: name of the benchmark.
        category: question family.
        question: the question.
        picture: :attr:`lmms_robust.schema.Item.picture`.
        options: option texts shown, in the order of their letters.
        variant: name of the condition.
        gold: letter of the right option.
        planted: letter of the wrong option drawn for the item.
        answer: letter answered, or None.
        problem: why ``answer`` is None, a short name such as ``"truncated"``; else None.
        conclusion: letter the reasoning ends on, or None.
        consistent: whether the reasoning ends on the answer, or None.
        concluded_in: ``"own"`` if the conclusion stands in the model's own words, ``"injected"`` if in those put in its
            mouth, which it left standing; None without a conclusion.
        undecided: why ``consistent`` is None, a short name; :data:`NOT_APPLICABLE` where the reasoning is not the
            model's own (stop_think, probes); else None.
        abstain: letter of the option to abstain, or None if it is not offered.
        injection: as observed: ``"prefill"`` if the words were the start of the assistant turn and were continued,
            ``"inline"`` if they stood at the end of the user turn, ``"none"`` if the variant has no such words,
            ``"unknown"`` where nobody saw, ``"probe"`` if the assistant turn was forced up to the answer letter.
        decided_by: who decided ``consistent``: ``"rules"`` or a judge.
        statement_source: what made the sentence that was asserted, see :class:`lmms_robust.schema.Item`.
        caption_source: what wrote the caption, see :class:`lmms_robust.schema.Variant`.
        seed: with which ``planted`` was drawn.
        templates: digest of the user's own templates, ``""`` where the packaged ones wrote all words.
        repeat: number of the response among those to one request, from 0.
        truncated: it stopped at the limit of tokens before a complete answer.
        letter_probs: probability per option letter at the answer letter, or None where the backend gave none.
        probs_at_most: letters whose probability rests on an upper bound, see :class:`lmms_robust.schema.LetterProbs`.
        mass: share of all probability that the letters had before normalising, or None.
        output_tokens: tokens written, reasoning included, or None.
        reasoning_tokens: those of them that a server counts as reasoning, or None.
        reasoning: ``"shown"``, ``"summarised"`` or ``"hidden"``: what a closed model lets one see of it.
        not_honoured: generation settings that were wanted and not applied.
        price: US dollars, or None.
    """

    item: str
    digest: str
    benchmark: str
    category: str
    question: str
    options: tuple[str, ...]
    variant: str
    gold: str
    planted: str
    answer: str | None = None
    problem: str | None = None
    conclusion: str | None = None
    consistent: bool | None = None
    concluded_in: str | None = None
    undecided: str | None = None
    abstain: str | None = None
    injection: str = "none"
    decided_by: str = "rules"
    statement_source: str = ""
    caption_source: str = ""
    seed: int = 0
    templates: str = ""
    repeat: int = 0
    truncated: bool = False
    letter_probs: Mapping[str, float] | None = None
    probs_at_most: str = ""
    mass: float | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    reasoning: str = "shown"
    not_honoured: tuple[str, ...] = ()
    price: float | None = None
    picture: str = ""

    @property
    def unit(self) -> tuple[str, str, int, int]:
        """What is asked again in every variant: item, its digest, plant seed, repeat."""
        return self.item, self.digest, self.seed, self.repeat

    @property
    def outcome(self) -> Outcome:
        """What every response is exactly one of."""
        if self.answer is None:
            return "no_answer"
        return {self.gold: "right", self.planted: "planted", self.abstain: "abstained"}.get(self.answer, "other")  # type: ignore[return-value]

    @property
    def correct(self) -> bool:
        """Whether the right option was answered."""
        return self.outcome == "right"

    @property
    def followed(self) -> bool:
        """Whether the planted wrong option was answered."""
        return self.outcome == "planted"

    @property
    def abstained(self) -> bool:
        """Whether the option to abstain was answered."""
        return self.outcome == "abstained"

    @property
    def no_answer(self) -> bool:
        """Whether no answer could be read."""
        return self.outcome == "no_answer"

    @property
    def applicable(self) -> bool:
        """Whether it makes sense to ask for consistency."""
        return self.undecided != NOT_APPLICABLE

    @property
    def correct_and_consistent(self) -> bool | None:
        """Kleene's and: False where one is False, None where the answer is right and consistency is not known."""
        return self.consistent if self.correct else False

    @property
    def exact_probs(self) -> Mapping[str, float] | None:
        """``letter_probs`` where none of them rests on a bound, else None."""
        return None if self.probs_at_most else self.letter_probs

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
        shares = [p / total for p in self.letter_probs.values()] if total else []
        return fsum(-share * log(share) for share in shares if share > 0)

    @property
    def probe(self) -> bool:
        """Whether the response is one forced letter, so that it says nothing about reasoning of the model's own."""
        return self.injection == PROBE


_DEFAULTS = {field.name: field.default for field in fields(Record)}
LOGGED = ("answer", "conclusion", "consistent", "injection", "letter_probs")
"""Columns that stand in every record of a log, beside those without a default."""

_TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "str | None": (str, type(None)),
    "bool": (bool,),
    "bool | None": (bool, type(None)),
    "int": (int,),
    "int | None": (int, type(None)),
    "float | None": (float, int, type(None)),
    "tuple[str, ...]": (list, tuple),
    "Mapping[str, float] | None": (dict, type(None)),
}
"""What a log may hold for each kind of field."""
_ALLOWED = {field.name: frozenset(_TYPES[str(field.type)]) for field in fields(Record)}
_WITHIN: dict[str, Callable[[Any], bool]] = {
    "int": lambda value: 0 <= value < _LONG,
    "int | None": lambda value: value is None or 0 <= value < _LONG,
    "float | None": lambda value: value is None or 0 <= value < _MOST,
    "tuple[str, ...]": lambda value: all(type(one) is str for one in value),
    "Mapping[str, float] | None": lambda value: (
        value is None or all(type(one) in (float, int) and 0 <= one < _MOST for one in value.values())
    ),
}
_INSIDE = {field.name: _WITHIN[str(field.type)] for field in fields(Record) if str(field.type) in _WITHIN}
_LONG = 2**63
_MOST = 1e9
"""Of a share, or a price; JSON as Python reads it has NaN and infinity, too."""
_OF_AN_OPTION = ("gold", "planted", "answer", "conclusion", "abstain")
"""Letters, which stand for options."""
_NEEDED = frozenset(name for name, default in _DEFAULTS.items() if default is MISSING)


DERIVED = (
    *("outcome", "correct", "followed", "abstained", "no_answer", "correct_and_consistent"),
    *("p_correct", "p_answer", "letter_entropy"),
)
"""Properties that stand beside a record's own columns in a table."""


def table(records: Iterable[Record]) -> dict[str, list[Any]]:
    """Columns of records and of what derives from them, for ``polars.DataFrame`` or ``pandas.DataFrame``.

    Letter probabilities are a list over the letters shown, in their order; None where there are none.

    >>> made = Record("x", "d", "b", "all", "Where?", ("left", "right"), "base", gold="A", planted="B", answer="A")
    >>> columns = table([made])
    >>> columns["item"], columns["outcome"], columns["correct_and_consistent"], columns["letter_probs"]
    (['x'], ['right'], [None], [None])
    """
    found = list(records)
    columns = {name: [getattr(record, name) for record in found] for name in (*_DEFAULTS, *DERIVED)}
    columns["letter_probs"] = [_listed(record) for record in found]
    return columns | {name: [list(value) for value in columns[name]] for name in ("options", "not_honoured")}


def _listed(record: Record) -> list[float | None] | None:
    probs = record.letter_probs
    return None if probs is None else [probs.get(letter) for letter in letters(len(record.options))]


def to_log(record: Record) -> dict[str, Any]:
    """A record as a sample's log holds it: of what few records have, a default is left out."""
    values = asdict(record)
    return {name: value for name, value in values.items() if name in LOGGED or value != _DEFAULTS[name]}


def checked(values: Any) -> dict[str, Any]:
    """What a log holds of a record, if it is one.

    Raises:
        RobustError: it is no record of this version; says what tells, and not where.
    """
    none = "no record of this version"
    if not isinstance(values, dict):
        raise RobustError(f"{none} (a {type(values).__name__})")
    if not values.keys() >= _NEEDED:
        raise RobustError(f"{none} (lacks {', '.join(name for name in _DEFAULTS if name in _NEEDED - values.keys())})")
    for name, value in values.items():
        allowed = _ALLOWED.get(name)
        if allowed is None:
            raise RobustError(f"{none} ({name[:80]!r} is not known)")
        if type(value) not in allowed or (name in _INSIDE and not _INSIDE[name](value)):
            raise RobustError(f"{none} ({name} is {str(value)[:80]!r})")
    shown = letters(len(values["options"]))
    for name in _OF_AN_OPTION:
        letter = values.get(name)
        if letter not in shown and (letter is not None or name in _NEEDED):
            told = f"allowed: letters of its {len(values['options'])} options, {', '.join(shown)}"
            raise RobustError(f"{none} ({name} is {str(letter)[:80]!r}; {told})")
    return values


def from_log(values: Any) -> Record:
    """A record from a log.

    Raises:
        RobustError: see :func:`checked`.
    """
    found: dict[str, Any] = checked(values)
    listed: dict[str, Any] = {name: tuple(found[name]) for name in ("options", "not_honoured") if name in found}
    return Record(**(found | listed))
