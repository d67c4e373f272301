"""Kappas and alpha against statsmodels and nltk, published examples, and simulated deciders."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.metrics.agreement import AnnotationTask
from statsmodels.stats.inter_rater import aggregate_raters
from statsmodels.stats.inter_rater import cohens_kappa as published_cohen
from statsmodels.stats.inter_rater import fleiss_kappa as published_fleiss

from lmms_robust.metrics.agreement import (
    MISSING,
    cohens_kappa,
    confusion,
    fleiss_kappa,
    krippendorffs_alpha,
    raw_agreement,
)
from lmms_robust.metrics.estimate import Units
from scripts.agreement_coverage import Case, measure
from tests.metrics.made import clustered, singles

VOTES = st.integers(2, 30).flatmap(
    lambda n: st.lists(st.lists(st.integers(0, 2), min_size=3, max_size=3), min_size=n, max_size=n)
)
WITH_MISSING = st.integers(2, 30).flatmap(
    lambda n: st.lists(st.lists(st.integers(-1, 2), min_size=4, max_size=4), min_size=n, max_size=n)
)


@settings(max_examples=60)
@given(VOTES)
def test_cohens_kappa_is_that_of_statsmodels(rows: list[list[int]]) -> None:
    votes = np.array(rows)
    found = cohens_kappa(votes[:, 0], votes[:, 1], singles(len(votes)))
    table = confusion(votes[:, 0], votes[:, 1], 3)
    assert table.sum() == found.n == len(votes)
    with np.errstate(invalid="ignore"):
        assert found.value == pytest.approx(published_cohen(table, return_results=False), abs=1e-9, nan_ok=True)


@settings(max_examples=60)
@given(VOTES)
def test_fleiss_kappa_is_that_of_statsmodels(rows: list[list[int]]) -> None:
    votes = np.array(rows)
    found = fleiss_kappa(votes, singles(len(votes)))
    with np.errstate(invalid="ignore"):
        expected = published_fleiss(aggregate_raters(votes, n_cat=3)[0])
    assert found.value == pytest.approx(expected, abs=1e-9, nan_ok=True)
    assert found.n == len(votes)


@settings(max_examples=60)
@given(WITH_MISSING)
def test_alpha_is_that_of_nltk_with_missing_votes(rows: list[list[int]]) -> None:
    votes = np.array(rows)
    found = krippendorffs_alpha(votes, singles(len(votes)))
    paired = votes[(votes >= 0).sum(1) > 1]
    assert found.n == len(paired)
    if len({*paired[paired >= 0].tolist()}) < 2:
        assert math.isnan(found.value)
        return
    told = [(rater, unit, vote) for (unit, rater), vote in np.ndenumerate(votes) if vote != MISSING]
    pairable = Counter(unit for _, unit, _ in told)
    task = AnnotationTask([one for one in told if pairable[one[1]] > 1])  # nltk divides by zero at a single vote
    assert found.value == pytest.approx(task.alpha(), abs=1e-9)


def test_alpha_of_krippendorffs_own_example() -> None:
    """Four observers of twelve units (Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, example C)."""
    rows = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]
    table = np.array([[MISSING if sign == "." else int(sign) - 1 for sign in row] for row in rows]).T
    assert krippendorffs_alpha(table, singles(12)).value == pytest.approx(0.743, abs=0.0005)


def test_kappa_of_fleiss_own_example() -> None:
    """Fourteen raters of ten subjects, five categories, as in Fleiss' table: 0.210."""
    table = [[0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
             [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7]]  # fmt: skip
    votes = np.array([np.repeat(np.arange(5), row) for row in table])
    assert fleiss_kappa(votes, singles(10)).value == pytest.approx(0.210, abs=0.0005)


def test_responses_that_lack_a_vote_are_left_out_of_kappas_and_not_of_alpha() -> None:
    votes = np.array([[0, 0, 0], [1, 1, 1], [0, 1, MISSING], [MISSING, 0, MISSING]])
    laid = singles(4)
    assert [found.n for found in (fleiss_kappa(votes, laid), krippendorffs_alpha(votes, laid))] == [2, 3]
    assert cohens_kappa(votes[:, 0], votes[:, 1], laid).n == 3
    raw = raw_agreement(votes, laid)
    assert (raw.value, raw.n) == (pytest.approx(2 / 3), 3)


def test_nothing_to_compare_is_nothing() -> None:
    none = np.full((3, 2), MISSING)
    for found in (
        fleiss_kappa(none, singles(3)),
        krippendorffs_alpha(none, singles(3)),
        raw_agreement(none, singles(3)),
    ):
        assert found.n == 0
        assert math.isnan(found.value)


def test_where_all_votes_are_one_category_there_is_no_coefficient_though_all_agree() -> None:
    same = np.zeros((5, 2), np.int64)
    assert math.isnan(cohens_kappa(same[:, 0], same[:, 1], singles(5)).value)
    assert raw_agreement(same, singles(5)).value == 1


def test_few_responses_that_all_agree_prove_less_than_many() -> None:
    lows = []
    for n in (10, 100, 1000):
        votes = np.arange(n) % 2
        found = cohens_kappa(votes, votes, singles(n))
        assert found.interval[1] == found.value == 1
        lows.append(found.interval[0])
    assert 0 < lows[0] < 0.8 < lows[1] < 0.98 < lows[2] < 1


def test_responses_about_one_picture_tell_less_than_others() -> None:
    rng = np.random.default_rng(0)
    one = np.repeat(rng.integers(0, 2, 100), 3)
    other = np.where(np.repeat(rng.random(100) < 0.8, 3), one, 1 - one)
    apart = cohens_kappa(one, other, singles(300))
    alike = cohens_kappa(one, other, Units(np.arange(300), np.repeat(np.arange(100), 3)))
    assert alike.value == apart.value
    widths = [found.interval[1] - found.interval[0] for found in (apart, alike)]
    assert widths[1] == pytest.approx(math.sqrt(3) * widths[0], rel=0.1)


def test_the_interval_does_not_depend_on_the_order_of_responses() -> None:
    rng = np.random.default_rng(1)
    votes, laid = rng.integers(0, 3, (60, 3)), clustered(60)
    order = rng.permutation(60)
    moved = Units(laid.item[order], laid.picture[order])
    assert krippendorffs_alpha(votes[order], moved).interval == pytest.approx(
        krippendorffs_alpha(votes, laid).interval, abs=1e-12
    )


@pytest.mark.parametrize("noise", [0.1, 0.3])
def test_the_noise_of_a_decider_is_found_within_its_interval(noise: float) -> None:
    """Of two even categories a decider that is wrong so often has kappa 1 - 2 noise against the truth."""
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 2, 800)
    said = np.where(rng.random(800) < noise, 1 - truth, truth)
    low, high = cohens_kappa(truth, said, singles(800)).interval
    assert low < 1 - 2 * noise < high
    assert high - low < 0.15


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    _, found = measure(Case(100, (0.9, 0.1), 0.8), runs=60)
    for name, one in found.items():
        assert one.held > 51 / 60, name  # of 60 at 95 %, 51 or fewer hold it once in 350
