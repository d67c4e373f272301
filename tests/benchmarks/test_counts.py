from __future__ import annotations

import pytest

from lmms_robust.statements.counts import there_is_are

WHERE = "in the image"


@pytest.mark.parametrize(
    ("count", "noun", "place", "expected"),
    [
        ("1", "clothes", WHERE, "There is 1 piece of clothing in the image."),
        ("1", "different colors", "in the flag", "There is 1 color in the flag."),
        ("1", "black and white cows", "in the field", "There is 1 black and white cow in the field."),
        ("1", "kids", "holding balloons", "The number of kids holding balloons is 1."),
        ("none", "people", "wearing hats on the beach", "The number of people wearing hats on the beach is zero."),
        ("1", "children", "playing with the ball", "There is 1 child playing with the ball."),
        ("2", "boats", "docked near the buildings", "There are 2 boats docked near the buildings."),
        ("1", "dogs and cats", WHERE, None),
        ("many", "dogs", WHERE, None),
        ("1", "more dogs than cats", WHERE, None),
        ("2", "sheeps", WHERE, "There are 2 sheep in the image."),
        ("2", "broccoli", WHERE, "There are 2 broccoli in the image."),
        ("2", "broccolis", WHERE, "There are 2 broccoli in the image."),
        ("1", "sheeps", WHERE, "There is 1 sheep in the image."),
        ("2", "series", WHERE, "There are 2 series in the image."),
    ],
)
def test_counted_things(count: str, noun: str, place: str, expected: str | None) -> None:
    assert there_is_are(count, noun, place) == expected
