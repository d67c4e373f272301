import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmms_robust.metrics.estimate import Estimate, mean
from lmms_robust.metrics.robustness import drop, survival, worst_case

outcomes = st.dictionaries(st.integers(0, 30).map(str), st.sampled_from([True, False, None]))


def test_nothing_known_is_nan_and_counts_nothing() -> None:
    for estimate in (mean([None]), drop({}, {}), survival({"a": False}, {"a": True}), worst_case([])):
        assert estimate.n == 0
        assert math.isnan(estimate.value)


def test_drop_compares_the_same_items_only() -> None:
    base = {"a": True, "b": True, "c": True, "d": None}
    assert drop(base, {"a": True, "b": False, "c": None, "d": False, "e": False}) == Estimate(0.5, 2)


def test_drop_is_negative_where_the_perturbation_helps() -> None:
    assert drop({"a": False, "b": True}, {"a": True, "b": True}) == Estimate(-0.5, 2)


@given(outcomes, outcomes)
def test_drop_is_the_difference_of_accuracies_on_the_items_known_in_both(base: dict, other: dict) -> None:
    both = [key for key in base if base[key] is not None and other.get(key) is not None]
    estimate = drop(base, other)
    assert estimate.n == len(both)
    if both:
        expected = (sum(base[key] for key in both) - sum(other[key] for key in both)) / len(both)
        assert estimate.value == pytest.approx(expected)


@given(outcomes, outcomes)
def test_survival_rests_on_items_right_at_base(base: dict, other: dict) -> None:
    right = [key for key in base if base[key] is True and other.get(key) is not None]
    assert survival(base, other).n == len(right)


@given(st.lists(outcomes, min_size=1, max_size=4))
def test_worst_case_is_never_above_any_variant_on_its_items(variants: list[dict]) -> None:
    items = set.intersection(*(set(variant) for variant in variants))
    known = [item for item in items if all(variant[item] is not None for variant in variants)]
    estimate = worst_case(variants)
    assert estimate.n == len(known)
    for variant in variants if known else []:
        assert estimate.value <= sum(variant[item] for item in known) / len(known) + 1e-12


@given(st.lists(st.floats(-1e6, 1e6) | st.none(), max_size=50), st.integers())
def test_the_mean_does_not_depend_on_the_order(values: list, seed: int) -> None:
    shuffled = list(values)
    random.Random(seed).shuffle(shuffled)
    assert repr(mean(values)) == repr(mean(shuffled))
