"""The interval is scipy's, of the same draws."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import bootstrap

from lmms_robust.metrics.bca import OF_KINDS, RESAMPLES, bca

Clusters = tuple[np.ndarray, np.ndarray]


def shares(rng: np.random.Generator, n: int) -> Clusters:
    return np.sort(1.0 * (rng.random(n) < 0.2)), np.ones(n)


def of_what_counts(rng: np.random.Generator, n: int) -> Clusters:
    there = 1.0 * rng.integers(1, 4, n)
    return np.floor(rng.random(n) * (there + 1)), there


def fractions(rng: np.random.Generator, n: int) -> Clusters:
    there = rng.integers(1, 4, n) / 3
    return there * rng.normal(size=n), there


def scipys(top: np.ndarray, bottom: np.ndarray, resamples: int) -> tuple[float, float]:
    found = bootstrap(
        (top, bottom), lambda top, bottom, axis=-1: top.sum(axis) / bottom.sum(axis), paired=True, vectorized=True,
        method="BCa", confidence_level=0.9, n_resamples=resamples, rng=np.random.default_rng(0),
    ).confidence_interval  # fmt: skip
    return float(found.low), float(found.high)


@pytest.mark.parametrize("n", [120, 700])
def test_of_clusters_that_all_differ_it_is_scipys_of_the_same_draws(n: int) -> None:
    top, bottom = fractions(np.random.default_rng(3), n)
    assert bca(top, bottom, 0.9) == pytest.approx(scipys(top, bottom, RESAMPLES), abs=1e-12)


@pytest.mark.parametrize("n", [60, 700])
@pytest.mark.parametrize("made", [shares, of_what_counts, fractions])
def test_of_clusters_of_few_kinds_it_is_near_scipys_of_as_many_draws(made, n: int) -> None:
    top, bottom = made(np.random.default_rng(3), n)
    top, bottom = top[::2].repeat(2), bottom[::2].repeat(2)
    low, high = scipys(top, bottom, OF_KINDS)
    assert bca(top, bottom, 0.9) == pytest.approx((low, high), abs=0.1 * (high - low))


def test_a_ratio_beyond_all_resamples_has_an_interval() -> None:
    low, high = bca(np.array([0.0, 1.0]), np.array([1e6, 1.0]), 0.95)
    assert 0 <= low <= high <= 1
