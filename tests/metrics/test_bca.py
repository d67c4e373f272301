"""The interval is scipy's, of the same draws."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import bootstrap

from lmms_robust.metrics.bca import RESAMPLES, bca

Clusters = tuple[np.ndarray, np.ndarray]


def shares(rng: np.random.Generator, n: int) -> Clusters:
    return np.sort(1.0 * (rng.random(n) < 0.2)), np.ones(n)


def of_what_counts(rng: np.random.Generator, n: int) -> Clusters:
    there = 1.0 * rng.integers(1, 4, n)
    return np.floor(rng.random(n) * (there + 1)), there


def fractions(rng: np.random.Generator, n: int) -> Clusters:
    there = rng.integers(1, 4, n) / 3
    return there * rng.normal(size=n), there


@pytest.mark.parametrize("n", [2, 9, 60, 700])
@pytest.mark.parametrize("made", [shares, of_what_counts, fractions])
def test_it_is_scipys(made, n: int) -> None:
    top, bottom = made(np.random.default_rng(3), n)
    top[:2] = 0, bottom[1]  # so that clusters differ
    expected = bootstrap(
        (top, bottom), lambda top, bottom, axis=-1: top.sum(axis) / bottom.sum(axis), paired=True, vectorized=True,
        method="BCa", confidence_level=0.9, n_resamples=RESAMPLES, rng=np.random.default_rng(0),
    ).confidence_interval  # fmt: skip
    assert bca(top, bottom, 0.9) == pytest.approx((expected.low, expected.high), abs=1e-12)
