"""Options in a seeded order, for benchmarks that always put the right one first or store none of the order."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from lmms_robust.schema import item_digest, letters, same_text


def shuffled(benchmark: str, question: str, right: str, wrong: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """Put the right option among the wrong ones, in an order that depends on what is asked alone.

    Returns:
        The options in their order, and the letter of the right one.

    >>> shuffled("whatsup", "Which caption fits?", "on the left", ["on the right"])
    (('on the left', 'on the right'), 'A')
    """
    texts = sorted([right, *wrong], key=same_text)
    Random(f"options:{item_digest(benchmark, question, texts, right)}").shuffle(texts)
    return tuple(texts), letters(len(texts))[texts.index(right)]
