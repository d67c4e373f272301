"""Pictures show what the scene graph says, and shapes, colors and sizes can be told apart."""

from __future__ import annotations

from io import BytesIO
from itertools import combinations

import pytest
from PIL import Image, ImageChops, ImageStat

from lmms_robust.scenes.facts import CANVAS, COLORS, SHAPES, SIZE_RATIO, Scene, Shape
from lmms_robust.scenes.generate import draw
from lmms_robust.scenes.render import mask, png, render

PAPER = (240, 240, 244)


def one(shape: str, diameter: int = 60, x: int = 200, y: int = 100) -> Scene:
    return Scene(PAPER, (Shape(shape, "red", "small", diameter, x, y, COLORS["red"]),))


def drawn_box(image: Image.Image, background: tuple[int, int, int]) -> tuple[int, int, int, int]:
    box = ImageChops.difference(image, Image.new("RGB", image.size, background)).getbbox()
    assert box is not None
    return box


def area(shape: str, diameter: int) -> float:
    return ImageStat.Stat(mask(shape, diameter)).sum[0] / 255


def test_a_picture_is_a_448_pixel_rgb_image() -> None:
    image = render(one("circle"))
    assert image.size == (CANVAS, CANVAS) == (448, 448)
    assert image.mode == "RGB"


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("diameter", [52, 60, 110])
def test_an_object_fills_the_box_around_its_centre(shape: str, diameter: int) -> None:
    left, top, right, bottom = drawn_box(render(one(shape, diameter)), PAPER)
    for low, high, centre in ((left, right, 200), (top, bottom, 100)):
        assert centre - diameter // 2 <= low
        assert high <= centre + diameter // 2
        assert high - low >= 0.82 * diameter
        assert abs((low + high) / 2 - centre) <= 0.05 * diameter


@pytest.mark.parametrize("shape", SHAPES)
def test_the_centre_pixel_has_the_fill_and_the_corners_the_background(shape: str) -> None:
    image = render(one(shape))
    assert image.getpixel((200, 100)) == COLORS["red"]
    assert {image.getpixel(p) for p in ((0, 0), (447, 0), (0, 447), (447, 447))} == {PAPER}


@pytest.mark.parametrize("shape", SHAPES)
def test_edges_are_anti_aliased(shape: str) -> None:
    greys = [n for value, n in enumerate(mask(shape, 60).histogram()) if 0 < value < 255]
    # The cross and the square have straight edges, which need few pixels in between.
    assert sum(greys) >= (1 if shape in ("square", "cross") else 20)


@pytest.mark.parametrize(("a", "b"), list(combinations(SHAPES, 2)))
def test_shapes_differ_clearly_even_at_a_quarter_of_the_size(a: str, b: str) -> None:
    small = [mask(s, 52).resize((13, 13), Image.Resampling.BICUBIC) for s in (a, b)]
    assert ImageStat.Stat(ImageChops.difference(*small)).mean[0] / 255 > 0.08


@pytest.mark.parametrize(("a", "b"), list(combinations(COLORS, 2)))
def test_colors_stay_apart_with_their_jitter(a: str, b: str) -> None:
    assert sum(abs(p - q) for p, q in zip(COLORS[a], COLORS[b], strict=True)) > 3 * 2 * 10


@pytest.mark.parametrize("big", SHAPES)
@pytest.mark.parametrize("little", SHAPES)
def test_the_larger_of_two_objects_also_covers_more_area(big: str, little: str) -> None:
    assert area(big, int(60 * SIZE_RATIO)) > 1.15 * area(little, 60)


def test_rendering_a_scene_twice_gives_the_same_bytes() -> None:
    scene, _ = draw("train", 7)
    again = Scene.from_dict(scene.to_dict())
    assert again == scene
    assert png(render(scene)) == png(render(again))


def test_png_is_lossless_and_small() -> None:
    image = render(draw("train", 8)[0])
    data = png(image)
    assert len(data) < 20_000
    assert Image.open(BytesIO(data)).convert("RGB").tobytes() == image.tobytes()


@pytest.mark.parametrize("index", range(40))
def test_every_object_is_visible_in_its_own_fill(index: int) -> None:
    scene, _ = draw("train", index)
    image = render(scene)
    assert [image.getpixel((s.x, s.y)) for s in scene.shapes] == [s.rgb for s in scene.shapes]
    for shape in scene.shapes:
        assert sum(abs(p - q) for p, q in zip(shape.rgb, scene.background, strict=True)) > 120
