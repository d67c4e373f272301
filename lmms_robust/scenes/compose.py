"""Random scenes: first what the objects look like, to suit a question family, then where they lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from random import Random

from lmms_robust.scenes.attributes import MAX_COUNT, ODD_PROPERTIES
from lmms_robust.scenes.facts import CANVAS, COLORS, GAP, SHAPES, SIZE_RATIO, SIZES, Scene, Shape, box_gap
from lmms_robust.scenes.questions import Order

BACKGROUNDS = (
    (245, 245, 246),
    (232, 240, 250),
    (246, 239, 228),
    (233, 246, 236),
    (248, 236, 242),
    (239, 235, 248),
    (225, 228, 233),
)
_SMALL_DIAMETERS = (52, 62)
_LARGE_DIAMETERS = (96, 112)
_RIM = 8
_TINT_JITTER = 4
_COLOR_JITTER = 10
_TRIES = 80


@dataclass(frozen=True, slots=True)
class Look:
    """An object before it has a place."""

    shape: str
    color: str
    size: str


def _mixed(fewest: int, most: int, rng: Random) -> list[Look]:
    n = rng.randint(fewest, most)
    large = 0.5 if n <= 5 else 0.25
    return [Look(rng.choice(SHAPES), rng.choice(tuple(COLORS)), SIZES[rng.random() < large]) for _ in range(n)]


def _looks_for_count(order: Order, rng: Random) -> list[Look]:
    right = 1 + order.case(MAX_COUNT)
    shape, color = rng.choice(SHAPES), rng.choice(tuple(COLORS))
    by_shape = rng.random() < 0.5
    alike = [
        Look(shape if by_shape else look.shape, look.color if by_shape else color, look.size)
        for look in _mixed(right, right, rng)
    ]
    others = [s for s in _mixed(8, 8, rng) if (s.shape != shape if by_shape else s.color != color)]
    return alike + others[: rng.randint(1, min(4, 8 - right))]


def _looks_for_odd_one_out(order: Order, rng: Random) -> list[Look]:
    field = ODD_PROPERTIES[order.case(len(ODD_PROPERTIES))]
    n = rng.randint(max(3, order.n_options), 6)
    sizes = [rng.choice(SIZES) for _ in range(n)]
    if field == "size":
        return _one_of_a_size(n, rng.random() < 0.5, rng)
    colors, shapes = rng.sample(tuple(COLORS), n), rng.sample(SHAPES, n)
    if field == "shape":
        shapes = [shapes[0]] + shapes[1:2] * (n - 1)
    else:
        colors = [colors[0]] + colors[1:2] * (n - 1)
    return [Look(*look) for look in zip(shapes, colors, sizes, strict=True)]


def _looks_for_size(order: Order, rng: Random) -> list[Look]:
    if order.n_options == 2:
        return _mixed(2, 6, rng)
    return _one_of_a_size(rng.randint(order.n_options, 7), order.case(2) == 0, rng)


def _one_of_a_size(n: int, large: bool, rng: Random) -> list[Look]:
    odd, rest = ("large", "small") if large else ("small", "large")
    return [Look(s.shape, s.color, odd if i == 0 else rest) for i, s in enumerate(_mixed(n, n, rng))]


_LOOKS: dict[str, Callable[[Order, Random], list[Look]]] = {
    "count": _looks_for_count,
    "odd_one_out": _looks_for_odd_one_out,
    "size": _looks_for_size,
    "left_right": lambda order, rng: _mixed(order.n_options, 6, rng),
    "above_below": lambda order, rng: _mixed(order.n_options, 6, rng),
    "nearest": lambda order, rng: _mixed(order.n_options + 1, 6, rng),
    "existence": lambda order, rng: _mixed(2, 6, rng),
    "color": lambda order, rng: _mixed(2, 8, rng),
    "shape": lambda order, rng: _mixed(2, 8, rng),
}


def compose(family: str, order: Order, rng: Random) -> Scene | None:
    """Draw a scene about which a question of this family can probably be asked.

    Returns:
        None if the objects drawn did not fit on the canvas.
    """
    looks = _LOOKS[family](order, rng)
    rng.shuffle(looks)
    small = 2 * (rng.randint(*_SMALL_DIAMETERS) // 2)
    large = 2 * ceil(max(rng.randint(*_LARGE_DIAMETERS), SIZE_RATIO * small) / 2)
    placed: list[Shape] = []
    for look in looks:
        shape = _place(look, small if look.size == "small" else large, placed, rng)
        if shape is None:
            return None
        placed.append(shape)
    return Scene(_jittered(rng.choice(BACKGROUNDS), _TINT_JITTER, rng), tuple(placed))


def _place(look: Look, diameter: int, placed: list[Shape], rng: Random) -> Shape | None:
    low, high = _RIM + diameter // 2, CANVAS - _RIM - diameter // 2
    rgb = _jittered(COLORS[look.color], _COLOR_JITTER, rng)
    for _ in range(_TRIES):
        x, y = rng.randint(low, high), rng.randint(low, high)
        shape = Shape(look.shape, look.color, look.size, diameter, x, y, rgb)
        if all(box_gap(shape, other) >= GAP for other in placed):
            return shape
    return None


def _jittered(rgb: tuple[int, int, int], reach: int, rng: Random) -> tuple[int, int, int]:
    red, green, blue = (min(255, max(0, v + rng.randint(-reach, reach))) for v in rgb)
    return red, green, blue
