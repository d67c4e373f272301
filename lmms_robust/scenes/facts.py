"""Scene graphs: what is in a picture, and the geometry that makes a statement about it true.

Owns the vocabulary (shapes, colors, sizes), the units (pixels of a 448x448 canvas, y grows
downwards) and the margins below which a relation counts as unclear and is never asked about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import hypot
from typing import Any

CANVAS = 448
SHAPES = ("circle", "square", "triangle", "star", "diamond", "cross")
COLORS: Mapping[str, tuple[int, int, int]] = {
    "red": (212, 32, 40),
    "orange": (250, 134, 20),
    "yellow": (250, 214, 26),
    "green": (34, 146, 62),
    "blue": (36, 88, 208),
    "purple": (132, 50, 168),
    "black": (34, 34, 38),
}
SIZES = ("small", "large")

GAP = 14
"""Least free space between the bounding boxes of two objects."""
SIDE_MARGIN = 60
"""Least distance of two centres along an axis for "left of" or "above"."""
NEAR_RATIO = 1.35
"""Least ratio of the second-nearest to the nearest centre distance."""
NEAR_GAP = 16
"""Least lead of the nearest object in edge-to-edge distance."""
SIZE_RATIO = 1.7
"""Least ratio of diameters for "larger"; drawn areas then agree with it whatever the two shapes."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One object.

    Attributes:
        shape: one of ``SHAPES``.
        color: a key of ``COLORS``.
        size: ``"small"`` or ``"large"``, relative to the other objects of the scene.
        diameter: width of the box that the object fills, in pixels; even.
        x: centre, pixels from the left edge.
        y: centre, pixels from the top edge.
        rgb: fill, the named color with a little jitter; 0 to 255 each.
    """

    shape: str
    color: str
    size: str
    diameter: int
    x: int
    y: int
    rgb: tuple[int, int, int]

    @property
    def name(self) -> str:
        """Color and shape, e.g. ``"red circle"``."""
        return f"{self.color} {self.shape}"


@dataclass(frozen=True, slots=True)
class Scene:
    """A whole picture: background tint (RGB, 0 to 255) and objects in drawing order."""

    background: tuple[int, int, int]
    shapes: tuple[Shape, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return lists, dicts, strings and numbers only, ready for JSON."""
        return {"background": list(self.background), "shapes": [asdict(s) | {"rgb": list(s.rgb)} for s in self.shapes]}

    @classmethod
    def from_dict(cls, facts: Mapping[str, Any]) -> Scene:
        """Rebuild a scene from `to_dict`, also after a trip through JSON."""
        shapes = tuple(Shape(**{**s, "rgb": _rgb(s["rgb"])}) for s in facts["shapes"])
        return cls(_rgb(facts["background"]), shapes)


def _rgb(values: Any) -> tuple[int, int, int]:
    red, green, blue = (int(v) for v in values)
    return red, green, blue


def distance(a: Shape, b: Shape) -> float:
    """Distance of the two centres in pixels."""
    return hypot(a.x - b.x, a.y - b.y)


def edge_gap(a: Shape, b: Shape) -> float:
    """Free space between the circles around the two centres, in pixels."""
    return distance(a, b) - (a.diameter + b.diameter) / 2


def box_gap(a: Shape, b: Shape) -> float:
    """Free space between the bounding boxes along the axis that separates them most; negative on overlap."""
    return max(abs(a.x - b.x), abs(a.y - b.y)) - (a.diameter + b.diameter) / 2


def _clear_of(a: Shape, b: Shape, offset: int) -> bool:
    # Extents may not overlap along the axis either, or "left of" would be debatable for big objects.
    return offset >= max(SIDE_MARGIN, (a.diameter + b.diameter) / 2)


def left_of(a: Shape, b: Shape) -> bool:
    """Whether ``a`` is clearly to the left of ``b``; False both when it is not and when it is unclear."""
    return _clear_of(a, b, b.x - a.x)


def above(a: Shape, b: Shape) -> bool:
    """Whether ``a`` is clearly above ``b``; False both when it is not and when it is unclear."""
    return _clear_of(a, b, b.y - a.y)


def larger(a: Shape, b: Shape) -> bool:
    """Whether ``a`` is clearly larger than ``b``."""
    return a.diameter >= SIZE_RATIO * b.diameter


def nearest(target: Shape, scene: Scene) -> Shape | None:
    """The object clearly nearest to ``target`` among all others, or None if no object is."""
    others = sorted((s for s in scene.shapes if s is not target), key=lambda s: distance(s, target))
    if len(others) < 2:
        return None
    first, rest = others[0], others[1:]
    if distance(rest[0], target) < NEAR_RATIO * distance(first, target):
        return None
    lead = min(edge_gap(s, target) for s in rest) - edge_gap(first, target)
    return first if lead >= NEAR_GAP else None


def region(shape: Shape) -> str:
    """Coarse place of an object on a 3x3 grid, e.g. ``"at the top left"``, ``"in the center"``."""
    column = ("left", "", "right")[min(2, 3 * shape.x // CANVAS)]
    row = ("top", "", "bottom")[min(2, 3 * shape.y // CANVAS)]
    if not row and not column:
        return "in the center"
    if not row:
        return f"on the {column}"
    return f"at the {row} {column}".rstrip()
