"""A caption that says nothing about any option, as long as the caption that it is compared with."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = re.compile(r"\w+")


def irrelevant_caption(sentences: Sequence[str], options: Sequence[str], length: int) -> str:
    """Choose the sentences whose length together is closest to ``length``, in their order.

    Sentences that name a word of an option are left out; where all do, those that name a word that tells the options
    apart; where all do that, the caption is the shortest sentence.

    Args:
        sentences: neutral sentences, at least one.
        options: option texts.
        length: characters.

    >>> irrelevant_caption(["It is a file.", "Nobody gave it a title.", "It is red."], ["red", "blue"], 36)
    'It is a file. Nobody gave it a title.'
    """
    words = [_words(option) for option in options]
    named, telling = set[str]().union(*words), set[str]().union(*words) - set[str].intersection(*words)
    free = [[one for one in sentences if not _words(one) & taken] for taken in (named, telling)]
    usable = next((found for found in free if found), [min(sentences, key=len)])
    reached: dict[int, tuple[str, ...]] = {}
    for sentence in usable:
        longer = {size + len(sentence) + 1: (*chosen, sentence) for size, chosen in reached.items() if size < length}
        reached = {len(sentence): (sentence,)} | longer | reached
    return " ".join(reached[min(reached, key=lambda size: (abs(size - length), size))])


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))
