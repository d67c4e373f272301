"""Several responses to one request: against every draw there is, and against votes counted one by one."""

from collections import Counter
from itertools import combinations
from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmms_robust.metrics.estimate import ABSENT, TRUE, Outcomes, Units
from lmms_robust.metrics.intervals import ratio
from lmms_robust.metrics.rates import rate
from lmms_robust.metrics.repeats import majority, pass_at
from tests.metrics.made import layouts, outcomes, sides, singles, units


def test_pass_at_k_by_hand() -> None:
    laid, values = units([0, 0, 0, 1, 1, 1]), outcomes([True, False, False, False, False, False])
    assert [pass_at(k, values, laid).value for k in (1, 2, 3)] == pytest.approx([1 / 6, 1 / 3, 1 / 2])


@given(sides(1, (True, False, "absent")), st.integers(1, 4))
def test_pass_at_k_is_the_share_of_all_draws_of_k_that_hold_a_right_one(
    made: tuple[Units, list[Outcomes]], k: int
) -> None:
    laid, (values,) = made
    shares = []
    for item in set(laid.item.tolist()):
        mine = [value == TRUE for value in values[laid.item == item] if value != ABSENT]
        draws = list(combinations(mine, k))
        shares += [sum(map(any, draws)) / len(draws)] if draws else []
    found = pass_at(k, values, laid)
    assert found.n == len(shares)
    assert found.value == pytest.approx(sum(shares) / len(shares) if shares else float("nan"), nan_ok=True)


@given(sides(1, (True, False, "absent")))
def test_pass_at_1_is_the_rate(made: tuple[Units, list[Outcomes]]) -> None:
    laid, (values,) = made
    assert pass_at(1, values, laid).value == pytest.approx(rate(values, laid).value, nan_ok=True)


def test_items_with_fewer_repeats_than_k_do_not_count() -> None:
    found = pass_at(2, outcomes([True, True, False, True]), units([0, 1, 1, 2]))
    assert (found.value, found.n) == (1.0, 1)
    assert pass_at(2, outcomes([True, False]), singles(2)).n == 0
    assert pass_at(1, outcomes([]), singles(0)).n == 0


def test_the_interval_is_one_over_pictures() -> None:
    rng = np.random.default_rng(0)
    item = np.repeat(np.arange(60), 3)
    laid = units(item, item // 2)
    values = (rng.random(180) < 0.3).astype(np.int8)
    solved = values.reshape(60, 3).any(1) * 1.0
    expected = ratio(solved, np.ones(60), units(range(60), np.arange(60) // 2), (0, 1))
    assert pass_at(3, values, laid).interval == pytest.approx(expected)


@pytest.mark.parametrize(
    ("votes", "value"),
    [
        ([1, 1, 0], 1.0),
        ([1, 0, 0], 0.0),
        ([1, 0], 0.0),  # a tie
        ([1, -1], 0.0),  # a tie with no answer
        ([1, -1, 1], 1.0),
        ([-1, -1, 1], 0.0),
        ([-1], 0.0),
        ([1], 1.0),
        ([1, ABSENT, ABSENT], 1.0),
    ],
)
def test_a_majority_by_hand(votes: list[int], value: float) -> None:
    size = len(votes)
    assert majority(np.array(votes), np.ones(size, np.int64), units([0] * size)).value == value


@given(layouts(), st.data())
def test_a_majority_is_what_one_counts(laid: Units, data: st.DataObject) -> None:
    size = len(laid.item)
    answers = data.draw(st.lists(st.integers(ABSENT, 3), min_size=size, max_size=size))
    golds = data.draw(st.lists(st.integers(0, 3), min_size=12, max_size=12))
    held = []
    for item in set(laid.item.tolist()):
        mine = Counter(
            answer for answer, own in zip(answers, laid.item, strict=True) if own == item and answer != ABSENT
        )
        if mine:
            most = max(mine.values())
            held.append([answer for answer, votes in mine.items() if votes == most] == [golds[item]])
    right = np.array(
        [ABSENT if answer == ABSENT else golds[item] for answer, item in zip(answers, laid.item, strict=True)]
    )
    found = majority(np.array(answers, np.int64), right.astype(np.int64), laid)
    assert found.n == len(held)
    assert found.value == pytest.approx(sum(held) / len(held) if held else float("nan"), nan_ok=True)


def test_a_majority_of_nothing_is_nan() -> None:
    none = np.array([], np.int64)
    found = majority(none, none, singles(0))
    assert found.n == 0
    assert isnan(found.value)
