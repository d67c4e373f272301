"""Keeps items of evaluation splits out of training data: the same question and options about the same picture."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from hashlib import sha256

from lmms_robust.benchmarks.pictures import shown
from lmms_robust.errors import RobustError
from lmms_robust.schema import Item, same_text


def words_digest(item: Item) -> str:
    """Digest of question and options, whatever the benchmark's name, the options' order and letters' case."""
    told = [same_text(item.question).casefold(), sorted(same_text(option).casefold() for option in item.options)]
    return sha256(json.dumps(told, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


def pixels_digest(content: bytes, where: str) -> str:
    """Digest of a picture's pixels as they are shown: the same for another file of them.

    Raises:
        RobustError: the picture cannot be read.
    """
    image = shown(content, where)
    return sha256(f"{image.size}".encode() + image.tobytes()).hexdigest()


class EvaluationGuard:
    """Knows the items of evaluation splits.

    Attributes:
        splits: names of the splits -> their items.
    """

    def __init__(self) -> None:
        self._known: dict[str, list[tuple[str, Callable[[], bytes]]]] = {}
        self.splits: dict[str, int] = {}

    def add(self, name: str, items: Iterable[tuple[Item, Callable[[], bytes]]]) -> None:
        """Take in the items of a split, each with what reads its encoded picture."""
        self.splits[name] = 0
        for item, read in items:
            self._known.setdefault(words_digest(item), []).append((f"{item.benchmark} {item.id!r}", read))
            self.splits[name] += 1

    def refused(self, item: Item, content: bytes) -> str | None:
        """The evaluation item that a training item is, in words; None if it is none.

        Pictures are read and decoded only where the words are the same.
        """
        for name, read in self._known.get(words_digest(item), []):
            try:
                known = read()
                if known == content or pixels_digest(known, name) == pixels_digest(content, item.id):
                    return name
            except RobustError:  # no evaluation runs on a picture that cannot be read
                continue
        return None
