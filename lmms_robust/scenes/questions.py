"""What a question is, and the orders it is made to: the parts that all question families share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import lcm
from random import Random

from lmms_robust.scenes.facts import Scene, Shape


@dataclass(frozen=True, slots=True)
class Order:
    """How the next question of a family must come out, so that a whole split is balanced.

    Attributes:
        n_options: number of options, 2 to 4.
        rank: running number of the question among those of its family and number of options.
    """

    n_options: int
    rank: int

    @property
    def gold(self) -> int:
        """Index of the right option; the options take turns."""
        return self.rank % self.n_options

    def case(self, n: int) -> int:
        """Which of ``n`` cases (left or right, yes or no, …) to ask for.

        The cases take turns in such a way that each meets every gold letter equally often.
        """
        return (self.rank + self.rank // lcm(self.n_options, n)) % n


@dataclass(frozen=True, slots=True)
class Question:
    """One question about one scene.

    Attributes:
        family: its kind, e.g. ``"left_right"``.
        text: the question itself.
        options: option texts.
        statements: per option, one sentence that is true of the scene just if the option is right.
        gold: index of the right option.
        focus: the objects that decide the answer, in the order in which a reasoning names them.
    """

    family: str
    text: str
    options: tuple[str, ...]
    statements: tuple[str, ...]
    gold: int
    focus: tuple[Shape, ...]


Choice = tuple[str, str]
"""An option's text and its statement."""

Asker = Callable[[Scene, Order, Random], "Question | None"]
"""Ask a question of a family about a scene; None if the scene does not allow one without doubt."""


def arrange(
    family: str,
    text: str,
    right: Choice,
    wrong: Sequence[Choice],
    order: Order,
    focus: Sequence[Shape],
) -> Question:
    """Put the right choice in its ordered place among the wrong ones, which keep their order."""
    choices = [*wrong[: order.gold], right, *wrong[order.gold :]]
    options, statements = zip(*choices, strict=True)
    return Question(family, text, options, statements, order.gold, tuple(focus))


def unique(scene: Scene) -> list[Shape]:
    """Objects whose color and shape together occur once: those that a question may name."""
    names = [s.name for s in scene.shapes]
    return [s for s in scene.shapes if names.count(s.name) == 1]
