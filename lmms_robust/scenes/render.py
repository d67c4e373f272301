"""Scene to picture: flat shapes on a plain tint, anti-aliased, the same bytes on every run."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from io import BytesIO
from math import cos, pi, sin

from PIL import Image, ImageDraw

from lmms_robust.scenes.facts import CANVAS, Scene

_OVERSAMPLING = 4
# Share of the box side; keeps the drawn areas of all shapes comparable at one diameter.
_SQUARE_SIDE = 0.88
_STAR_NOTCH = 0.48
_CROSS_ARM = 0.36

Points = list[tuple[float, float]]


def _square() -> Points:
    low, high = (1 - _SQUARE_SIDE) / 2, (1 + _SQUARE_SIDE) / 2
    return [(low, low), (high, low), (high, high), (low, high)]


def _triangle() -> Points:
    return [(0.5, 0.04), (1.0, 0.94), (0.0, 0.94)]


def _star() -> Points:
    def corner(i: int) -> tuple[float, float]:
        radius, angle = (0.5 if i % 2 == 0 else 0.5 * _STAR_NOTCH), pi * i / 5
        # The lowest tips of a five-pointed star lie above the box's bottom; the shift centres it.
        return 0.5 + radius * sin(angle), 0.52 - radius * cos(angle)

    return [corner(i) for i in range(10)]


def _diamond() -> Points:
    return [(0.5, 0.0), (0.92, 0.5), (0.5, 1.0), (0.08, 0.5)]


def _cross() -> Points:
    low, high = (1 - _CROSS_ARM) / 2, (1 + _CROSS_ARM) / 2
    return [
        (low, 0), (high, 0), (high, low), (1, low), (1, high), (high, high),
        (high, 1), (low, 1), (low, high), (0, high), (0, low), (low, low),
    ]  # fmt: skip


_OUTLINES: dict[str, Callable[[], Points]] = {
    "square": _square,
    "triangle": _triangle,
    "star": _star,
    "diamond": _diamond,
    "cross": _cross,
}


@lru_cache(maxsize=1024)
def mask(shape: str, diameter: int) -> Image.Image:
    """Coverage of a shape in its box: an 8-bit grey image of ``diameter`` x ``diameter`` pixels."""
    side = diameter * _OVERSAMPLING
    tile = Image.new("L", (side, side))
    draw = ImageDraw.Draw(tile)
    if shape == "circle":
        draw.ellipse((0, 0, side - 1, side - 1), fill=255)
    else:
        draw.polygon([(x * (side - 1), y * (side - 1)) for x, y in _OUTLINES[shape]()], fill=255)
    return tile.reduce(_OVERSAMPLING)


def render(scene: Scene) -> Image.Image:
    """Draw a scene as a 448x448 RGB image."""
    image = Image.new("RGB", (CANVAS, CANVAS), scene.background)
    for shape in scene.shapes:
        corner = (shape.x - shape.diameter // 2, shape.y - shape.diameter // 2)
        image.paste(shape.rgb, corner, mask(shape.shape, shape.diameter))
    return image


def png(image: Image.Image) -> bytes:
    """Encode an image as PNG; flat colors take about 5 KB."""
    buffer = BytesIO()
    # The strongest compression saves another 10 % of bytes at twice the time.
    image.save(buffer, "PNG", compress_level=6)
    return buffer.getvalue()
