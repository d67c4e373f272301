"""V*-Bench: options and instruction inside the text, two or four options, broken rows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmms_robust.benchmarks.vstar import PATTERNS, split_text, to_item
from lmms_robust.errors import RobustError
from tests.benchmarks.fixture import check_statements, items, patterns, rows

NAME = "vstar"
GOLDEN = {
    "direct_attributes-0": tuple(
        f"The material of the glove is {x}." for x in ("rubber", "cotton", "kevlar", "leather")
    ),
    "direct_attributes-2": tuple(
        f"The color of the woman's shoes is {x}." for x in ("red", "black", "black and white", "gray")
    ),
    "direct_attributes-4": ("The color of the cup is red.", "The color of the cup is blue."),
    "direct_attributes-9": ("The color of the SUV is white.", "The color of the SUV is black."),
    "relative_position-5": (
        "The motorcycle is on the right side of the dog.",
        "The motorcycle is on the left side of the dog.",
    ),
    "relative_position-6": (
        "The flags are on the left side of the red umbrella.",
        "The flags are on the right side of the red umbrella.",
    ),
    "relative_position-7": (
        "The cat is on the left side of the man in blue.",
        "The cat is on the right side of the man in blue.",
    ),
}


def changed(**changes: object) -> dict[str, Any]:
    return rows(NAME)[0] | changes


@pytest.mark.parametrize(("name", "statements"), GOLDEN.items())
def test_statements(name: str, statements: tuple[str, ...]) -> None:
    assert items(NAME)[name].statements == statements


def test_every_pattern_has_rows_and_little_falls_back() -> None:
    found = patterns(NAME)
    assert all(found[pattern.name] >= 2 for pattern in PATTERNS)
    assert found["fallback"] == 1


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
        ({"text": "What is it?\n(A) red\n(B) Red"}, "item 'direct_attributes-0': two options are equal"),
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


@given(
    question=st.sampled_from([item.question for item in items(NAME).values()]) | WORDS,
    options=st.lists(WORDS, min_size=2, max_size=4, unique=True),
)
def test_one_distinct_statement_per_option(question: str, options: list[str]) -> None:
    listed = "\n".join(f"({letter}) {option}" for letter, option in zip("ABCD", options, strict=False))
    made = changed(text=f"{question}\n{listed}\nAnswer with the letter.")
    item = to_item(made, 0)
    assert item == to_item(made, 0)
    assert item.options == tuple(options)
    check_statements(item)
