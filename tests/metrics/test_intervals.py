"""Intervals against statsmodels and scipy, and where nothing can be resampled."""

import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import bootstrap, skew
from statsmodels.stats.proportion import proportion_confint

from lmms_robust.metrics import intervals
from lmms_robust.metrics.estimate import Units
from lmms_robust.metrics.intervals import bracket, clustered_wilson, difference, ratio, tango, wilson
from tests.metrics.made import clustered, correlated, singles, units

ANY = (-math.inf, math.inf)


@given(st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilsons_interval_is_that_of_statsmodels(pair: tuple[int, int]) -> None:
    count, n = pair
    assert wilson(count / n, n) == pytest.approx(proportion_confint(count, n, method="wilson"), abs=1e-12)


def test_wilsons_interval_of_nothing_is_none() -> None:
    assert all(math.isnan(end) for end in wilson(math.nan, 0))


@pytest.mark.parametrize("share", [0.02, 0.3, 0.8])
def test_of_items_that_share_pictures_it_is_wilsons_of_as_many_as_their_clustered_error_leaves(share: float) -> None:
    laid = clustered(300)
    true = 1.0 * correlated(np.random.default_rng(4), laid, share)
    value = true.mean()
    model = sm.OLS(true, np.ones(300))
    clusters = model.fit(cov_type="cluster", cov_kwds={"groups": laid.picture, "use_correction": False})
    left = min(value * (1 - value) / clusters.cov_params()[0, 0], 300)
    found = clustered_wilson(true, np.ones(300), laid)
    assert found == pytest.approx(proportion_confint(value * left, left, method="wilson"), abs=1e-9)
    assert left < 300


def test_items_that_are_twice_the_same_count_once() -> None:
    pairs = np.repeat(np.arange(100) % 4 == 0, 2) * 1.0
    found = clustered_wilson(pairs, np.ones(200), units(range(200), [n // 2 for n in range(200)]))
    assert found == pytest.approx(wilson(0.25, 100))


def test_repeats_that_agree_tell_what_one_would_and_others_up_to_what_all_of_them_would() -> None:
    laid = units(np.repeat(np.arange(100), 2))
    alike, apart = np.repeat(np.arange(100) % 4 == 0, 2) / 2, np.tile([0.5, 0], 100)
    assert clustered_wilson(alike, np.full(200, 0.5), laid) == pytest.approx(wilson(0.25, 100))
    assert clustered_wilson(apart, np.full(200, 0.5), laid) == pytest.approx(wilson(0.5, 200))


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_where_all_are_alike_pictures_take_nothing_from_wilsons_interval(value: float) -> None:
    found = clustered_wilson(np.full(40, value), np.ones(40), clustered(40))
    assert found == wilson(value, 40)
    assert found[0] == 0.0 or found[1] == 1.0


def test_a_bracket_reaches_from_the_lower_end_of_the_one_to_the_upper_end_of_the_other() -> None:
    laid, rng = clustered(100), np.random.default_rng(0)
    least = 1.0 * correlated(rng, laid, 0.3)
    most = np.maximum(least, rng.random(100) < 0.2)
    one, other = (ratio(part, np.ones(100), laid, (0, 1)) for part in (least, most))
    assert bracket(least, most, np.ones(100), laid, (0, 1)) == (one[0], other[1])
    assert bracket(least, least, np.ones(100), laid, (0, 1)) == one


def sums(numerators: np.ndarray, denominators: np.ndarray, laid: Units) -> tuple[np.ndarray, np.ndarray]:
    """Per picture, counted one by one."""
    pictures = sorted(set(laid.picture.tolist()))
    return tuple(np.array([part[laid.picture == one].sum() for one in pictures])
                 for part in (numerators, denominators))  # fmt: skip


def test_up_to_2000_pictures_it_is_scipys_bca_interval_of_sums_per_picture() -> None:
    rng = np.random.default_rng(0)
    laid = clustered(300)
    lost, there = 1.0 * correlated(rng, laid, 0.3), np.ones(300)
    expected = bootstrap(
        sums(lost, there, laid), lambda top, bottom, axis=-1: top.sum(axis) / bottom.sum(axis),
        paired=True, vectorized=True, method="BCa", n_resamples=20_000, rng=np.random.default_rng(5),
    ).confidence_interval  # fmt: skip
    assert ratio(lost, there, laid, (0, 1)) == pytest.approx((expected.low, expected.high), abs=0.004)


def shift(rest: np.ndarray, laid: Units) -> float:
    """By how many standard errors skewness moves an interval: Hall (1992) with scipy's skewness of sums per picture."""
    found, _ = sums(rest, rest, laid)
    return float(skew(found)) / (6 * math.sqrt(len(found))) * (2 * 1.959964**2 + 1)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
def test_above_2000_pictures_it_is_that_of_a_regression_on_a_constant_with_clustered_errors(share: float) -> None:
    laid = clustered(5_100)
    values = 1.0 * correlated(np.random.default_rng(1), laid, share)
    model = sm.OLS(values, np.ones(len(values)))
    fitted = model.fit(cov_type="cluster", cov_kwds={"groups": laid.picture})
    moved = shift(values - values.mean(), laid) * float(fitted.bse[0])
    assert len(set(laid.picture.tolist())) > 2_000
    expected = fitted.conf_int()[0] + moved
    assert ratio(values, np.ones(5_100), laid, (0, 1)) == pytest.approx(expected, abs=1e-9)


def test_above_2000_pictures_a_share_of_what_some_items_are_is_that_of_these_items() -> None:
    laid, rng = clustered(8_000), np.random.default_rng(2)
    kept, started = correlated(rng, laid, 0.6) == 1, correlated(rng, laid, 0.7) == 1
    model = sm.OLS(1.0 * kept[started], np.ones(started.sum()))
    fitted = model.fit(cov_type="cluster", cov_kwds={"groups": laid.picture[started]})
    among = Units(laid.item[started], laid.picture[started])
    moved = shift(1.0 * kept[started] - kept[started].mean(), among) * float(fitted.bse[0])
    expected = fitted.conf_int()[0] + moved
    assert ratio(1.0 * (kept & started), 1.0 * started, laid, (0, 1)) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("share", [0.01, 0.03, 0.1, 0.3, 0.5, 0.9, 0.97])
@pytest.mark.parametrize("laid", [singles(2_000), clustered(5_000)], ids=["alone", "shared"])
def test_at_2000_pictures_both_intervals_are_equal_within_a_tenth_of_a_point(
    laid: Units, share: float, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = len(laid.item)
    lost = 1.0 * correlated(np.random.default_rng(seed), laid, share)
    assert len(set(laid.picture.tolist())) == 2_000
    resampled = ratio(lost, np.ones(items), laid, (0, 1))
    monkeypatch.setattr(intervals, "MOST_RESAMPLED", 1_999)
    assert ratio(lost, np.ones(items), laid, (0, 1)) == pytest.approx(resampled, abs=0.001)


def test_items_that_go_together_in_a_picture_tell_less() -> None:
    alike, apart = units(range(200), [n // 2 for n in range(200)]), singles(200)
    pairs = np.repeat(np.arange(100) % 4 == 0, 2) * 1.0
    narrow, wide = (ratio(pairs, np.ones(200), laid, (0, 1)) for laid in (apart, alike))
    assert wide[1] - wide[0] == pytest.approx(math.sqrt(2) * (narrow[1] - narrow[0]), rel=0.05)


@pytest.mark.parametrize("value", [0.0, 0.25, 1.0])
@pytest.mark.parametrize("pictures", [1, 2, 300])
def test_where_pictures_do_not_differ_it_allows_for_those_not_seen(value: float, pictures: int) -> None:
    low, high = ratio(np.full(pictures, value), np.ones(pictures), singles(pictures), (0, 1))
    assert 0 <= low <= value <= high <= 1
    if value in (0, 1):  # the exact interval of Clopper and Pearson where all, or none, are True
        exact = proportion_confint(value * pictures, pictures, method="beta")
        assert (low, high) == pytest.approx(exact)


def test_where_pictures_do_not_differ_and_there_is_no_least_or_greatest_number_there_is_no_interval() -> None:
    assert all(math.isnan(end) for end in ratio(np.full(3, 0.2), np.ones(3), singles(3), ANY))


def test_nothing_that_counts_has_no_interval() -> None:
    for laid in (units([]), singles(2)):
        none = np.zeros(len(laid.item))
        assert all(math.isnan(end) for end in ratio(none, none, laid, (0, 1)))


@pytest.mark.parametrize("counts", [(0, 1, 44), (3, 1, 50), (5, 0, 300), (12, 2, 40)])
def test_a_score_interval_ends_where_the_likelihood_says(counts: tuple[int, int, int]) -> None:
    won, lost, n = counts

    def score(delta: float) -> float:
        """Standard errors from the difference seen, at the most likely rate under ``delta``, found by search."""

        def unlikely(rate: float) -> float:
            cells = zip((won, lost, n - won - lost), (rate + delta, rate, 1 - 2 * rate - delta), strict=True)
            return -sum(count * math.log(share) for count, share in cells if count)

        span = (max(0.0, -delta) + 1e-12, (1 - delta) / 2 - 1e-12)
        rate = minimize_scalar(unlikely, bounds=span, method="bounded", options={"xatol": 1e-12}).x
        return (won - lost - n * delta) / math.sqrt(n * (2 * rate + delta * (1 - delta)))

    assert [score(end) for end in tango(won, lost, n)] == pytest.approx([1.96, -1.96], abs=1e-3)


def test_of_few_units_that_differ_the_interval_is_a_score_interval_and_wider_where_they_share_pictures() -> None:
    parts = np.array([1.0] * 24 + [-1.0] * 5 + [0.0] * 31)
    alone = difference(parts, np.ones(60), singles(60))
    assert alone == pytest.approx(tango(24, 5, 60))
    low, high = difference(parts, np.ones(60), units(range(60), [n // 2 for n in range(60)]))
    assert low < alone[0]
    assert high > alone[1]
    many = np.array([1.0] * 25 + [-1.0] * 5 + [0.0] * 30)
    assert difference(many, np.ones(60), singles(60)) == ratio(many, np.ones(60), singles(60), (-1, 1))
    assert math.isnan(difference(np.zeros(2), np.zeros(2), singles(2))[0])


values = st.lists(
    st.tuples(st.sampled_from([-1.0, 0.0, 0.5, 1.0]), st.integers(0, 8), st.booleans()), min_size=1, max_size=40
)


@settings(deadline=None, max_examples=60)
@given(values, st.randoms(use_true_random=False))
def test_ends_are_numbers_in_order_within_the_span_and_do_not_depend_on_the_order_of_units(found, random) -> None:
    def interval(rows) -> tuple[float, float]:
        counted = np.array([float(row[2]) for row in rows])
        tops = np.array([row[0] for row in rows]) * counted
        return ratio(tops, counted, units(range(len(rows)), [row[1] for row in rows]), (-1, 1))

    low, high = interval(found)
    if not any(row[2] for row in found):
        assert math.isnan(low)
        assert math.isnan(high)
        return
    assert -1 <= low <= high <= 1
    renamed = random.sample(range(9), 9)
    shuffled = [(top, renamed[picture], counted) for top, picture, counted in random.sample(found, len(found))]
    assert interval(shuffled) == pytest.approx((low, high), abs=1e-12)
