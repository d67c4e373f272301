"""The curve whose area :func:`lmms_robust.metrics.confidence.auroc` is."""

from __future__ import annotations

import numpy as np

from lmms_robust.metrics.estimate import FALSE, TRUE, Outcomes, Scores


def roc(score: Scores, base: Outcomes, perturbed: Outcomes) -> list[tuple[float, float]]:
    """Points (fell, survived) of the ROC curve, from (0, 0) to (1, 1); the area below their straight lines is AUROC.

    Each point is a threshold on the score: the shares of those that fell, and of those that survived, which are at or
    above it. It rests on the same units as the area.

    Returns:
        One point for each different score, and (0, 0); nothing where one of the groups is empty.

    >>> roc(np.array([0.9, 0.6, 0.7]), np.array([1, 1, 1], np.int8), np.array([1, 0, 0], np.int8))
    [(0.0, 0.0), (0.0, 1.0), (0.5, 1.0), (1.0, 1.0)]
    """
    scored = (base == TRUE) & ~np.isnan(score) & ((perturbed == TRUE) | (perturbed == FALSE))
    score, held = score[scored], perturbed[scored] == TRUE
    survived = int(held.sum())
    fell = len(held) - survived
    if not survived or not fell:
        return []
    order = np.argsort(-score, kind="stable")
    last = np.append(np.flatnonzero(np.diff(score[order])), len(order) - 1)
    ups = np.cumsum(held[order])[last] / survived
    rights = np.cumsum(~held[order])[last] / fell
    return [(0.0, 0.0), *zip(rights.tolist(), ups.tolist(), strict=True)]
