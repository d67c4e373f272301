"""Questions whose question word stands where the answer belongs, and how something is best described."""

from __future__ import annotations

import pytest

from lmms_robust.statements.generic import PATTERNS
from lmms_robust.statements.state import FALLBACK, state


@pytest.mark.parametrize(
    ("question", "option", "other", "expected"),
    [
        ("The small dull cone has what color?", "teal", "pink", "The color of the small dull cone is teal."),
        ("The other lid that is as wide as the red pot is what shape?", "oval", "star",
         "The shape of the other lid that is as wide as the red pot is an oval."),
        ("The weight of which object is found with this scale?", "Anchor", "Barrel",
         "The weight of the anchor is found with this scale."),
        ("How would you describe the surface of the pond?", "Smooth", "Frozen",
         "The surface of the pond is best described as smooth."),
        ("How can you best describe the curtain in the hall?", "Striped and torn", "Plain white",
         "The curtain in the hall is best described as striped and torn."),
    ],
)  # fmt: skip
def test_the_option_is_said_of_what_the_question_names(question: str, option: str, other: str, expected: str) -> None:
    assert state(question, [option, other], PATTERNS).texts[0] == expected


@pytest.mark.parametrize(
    ("question", "options"),
    [
        ("How would you describe the rug?", ("Floral pattern", "Plain white")),
        ("The volume of which object is found with this rule?", ("Zorbid.", "Cone.")),
        ("The gate is what the farmer built?", ("oak", "iron")),
    ],
)
def test_where_articles_or_names_are_open_no_sentence_is_made(question: str, options: tuple[str, ...]) -> None:
    assert state(question, options, PATTERNS).pattern == FALLBACK
