import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import logit
from scipy.stats import brunnermunzel, norm, t
from sklearn.calibration import calibration_curve
from sklearn.metrics import roc_auc_score

from lmms_robust.metrics.confidence import _area, _newcombe, auroc, calibration_error
from tests.metrics.made import outcomes, scores

PROBABILITY = st.integers(0, 20).map(lambda n: n / 20) | st.floats(0, 1)
groups = st.lists(PROBABILITY, min_size=1, max_size=30)
rows = st.lists(st.tuples(PROBABILITY | st.none(), *[st.sampled_from([True, False, None, "absent"])] * 2), max_size=40)
"""Score at base, outcome there, and outcome under the perturbation."""


def test_auroc_rests_on_items_right_at_base_scored_there_and_asked_after() -> None:
    # kept, lost, wrong at base, no score, not asked
    score = scores([0.9, 0.4, 0.1, None, 0.2])
    base = outcomes([True, True, False, True, True])
    found = auroc(score, base, outcomes([True, False, True, True, "absent"]))
    assert (found.value, found.survived, found.fell, found.n) == (1.0, 1, 1, 2)


@pytest.mark.parametrize("after", [True, False, "absent"])
def test_without_both_groups_there_is_no_area(after: bool | str) -> None:
    found = auroc(scores([0.9, 0.8]), outcomes([True, True]), outcomes([after, after]))
    assert all(math.isnan(value) for value in (found.value, found.low, found.high))
    assert (found.survived, found.fell) == (2 * (after is True), 2 * (after is False))


def test_of_no_items_there_is_no_area() -> None:
    found = auroc(scores([]), outcomes([]), outcomes([]))
    assert math.isnan(found.value)
    assert found.n == 0


@given(rows)
def test_auroc_is_that_of_scikit_learn(rows: list) -> None:
    kept = [(after, score) for score, base, after in rows
            if base is True and score is not None and after in (True, False) and after is not None]  # fmt: skip
    score, base, after = zip(*rows, strict=True) if rows else ((), (), ())
    found = auroc(scores(score), outcomes(base), outcomes(after))
    assert found.n == len(kept)
    if 0 < found.survived < found.n:
        expected = roc_auc_score([survived for survived, _ in kept], [value for _, value in kept])
        assert found.value == pytest.approx(expected, abs=1e-12)
        assert 0 <= found.low <= found.value <= found.high <= 1
        assert found.low < found.high


@given(groups, groups)
def test_auroc_turns_over_with_the_groups(one: list[float], two: list[float]) -> None:
    value, low, high = _area(one, two)
    assert _area(two, one) == pytest.approx((1 - value, 1 - high, 1 - low), abs=1e-9)


@given(groups, groups, st.integers())
def test_auroc_depends_on_ranks_alone(one: list[float], two: list[float], seed: int) -> None:
    levels = sorted({*one, *two})
    first, second = [[float(levels.index(value) ** 3) for value in group] for group in (one, two)]
    random.Random(seed).shuffle(first)
    assert _area(first, second) == pytest.approx(_area(one, two), abs=1e-12)


def structural(high: list[float], low: list[float]) -> float:
    """DeLong's variance as it is defined: from every pair."""
    pairs = np.array([[float(x > y) + (x == y) / 2 for y in low] for x in high])
    return float(pairs.mean(axis=1).var(ddof=1) / len(high) + pairs.mean(axis=0).var(ddof=1) / len(low))


@given(st.integers(0, 10_000))
def test_the_interval_is_delongs_on_the_logit_scale(seed: int) -> None:
    rng = np.random.default_rng(seed)
    high, low = (rng.normal(mean, 1, 400).round(1).tolist() for mean in (0.7, 0))
    value, lower, upper = _area(high, low)
    reach = norm.ppf(0.975) * math.sqrt(structural(high, low)) / (value * (1 - value))
    centre = math.log(value / (1 - value))
    expected = [1 / (1 + math.exp(-(centre + sign * reach))) for sign in (-1, 1)]
    assert [lower, upper] == pytest.approx(expected, abs=2e-4)  # Student's t with many degrees of freedom is normal


def test_variance_and_degrees_of_freedom_are_those_of_scipys_brunner_munzel_test() -> None:
    high, low = [0.9, 0.8, 0.75, 0.3, 0.6, 0.95], [0.1, 0.4, 0.7, 0.5, 0.2]
    value, lower, upper = _area(high, low)
    test = brunnermunzel(low, high)
    assert (value - 0.5) / math.sqrt(structural(high, low)) == pytest.approx(test.statistic)
    freedom = brentq(lambda df: 2 * t.sf(test.statistic, df) - test.pvalue, 1, 50)  # scipy tells it by the p-value only
    reach = t.ppf(0.975, freedom) * (value - 0.5) / test.statistic / (value * (1 - value))
    assert logit([lower, upper]) == pytest.approx([logit(value) - reach, logit(value) + reach], abs=1e-9)


def test_a_perfect_separation_is_not_taken_for_certain() -> None:
    few, many = _area([0.9, 0.8, 0.7], [0.1, 0.2]), _area([0.9] * 300, [0.1] * 200)
    assert few[0] == many[0] == few[2] == many[2] == 1.0
    assert few[1] == pytest.approx(0.4389124)
    assert many[1] == pytest.approx(0.9919, abs=1e-3)


@pytest.mark.parametrize("fell", [1, 2, 4])
def test_the_spread_of_few_items_is_not_estimated_from_them(fell: int) -> None:
    high, low = [n / 40 for n in range(1, 40, 2)], [0.5] * (fell - 1) + [0.2]
    value, *ends = _area(high, low)
    assert ends == list(_newcombe(value, len(high), fell))
    assert 0 < value < 1


def test_all_tied_is_undecided() -> None:
    value, low, high = _area([0.5] * 6, [0.5] * 7)
    assert value == 0.5
    assert low == pytest.approx(1 - high)
    assert low < 0.35


@given(st.floats(0, 1), st.integers(1, 500), st.integers(1, 500))
def test_newcombes_ends_are_as_far_from_the_value_as_their_own_error_allows(value: float, m: int, n: int) -> None:
    low, high = _newcombe(value, m, n)
    assert 0 <= low <= value <= high <= 1
    half = (m + n) / 2 - 1
    for end in (low, high):
        if 1e-9 < end < 1 - 1e-9:
            variance = end * (1 - end) * (1 + half * (1 - end) / (2 - end) + half * end / (1 + end)) / (m * n)
            assert (value - end) ** 2 == pytest.approx(norm.ppf(0.975) ** 2 * variance, rel=1e-4, abs=1e-10)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(1)
    truth = norm.cdf(1 / math.sqrt(2))
    held = 0
    for _ in range(400):
        _, low, high = _area(rng.normal(1, 1, 60).tolist(), rng.normal(0, 1, 15).tolist())
        held += low <= truth <= high
    assert 0.92 <= held / 400 <= 0.98


def test_calibration_error_by_hand() -> None:
    confidence = scores([0.9, 0.95, 0.85, 0.0, 1.0, None, 0.5, 0.5])
    correct = outcomes([True, False, True, False, True, True, None, "absent"])
    # bins: (0.8, 0.9]: the first and third; (0.9, 1]: the second and fifth; (0, 0.1]: the fourth
    found = calibration_error(confidence, correct)
    assert (found.value, found.n) == (pytest.approx((abs(2 - 1.75) + abs(1 - 1.95) + 0) / 5), 5)


@pytest.mark.parametrize("correct", [[None, "absent"], [True, None]])
def test_calibration_error_of_nothing_is_nan(correct: list) -> None:
    found = calibration_error(scores([None, 0.5]), outcomes(correct))
    assert found.n == 0
    assert math.isnan(found.value)


@given(st.lists(st.tuples(st.integers(0, 10_000).map(lambda n: n / 10_000), st.booleans()), min_size=1, max_size=80))
def test_calibration_error_is_that_of_scikit_learns_bins(pairs: list[tuple[float, bool]]) -> None:
    # Edges apart from the sums: an item on an edge is put into the same bin by both only up to rounding.
    pairs = [(value + 0.00003 if value < 1 else value, right) for value, right in pairs]
    values, labels = np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])
    accuracy, centre = calibration_curve(labels, values, n_bins=10, strategy="uniform", pos_label=True)
    counts = np.histogram(values, bins=np.linspace(0, 1, 11))[0]
    expected = (np.abs(accuracy - centre) * counts[counts > 0]).sum() / len(pairs)
    assert calibration_error(values, labels.astype(np.int8)).value == pytest.approx(expected, abs=1e-9)


@given(rows, st.randoms(use_true_random=False))
def test_neither_depends_on_the_order(rows: list, random: random.Random) -> None:
    found = []
    for ordered in (rows, random.sample(rows, len(rows))):
        score, base, after = zip(*ordered, strict=True) if rows else ((), (), ())
        area = auroc(scores(score), outcomes(base), outcomes(after))
        error = calibration_error(scores(score), outcomes(after))
        found.append((area.value, area.low, area.high, area.n, error.value, error.n))
    assert found[0] == pytest.approx(found[1], nan_ok=True, abs=1e-12)
