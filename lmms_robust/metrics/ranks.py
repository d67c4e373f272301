"""Places of models, by which of them are told apart."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Rank(NamedTuple):
    """A model's place, 1 is best.

    Attributes:
        best: after those alone that are surely better.
        worst: before those alone that are surely worse; models whose places overlap are tied.
    """

    best: int
    worst: int


def ranks(better: NDArray[np.bool_]) -> list[Rank]:
    """Places of models.

    Args:
        better: (models, models) whether the model of the row is surely better than that of the column.

    >>> ranks(np.array([[False, True, True], [False, False, False], [False, False, False]]))
    [Rank(best=1, worst=1), Rank(best=2, worst=3), Rank(best=2, worst=3)]
    """
    best, worst = 1 + better.sum(0), len(better) - better.sum(1)
    return [Rank(int(first), int(last)) for first, last in zip(best, worst, strict=True)]
