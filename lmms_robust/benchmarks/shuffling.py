"""Options in a seeded order, for benchmarks that always put the right one first or store none of the order."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from lmms_robust.schema import letters


def shuffled(benchmark: str, item_id: str, right: str, wrong: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """Put the right option among the wrong ones, in an order that depends on the item alone.

    Returns:
        The options in their order, and the letter of the right one.

    >>> shuffled("whatsup", "whatsup-00001", "on the left", ["on the right"])
    (('on the right', 'on the left'), 'B')
    """
    texts = (right, *wrong)
    order = list(range(len(texts)))
    Random(f"{benchmark}:{item_id}").shuffle(order)
    return tuple(texts[place] for place in order), letters(len(texts))[order.index(0)]
