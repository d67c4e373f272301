"""Items of the embedded benchmark: every split is an endless, seeded and balanced sequence.

Item ``i`` of a split depends on the split's name and ``i`` alone, so splits share no draws and a
longer split begins with the shorter one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from lmms_robust.errors import RobustError, unknown
from lmms_robust.scenes import attributes, relations
from lmms_robust.scenes.compose import compose
from lmms_robust.scenes.facts import Scene
from lmms_robust.scenes.questions import Asker, Order, Question
from lmms_robust.scenes.reasoning import reasoning
from lmms_robust.scenes.render import png, render
from lmms_robust.schema import letters

SPLITS = ("test", "train")
FAMILIES: dict[str, tuple[Asker, tuple[int, ...]]] = {
    "count": (attributes.ask_count, (3, 4)),
    "color": (attributes.ask_color, (3, 4)),
    "shape": (attributes.ask_shape, (3, 4)),
    "left_right": (relations.ask_left_right, (2, 3, 4)),
    "above_below": (relations.ask_above_below, (2, 3, 4)),
    "nearest": (relations.ask_nearest, (2, 3, 4)),
    "size": (relations.ask_size, (2, 3, 4)),
    "existence": (attributes.ask_existence, (2, 3, 4)),
    "odd_one_out": (attributes.ask_odd_one_out, (3, 4)),
}
"""Per family, how it asks and which numbers of options it takes in turn."""

_ATTEMPTS = 5000
_RANKS = 240


@dataclass(frozen=True, slots=True)
class SceneItem:
    """One row of a split; the field names are the columns.

    Attributes:
        id: e.g. ``"scenes-test-0001"``.
        image: the picture as PNG.
        category: the question's family.
        question: the question alone.
        options: option texts in letter order.
        answer: letter of the right option.
        statements: one sentence per option; the right one's is the only true one.
        reasoning: a short chain of thought that ends in the right option's text.
        scene: the scene graph as JSON, see `Scene.to_dict`.
    """

    id: str
    image: bytes
    category: str
    question: str
    options: list[str]
    answer: str
    statements: list[str]
    reasoning: str
    scene: str


def order_for(index: int) -> tuple[str, Order]:
    """Family and form of the item at an index (from 0): families, options and gold letters take turns."""
    cycle, which = divmod(index, len(FAMILIES))
    family = tuple(FAMILIES)[which]
    sizes = FAMILIES[family][1]
    rank, slot = divmod(cycle, len(sizes))
    # Each family starts its round of letters elsewhere, so that a split's first items are not all "A".
    return family, Order(sizes[slot], rank + which)


def draw(split: str, index: int) -> tuple[Scene, Question]:
    """Draw the scene and the question of one item, without rendering it.

    Raises:
        RobustError: unknown split, or index below 0.
    """
    if split not in SPLITS:
        raise unknown("split", split, SPLITS, "scenes")
    if index < 0:
        raise RobustError(f"index {index} of scenes split {split!r}; allowed: 0 and above")
    family, order = order_for(index)
    rng = Random(f"scenes:{split}:{index}")
    for _ in range(_ATTEMPTS):
        scene = compose(family, order, rng)
        question = FAMILIES[family][0](scene, order, rng) if scene else None
        if scene and question:
            return scene, question
    raise AssertionError(f"no {family} question found for scenes:{split}:{index}; the recipes and the askers disagree")


def more_questions(scene: Scene, skip: str, rng: Random) -> Iterator[Question]:
    """Ask one question of every other family that the scene allows, in random forms.

    Cheap training data: one picture serves several questions. These are not balanced.
    """
    for family, (ask, sizes) in FAMILIES.items():
        order = Order(rng.choice(sizes), rng.randrange(_RANKS))
        question = ask(scene, order, rng) if family != skip else None
        if question:
            yield question


def generate(split: str, n: int, start: int = 0) -> Iterator[SceneItem]:
    """Yield items ``start`` to ``start + n - 1`` of a split.

    Args:
        split: ``"train"`` or ``"test"``.
        n: number of items; families, and gold letters for each number of options, stay balanced
            to within one item.
        start: index of the first one.
    """
    for index in range(start, start + n):
        scene, question = draw(split, index)
        yield SceneItem(
            id=f"scenes-{split}-{index:04d}",
            image=png(render(scene)),
            category=question.family,
            question=question.text,
            options=list(question.options),
            answer=letters(len(question.options))[question.gold],
            statements=list(question.statements),
            reasoning=reasoning(scene, question),
            scene=json.dumps(scene.to_dict(), separators=(",", ":")),
        )
