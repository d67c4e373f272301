from __future__ import annotations

from typing import Any

import pytest

from lmms_robust.benchmarks.training_sets import GEOMETRY3K, PIXMO_COUNT, SAT_V2, TRAINING_SETS, wrong_counts
from lmms_robust.errors import RobustError
from lmms_robust.schema import Item
from lmms_robust.statements.state import FALLBACK, state
from tests.benchmarks.fixture_items import check_one_statement_per_option, items, matched


def right(item: Item) -> str:
    return item.options[item.letters.index(item.answer)]


def sat(**changes: Any) -> dict[str, Any]:
    return {"question": "Is the bed behind the chair?", "answers": ["yes", "no"], "correct_answer": "no",
            "question_type": "other"} | changes  # fmt: skip


def test_golden_items() -> None:
    chairs, people, arc = items(SAT_V2)["sat_v2-000000"], items(PIXMO_COUNT)["pixmo_count-000000"], items(GEOMETRY3K)
    assert (chairs.category, chairs.question, right(chairs)) == (
        "other",
        "How many Chairs are visible in the scene?",
        "3",
    )
    assert set(chairs.statements) == {
        "There are 3 chairs visible in the scene.",
        "There is 1 chair visible in the scene.",
        "There are 4 chairs visible in the scene.",
    }
    assert (people.question, right(people)) == ("How many people are there in the image?", "5")
    assert "There are 5 people in the image." in people.statements
    assert arc["geometry3k-1"].options == ("30", "40", "60", "80")
    assert arc["geometry3k-1"].answer == "D"
    assert arc["geometry3k-1"].statements[3] == "The value of m \\widehat A B is 80."


@pytest.mark.parametrize(
    ("question", "option", "other", "expected"),
    [
        ("Considering the relative positions, is lamp to the left or right of sofa?", "left", "right",
         "The lamp is to the left of the sofa."),
        ("Considering the relative positions, where is the vase with respect to the shelf?", "above", "below",
         "The vase is above the shelf."),
        ("Is the bed behind the blue chair?", "no", "yes", "The bed is not behind the blue chair."),
        ("Which object is closer to the camera taking this photo, bed or brown table?", "bed", "brown table",
         "The bed is closer to the camera taking this photo than the brown table."),
        ("Which point is closer to the camera taking this photo, point A or point B?", "point B", "point A",
         "Point B is closer to the camera taking this photo than point A."),
        ("Estimate the real world distances. Which object is closer to mug, pan or pot?",
         "pot", "pan", "The pot is closer to the mug than the pan."),
        ("Consider the 3D positions. Is the centerpoint of vase at a higher height than lamp?", "no", "yes",
         "The centerpoint of the vase is not at a higher height than the lamp."),
        ("If I turn left by 40 degrees, will I be facing away from beige armchair?", "no", "yes",
         "If I turn left by 40 degrees, I will not be facing away from the beige armchair."),
        ("If I walk forward, would the sofa (marked 1 in the image) move closer to the camera?", "yes", "no",
         "If I walk forward, the sofa (marked 1 in the image) would move closer to the camera."),
        ("For someone at the 'X' marked point, is the lamp to their left or right?", "right", "left",
         "For someone at the 'X' marked point, the lamp is to their right."),
        ("For someone at the 'X' marked point and turned right, will the sofa be to their left or right?", "left",
         "right",
         "For someone at the 'X' marked point and turned right, the sofa will be to their left."),
        ("If I move to the 'X' marked point and turned left, will the Sofa be to my left or right?", "left", "right",
         "If I move to the 'X' marked point and turned left, the sofa will be to my left."),
        ("If I turned left by 90 degrees, will the sofa get closer or further away?", "Further", "Closer",
         "If I turned left by 90 degrees, the sofa will get further away."),
        ("Considering the relative positions, is Desk (marked A) above or below red mat (marked B)?", "above", "below",
         "The desk (marked A) is above the red mat (marked B)."),
        ("Where is red desk (marked A) with respect to mat (marked B)?", "right", "left",
         "The red desk (marked A) is to the right of the mat (marked B)."),
        ("Which point is closer to the camera taking this photo, point A or point B?", "B", "A",
         "Point B is closer to the camera taking this photo than point A."),
    ],
)  # fmt: skip
def test_sat_statements(question: str, option: str, other: str, expected: str) -> None:
    assert state(question, (option, other), SAT_V2.patterns).texts[0] == expected


def test_sat_answers_are_shuffled_and_the_stored_order_does_not_matter() -> None:
    asked = [{"question": f"Is there a chair beside table {index}?"} for index in range(40)]
    made = [SAT_V2.to_item(sat(**one), index) for index, one in enumerate(asked)]
    assert made == [SAT_V2.to_item(sat(answers=["no", "yes"], **one), index) for index, one in enumerate(asked)]
    assert {item.answer for item in made if item} == {"A", "B"}
    assert {right(item) for item in made if item} == {"no"}


@pytest.mark.parametrize("changes", [{"correct_answer": "maybe"}, {"answers": ["no", "no"]}, {"answers": ["yes"]}])
def test_a_broken_sat_row(changes: dict[str, Any]) -> None:
    with pytest.raises(RobustError, match="sat_v2 item 'sat_v2-000003'"):
        SAT_V2.to_item(sat(**changes), 3)


def test_a_repeated_answer_is_asked_once() -> None:
    item = SAT_V2.item(sat(answers=["5", "1", "6", "4", "1"], correct_answer="1"), 0)
    assert item is not None
    assert sorted(item.options) == ["1", "4", "5", "6"]
    assert right(item) == "1"


@pytest.mark.parametrize("count", range(12))
def test_wrong_counts_are_near_distinct_and_not_negative(count: int) -> None:
    for number in range(20):
        wrong = [int(text) for text in wrong_counts(count, str(number))]
        assert len(set(wrong)) == len(wrong) == (2 if count == 0 else 3)
        assert all(0 < abs(other - count) <= 2 and other >= 0 for other in wrong)
        assert wrong == [int(text) for text in wrong_counts(count, str(number))]


@pytest.mark.parametrize("changes", [{"count": None}, {"count": -1}, {"label": ""}, {"label": None}])
def test_a_broken_pixmo_row(changes: dict[str, Any]) -> None:
    with pytest.raises(RobustError, match=r"pixmo_count item .*allowed: a count >= 0, a label"):
        PIXMO_COUNT.to_item({"count": 3, "label": "cars"} | changes, 0)


def test_one_is_singular_and_none_is_zero() -> None:
    found = items(PIXMO_COUNT)
    assert "There is 1 bus in the image." in found["pixmo_count-000002"].statements
    assert "There are 0 knives in the image." in found["pixmo_count-000003"].statements


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        ("Find x.", "The value of x is 12."),
        ("A B C D is a square. Find the length of A C.", "The length of A C is 12."),
        ("Find y. Round to the nearest tenth.", "The value of y is 12."),
        (
            "Find w to the nearest tenth. Assume that the segments are tangent.",
            "The value of w to the nearest tenth is 12.",
        ),
        ("What is the area?", 'The answer to the question "What is the area?" is: 12.'),
    ],
)
def test_geometry_statements(problem: str, expected: str) -> None:
    assert state(problem, ("12", "13"), GEOMETRY3K.patterns).texts[0] == expected


def test_geometry_marks_are_taken_away_and_repeated_choices_asked_once() -> None:
    found = items(GEOMETRY3K)
    assert [item.question for item in found.values()][2] == "Find the area of the shaded region."
    assert (found["geometry3k-4"].options, found["geometry3k-4"].answer) == (("7", "8", "9"), "B")


def test_an_answer_that_is_there_twice_is_one_option() -> None:
    item = SAT_V2.to_item(sat(answers=["2", "5", "3", "2"], correct_answer="2"), 0)
    assert sorted(item.options) == ["2", "3", "5"]
    assert right(item) == "2"


def test_equal_choices_keep_the_right_one() -> None:
    row = {"problem": "Find x.", "choices": ["7", "7", "9", "11"], "ground_truth": "D", "id": 1}
    item = GEOMETRY3K.to_item(row, 0)
    assert (item.options, item.answer) == (("7", "9", "11"), "C")


def test_a_label_that_goes_on_is_counted_by_its_noun() -> None:
    item = PIXMO_COUNT.to_item({"count": 2, "label": "horses being ridden"}, 0)
    assert item.question == "How many horses being ridden are there in the image?"
    assert "There are 2 horses being ridden in the image." in item.statements


def test_every_pattern_has_two_rows() -> None:
    found = {name: matched(adapter, items(adapter)) for name, adapter in TRAINING_SETS.items()}
    few = {name for patterns in found.values() for name, ids in patterns.items() if len(ids) < 2} - {FALLBACK}
    assert not few
    assert set(found["sat_v2"]) == {pattern.name for pattern in SAT_V2.patterns} - {"gets_closer"} | {FALLBACK}
    assert set(found["pixmo_count"]) == {"count"}
    assert set(found["geometry3k"]) == {"find", FALLBACK}


@pytest.mark.parametrize("adapter", TRAINING_SETS.values(), ids=TRAINING_SETS)
def test_a_missing_column(adapter: Any) -> None:
    with pytest.raises(RobustError, match=rf"benchmark {adapter.name}: missing column\(s\) .*expected:"):
        adapter.items([], [adapter.image])


@pytest.mark.parametrize("adapter", TRAINING_SETS.values(), ids=TRAINING_SETS)
def test_properties(adapter: Any) -> None:
    questions = [item.question for item in items(adapter).values()]
    check_one_statement_per_option(adapter.patterns, questions, ["yes", "no", "1", "2", "left", "above", "point A"])
