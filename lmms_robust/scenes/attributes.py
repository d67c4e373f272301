"""Question families about single objects: count, color, shape, existence, odd one out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from lmms_robust.scenes.facts import CANVAS, COLORS, SHAPES, Scene, Shape
from lmms_robust.scenes.questions import Choice, Order, Question, arrange, unique
from lmms_robust.scenes.wording import a, plural

MAX_COUNT = 5
ODD_PROPERTIES = ("shape", "color", "size")
_MAX_LISTED = 4


def reading_order(shapes: Sequence[Shape]) -> list[Shape]:
    """Sort objects by row of the 3x3 grid, then from left to right."""
    return sorted(shapes, key=lambda s: (3 * s.y // CANVAS, s.x))


def _pick(ranked: Sequence[str], k: int, rng: Random) -> list[str]:
    """The first ``k``, shuffled."""
    return rng.sample(ranked[:k], k)


def _hard_first(vocabulary: Sequence[str], present: Sequence[str], right: str, rng: Random) -> list[str]:
    """All wrong words in random order, those that occur in the picture first."""
    wrong = rng.sample([w for w in vocabulary if w != right], len(vocabulary) - 1)
    return sorted(wrong, key=lambda w: w not in present)


def ask_count(scene: Scene, order: Order, rng: Random) -> Question | None:
    """How many objects of one shape or one color; the right number follows the order."""
    right = 1 + order.case(MAX_COUNT)
    kinds = [
        (noun, found)
        for field, names in (("shape", SHAPES), ("color", tuple(COLORS)))
        for name in names
        for noun, found in [_members(scene, field, name)]
        if len(found) == right
    ]
    if not kinds:
        return None
    noun, found = rng.choice(kinds)
    near = sorted((v for v in range(1, right + 4) if v != right), key=lambda v: (abs(v - right), rng.random()))
    wrong = rng.sample(near[: order.n_options], order.n_options - 1)
    text = f"How many {plural(noun)} are there in the picture?"
    choices = [_count_choice(noun, v) for v in wrong]
    return arrange("count", text, _count_choice(noun, right), choices, order, reading_order(found))


def _members(scene: Scene, field: str, name: str) -> tuple[str, list[Shape]]:
    noun = name if field == "shape" else f"{name} object"
    return noun, [s for s in scene.shapes if getattr(s, field) == name]


def _count_choice(noun: str, value: int) -> Choice:
    number = f"is 1 {noun}" if value == 1 else f"are {value} {plural(noun)}"
    return str(value), f"There {number} in the picture."


def _referents(scene: Scene, field: str) -> Iterator[tuple[str, Shape]]:
    """Objects that one word alone, or a size and that word, pick out: ("large star", object)."""
    for shape in scene.shapes:
        word = getattr(shape, field)
        alike = [s for s in scene.shapes if getattr(s, field) == word]
        if len(alike) == 1:
            yield word, shape
        elif len(alike) == 2 and alike[0].size != alike[1].size:
            yield f"{shape.size} {word}", shape


def ask_color(scene: Scene, order: Order, rng: Random) -> Question | None:
    """What color an object has that its shape, or size and shape, picks out."""
    referents = list(_referents(scene, "shape"))
    if not referents:
        return None
    noun, target = rng.choice(referents)
    ranked = _hard_first(tuple(COLORS), [s.color for s in scene.shapes], target.color, rng)
    wrong = [(c, f"The {noun} is {c}.") for c in _pick(ranked, order.n_options - 1, rng)]
    right = (target.color, f"The {noun} is {target.color}.")
    return arrange("color", f"What color is the {noun}?", right, wrong, order, [target])


def ask_shape(scene: Scene, order: Order, rng: Random) -> Question | None:
    """What shape an object has that its color, or size and color, picks out."""
    referents = list(_referents(scene, "color"))
    if not referents:
        return None
    noun, target = rng.choice(referents)
    ranked = _hard_first(SHAPES, [s.shape for s in scene.shapes], target.shape, rng)
    wrong = [(s, f"The {noun} object is {a(s)}.") for s in _pick(ranked, order.n_options - 1, rng)]
    right = (target.shape, f"The {noun} object is {a(target.shape)}.")
    return arrange("shape", f"What shape is the {noun} object?", right, wrong, order, [target])


def _absent(scene: Scene, rng: Random) -> list[str]:
    """Names of objects that are not there, most like the present ones first."""
    present = {s.name for s in scene.shapes}
    colors, shapes = {s.color for s in scene.shapes}, {s.shape for s in scene.shapes}
    names = [(c, s) for c in COLORS for s in SHAPES if f"{c} {s}" not in present]
    ranked = sorted(names, key=lambda n: (-(n[0] in colors) - (n[1] in shapes), rng.random()))
    return [f"{c} {s}" for c, s in ranked]


def ask_existence(scene: Scene, order: Order, rng: Random) -> Question | None:
    """Whether an object is there (2 options, yes or no in turn), or which of some is."""
    if order.n_options == 2:
        return _ask_presence(scene, order, rng)
    named = unique(scene)
    if not named:
        return None
    target = rng.choice(named)
    wrong = [_presence(name) for name in _pick(_absent(scene, rng), order.n_options - 1, rng)]
    text = "Which of these objects is in the picture?"
    return arrange("existence", text, _presence(target.name), wrong, order, [target])


def _presence(name: str) -> Choice:
    return a(name), f"There is {a(name)} in the picture."


def _ask_presence(scene: Scene, order: Order, rng: Random) -> Question | None:
    there = order.case(2) == 0
    named = unique(scene)
    if there and not named:
        return None
    target = rng.choice(named) if there else None
    name = target.name if target else _absent(scene, rng)[0]
    color, shape = name.split()
    focus = [target] if target else [s for s in scene.shapes if s.color == color or s.shape == shape]
    if len(focus) > _MAX_LISTED:
        return None
    yes, no = ("yes", f"There is {a(name)} in the picture."), ("no", f"There is no {name} in the picture.")
    right, wrong = (yes, no) if there else (no, yes)
    return arrange("existence", f"Is there {a(name)} in the picture?", right, [wrong], order, reading_order(focus))


def ask_odd_one_out(scene: Scene, order: Order, rng: Random) -> Question | None:
    """Which object differs from all others in shape, color or size (in turn), when just one does."""
    field = ODD_PROPERTIES[order.case(len(ODD_PROPERTIES))]
    values = [getattr(s, field) for s in scene.shapes]
    singles = [s for s in scene.shapes if values.count(getattr(s, field)) == 1]
    if len(set(values)) != 2 or len(singles) != 1 or len(values) < 3:
        return None
    named, target = unique(scene), singles[0]
    others = [s for s in named if s is not target]
    if target not in named or len(others) < order.n_options - 1:
        return None
    wrong = [_odd(s, field) for s in rng.sample(others, order.n_options - 1)]
    text = f"Which object differs from all others in {field}?"
    return arrange("odd_one_out", text, _odd(target, field), wrong, order, [target])


def _odd(shape: Shape, field: str) -> Choice:
    return f"the {shape.name}", f"The {shape.name} differs from all other objects in {field}."
