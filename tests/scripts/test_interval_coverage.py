"""How often intervals hold the truth: the simulation itself, and a small run of it."""

import numpy as np
import pytest

from scripts.interval_coverage import Coverage, Truth, coverage, measure, simulate, truths


def test_the_truth_is_what_very_many_items_show() -> None:
    truth, items = truths(0.8), 60_000
    found = simulate(np.random.default_rng(0), items, 0.8, 0.5)
    assert list(found) == list(truth)
    for name, estimate in found.items():
        assert (estimate.low, estimate.high) == pytest.approx((truth[name].low, truth[name].high), abs=0.01)


def test_coverage_counts_intervals_on_either_side() -> None:
    found = coverage([(0.1, 0.3), (0.3, 0.4), (0.0, 0.1), (0.1, 0.25)], Truth(0.2, 0.25))
    assert found == Coverage(4, 0.5, 0.25, 0.25, pytest.approx(0.1375))
    assert found.told() == " 50.0 (15.0,85.0)"


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    for name, found in measure(runs=60, items=300, shared=1.0).items():
        # Of 60 at 95 %, 51 or fewer hold the truth once in 350.
        assert found.held > 51 / 60, name
