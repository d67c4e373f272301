"""Rates and means: hand-made examples, and properties against plain counting."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score
from statsmodels.stats.proportion import proportion_confint

from lmms_robust.metrics.estimate import ABSENT, TRUE, UNKNOWN, Outcomes, Units
from lmms_robust.metrics.intervals import ratio
from lmms_robust.metrics.rates import consistency, mean, rate, unknown_share
from tests.metrics.made import average, bounds, by_item, clustered, correlated, outcomes, scores, sides, singles, units


def test_bounds_are_what_is_known_to_be_true_and_what_may_be_over_all() -> None:
    assert bounds(rate(outcomes([True, True, None, False]), singles(4))) == (0.5, 0.75)
    assert bounds(rate(outcomes([None, False, False, False]), singles(4))) == (0.0, 0.25)


def test_above_five_percent_unknown_there_is_no_point_value() -> None:
    few, many = (rate(outcomes([None] * unknown + [True] * (100 - unknown)), singles(100)) for unknown in (5, 6))
    assert (few.value, few.n, bounds(few)) == (0.95, 100, (0.95, 1.0))  # what is unknown counts as no
    assert math.isnan(many.value)
    assert bounds(many) == (0.94, 1.0)


def test_a_response_that_is_absent_is_in_no_rate() -> None:
    found = rate(outcomes([True, "absent", False, "absent"]), singles(4))
    assert (found.value, found.n) == (0.5, 2)


def test_repeats_are_averaged_within_their_item() -> None:
    found = rate(outcomes([True, False, True]), units([0, 0, 1]))
    assert (found.value, found.n) == (0.75, 2)


def test_a_repeat_that_is_unknown_is_not_true_beside_its_items_other_repeats() -> None:
    found = rate(outcomes([True, None, *[False] * 40]), units([0, 0, *range(1, 41)]))
    assert found.value == pytest.approx(0.5 / 41)
    assert bounds(found) == pytest.approx((0.5 / 41, 1 / 41))


@pytest.mark.parametrize("values", [[], ["absent", "absent"]])
def test_a_rate_of_nothing_is_nan_and_counts_nothing(values: list) -> None:
    found = rate(outcomes(values), singles(len(values)))
    assert found.n == 0
    assert all(math.isnan(number) for number in (found.value, *bounds(found), *found.interval))
    assert math.isnan(unknown_share(outcomes(values), singles(len(values))))


def test_where_all_is_unknown_only_the_bounds_are_known() -> None:
    found = rate(outcomes([None, None]), singles(2))
    assert (math.isnan(found.value), found.n, bounds(found)) == (True, 2, (0.0, 1.0))
    assert found.interval == (0.0, 1.0)


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_of_single_responses_it_is_the_accuracy_of_scikit_learn_with_the_wilson_interval_of_statsmodels(
    right: list[bool],
) -> None:
    found = rate(outcomes(right), singles(len(right)))
    assert found.value == pytest.approx(accuracy_score([True] * len(right), right))
    expected = proportion_confint(sum(right), len(right), method="wilson")
    assert found.interval == pytest.approx(expected, abs=1e-12)
    assert found.exact


def test_items_about_one_picture_make_the_interval_wider() -> None:
    right = outcomes([True] * 20 + [False] * 20)
    alone, alike = rate(right, singles(40)), rate(right, units(range(40), np.arange(40) // 2))
    assert (alike.value, alike.n) == (alone.value, alone.n)
    assert alike.interval == pytest.approx(proportion_confint(10, 20, method="wilson"))


def test_with_unknown_ones_the_interval_reaches_from_the_one_bounds_end_to_the_others() -> None:
    found = rate(outcomes([True] * 40 + [None] * 10 + [False] * 50), singles(100))
    least, most = (proportion_confint(count, 100, method="wilson") for count in (40, 50))
    assert found.interval == pytest.approx((least[0], most[1]))


@given(sides(1))
def test_a_rate_is_what_one_counts(made: tuple[Units, list[Outcomes]]) -> None:
    laid, (values,) = made
    low = average(laid, [None if value == ABSENT else float(value == TRUE) for value in values])
    high = average(laid, [None if value == ABSENT else float(value in (TRUE, UNKNOWN)) for value in values])
    unknown = average(laid, [None if value == ABSENT else float(value == UNKNOWN) for value in values])
    found = rate(values, laid)
    assert found.n == len({item for item, value in zip(laid.item, values, strict=True) if value != ABSENT})
    assert (*bounds(found), unknown_share(values, laid)) == pytest.approx((low, high, unknown), nan_ok=True)
    if found.n and unknown <= 0.05:
        assert found.value == pytest.approx(low)
    else:
        assert math.isnan(found.value)
    if found.n:
        low, high = found.interval
        assert 0 <= low <= found.low <= found.high <= high <= 1


def test_consistency_counts_both_verdicts() -> None:
    assert consistency(outcomes([True, None, False, True, "absent"])) == (2, 1)
    assert consistency(outcomes([])) == (0, 0)


@given(sides(1), st.data())
def test_a_mean_is_what_one_counts_and_scores_that_are_not_known_do_not_count(made, data) -> None:
    laid, _ = made
    size = len(laid.item)
    values = data.draw(st.lists(st.floats(-1e6, 1e6) | st.none(), min_size=size, max_size=size))
    found = mean(scores(values), laid)
    assert found.n == len(by_item(laid, values))
    assert found.value == pytest.approx(average(laid, values), nan_ok=True, abs=1e-6)


def test_a_mean_has_an_interval_over_pictures() -> None:
    laid = clustered(60)
    values = np.random.default_rng(3).normal(size=60)
    values[5] = np.nan
    known = ~np.isnan(values)
    found = mean(values, laid)
    expected = ratio(np.where(known, values, 0), known * 1.0, laid, (-np.inf, np.inf))
    assert found.n == 59
    assert found.interval == pytest.approx(expected)
    assert found.interval[0] < found.value < found.interval[1]


def test_a_mean_of_one_score_has_an_interval_where_a_span_is_told() -> None:
    assert all(math.isnan(end) for end in mean(scores([0.5]), singles(1)).interval)
    assert mean(scores([0.5]), singles(1), (0, 1)).interval == pytest.approx((0.0125, 0.9875))


@settings(deadline=None)
@given(st.integers(0, 1000))
def test_neither_depends_on_the_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    laid = clustered(40)
    order = rng.permutation(40)
    values, numbers = correlated(rng, laid, 0.6), rng.normal(size=40)
    shuffled = Units(laid.item[order], laid.picture[order])
    for one, other in (
        (rate(values, laid), rate(values[order], shuffled)),
        (mean(numbers, laid), mean(numbers[order], shuffled)),
    ):
        assert (one.value, one.n, *one.interval) == pytest.approx((other.value, other.n, *other.interval), abs=1e-12)
