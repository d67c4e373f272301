"""3DSRBench: every family, the copies, missing options, broken rows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmms_robust.benchmarks.threedsrbench import BENCHMARK, PATTERNS, to_item
from lmms_robust.errors import RobustError
from tests.benchmarks.fixture import check_statements, dataset, items, patterns, rows

NAME = "3dsrbench"
GOLDEN = {
    "VIN6MS3J": (
        "The baseball glove has a higher location than the red hats.",
        "The red hats have a higher location than the baseball glove.",
    ),
    "H1GH0002": (
        "The SUV has a lower location than the street sign.",
        "The street sign has a lower location than the SUV.",
    ),
    "Y6LOQHT1": ("The airplane is directly above the chair.", "The airplane is not directly above the chair."),
    "AB0VE002": ("The books are not directly underneath the lamp.", "The books are directly underneath the lamp."),
    "CAM00001": (
        "The man in red is closer to the camera than the dogs.",
        "The dogs are closer to the camera than the man in red.",
    ),
    "NEXT0001": (
        "The cup and the laptop are next to each other.",
        "The cup and the laptop are far away from each other.",
    ),
    "01H3EK4T": (
        "Seen from the position and facing direction of the dog, the man is in front of the dog.",
        "Seen from the position and facing direction of the dog, the man is behind the dog.",
    ),
    "FRONT002": (
        "Seen from the position and facing direction of the bus, the people are behind the bus.",
        "Seen from the position and facing direction of the bus, the people are in front of the bus.",
    ),
    "0BGU2CVW-flip": (
        "Seen from the position and facing direction of the car, the sign is on the left of the car.",
        "Seen from the position and facing direction of the car, the sign is on the right of the car.",
    ),
    "VIEW0002": tuple(
        f"The {side} side of the horse is facing the camera." for side in ("front", "left", "back", "right")
    ),
    "NEAR0001": ("The towels are closer to the sink than the soap.", "The soap is closer to the sink than the towels."),
    "FACE0001": ("The woman is facing towards the clock.", "The woman is facing towards the door."),
    "T0WARD02": tuple(
        f"The {side} side of the sofa is facing the television." for side in ("front", "left", "back", "right")
    ),
    "PARA0001": (
        "The orientations of the truck and the van are parallel to each other.",
        "The orientations of the truck and the van are perpendicular to each other.",
    ),
    "SAME0001": (
        "The kid and the teddy bear are facing the same or similar directions.",
        "The kid and the teddy bear are facing very different directions.",
    ),
}


def broken(**changes: object) -> dict[str, Any]:
    return rows(NAME)[0] | changes


@pytest.mark.parametrize(("name", "statements"), GOLDEN.items())
def test_statements(name: str, statements: tuple[str, ...]) -> None:
    assert items(NAME)[name].statements == statements


def test_every_pattern_has_rows_and_little_falls_back() -> None:
    found = patterns(NAME)
    assert all(found[pattern.name] >= 2 for pattern in PATTERNS)
    assert found["fallback"] == 1


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
        ({"A": "Red hats"}, "two options are equal"),
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
