from __future__ import annotations

import logging
from collections import Counter
from pathlib import Path

import pytest

from lmms_robust.benchmarks import benchmark
from lmms_robust.benchmarks.prepare import prepare_spatial_mm
from lmms_robust.benchmarks.spatial_mm_obj import BENCHMARK, to_item
from lmms_robust.errors import RobustError
from lmms_robust.schema import Item
from lmms_robust.statements.directions import also_true
from lmms_robust.statements.state import FALLBACK, state
from tests.benchmarks.fixture_items import FIXTURES, check_one_statement_per_option, items, matched

ADAPTER = benchmark("spatial_mm_obj")
JSON = [FIXTURES / "spatial_mm_one_obj.json", FIXTURES / "spatial_mm_two_obj.json"]
CAMERA = "From the camera's perspective, "


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Item]:
    folder = tmp_path_factory.mktemp("prepared")
    prepare_spatial_mm(JSON, FIXTURES / "spatial_mm_pictures", folder)
    return items(ADAPTER, folder / "spatial_mm_obj.parquet")


def says(question: str, *options: str) -> tuple[str, ...]:
    return state(question, options, ADAPTER.patterns).texts


def test_golden_items(prepared: dict[str, Item]) -> None:
    cat, boy = prepared["one_obj-0000"], prepared["two_obj-0011"]
    assert (cat.category, cat.question) == ("one_obj", "Which direction is cat looking at from camera's perspective?")
    assert (cat.options, cat.answer) == (("bottom left", "left", "right", "upwards"), "D")
    assert cat.statements == (
        f"{CAMERA}the cat is looking towards the bottom left.",
        f"{CAMERA}the cat is looking left.",
        f"{CAMERA}the cat is looking right.",
        f"{CAMERA}the cat is looking upwards.",
    )
    assert (boy.category, boy.answer) == ("two_obj", "D")
    assert boy.statements[-1] == "From the man's perspective, the boy is on the left."


def test_every_pattern_has_two_rows(prepared: dict[str, Item]) -> None:
    found = matched(ADAPTER, prepared)
    of_multihop = {"relation_first", "side_of", "either_side"}
    assert {name for name, ids in found.items() if len(ids) >= 2} == {p.name for p in ADAPTER.patterns} - of_multihop
    assert sum(map(len, found.values())) - len(found.get("fallback", [])) >= 0.95 * len(prepared)


@pytest.mark.parametrize(
    ("question", "options", "expected"),
    [
        ("Is there a fire hydrant on the left?", ("yes", "no"),
         ("There is a fire hydrant on the left.", "There is no fire hydrant on the left.")),
        ("Is there th fork far from the cake?", ("yes", "no"),
         ("There is a fork far from the cake.", "There is no fork far from the cake.")),
        ("Is a lamp post located on the right?", ("yes", "no"),
         ("There is a lamp post located on the right.", "There is no lamp post located on the right.")),
        ("Is the doughnuts placed in front?", ("no", "yes"),
         ("The doughnuts are not placed in front.", "The doughnuts are placed in front.")),
        ("Do these ducks facing away from each other?", ("yes", "no"),
         ("These ducks are facing away from each other.", "These ducks are not facing away from each other.")),
        ("Is there stones on the left?", ("yes", "no"),
         ("There are stones on the left.", "There are no stones on the left.")),
        ("Are these two people facing to the left?", ("yes", "no"),
         ("These two people are facing to the left.", "These two people are not facing to the left.")),
        ("Is this person holding the mobile in the right hand?", ("yes", "no"),
         ("This person is holding the mobile in the right hand.",
          "This person is not holding the mobile in the right hand.")),
        ("Is the dog on the left or the right of the cat?", ("left", "right"),
         ("The dog is on the left of the cat.", "The dog is on the right of the cat.")),
    ],
)  # fmt: skip
def test_yes_and_no_are_exact_opposites(question: str, options: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert says(question, *options) == expected


@pytest.mark.parametrize(
    ("question", "option", "expected"),
    [
        ("Where the parrot facing from camera's perspective?", "right", f"{CAMERA}the parrot is facing right."),
        ("Which direction is the cat facion?", "front", "The cat is facing forward."),
        ("Where is the kite landlocated from camera's perspective?", "top", f"{CAMERA}the kite is at the top."),
        ("Where is the bicycles from camera's perspective?", "middle", f"{CAMERA}the bicycles are in the middle."),
        ("Where are the truck from camera\u2019s perspective??", "left", f"{CAMERA}the truck is on the left."),
        ("Where are the blocks the person holding?", "left", "The blocks the person holding are on the left."),
        ("Where are the sheep?", "left", "The sheep are on the left."),
        ("Where is the baby from women's perspective?", "behind", "From the women's perspective, the baby is behind."),
        ("Where is it from the kids's perspective?", "left", "From the kids' perspective, it is on the left."),
        ("Where is the cup in relation to sofa form the camera's perspective?", "front",
         f"{CAMERA}the cup is in front of the sofa."),
        ("Where is the cup from my perspective?", "left", "From my perspective, the cup is on the left."),
        ("Where is the cup from your point of view?", "left", "From your point of view, the cup is on the left."),
        ("Where is the cup from our perspective?", "left", "From our perspective, the cup is on the left."),
        ("In which hand is girl holding balloons?", "left", "The girl is holding balloons in the left hand."),
        ("Which hand is this person is using to hold the spoon?", "left",
         "This person is using the left hand to hold the spoon."),
        ("On which arm is the dog laying?", "left", "The dog is laying on the left arm."),
        ("Which hand of the boy is the man holding?", "left", "The man is holding the left hand of the boy."),
        ("Which arm of this man can be seen?", "left", "The left arm of this man can be seen."),
        ("From which viewpoint are the bins shown?", "above", "The bins are shown from above."),
        ("Which side of the car is visible from camera's perspective?", "left",
         f"{CAMERA}the left side of the car is visible."),
    ],
)  # fmt: skip
def test_statements(question: str, option: str, expected: str) -> None:
    assert says(question, option, "left" if option == "right" else "right")[0] == expected


def test_a_subject_that_cannot_be_told_takes_the_fallback() -> None:
    question = "Is the handle of the cup in the front of the girl points to the right?"
    assert says(question, "yes", "no")[0] == f'The answer to the question "{question}" is: yes.'


def test_letter_and_text_that_disagree_are_settled_by_text(prepared: dict[str, Item]) -> None:
    assert prepared["one_obj-0009"].answer == "A"  # "C. middle", A is middle
    assert prepared["one_obj-0019"].answer == "B"  # "A. no", B is no
    assert prepared["two_obj-0024"].answer == "A"  # "D. front", A is front


def test_no_wrong_option_says_what_the_right_one_says(prepared: dict[str, Item]) -> None:
    assert prepared["one_obj-0024"].unplantable  # down, bottom
    assert prepared["two_obj-0023"].unplantable  # below, under
    for item in prepared.values():
        told = dict(zip(item.letters, item.options, strict=True))
        assert not [letter for letter in item.plantable if also_true(told[letter], told[item.answer])]


def of_options(*options: str, answer: str) -> Item:
    row = {"question": "Where is the cup in relation to the box?", "options": options, "answer": answer}
    item = BENCHMARK.item(row | {"category": "two_obj", "index": 3}, 0)
    assert item is not None
    return item


@pytest.mark.parametrize(
    ("options", "answer", "plantable"),
    [
        (("left", "top left", "right", "behind"), "top left", ("C", "D")),
        (("above", "on top of", "under", "left"), "above", ("C", "D")),
        (("left", "next to", "right", "behind"), "left", ("C", "D")),
        (("backward", "away from the camera", "left"), "A", ("C",)),
        (("2", "two", "3"), "2", ("C",)),
        (("A man", "A woman"), "A man", ("B",)),
    ],
)
def test_only_options_that_exclude_the_right_one_are_planted(
    options: tuple[str, ...], answer: str, plantable: tuple[str, ...]
) -> None:
    assert of_options(*options, answer=answer).plantable == plantable


def test_a_row_with_nothing_to_plant_is_refused() -> None:
    with pytest.raises(RobustError, match="item 'two_obj-0003': no option says anything else than 'below'"):
        of_options("below", "under", answer="A")


@pytest.mark.parametrize(
    ("answer", "letter"), [("A man", "A"), ("A woman", "B"), ("B. A woman", "B"), ("A. A woman", "B"), ("B", "B")]
)
def test_an_answer_that_starts_with_a_letter_of_its_own(answer: str, letter: str) -> None:
    assert of_options("A man", "A woman", answer=answer).answer == letter


MIRROR = {"question": "Where is the dog?\nA. left\nB. right", "option_1": "left", "option_2": "right"}


@pytest.mark.parametrize(
    "answer", ["B", "B.", "(B)", "right", "Right ", "B. right", "option_2", "Option 2", "A. right"]
)
def test_every_form_of_answer_in_the_mirror(answer: str) -> None:
    item = to_item(MIRROR | {"option_3": None, "option_4": "nan", "answer": answer}, 3)
    assert (item.id, item.question, item.options, item.answer) == (
        "obj-0003",
        "Where is the dog?",
        ("left", "right"),
        "B",
    )


@pytest.mark.parametrize("missing", [None, "", "nan", "None", float("nan")])
def test_every_form_of_missing_option_in_the_mirror(missing: object) -> None:
    item = to_item(MIRROR | {"option_3": missing, "option_4": missing, "answer": "left"}, 0)
    assert item.options == ("left", "right")


@pytest.mark.parametrize("answer", ["E", "option_4", "above", "2"])
def test_an_answer_of_unknown_form_names_the_known_ones(answer: str) -> None:
    with pytest.raises(RobustError, match=r"answer '.+' matches 0 of the options .*allowed: a letter .*option_1"):
        to_item(MIRROR | {"option_3": None, "option_4": None, "answer": answer}, 0)


@pytest.mark.parametrize("answer", [None, 1, 1.0, ["right"]])
def test_an_answer_that_is_no_text_names_the_known_forms(answer: object) -> None:
    row = MIRROR | {"option_3": None, "option_4": None, "answer": answer}
    with pytest.raises(RobustError, match=r"item 'obj-0000': answer .*; allowed: a letter .*option_1"):
        to_item(row, 0)


def test_the_mirror_fixture() -> None:
    found = items(ADAPTER)
    assert len(found) == 25
    assert {item.category for item in found.values()} == {"obj"}
    assert matched(ADAPTER, found)[FALLBACK] == ["obj-0012"]


def test_the_official_json_is_read_with_a_folder_of_pictures(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    found = items(ADAPTER, *JSON, images=FIXTURES / "spatial_mm_pictures" / "Spatial_MM_Obj")
    assert Counter(item.category for item in found.values()) == {"one_obj": 26, "two_obj": 25}
    assert (
        "repaired: row 9: item 'one_obj-0009': answer 'C. middle': letter and text name two options; A has"
        in caplog.text
    )
    assert (
        caplog.messages[-1]
        == "benchmark spatial_mm_obj: repaired 4 row(s), left out 1 row(s) (1 broken); 51 items kept"
    )


def test_columns_of_no_known_form(tmp_path: Path) -> None:
    with pytest.raises(RobustError, match=r"missing column\(s\) image; found: .*rows name by file need --images DIR"):
        items(ADAPTER, *JSON)
    with pytest.raises(
        RobustError, match=r"no known form; found: answer, image; expected: .*\(prepared\); or .*\(hub mirror\)"
    ):
        ADAPTER.items([], ["image", "answer"])


def test_properties() -> None:
    questions = [item.question for item in items(ADAPTER).values()]
    check_one_statement_per_option(
        ADAPTER.patterns, questions, ["yes", "no", "left", "Right.", "front", "top left", "on"]
    )
