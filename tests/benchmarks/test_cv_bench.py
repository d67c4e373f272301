"""CV-Bench: every task, six options, boxes, letters in parentheses, broken rows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmms_robust.benchmarks.cv_bench import BENCHMARK, to_item
from lmms_robust.errors import RobustError
from tests.benchmarks.fixture import check_statements, items, rows

NAME = "cv_bench"


def changed(number: int = 0, **changes: object) -> dict[str, Any]:
    return rows(NAME)[number] | changes


def test_categories_are_the_tasks() -> None:
    assert {item.category for item in items(NAME).values()} == {"Count", "Relation", "Depth", "Distance"}


def test_six_options_and_letters_in_parentheses() -> None:
    item = items(NAME)["2D-1"]
    assert (len(item.options), item.answer) == (6, "F")
    assert item.statements[1] == "There is 1 person in the image."


def test_letters_before_choices_are_taken_away() -> None:
    assert to_item(changed(5, choices=["(A) left", "(B) right"]), 5).options == ("left", "right")


def test_the_prompt_is_not_read() -> None:
    assert "prompt" not in BENCHMARK.columns
    assert all("Select from" not in item.question for item in items(NAME).values())


def test_rows_of_both_types_may_share_a_number() -> None:
    assert to_item(changed(idx=7), 0).id != to_item(changed(8, idx=7), 8).id


def test_an_object_that_the_question_does_not_name_falls_back() -> None:
    item = to_item(changed(8, choices=["desk", "cupboard"]), 8)
    assert item.statements[0].startswith("The answer to the question")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"answer": "(E)"}, "item '2D-0': answer 'E'; allowed: A, B, C, D"),
        ({"answer": 2}, "item '2D-0': answer 2; expected: one letter"),
        ({"choices": "3, 2"}, "item '2D-0': column 'choices' is '3, 2'; expected: a list of texts"),
        ({"choices": [3, 2]}, "item '2D-0': column 'choices' is [3, 2]; expected: a list of texts"),
        ({"choices": ["3", "3"]}, "item '2D-0': 1 option"),
        ({"choices": ["3"]}, "item '2D-0': 1 option"),
        ({"question": ""}, "item '2D-0': column 'question' is ''"),
        ({"idx": None}, "row 0: column 'idx' is None; expected: a whole number"),
        ({"type": None}, "row 0: column 'type' is None"),
    ],
)
def test_a_broken_row_is_named(changes: dict[str, object], message: str) -> None:
    with pytest.raises(RobustError) as caught:
        to_item(changed(**changes), 0)
    assert message in str(caught.value)


@given(st.lists(st.integers(0, 40).map(str), min_size=2, max_size=6, unique=True), st.sampled_from(range(13)))
def test_one_distinct_statement_per_option(numbers: list[str], number: int) -> None:
    made = changed(number, choices=numbers, answer="(A)")
    item = to_item(made, number)
    assert item == to_item(made, number)
    check_statements(item)
    assert all(f" {text} " in f" {said.rstrip('.')} " for text, said in zip(numbers, item.statements, strict=True))
