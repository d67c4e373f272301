"""From a run's responses to the numbers of its tables: one row a variant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import nan

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lmms_robust.metrics.confidence import Auroc, auroc, calibration_error
from lmms_robust.metrics.estimate import ABSENT, FALSE, TRUE, UNKNOWN, Estimate, Outcomes, Scores
from lmms_robust.metrics.paired import Discordant, change, discordant, drop, holm, survival
from lmms_robust.metrics.rates import consistency, mean, rate
from lmms_robust.metrics.repeats import majority, pass_at
from lmms_robust.perturbations import VARIANTS, base_of
from lmms_robust.report.columns import (
    OUTCOMES,
    codes,
    equals,
    groups,
    letter_numbers,
    missing,
    right_and_consistent,
    scores,
    truths,
    verdicts,
    whether,
)
from lmms_robust.report.grid import Grid
from lmms_robust.statements import FALLBACK

WAY = ("variant", "injection", "caption_source")
"""What responses of one row of a table have in common: those delivered in different ways are never mixed."""


@dataclass(frozen=True, slots=True)
class Row:
    """The numbers of one variant, as far as they may be mixed: injection and source of captions are one.

    Attributes:
        variant: its name.
        injection: as observed.
        caption_source: what wrote the captions, or ``""``.
        responses: how many the row rests on.
        estimates: numbers by name, see :data:`ABOUT`; those that do not apply are missing.
        verdicts: how many are True and False; None where consistency does not apply.
        deciders: who gave how many of these verdicts.
        undecided: why responses have no verdict, and how many.
        outcomes: how many responses are what.
        quadrants: whether right, and the verdict -> how many responses; empty where consistency does not apply.
        transitions: outcome at base and here -> how many units; empty for base itself.
        discordant: items that differ from base in being right; None for base itself, or without one.
        p: exact p of McNemar's test of these, adjusted after Holm for the variants of the table; NaN likewise.
        auroc: by score at base, how well it tells who is still right; without probabilities there is none.
    """

    variant: str
    injection: str
    caption_source: str
    responses: int
    estimates: Mapping[str, Estimate]
    verdicts: tuple[int, int] | None
    deciders: Mapping[str, int]
    undecided: Mapping[str, int]
    outcomes: Mapping[str, int]
    quadrants: Mapping[tuple[str, str], int]
    transitions: Mapping[tuple[str, str], int]
    discordant: Discordant | None
    p: float
    auroc: Mapping[str, Auroc]


UNDECIDED = "what is undecided counts as no"

ABOUT = {
    "acc": "right answers; a response without a readable answer is wrong",
    "acc_answered": "right answers, of the responses with a readable one",
    "drop": "acc at base minus acc here, same items",
    "survival": "still right, of the items right at base",
    "followed": "answered the wrong option that is planted",
    "followed_more": "followed here minus the rate of the same option at base, same items",
    "followed_of_wrong": "planted option, of the wrong answers, minus what a random wrong answer would give",
    "abstained": "answered the option to abstain",
    "no_answer": "no answer could be read",
    "truncated": "stopped at the limit of tokens before a complete answer",
    "consistency": "the reasoning ends on the answer, of the verdicts",
    "undecided": "no verdict",
    "own": "conclusions in the model's own words, of all conclusions",
    "consistent_acc": f"right and consistent; {UNDECIDED}",
    "consistent_drop": "consistent_acc at base minus consistent_acc here, same items",
    "fallback": "items whose asserted sentence only says what the answer is",
    "majority": "items whose most frequent answer among the repeats is right",
    "pass_at": "at least one of the repeats is right",
    "p_correct": "probability of the right option's letter",
    "p_correct_change": "p_correct here minus at base, same items",
    "letter_entropy": "entropy of the letters' probabilities in nats; 0 is certain",
    "entropy_change": "letter_entropy here minus at base, same items",
    "ece": "calibration error of the answers given",
}
"""What the estimates are. All but the last five are shares, 0 to 1, or differences of two, -1 to 1."""


@dataclass(frozen=True, eq=False)
class _Responses:
    """A run's responses by unit and variant, their ways, and what is asked of all rows more than once.

    Attributes:
        grid: where they stand.
        ways: (rows,) number of their way.
    """

    grid: Grid
    ways: NDArray[np.int64]

    def outcomes(self, variant: str, values: Outcomes, way: int | None = None) -> Outcomes:
        """Outcomes of a variant by unit, of one way of it or of all."""
        found = values if way is None else np.where(self.ways == way, values, ABSENT)
        return self.grid.outcomes(("", variant), found.astype(np.int8))

    def scores(self, variant: str, values: Scores, way: int | None = None) -> Scores:
        """Scores of a variant by unit, of one way of it or of all."""
        return self.grid.scores(("", variant), values if way is None else np.where(self.ways == way, values, np.nan))

    @cached_property
    def masks(self) -> dict[str, NDArray[np.bool_]]:
        """Rows with each outcome."""
        return {name: equals(self.grid.table, "outcome", name) for name in OUTCOMES}

    @cached_property
    def values(self) -> dict[str, Outcomes]:
        """Outcomes of all rows, by name of the rate that they make."""
        table, is_, agree = self.grid.table, self.masks, verdicts(self.grid.table)
        return {
            "acc": whether(is_["right"]),
            "acc_answered": whether(is_["right"], ~is_["no_answer"]),
            "followed": whether(is_["planted"]),
            "abstained": whether(is_["abstained"]),
            "no_answer": whether(is_["no_answer"]),
            "truncated": truths(table, "truncated"),
            "agree": agree,
            "consistency": np.where(agree == UNKNOWN, ABSENT, agree).astype(np.int8),
            "undecided": np.where(agree == ABSENT, ABSENT, agree == UNKNOWN).astype(np.int8),
            "own": whether(equals(table, "concluded_in", "own"), ~missing(table, "concluded_in")),
            "consistent_acc": right_and_consistent(table),
            "fallback": whether(equals(table, "statement_source", FALLBACK)),
        }

    @cached_property
    def beyond_chance(self) -> Scores:
        """Of wrong answers to more than two options, whether the planted one, less the share of a random wrong one."""
        table, planted = self.grid.table, self.masks["planted"]
        shown = np.asarray(pc.list_value_length(table["options"])) - ~missing(table, "abstain")
        counted = (planted | self.masks["other"]) & (shown > 2)
        return np.where(counted, planted - 1 / np.maximum(shown - 1, 1), np.nan)

    @cached_property
    def numbers(self) -> dict[str, Scores]:
        """What the probabilities of the letters say of all rows; ``"exact_…"`` only of those without bounds."""
        found = {name: scores(self.grid.table, name) for name in ("p_correct", "p_answer", "letter_entropy")}
        exact = equals(self.grid.table, "probs_at_most", "")
        return found | {f"exact_{name}": np.where(exact, values, nan) for name, values in found.items()}


def rows(grid: Grid) -> list[Row]:
    """One row a variant of a run, in the order of the variants; see :func:`lmms_robust.report.grid.of_run`."""
    way, ways = groups(grid.table, WAY)
    responses = _Responses(grid, way)
    order = {name: place for place, name in enumerate(VARIANTS)}
    named = sorted((order[name[0]], name, number) for number, name in enumerate(ways))
    found = [_row(responses, number, *name) for _, name, number in named]
    adjusted = holm([row.discordant.p if row.discordant else nan for row in found])
    return [replace(row, p=p) for row, p in zip(found, adjusted, strict=True)]


def _row(responses: _Responses, way: int, variant: str, injection: str, caption_source: str) -> Row:
    chosen, base = VARIANTS[variant], base_of(variant)
    grid, units, values, here = responses.grid, responses.grid.units, responses.values, responses.ways == way
    paired = variant != "base" and ("", base) in grid.places
    agree = values["agree"]
    reasoned = bool((agree[here] != ABSENT).any())

    def of(name: str) -> Outcomes:
        return responses.outcomes(variant, values[name], way)

    def at_base(name: str) -> Outcomes:
        return responses.outcomes(base, values[name])

    shown = ["acc", "acc_answered", "followed", "no_answer", "truncated"]
    shown += ["consistency", "undecided", "own", "consistent_acc"] if reasoned else []
    shown += ["abstained"] if chosen.abstain else []
    shown += ["fallback"] if chosen.asserts else []
    estimates = {name: rate(of(name), units) for name in shown}
    if paired:
        estimates["drop"] = drop(at_base("acc"), of("acc"), units)
        estimates["survival"] = survival(at_base("acc"), of("acc"), units)
    if paired and chosen.asserts == "planted":
        estimates["followed_more"] = drop(of("followed"), at_base("followed"), units)
        beyond = responses.scores(variant, responses.beyond_chance, way)
        estimates["followed_of_wrong"] = mean(beyond, units, (-1, 1))
    if paired and reasoned:
        estimates["consistent_drop"] = drop(at_base("consistent_acc"), of("consistent_acc"), units)
    probabilities, areas = _confidence(responses, way, variant, base if paired else None)
    estimates |= _repeated(responses, way, variant) | probabilities
    return Row(
        variant,
        injection,
        caption_source,
        int(here.sum()),
        {name: estimates[name] for name in ABOUT if name in estimates},
        consistency(agree[here]) if reasoned else None,
        _counts(grid.table, "decided_by", here & (agree >= FALSE)),
        _counts(grid.table, "undecided", here & (agree == UNKNOWN)),
        {name: int((mask & here).sum()) for name, mask in responses.masks.items()},
        _quadrants(responses, here) if reasoned else {},
        _transitions(responses, way, variant, base) if paired else {},
        discordant(at_base("acc"), of("acc"), units) if paired else None,
        nan,
        areas,
    )


def _counts(table: pa.Table, column: str, mask: NDArray[np.bool_]) -> dict[str, int]:
    """How many rows of a mask have which value."""
    numbers, known = codes(table[column])
    counted = np.bincount(numbers[mask & (numbers >= 0)], minlength=len(known))
    return {name: int(count) for name, count in zip(known, counted, strict=True) if count}


def _quadrants(responses: _Responses, here: NDArray[np.bool_]) -> dict[tuple[str, str], int]:
    """How many rows of a mask are right or wrong with which verdict."""
    sides = {"right": here & responses.masks["right"], "wrong": here & ~responses.masks["right"]}
    said = {"yes": TRUE, "no": FALSE, "undecided": UNKNOWN}
    agree = responses.values["agree"]
    return {(one, name): int((mask & (agree == said[name])).sum()) for one, mask in sides.items() for name in said}


def _transitions(responses: _Responses, way: int, variant: str, base: str) -> dict[tuple[str, str], int]:
    """How many units have which outcome at base and which here."""
    grid = responses.grid
    number, known = codes(grid.table["outcome"])
    before = grid.numbers(("", base), number)
    after = grid.numbers(("", variant), np.where(responses.ways == way, number, ABSENT))
    both = (before >= 0) & (after >= 0)
    pairs = Counter(zip(before[both].tolist(), after[both].tolist(), strict=True))
    return {
        (one, other): count
        for one in OUTCOMES
        for other in OUTCOMES
        if one in known and other in known and (count := pairs[known.index(one), known.index(other)])
    }


def _repeated(responses: _Responses, way: int, variant: str) -> dict[str, Estimate]:
    """What several responses to one request say together; nothing where there is one."""
    table, units, here = responses.grid.table, responses.grid.units, responses.ways == way
    repeats = np.unique(np.asarray(table["repeat"])[here])
    if len(repeats) < 2:
        return {}
    answers = responses.grid.numbers(("", variant), np.where(here, letter_numbers(table, "answer"), ABSENT))
    golds = responses.grid.numbers(("", variant), letter_numbers(table, "gold"))
    outcomes = responses.outcomes(variant, responses.values["acc"], way)
    return {"majority": majority(answers, golds, units), "pass_at": pass_at(len(repeats), outcomes, units)}


def _confidence(
    responses: _Responses, way: int, variant: str, base: str | None
) -> tuple[dict[str, Estimate], dict[str, Auroc]]:
    """What the probabilities of the letters say, where the backend gave any."""
    units, numbers, values = responses.grid.units, responses.numbers, responses.values
    p_correct = responses.scores(variant, numbers["p_correct"], way)
    if np.isnan(p_correct).all():
        return {}, {}
    entropy = responses.scores(variant, numbers["letter_entropy"], way)
    p_answer = responses.scores(variant, numbers["exact_p_answer"], way)
    found = {
        "p_correct": mean(p_correct, units, (0, 1)),
        "letter_entropy": mean(entropy, units),
        "ece": calibration_error(p_answer, responses.outcomes(variant, values["acc_answered"], way)),
    }
    if base is None:
        return found, {}
    found["p_correct_change"] = change(responses.scores(base, numbers["p_correct"]), p_correct, units, (-1, 1))
    found["entropy_change"] = change(responses.scores(base, numbers["letter_entropy"]), entropy, units)
    told = numbers["exact_p_correct"], -numbers["exact_letter_entropy"]
    at_base, after = responses.outcomes(base, values["acc"]), responses.outcomes(variant, values["acc"], way)
    areas = {
        name: auroc(responses.scores(base, score), at_base, after) for name, score in zip(AREAS, told, strict=True)
    }
    return found, areas


AREAS = ("p_correct", "neg_entropy")
"""Scores at base that may foretell who is still right."""
