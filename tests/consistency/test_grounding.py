import json

import pyarrow.parquet as pq
import pytest

from lmms_robust.consistency.claims import claims_in
from lmms_robust.consistency.grounding import truth
from lmms_robust.scenes.dataset import TEST_FILE
from lmms_robust.scenes.facts import Scene, Shape

SCENE = Scene(
    (255, 255, 255),
    (
        Shape("star", "red", "small", 56, 60, 60, (212, 32, 40)),
        Shape("circle", "blue", "large", 100, 380, 70, (36, 88, 208)),
        Shape("circle", "green", "large", 100, 230, 380, (34, 146, 62)),
        Shape("square", "blue", "small", 56, 90, 220, (36, 88, 208)),
    ),
)
"""A red star at the top left, a blue circle at the top right, a green one at the bottom, a blue square on the left."""


def told(text: str) -> list[bool | None]:
    return [truth(claim, SCENE) for claim in claims_in(text).claims]


CLAIMS = [
    ("There is a red star.", "existence", True),
    ("I see a purple star.", "existence", False),
    ("There is no cross.", "existence", True),
    ("I do not see a blue square.", "existence", False),
    ("I see nothing purple.", "existence", True),
    ("The star is red.", "color", True),
    ("The star is not red.", "color", False),
    ("The circle is blue.", "color", None),  # one is, the other is not
    ("All objects are blue.", "color", False),
    ("The green object is a circle.", "shape", True),
    ("The red object is a square.", "shape", False),
    ("The blue circle is large.", "size", True),
    ("The star is larger than the green circle.", "size", False),
    ("The red star is smaller than the blue circle.", "size", True),
    ("The red star is bigger than the blue square.", "size", None),  # equal
    ("The red star is at the top left.", "place", True),
    ("The red star is on the left.", "place", True),
    ("The red star is at the bottom.", "place", False),
    ("The green circle is in the lower left corner.", "place", False),
    ("The blue square is on the left side of the image.", "place", True),
    ("The red star is to the left of the blue circle.", "relation", True),
    ("The red star isn't to the left of the blue circle.", "relation", False),
    ("The blue circle is below the green circle.", "relation", False),
    ("The red star is left of the blue square.", "relation", None),  # hardly
    ("The cross is above the star.", "relation", False),  # there is none
    ("The blue square is the nearest object to the red star.", "relation", True),
    ("The green circle is closest to the red star.", "relation", False),
    ("There are 2 circles.", "count", True),
    ("I count three blue objects.", "count", False),
    ("There are 4 objects in the picture.", "count", True),
    ("The red star differs from all other objects in shape.", "shape", True),
    ("The blue square differs from all other objects in color.", "color", False),
]


@pytest.mark.parametrize(("text", "kind", "true"), CLAIMS)
def test_a_claim_is_read_and_held_against_the_scene(text: str, kind: str, true: bool | None) -> None:
    read = claims_in(text)
    assert [(claim.kind, truth(claim, SCENE)) for claim in read.claims] == [(kind, true)]
    assert read.unread == 0


def test_a_list_makes_a_claim_of_each_object_and_each_place() -> None:
    text = "I see a small red star at the top left, a blue circle on the left and two squares."
    assert told(text) == [True, True, True, False, True, False]  # there, small, there, two squares; the places
    assert told("The star and the square are blue.") == [False, True]


SILENT = [
    "Is there a red star?",
    "The caption says that the star is blue.",
    "So the answer is the blue star.",
    "The star may be blue.",
    "Let me look at the picture carefully.",
    "",
]


@pytest.mark.parametrize("text", SILENT)
def test_questions_quotes_doubts_and_answers_claim_nothing(text: str) -> None:
    assert claims_in(text) == ((), 0)


UNREAD = [
    "The star, which is red, twinkles.",
    "It is red.",
    "The leftmost object is a star.",
    "The object in the center is red.",
    "The red one is a star.",
    "The star is redder than the circle.",
]


@pytest.mark.parametrize("text", UNREAD)
def test_what_is_said_of_objects_otherwise_is_counted(text: str) -> None:
    assert claims_in(text) == ((), 1)


def test_every_claim_of_the_reference_chains_is_true_and_every_wrong_statement_false() -> None:
    rows = pq.read_table(TEST_FILE, columns=["scene", "reasoning", "statements", "answer"]).to_pylist()
    for row in rows[::3]:
        scene = Scene.from_dict(json.loads(row["scene"]))
        read = claims_in(row["reasoning"])
        assert read.unread == 0
        assert read.claims
        assert {truth(claim, scene) for claim in read.claims} == {True}
        for letter, statement in zip("ABCD", row["statements"], strict=False):
            (claim,) = claims_in(statement).claims
            assert truth(claim, scene) is (letter == row["answer"]), statement


@pytest.mark.parametrize(
    "unit", ["a red star, ", "the star is ", "@0 ", "red ", "the star is left of the circle. ", "large "]
)
def test_a_long_text_is_read_in_bounded_time(unit: str) -> None:
    claims_in(unit * 100_000)
