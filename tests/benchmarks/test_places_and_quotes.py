"""Options that are places, ways, quotations or kinds of what is asked for, and what a question says of its picture."""

from __future__ import annotations

import pytest

from lmms_robust.statements.generic import PATTERNS
from lmms_robust.statements.state import FALLBACK, state


@pytest.mark.parametrize(
    ("question", "option", "other", "expected"),
    [
        ("Where is the goat?", "Among The Reeds", "With The Sheep", "The goat is among the reeds."),
        ("Where is the goat?", "With the sheep", "Behind the shed", "The goat is with the sheep."),
        ("Where is the clerk holding the keys sitting?", "left", "right",
         "The clerk holding the keys is sitting on the left."),
        ("What is the slogan on the mug?", '"Rest now"', '"Rise early."', 'The slogan on the mug is "Rest now".'),
        ("What is the slogan on the mug?", "“Rise early.”", "“Rest now”", 'The slogan on the mug is "Rise early".'),
        ("What is the slogan on the mug?", '"Go" and "Stop"', '"Stay"',
         "The slogan on the mug is \"'Go' and 'Stop'\"."),
        ("Which two dogs pull the sled?", "the husky and the collie", "the poodle and the collie",
         "The two dogs that pull the sled are the husky and the collie."),
        ("What is the traffic sign beside the lane?", "yield sign", "two-way stop sign",
         "The traffic sign beside the lane is a yield sign."),
        ("What is the lane of the tram?", "left lane", "right lane", "The lane of the tram is the left lane."),
        ("Where will the fair be held as shown in the poster?", "Leeds", "Derby", "The fair will be held in Leeds."),
        ("What color, as seen in the image, is the cart?", "red", "blue", "The cart is red."),
        ("What color is the cart as shown in the photo on the left?", "red", "blue",
         "The cart as shown in the photo on the left is red."),
        ("In which direction is the barge moving?", "backward", "forward",
         "The direction in which the barge is moving is backward."),
    ],
)  # fmt: skip
def test_an_option_stands_as_it_is_meant(question: str, option: str, other: str, expected: str) -> None:
    assert state(question, [option, other], PATTERNS).texts[0] == expected


@pytest.mark.parametrize(
    ("question", "options"),
    [
        ("Where is the clerk holding her keys?", ("With her left hand", "With both hands")),
        ("Where is the goat?", ("Zorbville", "She is in Quenmark", "Plonkton")),
        ("Where is the goat?", ("Behind the shed", "It's asleep")),
        ("Where is the brooch placed?", ("on", "left")),
        ("Which two ship parts form the mast?", ("A & B", "A & C")),
        ("In which direction is the barge moving?", ("horizontally", "backward")),
        ("What is the direction of the barge?", ("Vertically", "Diagonally")),
        ("Which object is closer to the gate?", ("no entry sign", "tram")),
    ],
)
def test_what_may_be_meant_otherwise_is_left_to_the_fallback(question: str, options: tuple[str, ...]) -> None:
    assert state(question, options, PATTERNS).pattern == FALLBACK


def test_with_two_others_neither_is_true() -> None:
    options = ("Jug A", "neither; their shares are the same", "Jug B")
    assert state("Which jug has a higher share of peas?", options, PATTERNS).texts[1] == (
        'Neither of these statements is true: "Jug A has a higher share of peas", "Jug B has a higher share of peas"; '
        "their shares are the same."
    )
