"""Questions with words left over beside their alternatives, subjects without a noun, and options that are no names."""

from __future__ import annotations

import pytest

from lmms_robust.statements.generic import PATTERNS
from lmms_robust.statements.state import FALLBACK, state


@pytest.mark.parametrize(
    ("question", "option", "other", "expected"),
    [
        ("Are the otters holding paws or leaning against each other?", "Holding paws", "Leaning against each other",
         "The otters are holding paws."),
        ("Is the gate closed or standing open?", "standing open", "closed", "The gate is standing open."),
        ("Are the fists in the pockets or raised?", "raised", "in the pockets", "The fists are raised."),
        ("Is the clerk standing or sitting in the image?", "sitting", "standing", "The clerk is sitting in the image."),
        ("Is the clerk wearing a red or blue cap?", "blue", "red", "The clerk is wearing a blue cap."),
        ("Does the clerk carry a crate or wear a cap?", "carry a crate", "wear a cap", "The clerk carries a crate."),
        ("How are the three feeling here?", "tired", "calm", "The three are feeling tired here."),
        ("What type of sign is at the crossing?", "No left turn", "Do not enter",
         'The sign at the crossing is "No left turn".'),
        ("What type of sign is at the crossing?", "Yield", "Do not enter", 'The sign at the crossing is "Yield".'),
        ("Which phase is shown at label E?", "Waxing gibbous", "Full moon",
         "The phase that is shown at label E is waxing gibbous."),
        ("Which phase is shown at label E?", "Full moon", "Waxing gibbous",
         "The phase that is shown at label E is full moon."),
        ("Where are the oars in relationship to the boat?", "They are under the boat.", "There are no oars.",
         "The oars are under the boat."),
        ("Where is the oar relative to the boat?", "It is behind the boat.", "It is in the boat.",
         "The oar is behind the boat."),
    ],
)  # fmt: skip
def test_an_option_stands_beside_its_own_words(question: str, option: str, other: str, expected: str) -> None:
    assert state(question, [option, other], PATTERNS).texts[0] == expected


@pytest.mark.parametrize(
    ("question", "options"),
    [
        ("Is the oar laid flat or standing up?", ("Flat", "Standing up")),
        ("Is the oar laid flat or standing up?", ("Laid flat", "Standing up")),
        ("Are the otters holding paws or leaning against each other?", ("Holding paws", "Leaning against")),
        ("In what crate has the rubber duck?", ("The crate on the left", "The crate on the right")),
        ("How are the two standing here?", ("tired", "calm")),
        ("What is the light source in the shed?", ("ceiling light", "laptop", "desk lamp")),
        ("Which work is this comic from?", ("Ninja Turtles", "Batman", "Superman", "Zorbman")),
        ("Where is the oar in relation to the boat?", ("It is behind it.", "It is next to it.")),
        (
            "What are the characteristics of the players?",
            ("Mostly wearing red and white kits", "Sporting navy blue kits"),
        ),
        ("Now suppose that both firms merge. What is the price of glass?", ("5 dollars", "6 dollars")),
        ("<image 1> If both firms merge, prices fall. What is the price of glass?", ("5 dollars", "6 dollars")),
        ("Suppose both firms merge. The price of glass is ____.", ("5 dollars", "6 dollars")),
        ("Suppose both firms merge. What will happen?", ("The price will rise.", "The price will fall.")),
    ],
)
def test_what_may_belong_elsewhere_is_left_to_the_fallback(question: str, options: tuple[str, ...]) -> None:
    assert state(question, options, PATTERNS).pattern == FALLBACK
