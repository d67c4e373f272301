"""From a run's responses to the numbers of its tables: one row a variant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import nan
from string import ascii_uppercase

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lmms_robust.metrics.confidence import Auroc, auroc, calibration_error
from lmms_robust.metrics.estimate import ABSENT, FALSE, UNKNOWN, Estimate, Outcomes, Scores
from lmms_robust.metrics.paired import Discordant, change, discordant, drop, holm, shared, survival
from lmms_robust.metrics.rates import consistency, mean, rate
from lmms_robust.metrics.repeats import majority, pass_at
from lmms_robust.perturbations import VARIANTS, base_of
from lmms_robust.report.columns import (
    OUTCOMES,
    codes,
    equals,
    keys,
    missing,
    right_and_consistent,
    scores,
    truths,
    verdicts,
    whether,
)
from lmms_robust.report.grid import Grid, lay_out
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
        transitions: outcome at base and here -> how many units; empty for base itself.
        discordant: units that differ from base in being right; None for base itself, or without one.
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
    transitions: Mapping[tuple[str, str], int]
    discordant: Discordant | None
    p: float
    auroc: Mapping[str, Auroc]


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
    "consistent_acc": "right and consistent",
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


@dataclass(frozen=True, slots=True)
class _Responses:
    """A run's responses by unit and variant, and masks of their ways."""

    grid: Grid
    ways: NDArray[np.int64]

    def outcomes(self, variant: str, values: Outcomes, way: int | None = None) -> Outcomes:
        """Outcomes of a variant by unit, of one way of it or of all."""
        found = values if way is None else np.where(self.ways == way, values, ABSENT)
        return self.grid.outcomes(("", variant), found.astype(np.int8))

    def scores(self, variant: str, values: Scores, way: int | None = None) -> Scores:
        """Scores of a variant by unit, of one way of it or of all."""
        return self.grid.scores(("", variant), values if way is None else np.where(self.ways == way, values, np.nan))


def rows(table: pa.Table) -> list[Row]:
    """The rows of a run's table, in the order of the variants."""
    way, ways = codes(keys(table, WAY))
    responses = _Responses(lay_out({"": table}), way)
    order = {name: place for place, name in enumerate(VARIANTS)}
    named = sorted((order[name.split("\x1f")[0]], name.split("\x1f"), number) for number, name in enumerate(ways))
    found = [_row(responses, number, *name) for _, name, number in named]
    adjusted = holm([row.discordant.p if row.discordant else nan for row in found])
    return [replace(row, p=p) for row, p in zip(found, adjusted, strict=True)]


def _row(responses: _Responses, way: int, variant: str, injection: str, caption_source: str) -> Row:
    grid, chosen, base = responses.grid, VARIANTS[variant], base_of(variant)
    table, units, here = grid.table, grid.units, responses.ways == way
    paired = variant != "base" and ("", base) in grid.places
    is_ = {name: equals(table, "outcome", name) for name in OUTCOMES}

    def of(values: Outcomes) -> Outcomes:
        return responses.outcomes(variant, values, way)

    def at_base(values: Outcomes) -> Outcomes:
        return responses.outcomes(base, values)

    right, answered = whether(is_["right"]), whether(is_["right"], ~is_["no_answer"])
    followed, agree, both = whether(is_["planted"]), verdicts(table), right_and_consistent(table)
    reasoned = bool((agree[here] != ABSENT).any())
    estimates = {"acc": rate(of(right), units), "acc_answered": rate(of(answered), units)}
    if paired:
        estimates["drop"] = drop(at_base(right), of(right), units)
        estimates["survival"] = survival(at_base(right), of(right), units)
    estimates["followed"] = rate(of(followed), units)
    if paired and chosen.asserts == "planted":
        estimates["followed_more"] = drop(of(followed), at_base(followed), units)
        estimates["followed_of_wrong"] = mean(responses.scores(variant, _beyond_chance(table), way), units, (-1, 1))
    if chosen.abstain:
        estimates["abstained"] = rate(of(whether(is_["abstained"])), units)
    estimates["no_answer"] = rate(of(whether(is_["no_answer"])), units)
    estimates["truncated"] = rate(of(truths(table, "truncated")), units)
    if reasoned:
        concluded = ~missing(table, "concluded_in")
        unknown = np.where(agree == ABSENT, ABSENT, agree == UNKNOWN).astype(np.int8)
        estimates["consistency"] = rate(of(np.where(agree == UNKNOWN, ABSENT, agree).astype(np.int8)), units)
        estimates["undecided"] = rate(of(unknown), units)
        estimates["own"] = rate(of(whether(equals(table, "concluded_in", "own"), concluded)), units)
        estimates["consistent_acc"] = rate(of(both), units)
        if paired:
            estimates["consistent_drop"] = drop(at_base(both), of(both), units)
    if chosen.asserts:
        estimates["fallback"] = rate(of(whether(equals(table, "statement_source", FALLBACK))), units)
    estimates |= _repeated(responses, way, variant, right)
    probabilities, areas = _confidence(responses, way, variant, base if paired else None, right, answered)
    return Row(
        variant,
        injection,
        caption_source,
        int(here.sum()),
        {name: estimates[name] for name in ABOUT if name in estimates} | probabilities,
        consistency(agree[here]) if reasoned else None,
        _counts(table, "decided_by", here & (agree >= FALSE)),
        _counts(table, "undecided", here & (agree == UNKNOWN)),
        {name: int((is_[name] & here).sum()) for name in OUTCOMES},
        _transitions(responses, way, variant, base) if paired else {},
        discordant(*shared(at_base(right), of(right))) if paired else None,
        nan,
        areas,
    )


def _counts(table: pa.Table, column: str, mask: NDArray[np.bool_]) -> dict[str, int]:
    """How many rows of a mask have which value."""
    numbers, known = codes(table[column])
    counted = np.bincount(numbers[mask & (numbers >= 0)], minlength=len(known))
    return {name: int(count) for name, count in zip(known, counted, strict=True) if count}


def _beyond_chance(table: pa.Table) -> Scores:
    """Of wrong answers, whether the planted one, less the share that a random wrong option would have."""
    wrong = equals(table, "outcome", "planted") | equals(table, "outcome", "other")
    shown = np.asarray(pc.list_value_length(table["options"])) - ~missing(table, "abstain")
    return np.where(wrong, equals(table, "outcome", "planted") - 1 / np.maximum(shown - 1, 1), np.nan)


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


def _repeated(responses: _Responses, way: int, variant: str, right: Outcomes) -> dict[str, Estimate]:
    """What several responses to one request say together; nothing where there is one."""
    table, units = responses.grid.table, responses.grid.units
    repeats = np.unique(np.asarray(table["repeat"])[responses.ways == way])
    if len(repeats) < 2:
        return {}
    here = np.where(responses.ways == way, 0, ABSENT)
    letters = {letter: number for number, letter in enumerate(ascii_uppercase)}
    answer, gold = (
        np.array([letters.get(name, -1) for name in (*known, None)])[numbers]
        for numbers, known in (codes(table["answer"]), codes(table["gold"]))
    )
    answers = responses.grid.numbers(("", variant), np.where(here == ABSENT, ABSENT, answer))
    golds = responses.grid.numbers(("", variant), gold)
    outcomes = responses.outcomes(variant, right, way)
    return {"majority": majority(answers, golds, units), "pass_at": pass_at(len(repeats), outcomes, units)}


def _confidence(
    responses: _Responses, way: int, variant: str, base: str | None, right: Outcomes, answered: Outcomes
) -> tuple[dict[str, Estimate], dict[str, Auroc]]:
    """What the probabilities of the letters say, where the backend gave any."""
    table, units = responses.grid.table, responses.grid.units
    p_correct, entropy = scores(table, "p_correct"), scores(table, "letter_entropy")
    exact = equals(table, "probs_at_most", "")
    here = {name: responses.scores(variant, values, way) for name, values in (("p", p_correct), ("h", entropy))}
    if np.isnan(here["p"]).all():
        return {}, {}
    p_answer = responses.scores(variant, np.where(exact, scores(table, "p_answer"), nan), way)
    found = {
        "p_correct": mean(here["p"], units, (0, 1)),
        "letter_entropy": mean(here["h"], units),
        "ece": calibration_error(p_answer, responses.outcomes(variant, answered, way)),
    }
    if base is None:
        return found, {}
    before = {name: responses.scores(base, values) for name, values in (("p", p_correct), ("h", entropy))}
    found["p_correct_change"] = change(before["p"], here["p"], units)
    found["entropy_change"] = change(before["h"], here["h"], units)
    told = [responses.scores(base, np.where(exact, score, nan)) for score in (p_correct, -entropy)]
    at_base, after = responses.outcomes(base, right), responses.outcomes(variant, right, way)
    areas = {name: auroc(score, at_base, after) for name, score in zip(AREAS, told, strict=True)}
    return {name: found[name] for name in ABOUT if name in found}, areas


AREAS = ("p_correct", "neg_entropy")
"""Scores at base that may foretell who is still right."""
