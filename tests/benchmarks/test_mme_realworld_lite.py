from __future__ import annotations

from base64 import b64decode
from typing import Any

import pytest
from datasets import Value, load_dataset

from lmms_robust.benchmarks import benchmark
from lmms_robust.benchmarks.mme_realworld_lite import to_item
from lmms_robust.errors import RobustError
from lmms_robust.statements.state import FALLBACK, state
from tests.benchmarks.fixture_items import FIXTURES, check_one_statement_per_option, items, matched

ADAPTER = benchmark("mme_realworld_lite")
ITEMS = items(ADAPTER)
OTHERS = {
    "Turn": "Go straight.",
    "slowing": "stopping",
    "no": "stopping",
    "One": "Two vans are parked.",
    "Shopping": "Dancing",
    "left": "right lane",
    "trapezium": "circle",
}
NONE = "This image doesn't feature it."


def row(**changes: Any) -> dict[str, Any]:
    options = ["(A) red", "(B) blue", "(C) green", "(D) white", f"(E) {NONE}"]
    return {"index": "7", "question": "What is the color of the car?", "multi-choice options": options, "answer": "B",
            "category": "Perception/Monitoring", "l2-category": "color"} | changes  # fmt: skip


def says(question: str, *options: str) -> tuple[str, ...]:
    return state(question, options, ADAPTER.patterns).texts


def test_golden_item() -> None:
    item = ITEMS["0"]
    assert (item.category, item.answer) == ("position", "A")
    assert item.options[0] == "In the upper right area of the picture"
    assert item.statements == (
        "The yellow crane is in the upper right area of the picture.",
        "The yellow crane is in the upper left area of the picture.",
        "The yellow crane is in the lower right area of the picture.",
        "The yellow crane is in the lower left area of the picture.",
        "This image doesn't feature the position.",
    )


@pytest.mark.parametrize(
    ("question", "option", "expected"),
    [
        ("What's the color of the tents in the picture?", "Blue", "The color of the tents in the picture is blue."),
        ("What color is the shed on the left?", "Red", "The shed on the left is red."),
        ("How many people are there in the picture?", "1", "There is 1 person in the picture."),
        ("How many cars are there?", "4", "There are 4 cars in the image."),
        ("What is the number of airplanes in the image?", "0", "There are 0 airplanes in the image."),
        ("What is the number of the bus in the picture?", "12", "The number of the bus in the picture is 12."),
        ("What is the number of the bus on the left?", "12", "The number of the bus on the left is 12."),
        ("Where is the bus in the picture?", "In the top", "The bus is at the top."),
        ("Where is the bus in the picture?", "Bottom", "The bus is at the bottom."),
        ("Where is the bus in the picture?", "The top left corner", "The bus is in the top left corner."),
        ("Where is the car relative to the bus?", "left", "The car is to the left of the bus."),
        ("What is the plate number of the blue car in the picture?", "S OT 911",
         "The plate number of the blue car in the picture is S OT 911."),
        ("What is the data of Spain in 2019 in the table?", "12.5", "The data of Spain in 2019 in the table is 12.5."),
        ("Which month has the lowest rainfall?", "May", "The month that has the lowest rainfall is May."),
        ("Where are the courts located in this picture?", "In the middle.", "The courts are in the middle."),
        ("Where is the truck?", "In The Upper Left Corner", "The truck is in the upper left corner."),
        ("Where is the tricycle in the image?", "The upper left corner", "The tricycle is in the upper left corner."),
        ("Where is the sign in the picture?", "Right", "The sign is on the right."),
        ("Where is the sign in the picture?", "The left side", "The sign is on the left side."),
        ("How many cars are there?", "Many", 'The answer to the question "How many cars are there?" is: Many.'),
        ("Where are the ships?", "Along the river", "The ships are along the river."),
        ("What color is the roof in the picture?", "Dark Blue", "The roof is dark blue."),
        ("How many of the buses are in the picture?", "12", "There are 12 buses in the picture."),
        ("What is the number of the buses in the image?", "12", "There are 12 buses in the image."),
        ("What is the number of the buses in the image?", "more than 20",
         "The number of buses in the image is more than 20."),
        ("How many people are wearing hats in the picture?", "1",
         "The number of people wearing hats in the picture is 1."),
        ("How many ships are docked at the pier?", "2", "There are 2 ships docked at the pier."),
        ("What is the text on the yellow sign?", "Is it art?", 'The text on the yellow sign is "Is it art?".'),
        ("What is the brand of the car?", "Acme", "The brand of the car is Acme."),
        ("What is the date on the poster?", "May 3", "The date on the poster is May 3."),
        ("What is the material of the roof?", "Steel", "The material of the roof is steel."),
        ("What is the shape of the pool?", "Circle", "The shape of the pool is a circle."),
        ("What is the direction of the car?", "Turn left",
         "The direction of the car is to turn left."),
        ("Which line has the lowest value in the diagram?", "Red line",
         "The red line has the lowest value in the diagram."),
        ("Which car has the longest rental period?", "V12 VOLANTE.",
         "The car that has the longest rental period is V12 VOLANTE."),
        ("Which country had the most medals?", "United States",
         "The country that had the most medals is the United States."),
        ("This image shows the street. What is the future state of the red van?", "Turn left.",
         "The future state of the red van is to turn left."),
        ("This image shows the street. What should the ego vehicle do when encountering the dog on the left?",
         "slowing down", "When encountering the dog on the left, the ego vehicle should slow down."),
        ("What should the ego vehicle do when encountering the dog?", "no response",
         "When encountering the dog, the ego vehicle should show no response."),
        ("Predict the behavior of the ego vehicle.", "The ego vehicle is going straight. The ego vehicle is slow.",
         "The ego vehicle is going straight. The ego vehicle is slow."),
        ("This image shows the street. What is the status of the vans?",
         "One of the vans is moving, and two are parked.",
         "One of the vans is moving, and two are parked."),
        ("What might the people in the center be doing?", "Shopping", "The people in the center might be shopping."),
        ("What is the number of vans in the image?(Please answer with the letter of your choice.)", "3",
         "There are 3 vans in the image."),
        ("What was the value of sales in 2010 according to the current assets table?", "1.2",
         "According to the current assets table, the value of sales in 2010 was 1.2."),
        ("When was the poster made?", "1998.", "The poster was made in 1998."),
        ("How much is the latte?", "$3.50", "The latte is $3.50."),
        ("Which lane is the ego vehicle in?", "left lane", "The lane that the ego vehicle is in is the left lane."),
        ("Who is the author of the book?", "J. K. Rowling", "The author of the book is J. K. Rowling."),
        ("What are the words on the banner?", "HAPPY DAY", 'The words on the banner are "HAPPY DAY".'),
        ("What is the phone number of SILVER SPOON?", "12", "The phone number of SILVER SPOON is 12."),
        ("What is the shape of the board?", "trapezium", "The shape of the board is a trapezium."),
    ],
)  # fmt: skip
def test_statements(question: str, option: str, expected: str) -> None:
    others = {"Where": "In the corner.", "How": "9", "When": "2001.", "Who": "Ada King", "Predict": "The van is slow."}
    other = others.get(question.split()[0], OTHERS.get(option.split()[0], "9"))
    assert says(question, option, other, NONE) == (expected, says(question, option, other, NONE)[1], NONE)


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("The image does not feature the people", "The image does not feature the people."),
        ("This image doesn’t feature the color.", "This image doesn’t feature the color."),
    ],
)
def test_the_last_option_is_a_statement_in_every_family(option: str, expected: str) -> None:
    for question, other in (("What color is the car?", "red"), ("Why did the car stop?", "a cat")):
        assert says(question, other, option)[1] == expected


@pytest.mark.parametrize("option", ["All the above answers are wrong.", "None of the above."])
def test_an_option_that_takes_none_names_the_others_or_else_the_question(option: str) -> None:
    assert says("What color is the car?", "red", option)[1] == 'None of these statements is true: "The car is red".'
    left = 'None of the other answers to the question "Why did the car stop?" is right.'
    assert says("Why did the car stop?", "a cat", option)[1] == left


def test_full_width_parentheses() -> None:
    assert ITEMS["1"].options[:2] == ("In the top left corner.", "In the middle")
    assert to_item(row(answer="（B）"), 0).answer == "B"


@pytest.mark.parametrize("options", [["red", "(B) blue"], ["(B) red", "(A) blue"]])
def test_options_without_their_letters(options: list[str]) -> None:
    with pytest.raises(RobustError, match=r"item '7': option .*allowed: an option that starts with \(A\)"):
        to_item(row(**{"multi-choice options": options}), 0)


def test_an_answer_that_is_no_option() -> None:
    with pytest.raises(RobustError, match="answer 'F'; allowed: A, B, C, D, E"):
        to_item(row(answer="F"), 0)


def test_the_second_level_category_is_kept() -> None:
    assert to_item(row(), 0).category == "color"
    assert to_item(row(**{"l2-category": None}), 0).category == "Perception/Monitoring"


def test_the_picture_is_base64_text() -> None:
    rows = load_dataset("parquet", data_files=str(FIXTURES / "mme_realworld_lite.parquet"), split="train")
    assert rows.features["bytes"] == Value("string")
    assert b64decode(rows[0]["bytes"])[:2] == b"\xff\xd8"


def test_one_row_falls_back() -> None:
    assert len(matched(ADAPTER, ITEMS)[FALLBACK]) == 1


def test_properties() -> None:
    questions = [item.question for item in ITEMS.values()]
    check_one_statement_per_option(
        ADAPTER.patterns, questions, ["Red", "3", "In the middle", NONE, "None of the above."]
    )
