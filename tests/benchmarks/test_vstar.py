"""V*-Bench: options and instruction inside the text, two or four options, broken rows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmms_robust.benchmarks.vstar import PATTERNS, split_text, to_item
from lmms_robust.errors import RobustError
from lmms_robust.statements.state import state
from tests.benchmarks.fixture import check_statements, items, rows

NAME = "vstar"


def changed(**changes: object) -> dict[str, Any]:
    return rows(NAME)[0] | changes


def test_question_and_options_come_out_of_the_text() -> None:
    item = items(NAME)["direct_attributes-1"]
    assert item.question == "What is the color of the dustpan?"
    assert item.options == ("purple", "red", "blue", "white")
    assert item.answer == "C"


def test_no_instruction_is_left() -> None:
    for item in items(NAME).values():
        assert not any("Answer with" in text for text in (item.question, *item.options))


def test_relative_position_has_two_options() -> None:
    counts = {(item.category, len(item.options)) for item in items(NAME).values()}
    assert ("relative_position", 2) in counts
    assert ("relative_position", 4) not in counts


def test_other_line_ends() -> None:
    assert split_text("Is it?\r\n(A) yes\r\n(B) no\r\n", "here") == ("Is it?", ("yes", "no"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"text": "What is it? A red or B blue"},
            "item 'direct_attributes-0': text 'What is it? A red or B blue'; expected",
        ),
        ({"text": "What is it?\n(A) red\n(C) blue"}, "lines '(A) …', '(B) …' in order"),
        ({"text": "(A) red\n(B) blue"}, "expected: a question"),
        ({"text": None}, "item 'direct_attributes-0': column 'text' is None"),
        ({"text": "What is it?\n(A) red\n(B) red"}, "item 'direct_attributes-0': 1 option"),
        ({"label": "E"}, "item 'direct_attributes-0': answer 'E'; allowed: A, B, C, D"),
        ({"label": "rubber"}, "item 'direct_attributes-0': answer 'rubber'; expected: one letter"),
        ({"question_id": None}, "row 3: column 'question_id' is None"),
        ({"category": None}, "row 3: column 'category' is None"),
    ],
)
def test_a_broken_row_is_named(changes: dict[str, object], message: str) -> None:
    with pytest.raises(RobustError) as caught:
        to_item(changed(**changes), 3)
    assert message in str(caught.value)


WORDS = st.text("abcdefg ", min_size=1, max_size=10).map(lambda text: " ".join(text.split())).filter(bool)


def _told(text: str) -> str:
    """Options that differ in articles only are one option, which makes no item."""
    return " ".join(word for word in text.split() if word != "a")


@pytest.mark.parametrize(
    ("question", "option", "expected"),
    [
        ("What is the breed of the dog?", "Golden Retriever", "The breed of the dog is Golden Retriever."),
        ("What is the breed of the dog?", "Husky", "The breed of the dog is husky."),
        ("What is the brand of the shoes?", "Acme", "The brand of the shoes is Acme."),
        ("What is the logo of the truck?", "FedEx", "The logo of the truck is FedEx."),
        ("What are the colors of the umbrella?", "Red and Yellow", "The colors of the umbrella are red and yellow."),
        ("Is the people on the left or right side of the tree?", "The people is on the left side of the tree.",
         "The people are on the left side of the tree."),
    ],
)  # fmt: skip
def test_telling_questions(question: str, option: str, expected: str) -> None:
    other = "right" if question.startswith("Is") else "other things"
    assert state(question, (option, other), PATTERNS).texts[0] == expected


def test_a_color_that_is_part_of_the_right_one_is_not_planted() -> None:
    assert items(NAME)["direct_attributes-2"].unplantable == ("B",)  # black, where black and white is right


@given(
    question=st.sampled_from([item.question for item in items(NAME).values()]) | WORDS,
    options=st.lists(WORDS, min_size=2, max_size=4, unique_by=_told),
)
def test_one_distinct_statement_per_option(question: str, options: list[str]) -> None:
    listed = "\n".join(f"({letter}) {option}" for letter, option in zip("ABCD", options, strict=False))
    made = changed(text=f"{question}\n{listed}\nAnswer with the letter.")
    item = to_item(made, 0)
    assert item == to_item(made, 0)
    assert item.options == tuple(options)
    check_statements(item)
