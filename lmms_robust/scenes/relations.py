"""Question families about pairs and groups: left/right, above/below, nearest, size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from lmms_robust.scenes.facts import Scene, Shape, above, larger, left_of, nearest
from lmms_robust.scenes.questions import Choice, Order, Question, arrange, unique


@dataclass(frozen=True, slots=True)
class _Axis:
    """A relation, its converse and their words; ``holds(a, b)`` is the first word's meaning."""

    family: str
    holds: Callable[[Shape, Shape], bool]
    answers: tuple[str, str]
    phrases: tuple[str, str]


_SIDEWAYS = _Axis("left_right", left_of, ("to the left", "to the right"), ("to the left of", "to the right of"))
_UPRIGHT = _Axis("above_below", above, ("above", "below"), ("above", "below"))


def ask_left_right(scene: Scene, order: Order, rng: Random) -> Question | None:
    """On which side of another an object lies (2 options), or which object lies on a side."""
    return _ask_axis(_SIDEWAYS, scene, order, rng)


def ask_above_below(scene: Scene, order: Order, rng: Random) -> Question | None:
    """Whether an object is above or below another (2 options), or which object is."""
    return _ask_axis(_UPRIGHT, scene, order, rng)


def _ask_axis(axis: _Axis, scene: Scene, order: Order, rng: Random) -> Question | None:
    return (_ask_side if order.n_options == 2 else _ask_which)(axis, scene, order, rng)


def _ask_side(axis: _Axis, scene: Scene, order: Order, rng: Random) -> Question | None:
    named, side = unique(scene), order.case(2)
    pairs = [(s, t) for s in named for t in named if s is not t and axis.holds(*((s, t) if side == 0 else (t, s)))]
    if not pairs:
        return None
    subject, target = rng.choice(pairs)
    choices = [(axis.answers[i], _stands(subject, axis.phrases[i], target)) for i in (0, 1)]
    either = f"{axis.answers[0]} or {axis.phrases[1]}"
    text = f"Is the {subject.name} {either} the {target.name}?"
    return arrange(axis.family, text, choices[side], [choices[1 - side]], order, [subject, target])


def _ask_which(axis: _Axis, scene: Scene, order: Order, rng: Random) -> Question | None:
    named, side = unique(scene), order.case(2)
    if not named:
        return None
    target = rng.choice(named)
    before = [s for s in named if s is not target and axis.holds(s, target)]
    after = [s for s in named if s is not target and axis.holds(target, s)]
    right, wrong = (before, after) if side == 0 else (after, before)
    if not right or len(wrong) < order.n_options - 1:
        return None
    phrase = axis.phrases[side]
    text = f"Which object is {phrase} the {target.name}?"
    return _ask_among(
        axis.family, text, rng.choice(right), wrong, order, rng, target, lambda s: _stands(s, phrase, target)
    )


def _stands(subject: Shape, phrase: str, target: Shape) -> str:
    return f"The {subject.name} is {phrase} the {target.name}."


def _ask_among(
    family: str,
    text: str,
    right: Shape,
    wrong: list[Shape],
    order: Order,
    rng: Random,
    target: Shape | None,
    state: Callable[[Shape], str],
) -> Question:
    """Offer objects as options; a reasoning looks at the target first, then at the options in order."""

    def choice(shape: Shape) -> Choice:
        return f"the {shape.name}", state(shape)

    drawn = rng.sample(wrong, order.n_options - 1)
    offered = [*drawn[: order.gold], right, *drawn[order.gold :]]
    focus = [target, *offered] if target else [right]
    return arrange(family, text, choice(right), [choice(s) for s in drawn], order, focus)


def ask_nearest(scene: Scene, order: Order, rng: Random) -> Question | None:
    """Which object is nearest to another, when one clearly is among all objects of the picture."""
    named = unique(scene)
    pairs = [(t, found) for t in named if (found := nearest(t, scene)) is not None and found in named]
    if not pairs:
        return None
    target, right = rng.choice(pairs)
    wrong = [s for s in named if s is not target and s is not right]
    if len(wrong) < order.n_options - 1:
        return None

    def state(shape: Shape) -> str:
        return f"The {shape.name} is the nearest object to the {target.name}."

    text = f"Which object is nearest to the {target.name}?"
    return _ask_among("nearest", text, right, wrong, order, rng, target, state)


def ask_size(scene: Scene, order: Order, rng: Random) -> Question | None:
    """Which of two objects is larger or smaller (in turn), or which one is the largest or smallest."""
    return (_ask_comparison if order.n_options == 2 else _ask_extreme)(scene, order, rng)


def _ask_comparison(scene: Scene, order: Order, rng: Random) -> Question | None:
    named, word = unique(scene), ("larger", "smaller")[order.case(2)]
    pairs = [(s, t) for s in named for t in named if larger(s, t)]
    if not pairs:
        return None
    big, little = rng.choice(pairs)
    right, wrong = (big, little) if word == "larger" else (little, big)
    first, second = (right, wrong) if order.gold == 0 else (wrong, right)
    text = f"Which object is {word}, the {first.name} or the {second.name}?"
    stated = [
        (f"the {s.name}", f"The {s.name} is {word} than the {t.name}.") for s, t in [(right, wrong), (wrong, right)]
    ]
    return arrange("size", text, stated[0], stated[1:], order, [first, second])


def _ask_extreme(scene: Scene, order: Order, rng: Random) -> Question | None:
    word = ("largest", "smallest")[order.case(2)]
    named = unique(scene)

    def beats(s: Shape, t: Shape) -> bool:
        return larger(s, t) if word == "largest" else larger(t, s)

    extremes = [s for s in named if all(s is t or beats(s, t) for t in scene.shapes)]
    wrong = [s for s in named if s not in extremes]
    if len(extremes) != 1 or len(wrong) < order.n_options - 1:
        return None

    def state(shape: Shape) -> str:
        return f"The {shape.name} is the {word} object in the picture."

    text = f"Which object is the {word} in the picture?"
    return _ask_among("size", text, extremes[0], wrong, order, rng, None, state)
