from __future__ import annotations

import pytest

from lmms_robust.statements.directions import also_true


@pytest.mark.parametrize(
    ("option", "right"),
    [
        ("on top of", "above"), ("on top of the box", "above the box"), ("in front of", "front"),
        ("top left", "above left"),
        ("away from the camera", "backward"), ("away from the camera", "behind"), ("facing the camera", "front"),
        ("towards the camera", "forward"), ("rear", "back"), ("at the back", "behind"), ("in the front", "front"),
        ("upward", "up"), ("downward", "bottom"), ("center of", "middle"), ("in the centre of the picture", "center"),
        ("on the left side", "left"), ("to the right of", "right"), ("bottom of the image", "bottom"),
        ("next to", "left"), ("beside", "right"), ("close to", "behind"), ("near", "top left"), ("near", "beside"),
        ("next to the sofa", "left of the sofa"), ("near the sofa", "behind"), ("left", "next to"),
    ],
)  # fmt: skip
def test_may_be_true_beside_the_right_option(option: str, right: str) -> None:
    assert also_true(option, right)


@pytest.mark.parametrize(
    ("option", "right"),
    [
        ("left", "right"), ("top left", "left"), ("top left", "top right"), ("on the table", "in the box"),
        ("on the table", "above the table"), ("on the table", "under the table"), ("above", "next to"),
        ("next to the sofa", "on the sofa"), ("near the box", "inside the box"), ("beside", "above"),
        ("far", "near"), ("next to the sofa", "left of the table"), ("behind", "in front of"), ("backward", "forward"),
        ("away from the camera", "towards the camera"), ("inside", "on top of"), ("outside", "inside"),
        ("left", "behind"), ("the left hand", "the right hand"),
    ],
)  # fmt: skip
def test_excludes_the_right_option(option: str, right: str) -> None:
    assert not also_true(option, right)
