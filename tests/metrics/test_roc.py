"""The curve is that of scikit-learn, and its area the AUROC."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_curve

from lmms_robust.metrics.confidence import auroc
from lmms_robust.metrics.estimate import ABSENT
from lmms_robust.metrics.roc import roc


@pytest.mark.parametrize("ties", [2, 10, 1000])
def test_it_is_the_curve_of_scikit_learn(ties: int) -> None:
    rng = np.random.default_rng(ties)
    score = rng.integers(ties, size=300) / ties
    base, perturbed = (rng.integers(2, size=300).astype(np.int8) for _ in range(2))
    score[:20] = np.nan
    perturbed[20:40] = ABSENT
    counted = (base == 1) & ~np.isnan(score) & (perturbed >= 0)
    points = np.array(roc(score, base, perturbed))
    fell, survived, _ = roc_curve(perturbed[counted], score[counted], drop_intermediate=False)
    np.testing.assert_allclose(points, np.stack([fell, survived], 1))
    assert np.trapezoid(points[:, 1], points[:, 0]) == pytest.approx(auroc(score, base, perturbed).value)


@pytest.mark.parametrize("perturbed", [[1, 1], [0, 0]])
def test_without_two_groups_there_is_none(perturbed: list[int]) -> None:
    assert roc(np.array([0.5, 0.9]), np.array([1, 1], np.int8), np.array(perturbed, np.int8)) == []
