"""Keeps items of evaluation splits out of training data: the same question and options, about whatever picture."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeAlias

from lmms_robust.benchmarks.pictures import shown
from lmms_robust.errors import RobustError
from lmms_robust.schema import Item

Words: TypeAlias = tuple[str, tuple[str, ...]]


def words(item: Item) -> Words:
    """What two spellings of a question and its options share: letters and digits, in any order of the options.

    >>> one = Item(question="Where is it ?", options=("Left.", "right"), answer="A")
    >>> words(one) == words(Item(question="where is it?", options=("right", "left"), answer="B"))
    True
    """
    return _plain(item.question), tuple(sorted(map(_plain, item.options)))


def _plain(text: str) -> str:
    """Letters, with the marks that scripts put on them, and digits; a text without any ("+") as it is."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(one for one in folded if one.isalnum() or unicodedata.category(one).startswith("M")) or text.strip()


def pixels_digest(content: bytes, where: str) -> str:
    """Digest of a picture's pixels as they are shown: the same for another file of them.

    Raises:
        RobustError: the picture cannot be read.
    """
    image = shown(content, where)
    return sha256(f"{image.size}".encode() + image.tobytes()).hexdigest()


@dataclass(frozen=True, slots=True)
class Known:
    """An evaluation item with the words of a training item.

    Attributes:
        name: benchmark and id, in words.
        same_pixels: it is about the same picture.
        template: its words stand in the evaluation split with several pictures, so that they alone tell nothing.
    """

    name: str
    same_pixels: bool
    template: bool

    @property
    def refused(self) -> bool:
        """Whether the training item may be the evaluation item; a picture that was scaled has other pixels."""
        return self.same_pixels or not self.template


class EvaluationGuard:
    """Knows the items of evaluation splits.

    Attributes:
        splits: names of the splits -> their items.
    """

    def __init__(self) -> None:
        self._unread: dict[Words, list[tuple[str, Callable[[], bytes]]]] = {}
        self._pictures: dict[Words, dict[str, str]] = {}
        self._drawn: set[Words] = set()
        self.splits: dict[str, int] = {}

    def add(self, name: str, items: Iterable[tuple[Item, Callable[[], bytes]]], drawn: bool = False) -> None:
        """Take in the items of a split, each with what reads its encoded picture.

        Args:
            name: of the split.
            items: its items.
            drawn: its questions are drawn from templates, as training data's may be, even those that stand there once.
        """
        self.splits[name] = 0
        for item, read in items:
            said = words(item)
            self._unread.setdefault(said, []).append((f"{item.benchmark} {item.id!r}", read))
            if drawn:
                self._drawn.add(said)
            self.splits[name] += 1

    def known(self, item: Item, content: bytes) -> Known | None:
        """The evaluation item that has the words of a training item, the one about its picture if there is one.

        Pictures are read and decoded only where the words are the same, and each of them once.
        """
        said = words(item)
        if said not in self._unread:
            return None
        if said not in self._pictures:
            self._pictures[said] = _digests(self._unread[said])
        pictures = self._pictures[said]
        template = len(pictures) > 1 or said in self._drawn
        try:
            same = pictures.get(pixels_digest(content, item.id))
        except RobustError:
            same = None
        name = same or next(iter(pictures.values()), "")
        return Known(name, same is not None, template) if name else None


def _digests(items: Iterable[tuple[str, Callable[[], bytes]]]) -> dict[str, str]:
    """Digest of each different picture -> name of the first item about it."""
    found: dict[str, str] = {}
    for name, read in items:
        try:
            found.setdefault(pixels_digest(read(), name), name)
        except RobustError:  # no evaluation runs on a picture that cannot be read
            continue
    return found
