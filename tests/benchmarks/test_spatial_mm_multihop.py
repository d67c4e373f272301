from __future__ import annotations

import pytest

from lmms_robust.benchmarks import benchmark
from lmms_robust.benchmarks.kinds import kind
from lmms_robust.benchmarks.multihop_options import COLOURS, options
from lmms_robust.errors import RobustError
from lmms_robust.statements.directions import also_true
from lmms_robust.statements.state import state
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
        ("What is the man wearing on his head?", "hat",
         'The answer to the question "What is the man wearing on his head?" is: hat.'),
        ("In relation to the bridge, where is the red boat?", "under", "The red boat is under the bridge."),
        ("Which side is the handle of the mug?", "left", "The handle of the mug is on the left side."),
        ("is the glass containing wine positioned to the left of the cup?", "no",
         "The glass containing wine is not positioned to the left of the cup."),
        ("what color is the dominant color on the parrot?", "red", "The dominant color on the parrot is red."),
        ("What color is the cup?", "Red", "The color of the cup is red."),
        ("what is on the plate?", "Sandwich", "There is a sandwich on the plate."),
        ("which hand is the man in the red shirt holding the cup with?", "left",
         "The man in the red shirt is holding the cup with the left hand."),
        ("where is the mug in relation to thr other mugs?", "left", "The mug is to the left of the other mugs."),
        ("where is the woman from the persective of the other person?", "left",
         "From the perspective of the other person, the woman is on the left."),
        ("is the person with yellow hat standing on the right side of the man?", "no",
         "The person with yellow hat is not standing on the right side of the man."),
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
    ("answer", "expected"),
    [("yes", "yes_no"), ("left behind", "direction"), ("between", "direction"), ("under", "direction"),
     ("purple", "colour"), ("golden", "colour"), ("black and white", "colour"), ("12", "number"), ("three", "number"),
     ("20 cm", "number"), ("mobile phone", "other"), ("orange juice", "other"), ("none", "other")],
)  # fmt: skip
def test_kinds_of_answers(answer: str, expected: str) -> None:
    assert kind(answer) == expected


@pytest.mark.parametrize(
    ("gold", "wrong"),
    [
        ("behind", "front"), ("back", "front"), ("front", "behind"), ("top", "bottom"), ("above", "below"),
        ("under", "above"), ("below", "above"), ("on", "under"), ("inside", "outside"), ("top left", "bottom right"),
        ("left behind", "right front"), ("right front", "left behind"), ("front left", "back right"), ("over", "under"),
        ("on the left side", "on the right side"), ("in front of", "behind"), ("Left", "right"), ("up", "down"),
    ],
)  # fmt: skip
def test_the_wrong_direction_is_the_opposite(gold: str, wrong: str) -> None:
    assert set(options([row("Where is the cup in relation to the box?", gold)], 0)[0]) == {gold, wrong}
    assert not also_true(wrong, gold)


@pytest.mark.parametrize("gold", ["middle", "front middle", "in the middle", "Center"])
def test_what_is_in_the_middle_is_on_neither_side(gold: str) -> None:
    rows = [row("Where is the cup?", gold), row("Where is the dog?", "left")]
    assert set(options(rows, 0)[0]) == {gold, "left", "right"}


def test_a_colour_has_colours_for_wrong_options() -> None:
    rows = [row("What is the color of the vase?", "golden"), row("What is the food?", "pasta")]
    chosen, _ = options(rows, 0)
    assert len(chosen) == 4
    assert set(chosen) - {"golden"} <= set(COLOURS)
    assert "yellow" not in chosen  # a shade of gold


@pytest.mark.parametrize("gold", ["between", "on the table", "next to the cup"])
def test_a_place_without_an_opposite_takes_places_of_other_rows_that_have_none(gold: str) -> None:
    rows = [row("Where is the cup?", gold), row("Where is the box?", "left"), row("Where is the cat?", "red")]
    with pytest.raises(RobustError, match=f"no wrong option for the answer '{gold}'; allowed: one with an opposite"):
        options(rows, 0)
    assert set(options([*rows, row("Where is the hat?", "in the bag")], 0)[0]) == {gold, "in the bag"}


def test_wrong_options_are_of_the_kind_of_the_right_one() -> None:
    asked = {"What is the color of the vase on the shelf?": "golden", "What is the food on the tray?": "pasta",
             "What is the color of the cup?": "red", "How many cups are there?": "three"}  # fmt: skip
    rows = [row(*pair) for pair in asked.items()]
    assert {kind(option) for option in options(rows, 0)[0]} == {"colour"}
    assert {kind(option) for option in options(rows, 3)[0]} == {"number"}
    with pytest.raises(RobustError, match="no wrong option for the answer 'pasta'"):
        options(rows, 1)


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("right front", "to the right of and in front of the man"),
        ("left behind", "to the left of and behind the man"),
        ("back right", "to the back right of the man"),
    ],
)
def test_directions_on_two_axes(option: str, expected: str) -> None:
    assert says("Where is the dog in relation to the man?", option, "left")[0] == f"The dog is {expected}."


def test_a_place_on_two_axes() -> None:
    assert says("Where is the cat from the dog's perspective?", "left behind", "right front") == (
        "From the dog's perspective, the cat is behind on the left.",
        "From the dog's perspective, the cat is in front on the right.",
    )


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
    for number in range(20):
        rows = [row(f"what color is number {number}?", "black and white")]
        assert not {"black", "white"} & set(options(rows, 0)[0])


def test_nothing_to_draw_from() -> None:
    with pytest.raises(RobustError, match="no wrong option for the answer 'regal'"):
        options([row("which word?", "regal")], 0)


def test_options_are_the_same_wherever_the_row_stands_and_gold_moves() -> None:
    rows = [row(f"What color is cup {number}?", "red") for number in range(40)]
    drawn = [options(rows, index) for index in range(40)]
    assert drawn == [options(rows[::-1], 39 - index) for index in range(40)]
    assert {letter for _, letter in drawn} == set("ABCD")


def test_properties() -> None:
    questions = [item.question for item in ITEMS.values()]
    check_one_statement_per_option(ADAPTER.patterns, questions, ["yes", "no", "left", "red", "glass", "oysters", "2"])
