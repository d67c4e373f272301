"""Statements that say something else than question and option, each beside the statement that says it."""

from __future__ import annotations

import pytest

from lmms_robust.statements.faithful import faults

ON_SHELF = "What is the color of the vase on the shelf?"
PAIRS = [
    (ON_SHELF, ("red", "blue"), "The color of the vase on the shelf is blue.", "says of another option"),
    (ON_SHELF, ("red", "blue"), "The color of the vase is red.", "leaves out of the question: shelf"),
    (ON_SHELF, ("dark red", "blue"), "The color of the vase on the shelf is red.", "leaves out of the option: dark"),
    ("Where is the cup from the man's perspective?", ("left", "right"), "The cup is on the left.",
     "leaves out of the question"),
    ("How many dogs are on the grass?", ("two", "3"), "There are 3 dogs on the grass.", "out of the option: two"),
    ("Is the clock above the door?", ("no", "yes"), "The clock is above the door.", "denies"),
    ("Is the clock above the door?", ("yes", "no"), "The clock is not above the door.", "denies"),
    ("Is the cart red or yellow?", ("red", "yellow"), "The cart is red or yellow.", "keeps the choice"),
    ("Which is heavier, the ball or the cube?", ("the cube", "the ball"), "The ball is heavier than the cube.",
     "compares the other way round"),
    ("Find the perimeter.", ("5", "6"), "The value of find the perimeter is 5.", "keeps the order"),
    ("Where is the crane in the picture?", ("In the middle", "At the edge"),
     "The crane is in the middle in the middle of the picture.", "says words twice"),
    ("What is the function of the object?", ("cut paper", "glue wood"), "The function of the object is cut paper.",
     "a plain verb for a value"),
    ("What is the girl holding?", ("umbrella", "bag"), "The girl is holding umbrella.", "no article"),
    ("What are the men discussing?", ("a route", "a budget"), "The men discussing are a route.", "-ing before"),
    ("What can Ana trade to get tea?", ("milk", "jam"), "Ana trade to get tea can milk.", "a verb in another place"),
    ("How many scissorss are there?", ("2", "3"), "There are 2 scissorsses.", "has words of its own: scissorsses"),
    ("What is the phone number of GOLDEN NOODLE?", ("1", "2"), "The phone number of the GOLDEN NOODLE is 1.",
     "puts an article before a name"),
]  # fmt: skip
FAITHFUL = [
    (ON_SHELF, ("red", "blue"), "The color of the vase on the shelf is red."),
    (ON_SHELF, ("red", "blue"), "The vase on the shelf is red."),
    ("Where is the dog with respect to the sofa?", ("top", "left"), "The dog is above the sofa."),
    ("How many foxs are in the image?", ("2", "3"), "There are 2 foxes in the image."),
    ("How many dogs are on the grass?", ("none", "3"), "There are no dogs on the grass."),
    ("How many dogs are on the grass?", ("two", "3"), "There are 2 dogs on the grass."),
    ("Is the clock above the door?", ("no", "yes"), "The clock is not above the door."),
    ("Is there a dog on the left?", ("no", "yes"), "There is no dog on the left."),
    ("Is it not raining?", ("yes", "no"), "It is not raining."),
    ("Is the cart red or yellow?", ("red", "yellow"), "The cart is red."),
    ("Which is heavier, the ball or the cube?", ("the cube", "the ball"), "The cube is heavier than the ball."),
    ("Find y. Round to the nearest tenth.", ("4.2", "5"), "The value of y is 4.2."),
    ("Which of these captions fits the picture best?", ("a red boat", "a dog"), "The image shows a red boat."),
    ("What are the men discussing?", ("a route", "a budget"), "The men are discussing a route."),
    ("Considering the relative positions, is the mug above or below the tray?", ("above", "below"),
     "The mug is above the tray."),
    ("Which of these cities is marked on the map?", ("Lima", "Cairo"), "Lima is marked on the map."),
    ("What kind of animal is on the flag?", ("lion", "eagle"), "The animal on the flag is a lion."),
    ("Where is the white building?", ("left", "right"), "The white building is on the left."),
    ("What color is the cup?", ("Not visible", "red"), "It cannot be seen."),  # a refusal says what it says
]  # fmt: skip


@pytest.mark.parametrize(("question", "options", "statement", "fault"), PAIRS)
def test_what_is_wrong_is_named(question: str, options: tuple[str, ...], statement: str, fault: str) -> None:
    assert fault in "; ".join(faults(question, options, options[0], statement))


@pytest.mark.parametrize(("question", "options", "statement"), FAITHFUL)
def test_what_says_the_same_in_its_own_words_is_not(question: str, options: tuple[str, ...], statement: str) -> None:
    assert faults(question, options, options[0], statement) == ()


@pytest.mark.parametrize("text", ["?", "", " ", "是吗？", '"', "what", "Which?", "can", "x" * 3000])
def test_any_text_is_compared(text: str) -> None:
    assert isinstance(faults(text, (text, "yes"), text, text), tuple)
    assert isinstance(faults(text, ("yes", text), "yes", "It is."), tuple)
