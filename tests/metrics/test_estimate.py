"""What an estimate and the units under it are."""

import math

import numpy as np
import pytest
from hypothesis import given

from lmms_robust.metrics.estimate import MOST_UNKNOWN, NOTHING, Units, bounded, known, ternary
from tests.metrics.made import layouts, outcomes, units


def test_an_estimate_of_nothing_has_no_number() -> None:
    assert known(0.5, 0, (0.0, 1.0)) is NOTHING
    assert NOTHING.n == 0
    assert all(math.isnan(number) for number in (NOTHING.value, NOTHING.low, NOTHING.high, *NOTHING.interval))
    assert not NOTHING.exact


def test_an_estimate_is_exact_where_nothing_is_unknown() -> None:
    assert known(0.5, 3).exact
    assert bounded(0.5, 3, 0.5, 0.5, 0.0, (0.1, 0.9)).exact
    assert not bounded(0.5, 3, 0.4, 0.6, 0.01, (0.1, 0.9)).exact


def test_a_value_is_dropped_above_five_percent_unknown_and_not_at_five() -> None:
    assert MOST_UNKNOWN == 0.05
    assert bounded(0.5, 100, 0.4, 0.6, 0.05, (0.1, 0.9)).value == 0.5
    assert math.isnan(bounded(0.5, 100, 0.4, 0.6, 0.06, (0.1, 0.9)).value)


def test_of_three_masks_the_later_ones_are_stronger() -> None:
    masks = (
        np.array(mask) for mask in ([True, False, True, True], [False, False, True, True], [True, True, True, False])
    )
    assert ternary(*masks).tolist() == outcomes([True, False, None, "absent"]).tolist()


def test_each_item_counts_once_however_many_repeats_it_has() -> None:
    laid = units([0, 0, 0, 2, 2])
    assert laid.weights(np.array([True, True, False, True, True])).tolist() == [0.5, 0.5, 0, 0.5, 0.5]
    assert laid.count(np.array([True, True, False, False, False])) == 1


@given(layouts())
def test_weights_of_an_item_sum_to_one_where_any_of_it_is_present(laid: Units) -> None:
    present = np.arange(len(laid.item)) % 3 != 0
    weights = laid.weights(present)
    assert not weights[~present].any()
    for item in set(laid.item.tolist()):
        mine = laid.item == item
        assert weights[mine].sum() == pytest.approx(float((mine & present).any()))
    assert laid.count(present) == len(set(laid.item[present].tolist()))


def test_without_units_nothing_counts() -> None:
    none = units([])
    assert (none.items, none.count(np.array([], bool)), none.weights(np.array([], bool)).tolist()) == (0, 0, [])
