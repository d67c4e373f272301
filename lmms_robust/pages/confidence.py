"""What figures show of the letters' probabilities that no single number says: how they lie, and curves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from lmms_robust.metrics.roc import roc
from lmms_robust.perturbations import VARIANTS, base_of
from lmms_robust.report.columns import codes, equals, groups, scores, whether
from lmms_robust.report.estimates import WAY
from lmms_robust.report.grid import lay_out

BINS = 10
POINTS = 60
"""Of a curve at most, which is more than its picture has room for."""


def confidence(table: pa.Table) -> Iterator[dict[str, Any]]:
    """For each row of a run's tables but base: how p right at base and here lie, and the ROC curve of the one.

    Args:
        table: of a run.

    Yields:
        ``way``: variant, injection, source of captions; ``cells``: (bin at base, bin here, responses), of bins of 0.1;
        ``curve``: points, see :func:`lmms_robust.metrics.roc.roc`.
    """
    grid = lay_out({"": table})
    number, ways = groups(table, WAY)
    known = codes(table["variant"])[1]
    p, exact = scores(table, "p_correct"), equals(table, "probs_at_most", "")
    right = whether(equals(table, "outcome", "right"))
    order = list(VARIANTS)
    for place, way in sorted(enumerate(ways), key=lambda one: (order.index(one[1][0]), one[1])):
        base = base_of(way[0])
        if way[0] == "base" or base not in known:
            continue
        here = number == place
        before, after = grid.scores(("", base), p), grid.scores(("", way[0]), np.where(here, p, np.nan))
        both = ~np.isnan(before) & ~np.isnan(after)
        if not both.any():
            continue
        bins = [np.minimum((values[both] * BINS).astype(int), BINS - 1) for values in (before, after)]
        cells, counts = np.unique(np.stack(bins), axis=1, return_counts=True)
        outcomes = grid.outcomes(("", way[0]), np.where(here, right, -2).astype(np.int8))
        scored = grid.scores(("", base), np.where(exact, p, np.nan))
        points = roc(scored, grid.outcomes(("", base), right), outcomes)
        yield {
            "way": way,
            "cells": [(int(x), int(y), int(n)) for (x, y), n in zip(cells.T, counts, strict=True)],
            "curve": _thin(points),
        }


def _thin(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Of many points some, evenly, first and last among them."""
    if len(points) <= POINTS:
        return points
    return [points[place] for place in np.linspace(0, len(points) - 1, POINTS).round().astype(int)]
