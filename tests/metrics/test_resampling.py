"""The Bayesian bootstrap: known distributions, clusters, and no trace of batches or of the order of units."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta

from lmms_robust.metrics import resampling
from lmms_robust.metrics.resampling import middle, resampled
from tests.metrics.made import singles, units

JEFFREYS = [(0.5, (1.0, 0.0)), (0.5, (0.0, 1.0))]


def halves(true: int, n: int) -> np.ndarray:
    kind = np.arange(n) < true
    return np.stack([kind, ~kind], axis=1).astype(float)


@pytest.mark.parametrize(("true", "n"), [(0, 20), (3, 20), (20, 20), (150, 300)])
def test_a_share_has_jeffreys_distribution(true: int, n: int) -> None:
    sums = resampled(halves(true, n), singles(n), JEFFREYS)
    expected = beta(true + 0.5, n - true + 0.5).ppf([0.025, 0.975])
    assert middle(sums[:, 0] / sums.sum(1)) == pytest.approx(expected, abs=0.02)
    assert sums.sum(1) == pytest.approx(np.full(len(sums), n + 1.0))


def test_units_of_one_picture_weigh_the_same() -> None:
    laid = units(range(40), [n // 4 for n in range(40)])
    parts = np.eye(10)[laid.picture]
    sums = resampled(np.column_stack([parts, parts[::1]]), laid)
    assert sums[:, :10] == pytest.approx(sums[:, 10:])
    shares = sums[:, 0] / sums[:, :10].sum(1)
    assert shares.std() == pytest.approx(beta(1, 9).std(), rel=0.1)


def test_batches_and_the_order_of_units_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    parts, laid = rng.normal(size=(50, 3)), singles(50)
    whole = resampled(parts, laid)
    order = rng.permutation(50)
    assert resampled(parts[order], laid) == pytest.approx(whole, abs=1e-6)
    monkeypatch.setattr(resampling, "_BATCH", 70 * 50)
    assert resampled(parts, laid) == pytest.approx(whole, abs=1e-9)


def test_what_is_no_number_is_left_out_of_the_middle() -> None:
    assert middle(np.array([np.nan, *range(101), np.inf])) == pytest.approx((2.5, 97.5))
    assert np.isnan(middle(np.array([np.nan]))).all()
