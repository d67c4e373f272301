"""Rates, pairs and joint rates: hand-made examples, and properties against plain counting."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmms_robust.metrics.estimate import mean
from lmms_robust.metrics.paired import drop, survival
from lmms_robust.metrics.rates import consistency, rate
from lmms_robust.metrics.worst_case import joint, torn

units = st.tuples(st.integers(0, 30).map(str), st.just(0))
outcomes = st.dictionaries(units, st.sampled_from([True, False, None]))
answers = st.dictionaries(units, st.booleans())


def of(*values: object) -> dict:
    """Items a, b, … with one response each."""
    return {(name, 0): value for name, value in zip("abcdefgh", values, strict=False)}


def bounds(estimate) -> tuple[float, float]:
    return estimate.low, estimate.high


# The four items of the conventions, (base; wrong_think): right consistent; right undecided · right consistent;
# unread · right undecided; planted · wrong; wrong.
RIGHT = {"base": of(True, True, True, False), "wrong_think": of(True, False, False, False)}
BOTH = {"base": of(True, True, None, False), "wrong_think": of(None, False, False, False)}


def test_the_example_of_the_conventions() -> None:
    assert [mean(found).value for found in RIGHT.values()] == [0.75, 0.25]
    assert drop(*RIGHT.values()).value == 0.5
    assert survival(*RIGHT.values()).value == pytest.approx(1 / 3)
    assert [bounds(rate(found)) for found in BOTH.values()] == [(0.5, 0.75), (0.0, 0.25)]
    found = drop(*BOTH.values())
    assert bounds(found) == (0.25, 0.75)
    assert math.isnan(found.value)


def test_above_five_percent_unknown_there_is_no_point_value() -> None:
    few, many = ({(str(n), 0): None if n < unknown else True for n in range(100)} for unknown in (5, 6))
    assert (rate(few).value, bounds(rate(few))) == (1.0, (0.95, 1.0))
    assert math.isnan(rate(many).value)
    assert bounds(rate(many)) == (0.94, 1.0)


def test_repeats_are_averaged_within_their_item_and_joined_one_by_one() -> None:
    before = {("a", 0): True, ("a", 1): False, ("b", 0): True}
    after = {("a", 0): False, ("a", 1): True, ("b", 0): True}
    assert mean(before).value == 0.75
    assert drop(before, after).value == 0.0
    assert survival(before, after).value == pytest.approx(1 / 1.5)  # of a half nothing is left, of b all
    assert joint({"x": before, "y": after}, ["x", "y"]).value == 0.5


def test_joint_rates_rest_on_the_items_of_every_variant_needed() -> None:
    found = {"x": of(True, True, None), "y": of(True, False), "z": of(False)}
    estimate = joint(found, ["x", "y"])
    assert (estimate.value, estimate.n, torn(found, ["x", "y"])) == (0.5, 2, 1)
    assert joint(found, ["x", "absent"]).n == 0
    assert torn(found, ["x", "absent"]) == 3


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [((True, True), 1, 1), ((True, None), 0, 1), ((False, None), 0, 0), ((None, None), 0, 1), ((True, False), 0, 0)],
)
def test_a_joint_outcome_is_kleenes_and(values: tuple, low: float, high: float) -> None:
    assert bounds(joint({"x": of(values[0]), "y": of(values[1])}, ["x", "y"])) == (low, high)


def test_consistency_counts_both_verdicts() -> None:
    assert consistency(of(True, None, False, True)) == (2, 1)


def test_nothing_known_is_nan_and_counts_nothing() -> None:
    for estimate in (mean(of(None)), drop({}, {}), survival(of(False), of(True)), joint({}, []), rate({})):
        assert estimate.n == 0
        assert math.isnan(estimate.value)


def test_drop_is_negative_where_the_perturbation_helps() -> None:
    assert drop(of(False, True), of(True, True)).value == -0.5


@given(answers, answers)
def test_drop_is_the_difference_of_rates_on_the_items_of_both(base: dict, other: dict) -> None:
    both = [unit for unit in base if unit in other]
    estimate = drop(base, other)
    assert estimate.n == len(both)
    if both:
        expected = (sum(base[unit] for unit in both) - sum(other[unit] for unit in both)) / len(both)
        assert estimate.value == pytest.approx(expected)
        assert estimate.exact


@given(outcomes, outcomes)
def test_whatever_the_unknown_are_drop_and_rate_lie_within_their_bounds(base: dict, other: dict) -> None:
    for filled in (True, False):
        known = [{unit: filled if value is None else value for unit, value in one.items()} for one in (base, other)]
        for estimate, exact in ((drop(base, other), drop(*known)), (rate(base), rate(known[0]))):
            if exact.n:
                assert estimate.low - 1e-12 <= exact.value <= estimate.high + 1e-12


@given(answers, answers)
def test_survival_is_a_share_of_the_items_right_at_base(base: dict, other: dict) -> None:
    right = [unit for unit in base if base[unit] and unit in other]
    estimate = survival(base, other)
    assert estimate.n == len(right)
    if right:
        assert estimate.value == pytest.approx(sum(other[unit] for unit in right) / len(right))


@given(st.lists(outcomes, min_size=1, max_size=4))
def test_a_joint_rate_is_never_above_any_variant_on_its_items(variants: list[dict]) -> None:
    found = {str(number): variant for number, variant in enumerate(variants)}
    shared = set.intersection(*(set(variant) for variant in variants))
    estimate = joint(found, list(found))
    assert estimate.n == len(shared)
    for variant in variants if shared else []:
        single = rate({unit: variant[unit] for unit in shared})
        assert estimate.low <= single.low + 1e-12
        assert estimate.high <= single.high + 1e-12


@given(st.dictionaries(units, st.floats(-1e6, 1e6) | st.none(), max_size=50), st.integers())
def test_the_mean_does_not_depend_on_the_order(values: dict, seed: int) -> None:
    shuffled = list(values.items())
    random.Random(seed).shuffle(shuffled)
    assert repr(mean(values)) == repr(mean(dict(shuffled)))
