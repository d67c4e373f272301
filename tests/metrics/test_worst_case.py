"""What holds under several variants at once: hand-made examples, and properties against plain counting."""

import math

import numpy as np
import pytest
from hypothesis import given, settings

from lmms_robust.metrics.estimate import ABSENT, FALSE, TRUE, UNKNOWN, Outcomes, Units
from lmms_robust.metrics.intervals import ratio
from lmms_robust.metrics.rates import rate
from lmms_robust.metrics.worst_case import every, joint, torn
from tests.metrics.made import average, bounds, by_item, clustered, correlated, outcomes, sides, singles, units


def named(values: list[Outcomes]) -> dict[str, Outcomes]:
    return dict(zip("xyzw", values, strict=False))


def test_joint_rates_rest_on_the_items_of_every_variant_needed() -> None:
    three = singles(3)
    found = named(
        [outcomes(values) for values in ((True, True, None), (True, False, "absent"), (False, "absent", True))]
    )
    estimate = joint(found, ["x", "y"], three)
    assert (estimate.value, estimate.n, torn(found, ["x", "y"], three)) == (0.5, 2, 1)
    assert joint(found, ["x", "never asked"], three).n == 0
    assert torn(found, ["x", "never asked"], three) == 3
    assert torn(found, ["never asked"], three) == 0


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [((True, True), 1, 1), ((True, None), 0, 1), ((False, None), 0, 0), ((None, None), 0, 1), ((True, False), 0, 0)],
)
def test_a_joint_outcome_is_kleenes_and(values: tuple, low: float, high: float) -> None:
    found = named([outcomes([value]) for value in values])
    assert bounds(joint(found, ["x", "y"], singles(1))) == (low, high)


def test_repeats_are_joined_one_by_one() -> None:
    laid = units([0, 0, 1])
    found = named([outcomes([True, False, True]), outcomes([False, True, True])])
    assert joint(found, ["x", "y"], laid).value == 0.5


def test_an_item_is_torn_where_no_repeat_of_it_is_there_in_every_variant() -> None:
    laid = units([0, 0, 1, 1])
    found = named([outcomes([True, True, True, "absent"]), outcomes([True, "absent", "absent", True])])
    assert (torn(found, ["x", "y"], laid), joint(found, ["x", "y"], laid).n) == (1, 1)


def test_without_variants_or_items_there_is_no_joint_rate() -> None:
    for estimate in (
        joint({}, [], singles(2)),
        joint({}, ["x"], singles(2)),
        joint({"x": outcomes(["absent"])}, ["x"], singles(1)),
        joint({"x": outcomes([])}, ["x"], singles(0)),
    ):
        assert estimate.n == 0
        assert all(math.isnan(number) for number in (estimate.value, *bounds(estimate), *estimate.interval))


@given(sides(3))
def test_a_joint_rate_is_what_one_counts(made: tuple[Units, list[Outcomes]]) -> None:
    laid, values = made
    found = named(values)
    least, most = [], []
    for unit in zip(*(one.tolist() for one in values), strict=True):
        here = ABSENT not in unit
        least.append(float(all(value == TRUE for value in unit)) if here else None)
        most.append(float(FALSE not in unit) if here else None)
    estimate = joint(found, list(found), laid, interval=False)
    assert bounds(estimate) == pytest.approx((average(laid, least), average(laid, most)), nan_ok=True)
    assert estimate.n == len(by_item(laid, least))
    some = {item for item, unit in zip(laid.item, zip(*values, strict=True), strict=True) if set(unit) != {ABSENT}}
    assert torn(found, list(found), laid) == len(some) - estimate.n


@given(sides(3))
def test_a_joint_rate_is_never_above_any_variants_on_its_items(made: tuple[Units, list[Outcomes]]) -> None:
    laid, values = made
    found = named(values)
    estimate = joint(found, list(found), laid, interval=False)
    absent = every(values) == ABSENT
    for one in values if estimate.n else []:
        single = rate(np.where(absent, ABSENT, one).astype(np.int8), laid)
        assert estimate.low <= single.low + 1e-12
        assert estimate.high <= single.high + 1e-12


@given(sides(1))
def test_of_one_variant_it_is_its_rate(made: tuple[Units, list[Outcomes]]) -> None:
    laid, (values,) = made
    estimate, single = joint({"x": values}, ["x"], laid, interval=False), rate(values, laid)
    assert (estimate.value, *bounds(estimate)) == pytest.approx((single.value, *bounds(single)), nan_ok=True)
    assert estimate.n == single.n


def test_above_five_percent_unknown_there_is_no_point_value() -> None:
    for unknown in (5, 6):
        mixed = outcomes([None] * unknown + [True] * (100 - unknown))
        found = joint({"x": mixed, "y": outcomes([True] * 100)}, ["x", "y"], singles(100))
        assert math.isnan(found.value) == (unknown > 5)
        assert bounds(found) == (1 - unknown / 100, 1.0)


def test_the_interval_is_clustered_by_picture_and_covers_those_of_both_bounds() -> None:
    rng, laid = np.random.default_rng(0), clustered(300)
    one, other = correlated(rng, laid, 0.8), correlated(rng, laid, 0.7)
    there = np.ones(300)
    found = joint({"x": one, "y": other}, ["x", "y"], laid)
    assert found.interval == pytest.approx(ratio(1.0 * (one & other), there, laid, (0, 1)))
    unsure = np.where(np.arange(300) % 10 == 0, UNKNOWN, one).astype(np.int8)
    found = joint({"x": unsure, "y": other}, ["x", "y"], laid)
    least, most = 1.0 * ((unsure == TRUE) & (other == TRUE)), 1.0 * ((unsure != FALSE) & (other == TRUE))
    ends = ratio(least, there, laid, (0, 1))[0], ratio(most, there, laid, (0, 1))[1]
    assert found.interval == pytest.approx(ends)


@settings(deadline=None, max_examples=30)
@given(sides(2))
def test_ends_of_the_interval_are_in_order_and_shares(made: tuple[Units, list[Outcomes]]) -> None:
    laid, values = made
    found = joint(named(values), ["x", "y"], laid)
    if found.n:
        assert 0 <= found.interval[0] <= found.interval[1] <= 1
