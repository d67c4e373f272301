"""Which items of a training set are put into which condition: drawn by the item, so that a run can be repeated."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from lmms_robust.errors import RobustError
from lmms_robust.perturbations import condition
from lmms_robust.schema import Item

BASE = "base"
PAPER_RATES = {"correct_caption": 0.1, "wrong_caption": 0.1, "correct_think": 0.1, "wrong_think": 0.1}
"""Shares in which arXiv 2602.12506 injects its perturbations into training prompts."""


def rates_of(text: str) -> dict[str, float]:
    """Read shares as a command line has them.

    Raises:
        RobustError: not ``variant=share,…``, an unknown variant, one that stands twice, or shares that are negative or
            come to more than 1.

    >>> rates_of("wrong_think=.1, correct_think=0.25")
    {'wrong_think': 0.1, 'correct_think': 0.25}
    """
    found: dict[str, float] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, share = (piece.strip() for piece in part.partition("="))
        condition(name)
        try:
            value = float(share)
        except ValueError:
            value = -1.0
        if name in found or name == BASE or not 0 <= value <= 1:
            raise RobustError(f"rates {part!r}; allowed: VARIANT=SHARE, each variant but base once, shares 0 to 1")
        found[name] = value
    if sum(found.values()) > 1 + 1e-9:
        raise RobustError(f"rates come to {sum(found.values()):g}; allowed: at most 1, the rest is base")
    return found


def treatment(item: Item, rates: Mapping[str, float], seed: int = 0, epoch: int = 0) -> str:
    """The variant that an item is put into, by its content alone: whatever its id, its file and its options' order.

    Args:
        item: the item.
        rates: variant -> share; what is left is ``"base"``.
        seed: draws other treatments for the whole set.
        epoch: another draw for each epoch; 0 throughout for the same treatment in each.
    """
    drawn = Random(f"treatment:{seed}:{epoch}:{item.digest}").random()
    for name, share in rates.items():
        drawn -= share
        if drawn < 0:
            return name
    return BASE
