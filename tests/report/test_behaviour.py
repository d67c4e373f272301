"""Rates over several variants of an item are as sure as their pictures make them, not as their responses would."""

import pytest

from lmms_robust.metrics.intervals import wilson
from lmms_robust.report.behaviour import rate


def test_responses_about_one_picture_that_are_alike_count_once() -> None:
    found = rate([(picture % 4 != 0, f"p{picture}") for picture in range(40) for _ in range(11)])
    assert (found.value, found.n) == (0.75, 440)
    assert found.interval == pytest.approx(wilson(0.75, 40))


def test_a_picture_a_response_has_wilsons_own_interval() -> None:
    found = rate([(number % 4 != 0, f"p{number}") for number in range(40)])
    assert found.interval == pytest.approx(wilson(0.75, 40))


def test_nothing_has_no_rate() -> None:
    assert rate([]).n == 0
