"""Rates corrected by labels: by hand, where they are refused, and on simulated judges whose truth is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lmms_robust.errors import RobustError
from lmms_robust.metrics.correction import corrected, given, raw, rogan_gladen, standing_for
from lmms_robust.metrics.estimate import ABSENT, FALSE, TRUE, Units
from lmms_robust.metrics.intervals import wilson
from scripts.correction_coverage import Case, measure
from tests.metrics.made import outcomes, singles


def made(*rows: tuple[object, object, int]) -> tuple[np.ndarray, np.ndarray]:
    """Verdicts and labels of so many responses each."""
    verdicts = [verdict for verdict, _, count in rows for _ in range(count)]
    labels = [label for _, label, count in rows for _ in range(count)]
    return outcomes(verdicts), outcomes(labels)


UNLABELLED = "absent"
BY_HAND = made(
    (True, True, 18), (True, False, 2), (True, UNLABELLED, 60),
    (False, True, 1), (False, False, 3), (False, UNLABELLED, 6),
    (None, True, 4), (None, False, 4), (None, UNLABELLED, 2),
)  # fmt: skip


def test_each_verdict_counts_by_what_its_labels_say() -> None:
    found = corrected(*BY_HAND, singles(100))
    assert found.value == pytest.approx(0.8 * 18 / 20 + 0.1 * 1 / 4 + 0.1 * 4 / 8)
    assert (found.low, found.high, found.n) == (found.value, found.value, 100)
    assert found.interval[0] < found.value < found.interval[1]
    assert raw(BY_HAND[0], singles(100)).value == pytest.approx(80 / 90)


def test_probabilities_given_a_verdict_stand_with_wilsons_interval() -> None:
    found = given(*BY_HAND, singles(100))
    one = found["consistent"]
    assert (one.responses, one.consistent, one.inconsistent, one.neither) == (80, 18, 2, 0)
    assert one.probability.value == 0.9
    assert one.probability.interval == pytest.approx(wilson(0.9, 20))
    assert found["undecided"].probability.value == 0.5


def test_reasoning_that_ends_on_no_option_is_in_no_rate_of_consistency() -> None:
    laid = made((True, True, 6), (True, None, 4), (True, UNLABELLED, 10), (False, False, 5), (False, None, 5))
    found = corrected(*laid, singles(30))
    # Of 20 "consistent" 60 % end on an option and all of these agree; of 10 "inconsistent" half, and none agrees.
    assert found.value == pytest.approx(20 * 0.6 / (20 * 0.6 + 10 * 0.5))
    assert given(*laid, singles(30))["consistent"].neither == 4


def test_labels_that_are_all_none_tell_nothing_of_consistency() -> None:
    found = corrected(*made((True, None, 12), (False, None, 8), (True, UNLABELLED, 10)), singles(30))
    assert math.isnan(found.value)
    assert (found.low, found.high, found.interval, found.n) == (0.0, 1.0, (0.0, 1.0), 30)


def test_it_holds_if_more_of_the_rare_verdict_was_labelled() -> None:
    even = made((True, True, 9), (True, False, 1), (True, UNLABELLED, 80), (False, False, 1), (False, UNLABELLED, 9))
    more = made((True, True, 9), (True, False, 1), (True, UNLABELLED, 80), (False, False, 10))
    assert corrected(*more, singles(100)).value == corrected(*even, singles(100)).value


def test_a_verdict_without_labels_leaves_bounds() -> None:
    laid = made((True, True, 20), (True, UNLABELLED, 60), (None, UNLABELLED, 20))
    found = corrected(*laid, singles(100))
    assert (found.low, found.high) == (pytest.approx(0.8), 1.0)
    assert math.isnan(found.value)
    assert found.interval[0] < 0.8
    few = corrected(*made((True, True, 20), (True, UNLABELLED, 78), (None, UNLABELLED, 2)), singles(100))
    assert (few.value, few.low) == (1.0, pytest.approx(0.98))


def test_labels_that_all_agree_prove_less_the_fewer_they_are() -> None:
    lows = [
        corrected(*made((True, True, n), (True, UNLABELLED, 1000 - n)), singles(1000)).interval[0] for n in (5, 50, 500)
    ]
    assert 0.5 < lows[0] < 0.9 < lows[1] < 0.98 < lows[2] < 1


def test_rogan_and_gladens_estimator_by_hand() -> None:
    laid = made(
        (True, True, 36), (False, True, 4), (True, False, 2), (False, False, 8),
        (True, UNLABELLED, 112), (False, UNLABELLED, 38),
    )  # fmt: skip
    found = rogan_gladen(*laid, singles(200))
    assert found.value == pytest.approx((150 / 200 + 0.8 - 1) / (0.9 + 0.8 - 1))
    assert found.interval[0] < found.value < found.interval[1]


def test_rogan_and_gladens_estimator_stays_between_0_and_1() -> None:
    laid = made((True, True, 40), (False, True, 10), (False, False, 10), (True, UNLABELLED, 40))
    assert rogan_gladen(*laid, singles(100)).value == 1.0


@pytest.mark.parametrize(
    ("laid", "said"),
    [
        (made((True, True, 5), (None, False, 2)), "2 of 7 verdicts are undecided; allowed: up to 5%"),
        (made((True, True, 5), (True, UNLABELLED, 2)), "no response with a verdict is labelled inconsistent"),
        (
            made((True, True, 5), (False, True, 5), (True, False, 9), (False, False, 11)),
            "of the consistent 0.50 are found so, of the inconsistent 0.55, in sum 1.05; allowed: 1.1 and above",
        ),
    ],
)
def test_rogan_and_gladens_estimator_is_refused_where_it_says_nothing(laid: tuple, said: str) -> None:
    with pytest.raises(RobustError, match=said):
        rogan_gladen(*laid, singles(len(laid[0])))


def test_of_no_verdicts_there_is_no_rate() -> None:
    none = outcomes([UNLABELLED, UNLABELLED])
    assert corrected(none, outcomes([True, False]), singles(2)).n == 0
    assert raw(none, singles(2)).n == 0


def test_corrected_rates_hold_the_truth_where_raw_ones_do_not() -> None:
    found = measure(Case(consistent=0.7, tpr=0.9, tnr=0.6, undecided=0.0, labelled=200, responses=1000), runs=60)
    for name in ("corrected", "Rogan-Gladen"):
        assert found[name].held > 51 / 60, name  # of 60 at 95 %, 51 or fewer hold it once in 350
    assert found["raw"].held < 0.5


def test_a_label_stands_for_the_responses_of_its_stratum() -> None:
    strata = np.array([0, 0, 0, 0, 1, 1, 2])
    labels = np.array([TRUE, ABSENT, ABSENT, ABSENT, FALSE, TRUE, ABSENT], np.int8)
    # one label for four responses, two for two, none for one: 4, 1 and 1, in the mean 2
    assert standing_for(strata, labels).tolist() == [2, 0, 0, 0, 0.5, 0.5, 0]


@pytest.mark.parametrize("seed", range(4))
def test_labels_that_were_drawn_by_the_verdicts_of_others_correct_by_their_weights(seed: int) -> None:
    rng, n = np.random.default_rng(seed), 6_000
    true = rng.random(n) < 0.8
    rules = np.where(rng.random(n) < 0.4, 2, np.where(rng.random(n) < 0.95, true, ~true)).astype(int)
    judge = np.where(rng.random(n) < 0.7, true, ~true).astype(np.int8)  # right in 70 of 100, whatever is true
    labels = np.full(n, ABSENT, np.int8)
    for stratum in range(3):
        drawn = rng.permutation(np.flatnonzero(rules == stratum))[:150]
        labels[drawn] = np.where(true[drawn], TRUE, FALSE)
    units = Units(np.arange(n), np.arange(n))
    weights = standing_for(rules, labels)
    for found in (corrected(judge, labels, units, weights), rogan_gladen(judge, labels, units, weights)):
        assert found.interval[0] < true.mean() < found.interval[1]
    assert given(judge, labels, units, weights)["consistent"].probability.value == pytest.approx(0.56 / 0.62, abs=0.06)
    assert corrected(judge, labels, units).interval[1] < true.mean()  # as if each label stood for as many
