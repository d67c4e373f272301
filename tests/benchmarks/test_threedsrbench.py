"""3DSRBench: every family, the copies, missing options, broken rows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmms_robust.benchmarks.threedsrbench import BENCHMARK, PATTERNS, to_item
from lmms_robust.errors import RobustError
from lmms_robust.statements.state import state
from tests.benchmarks.fixture import check_statements, dataset, items, rows

NAME = "3dsrbench"


@pytest.mark.parametrize(
    ("things", "expected"),
    [
        ("man in blue shirt and dog", "The man in blue shirt and the dog"),
        ("the cup and the laptop", "The cup and the laptop"),
        ("black and white cat", "The black and white cat"),
    ],
)
def test_both_of_two_things_have_an_article(things: str, expected: str) -> None:
    question = f"Are {things} next to each other or far away from each other?"
    made = state(question, ("next to each other", "far away from each other"), PATTERNS)
    assert made.texts == (f"{expected} are next to each other.", f"{expected} are far away from each other.")


def broken(**changes: object) -> dict[str, Any]:
    return rows(NAME)[0] | changes


def test_categories_are_the_patterns() -> None:
    named = {item.category for item in items(NAME).values()}
    assert named == {pattern.name for pattern in PATTERNS}


def test_rotated_copies_are_left_out_and_flips_kept() -> None:
    found = items(NAME)
    assert {"VIN6MS3J", "VIN6MS3J-flip", "0BGU2CVW", "0BGU2CVW-flip"} <= set(found)
    assert not {"VIN6MS3J-1", "VIN6MS3J-flip-1"} & set(found)
    assert (found["0BGU2CVW"].answer, found["0BGU2CVW-flip"].answer) == ("B", "A")
    assert found["0BGU2CVW"].category == found["0BGU2CVW-flip"].category
    assert to_item(broken(index=17, qid="VIN6MS3J-flip-3"), 0) is None


def test_item_points_to_its_row() -> None:
    source = dataset(NAME)
    assert all(source[item.row]["index"] == item.id for item in items(NAME).values())


@pytest.mark.parametrize("missing", [None, float("nan"), "nan", "NaN", ""])
def test_missing_options_in_every_form(missing: object) -> None:
    item = to_item(broken(C=missing, D=missing), 0)
    assert item is not None
    assert item.options == ("baseball glove", "red hats")


@pytest.mark.parametrize("answer", ["B", "(B)", " B. "])
def test_answer_letter(answer: str) -> None:
    item = to_item(broken(answer=answer), 0)
    assert item is not None
    assert item.answer == "B"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"answer": "D"}, "answer 'D'; allowed: A, B"),
        ({"answer": "red hats"}, "answer 'red hats'; expected: one letter"),
        ({"answer": None}, "answer None"),
        ({"question": None}, "column 'question' is None"),
        ({"question": "nan"}, "column 'question' is 'nan'"),
        ({"A": "red hats"}, "1 option"),
        ({"B": None}, "1 option"),
        ({"D": "cup"}, "option C is missing but D is not"),
        ({"category": None}, "column 'category' is None"),
    ],
)
def test_a_broken_row_is_named(changes: dict[str, object], message: str) -> None:
    with pytest.raises(RobustError, match="VIN6MS3J") as caught:
        to_item(broken(**changes), 0)
    assert message in str(caught.value)


def test_a_strange_id_says_what_is_expected() -> None:
    with pytest.raises(RobustError, match=r"row 4: index 'a b'; expected: an id such as 'VIN6MS3J'"):
        to_item(broken(index="a b"), 4)


def test_one_broken_row_is_left_out() -> None:
    made = BENCHMARK.items([broken(answer="Z"), *rows(NAME)[1:]], dataset(NAME).column_names)
    assert len(made) == len(items(NAME)) - 1


WORDS = st.text("abcdefgh ", min_size=1, max_size=12).map(lambda text: " ".join(text.split())).filter(bool)


@given(
    question=st.sampled_from([row["question"] for row in rows(NAME)]) | WORDS,
    options=st.lists(WORDS, min_size=2, max_size=4, unique=True)
    | st.permutations(["front", "left", "back", "right"])
    | st.permutations(["on the left", "on the right"]),
)
def test_one_distinct_statement_per_option(question: str, options: list[str]) -> None:
    made = broken(question=question) | dict(zip("ABCD", [*options, None, None], strict=False)) | {"answer": "A"}
    item = to_item(made, 0)
    assert item is not None
    assert item == to_item(made, 0)
    check_statements(item)
