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
        ("What's the color of the tents in the picture?", "Blue", "The color of the tents is blue."),
        ("What color is the shed on the left?", "Red", "The color of the shed on the left is red."),
        ("How many people are there in the picture?", "1", "There is 1 person in the picture."),
        ("How many cars are there?", "4", "There are 4 cars in the image."),
        ("What is the number of airplanes in the image?", "0", "There are 0 airplanes in the image."),
        ("What is the number of the bus in the picture?", "12", "The number of the bus is 12."),
        ("What is the number of the bus on the left?", "12", "The number of the bus on the left is 12."),
        ("Where is the bus in the picture?", "In the top", "The bus is at the top."),
        ("Where is the bus in the picture?", "Bottom", "The bus is at the bottom."),
        ("Where is the bus in the picture?", "The top left corner", "The bus is in the top left corner."),
        ("Where is the car relative to the bus?", "Behind it",
         'The answer to the question "Where is the car relative to the bus?" is: Behind it.'),
        ("What is the plate number of the blue car in the picture?", "S OT 911",
         "The plate number of the blue car is S OT 911."),
        ("What is the data of Spain in 2019 in the table?", "12.5", "The data of Spain in 2019 in the table is 12.5."),
        ("Which month has the lowest rainfall?", "May", "May has the lowest rainfall."),
        ("Where are the courts located in this picture?", "In the middle.", "The courts are in the middle."),
        ("Where is the truck?", "In The Upper Left Corner", "The truck is in the upper left corner."),
        ("Where is the tricycle in the image?", "The upper left corner", "The tricycle is in the upper left corner."),
        ("Where is the sign in the picture?", "Right", "The sign is on the right."),
        ("Where is the sign in the picture?", "The left side", "The sign is on the left side."),
        ("How many cars are there?", "Many", 'The answer to the question "How many cars are there?" is: Many.'),
        ("Which party has the most seats?", "Greens",
         'The answer to the question "Which party has the most seats?" is: Greens.'),
        ("Where are the ships?", "Along the river", "The ships are along the river."),
        ("What color is the roof in the picture?", "Dark Blue", "The color of the roof is dark blue."),
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
         'The answer to the question "What is the direction of the car?" is: Turn left.'),
        ("Which line has the lowest value in the diagram?", "Red line", "The red line has the lowest value."),
        ("Which car has the longest rental period?", "V12 VOLANTE.", "V12 VOLANTE has the longest rental period."),
        ("Which country had the most medals?", "United States", "The United States had the most medals."),
        ("What will it do next?", "Stop.", 'The answer to the question "What will it do next?" is: Stop.'),
    ],
)  # fmt: skip
def test_statements(question: str, option: str, expected: str) -> None:
    other = "In the corner." if question.startswith("Where") else "9"
    assert says(question, option, other, NONE) == (expected, says(question, option, other, NONE)[1], NONE)


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("The image does not feature the people", "The image does not feature the people."),
        ("This image doesn’t feature the color.", "This image doesn’t feature the color."),
        ("All the above answers are wrong.", 'None of the other answers to the question "{}" is right.'),
        ("None of the above.", 'None of the other answers to the question "{}" is right.'),
    ],
)
def test_the_last_option_is_a_statement_in_every_family(option: str, expected: str) -> None:
    for question, other in (("What color is the car?", "red"), ("Why did the car stop?", "a cat")):
        assert says(question, other, option)[1] == expected.format(question)


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


def test_every_family_has_two_rows() -> None:
    found = {name: len(ids) for name, ids in matched(ADAPTER, ITEMS).items()}
    families = ("position", "colour", "count", "attribute", "cell", "extreme")
    assert found == dict.fromkeys((*families, FALLBACK), 2)


def test_properties() -> None:
    questions = [item.question for item in ITEMS.values()]
    check_one_statement_per_option(
        ADAPTER.patterns, questions, ["Red", "3", "In the middle", NONE, "None of the above."]
    )
