from __future__ import annotations

import pytest

from lmms_robust.benchmarks import benchmark
from lmms_robust.benchmarks.directions import also_true
from lmms_robust.benchmarks.multihop_options import answer_type, options
from lmms_robust.benchmarks.statements import state
from lmms_robust.errors import RobustError
from tests.benchmarks.fixture_items import check_one_statement_per_option, items, matched

ADAPTER = benchmark("spatial_mm_multihop")
ITEMS = items(ADAPTER)
OPEN = {"colour_of", "colour", "there_is", "which_thing", "what"}
PLACES = {"direction", "place", "relation", "relation_first", "side_of", "yes_no"}


def row(question: str, answer: str) -> dict[str, str]:
    return {"question": question, "answer": answer}


def says(question: str, *texts: str) -> tuple[str, ...]:
    return state(question, texts, ADAPTER.patterns).texts


def test_golden_item() -> None:
    item = ITEMS["multihop-0002"]
    assert (item.category, item.options[item.letters.index(item.answer)]) == ("direction", "right")
    view = "From the perspective of the woman using a pan, the woman holding a knife is"
    assert item.statements[item.letters.index(item.answer)] == f"{view} on the right."


def test_every_pattern_has_two_rows() -> None:
    found = matched(ADAPTER, ITEMS)
    assert {name for name, ids in found.items() if len(ids) >= 2} >= OPEN | PLACES
    assert sum(map(len, found.values())) - len(found.get("fallback", [])) >= 0.95 * len(ITEMS)


@pytest.mark.parametrize(
    ("question", "option", "expected"),
    [
        ("What is the color of the towel that the dogs are laying down on?", "pink",
         "The color of the towel that the dogs are laying down on is pink."),
        ("What are the colors of the flags from the camera's perspective?", "red",
         "From the camera's perspective, the color of the flags is red."),
        ("what color is the bag that is on the table?", "red", "The color of the bag that is on the table is red."),
        ("what is the item to the right of the bottle?", "apple", "The item to the right of the bottle is an apple."),
        ("what is the object behind the lamp?", "milk", "The object behind the lamp is milk."),
        ("what is inside the round dish?", "oysters", "There are oysters inside the round dish."),
        ("what fruit is positioned to the right of the drink?", "peach",
         "The fruit that is positioned to the right of the drink is a peach."),
        ("What is the man holding?", "cup", "The man is holding a cup."),
        ("In relation to the bridge, where is the red boat?", "under", "The red boat is under the bridge."),
        ("Which side is the handle of the mug?", "left", "The handle of the mug is on the left side."),
        ("is the glass containing wine positioned to the left of the cup?", "no",
         "The glass containing wine is not positioned to the left of the cup."),
        ("Is the woman with the hat on left from the camera's perspective?", "no",
         "From the camera's perspective, the woman with the hat is not on the left."),
    ],
)  # fmt: skip
def test_statements(question: str, option: str, expected: str) -> None:
    other = {"no": "yes", "left": "right"}.get(option, "left" if "where" in question else "grapes")
    assert says(question, option, other)[0] == expected


@pytest.mark.parametrize(
    "question",
    [
        "Are the strawberries outside the cup covered in chocolate?",
        "is the bear that the girl on the left holding is biggest bear in this photo?",
        "which color is the dog is located between the other dogs?",
    ],
)
def test_a_crooked_question_takes_the_fallback(question: str) -> None:
    assert says(question, "yes", "no")[0].startswith('The answer to the question "')


@pytest.mark.parametrize(
    ("answer", "kind"),
    [("yes", "yes_no"), ("left behind", "direction"), ("between", "direction"), ("under", "direction"),
     ("purple", "colour"), ("black and white", "colour"), ("12", "number"), ("mobile phone", "other")],
)  # fmt: skip
def test_types_of_answers(answer: str, kind: str) -> None:
    assert answer_type(answer) == kind


@pytest.mark.parametrize("gold", ["behind", "back", "front", "top", "above", "under", "below", "top left", "between"])
def test_directions_hold_no_near_synonym_and_no_part_of_the_right_one(gold: str) -> None:
    for index in range(20):
        rows = [row("Where is the cup in relation to the box?", gold)] * 20
        found, letter = options(rows, index)
        right = found["ABCD".index(letter)]
        assert right == gold
        assert len(found) == 4
        assert "middle" not in found
        assert not [text for text in found if text != right and also_true(text, right)]


def test_two_answers_only() -> None:
    rows = [
        row("Is it red?", "no"),
        row("Is the cup to the left or to the right?", "left"),
        row("Which side is the handle?", "right"),
        row("What is the gender of the person?", "female"),
    ]
    assert [set(options(rows, place)[0]) for place in range(4)] == [
        {"yes", "no"}, {"left", "right"}, {"left", "right"}, {"female", "male"},
    ]  # fmt: skip


def test_other_answers_come_from_questions_that_start_alike() -> None:
    rows = [row(f"what fruit is number {n}?", name) for n, name in enumerate(["fig", "pear", "kiwi", "lime"])]
    rows += [row("which word is it?", name) for name in ("regal", "stop", "open")]
    assert set(options(rows, 0)[0]) == {"fig", "pear", "kiwi", "lime"}


def test_a_wrong_answer_shares_no_meaning_with_the_right_one() -> None:
    rows = [row("what is it?", name) for name in ("wine glass", "glass", "fig", "pear", "kiwi")]
    assert "glass" not in options(rows, 0)[0]


def test_colours_that_are_part_of_the_right_one_are_left_out() -> None:
    for index in range(20):
        assert not {"black", "white"} & set(options([row("what color is it?", "black and white")] * 20, index)[0])


def test_nothing_to_draw_from() -> None:
    with pytest.raises(RobustError, match="no wrong option for the answer 'regal'"):
        options([row("which word?", "regal")], 0)


def test_options_are_the_same_every_time_and_gold_moves() -> None:
    rows = [row("Where is the cup?", "left")] * 40
    drawn = [options(rows, index) for index in range(40)]
    assert drawn == [options(rows, index) for index in range(40)]
    assert {letter for _, letter in drawn} == set("ABCD")


def test_properties() -> None:
    questions = [item.question for item in ITEMS.values()]
    check_one_statement_per_option(ADAPTER.patterns, questions, ["yes", "no", "left", "red", "glass", "oysters", "2"])
