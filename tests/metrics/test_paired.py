"""Two sides on the same items: hand-made examples, plain counting, statsmodels, and simulated power."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar as published
from statsmodels.stats.multitest import multipletests

from lmms_robust.metrics.estimate import ABSENT, FALSE, TRUE, UNKNOWN, Outcomes, Units
from lmms_robust.metrics.intervals import ratio
from lmms_robust.metrics.paired import change, discordant, drop, holm, needed, shared, survival
from lmms_robust.metrics.rates import rate
from tests.metrics.made import average, bounds, by_item, clustered, correlated, outcomes, scores, sides, singles, units

# The four items of the conventions, (base; wrong_think): right consistent; right undecided · right consistent;
# unread · right undecided; planted · wrong; wrong.
RIGHT = outcomes([True, True, True, False]), outcomes([True, False, False, False])
BOTH = outcomes([True, True, None, False]), outcomes([None, False, False, False])


def test_the_example_of_the_conventions() -> None:
    four = singles(4)
    assert [rate(found, four).value for found in RIGHT] == [0.75, 0.25]
    assert drop(*RIGHT, four).value == 0.5
    assert survival(*RIGHT, four).value == pytest.approx(1 / 3)
    found = drop(*BOTH, four)
    assert bounds(found) == (0.25, 0.75)
    assert math.isnan(found.value)


def test_repeats_are_paired_one_by_one_and_averaged_within_their_item() -> None:
    before, after = outcomes([True, False, True]), outcomes([False, True, True])
    laid = units([0, 0, 1])
    assert drop(before, after, laid).value == 0.0
    found = survival(before, after, laid)  # of the first item's half nothing is left, of the second all
    assert (found.value, found.n) == (pytest.approx(1 / 1.5), 2)


def test_drop_is_negative_where_the_perturbation_helps() -> None:
    found = drop(outcomes([False, True]), outcomes([True, True]), singles(2))
    assert found.value == -0.5
    assert -1 <= found.interval[0] <= -0.5 <= found.interval[1] <= 1


def test_without_items_on_both_sides_nothing_counts() -> None:
    one, other = outcomes([True, "absent"]), outcomes(["absent", True])
    found = [drop(one, other, singles(2)), survival(one, other, singles(2)), survival(*RIGHT[::-1], singles(4))]
    found += [change(scores([0.5, None]), scores([None, 0.5]), singles(2)), drop(one[:0], one[:0], singles(0))]
    assert [estimate.n for estimate in found] == [0, 0, 1, 0, 0]
    assert survival(outcomes([False]), outcomes([True]), singles(1)).n == 0
    assert all(math.isnan(estimate.value) for estimate in found if not estimate.n)


@given(sides(2, (True, False, "absent")))
def test_drop_is_the_difference_of_rates_on_the_items_of_both(made: tuple[Units, list[Outcomes]]) -> None:
    laid, (one, other) = made
    both = (one != ABSENT) & (other != ABSENT)
    lost = [float(a) - float(b) if here else None for a, b, here in zip(one, other, both, strict=True)]
    found = drop(one, other, laid, interval=False)
    assert found.n == len(by_item(laid, lost))
    assert found.value == pytest.approx(average(laid, lost), nan_ok=True, abs=1e-12)
    assert found.exact == bool(found.n)


@given(sides(2))
def test_whatever_the_unknown_are_drop_lies_within_its_bounds(made: tuple[Units, list[Outcomes]]) -> None:
    laid, both = made
    found = drop(*both, laid, interval=False)
    ends = []
    for fill in ((TRUE, TRUE), (TRUE, FALSE), (FALSE, TRUE), (FALSE, FALSE)):
        filled = [
            np.where(side == UNKNOWN, value, side).astype(np.int8) for side, value in zip(both, fill, strict=True)
        ]
        ends.append(drop(*filled, laid, interval=False).value)
    if found.n:
        assert bounds(found) == pytest.approx((min(ends), max(ends)), abs=1e-12)
        assert math.isnan(found.value) or found.low - 1e-12 <= found.value <= found.high + 1e-12


@given(sides(2, (True, False, "absent"), repeats=False))
def test_survival_is_a_share_of_the_items_right_at_base(made: tuple[Units, list[Outcomes]]) -> None:
    laid, (one, other) = made
    kept = [float(after) for before, after in zip(one, other, strict=True) if before == TRUE and after != ABSENT]
    found = survival(one, other, laid)
    assert found.n == len(kept)
    assert found.value == pytest.approx(sum(kept) / len(kept) if kept else math.nan, nan_ok=True)


def test_intervals_are_clustered_by_picture() -> None:
    laid, rng = clustered(300), np.random.default_rng(0)
    one, other = correlated(rng, laid, 0.8), correlated(rng, laid, 0.5)
    lost, there = 1.0 * one - other, np.ones(300)
    assert drop(one, other, laid).interval == pytest.approx(ratio(lost, there, laid, (-1, 1)))
    kept = ratio(1.0 * (one & other), 1.0 * one, laid, (0, 1))
    assert survival(one, other, laid).interval == pytest.approx(kept)
    assert change(1.0 * one, 1.0 * other, laid).interval == pytest.approx(ratio(-lost, there, laid, (-1, 1)))


@settings(deadline=None, max_examples=40)
@given(sides(2))
def test_ends_of_the_interval_are_in_order_and_bounds_turn_over_with_the_sides(
    made: tuple[Units, list[Outcomes]],
) -> None:
    laid, (one, other) = made
    found, turned = drop(one, other, laid), drop(other, one, laid)
    if found.n:
        assert -1 <= found.interval[0] <= found.interval[1] <= 1
        assert bounds(found) == pytest.approx((-turned.high, -turned.low), abs=1e-12)


def test_where_nothing_changed_the_interval_allows_for_changes_not_seen() -> None:
    same = outcomes([True] * 50 + [False] * 50)
    assert drop(same, same, singles(100)).interval == pytest.approx((-0.0362, 0.0362), abs=1e-4)
    one = drop(same[:1], same[:1], singles(1))
    assert (one.value, *one.interval) == pytest.approx((0, -0.975, 0.975))


def test_change_compares_the_same_items_only() -> None:
    base, after = scores([0.75, 0.5, None, 0.5, None]), scores([0.25, 0.75, 0.5, None, 0.0])
    found = change(base, after, singles(5))
    assert (found.value, found.n) == (-0.125, 2)


def test_of_scores_that_change_alike_an_interval_needs_a_span() -> None:
    same = scores([0.5, 0.25, 1.0])
    assert all(math.isnan(end) for end in change(same, same, singles(3)).interval)
    low, high = change(same, same, singles(3), (-1, 1)).interval
    assert (low, high) == pytest.approx((-0.7076, 0.7076), abs=1e-4)  # 1 - 0.025 ** (1/3)


def test_what_one_side_lacks_is_absent_in_both() -> None:
    found = shared(outcomes([True, "absent", None]), outcomes(["absent", False, True]))
    assert [one.tolist() for one in found] == [[ABSENT, ABSENT, UNKNOWN], [ABSENT, ABSENT, TRUE]]


@given(sides(2, repeats=False))
def test_mcnemars_test_is_that_of_statsmodels(made: tuple[Units, list[Outcomes]]) -> None:
    laid, (one, other) = made
    pairs = [(a, b) for a, b in zip(one.tolist(), other.tolist(), strict=True) if a >= FALSE and b >= FALSE]
    cells = [[pairs.count((a, b)) for b in (TRUE, FALSE)] for a in (TRUE, FALSE)]
    found = discordant(one, other, laid)
    assert (found.lost, found.won, found.n) == (cells[0][1], cells[1][0], len(pairs))
    if found.lost + found.won:
        assert found.p == pytest.approx(published(cells, exact=True).pvalue)
    else:
        assert (found.p == 1.0) if pairs else math.isnan(found.p)


def test_an_item_with_repeats_is_one_item_to_mcnemars_test() -> None:
    one = outcomes([True, True, False, True, False, True, None])
    other = outcomes([False, True, False, False, True, False, True])
    found = discordant(one, other, units([0, 0, 0, 1, 1, 2, 2]))  # lost, neither, lost
    assert (found.lost, found.won, found.n, found.p) == (2, 0, 3, 0.5)


def test_resolution_is_the_share_of_the_items_needed_that_are_there() -> None:
    one, other = outcomes([True] * 20 + [False] * 10 + [True] * 70), outcomes([False] * 20 + [True] * 10 + [True] * 70)
    # (1.959964 * sqrt(.3) + 0.841621 * sqrt(.3 - .01)) ** 2 / .1 ** 2
    assert discordant(one, other, singles(100)).resolution == pytest.approx(100 / 233.09, rel=1e-4)
    assert discordant(one, one, singles(100)).resolution == 0
    assert math.isnan(discordant(one[:0], one[:0], singles(0)).resolution)


def split(lost: int, won: int) -> tuple[Outcomes, Outcomes]:
    return outcomes([True] * lost + [False] * won), outcomes([False] * lost + [True] * won)


@pytest.mark.parametrize(("lost", "won"), [(0.2, 0.1), (0.1, 0.05), (0.3, 0.2), (0.12, 0.02)])
def test_with_the_items_needed_a_difference_is_found_four_times_in_five(lost: float, won: float) -> None:
    n, runs = math.ceil(needed(lost, won)), 4_000
    counts = np.random.default_rng(0).multinomial(n, [lost, won, 1 - lost - won], size=runs)
    found, exact = 0, 0
    for a, b in {tuple(pair) for pair in counts[:, :2].tolist()}:
        times = int(((counts[:, 0] == a) & (counts[:, 1] == b)).sum())
        table = [[0, a], [b, 0]]
        found += times * (a + b > 0 and published(table, exact=False, correction=False).pvalue < 0.05)
        exact += times * (discordant(*split(a, b), singles(a + b)).p < 0.05)
    assert found / runs == pytest.approx(0.8, abs=0.04)
    assert 0.7 < exact / runs < 0.82  # the exact test is the more cautious one


def test_no_number_of_items_tells_equal_sides_apart() -> None:
    assert needed(0.1, 0.1) == math.inf
    assert needed(0.0, 0.0) == math.inf
    assert needed(0.1, 0.2) == needed(0.2, 0.1)


@pytest.mark.parametrize(("lost", "n"), [(1, 1), (4, 4), (5, 5), (5, 6), (5, 100)])
def test_what_the_exact_test_cannot_find_is_never_resolved(lost: int, n: int) -> None:
    one, other = outcomes([True] * n), outcomes([False] * lost + [True] * (n - lost))
    found = discordant(one, other, singles(n))
    assert found.p > 0.05  # two-sided, .0625 with five of five
    assert found.resolution < 1


def test_six_of_six_are_the_fewest_that_the_exact_test_finds() -> None:
    found = discordant(outcomes([True] * 6), outcomes([False] * 6), singles(6))
    assert (found.p, found.resolution) == (pytest.approx(0.03125), pytest.approx(1))


@settings(deadline=None, max_examples=15)  # statsmodels collects garbage at each call
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holms_adjustment_is_that_of_statsmodels(values: list[float]) -> None:
    assert holm(values) == pytest.approx(multipletests(values, method="holm")[1].tolist(), abs=1e-12)


def test_what_was_not_tested_does_not_count_as_a_test() -> None:
    assert holm([math.nan, 0.01, math.nan, 0.04]) == pytest.approx([math.nan, 0.02, math.nan, 0.04], nan_ok=True)
    assert holm([]) == []
