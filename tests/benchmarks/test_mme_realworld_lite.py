from __future__ import annotations

from base64 import b64decode
from typing import Any

import pytest
from datasets import Value, load_dataset

from lmms_robust.benchmarks import benchmark
from lmms_robust.benchmarks.mme_realworld_lite import to_item
from lmms_robust.benchmarks.statements import FALLBACK, state
from lmms_robust.errors import RobustError
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
        ("What is the plate number of the blue car in the picture?", "S OT 911",
         "The plate number of the blue car is S OT 911."),
        ("What is the data of Spain in 2019 in the table?", "12.5", "The data of Spain in 2019 in the table is 12.5."),
        ("Which month has the lowest rainfall?", "May", "May has the lowest rainfall."),
        ("Where are the courts located in this picture?", "In the middle.", "The courts are in the middle."),
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
        ("All the above answers are wrong.", "All the above answers are wrong."),
        ("None of the above.", "None of the other answers is right."),
    ],
)
def test_the_last_option_is_a_statement_already(option: str, expected: str) -> None:
    assert says("What color is the car?", "red", option)[1] == expected
    assert says("Why did the car stop?", "a cat", option)[1] == expected


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
