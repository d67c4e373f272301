"""The statement of a wrong option is never true of a picture of which the right one's is, whatever the picture shows.

The checks read the statements alone, so that they do not lean on the rules that made them.
"""

from __future__ import annotations

import re
from functools import cache

import pytest

from lmms_robust.benchmarks import MODULES, benchmark
from lmms_robust.benchmarks.mapped import mapped
from lmms_robust.benchmarks.mapping import ColumnMapping
from lmms_robust.benchmarks.mme_realworld_lite import OPTIONS
from lmms_robust.benchmarks.reading import load
from lmms_robust.benchmarks.registry import Source
from lmms_robust.benchmarks.training_sets import TRAINING_SETS
from lmms_robust.perturbations import plant
from lmms_robust.schema import Item
from tests.benchmarks.fixture_items import items

ADAPTERS = {name: benchmark(name) for name in MODULES} | TRAINING_SETS
SEEDS = range(12)
ZERO = re.compile(r"there (?:is|are) (?:0|zero|no)\b")
ABSENT = re.compile(r"(?:does not|doesn't|do not) feature|is not visible|there (?:is|are) no\b")
NUMBERS = {"zero": "0", "no": "0", "one": "1", "two": "2", "three": "3"}
NEAR = {"top": "above", "on": "above", "over": "above", "below": "bottom", "under": "bottom", "back": "behind"}
# Other words for one place, where a statement or an option has them
SAID = (
    (r"on top of|at the top of|over|overhead|on top", "above"),
    (r"(?:under|beneath)(?:neath)?|at the bottom of", "below"),
    (r"away from the camera|backwards?|at the (?:back|rear)(?: of)?|rear|back", "behind"),
    (r"towards the camera|forwards?|in front(?: of)?|front|ahead(?: of)?", "before"),
    (r"next to|beside|close to|nearby|near|by", "near"), (r"(?:(?:on|to) the )?(left|right)(?: side)?(?: of)?", r"\1"),
)  # fmt: skip
PLACE = "above|below|behind|before|left|right"
AXES = ({"left", "right"}, {"above", "bottom"}, {"front", "behind"}, {"inside", "outside"})


@cache
def items_of(name: str) -> tuple[Item, ...]:
    adapter = ADAPTERS[name]
    if name == "scenes":
        return tuple(adapter.items(load(adapter), load(adapter).column_names))
    return tuple(items(adapter).values())


def words(text: str) -> list[str]:
    return [NUMBERS.get(word, word) for word in re.findall(r"\w+", text.casefold())]


def same_place(one: str, other: str) -> bool:
    """Whether two statements differ by words for one place, or the first by no more than that something is near."""
    said = [text.casefold().rstrip(".") for text in (one, other)]
    for form, place in SAID:
        said = [re.sub(rf"\b(?:{form})\b", place, text) for text in said]
    near = re.search(r"\bnear\b", said[0])
    told = re.fullmatch(rf"{re.escape(said[0][: near.start()])}(?:{PLACE})\b(.*)", said[1]) if near else None
    return said[0] == said[1] or bool(told and near and said[0][near.end() :] in (told[1], ""))


def both_true(one: str, other: str) -> bool:
    """Whether two statements may be true of one picture by their wording."""
    low = one.casefold(), other.casefold()
    if any(ZERO.search(low[n]) and (ABSENT.search(low[1 - n]) or ZERO.search(low[1 - n])) for n in (0, 1)):
        return True
    if words(one) == words(other) or same_place(one, other):
        return True
    values = [text.rstrip(".").rpartition(" is ")[2].split() for text in low]
    part = values[0] == values[1][-len(values[0]) :] and "not" not in values[1]
    return part and low[0].split(" is ")[0] == low[1].split(" is ")[0]


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ("There are 0 cars in the image.", "The image does not feature the cars.", True),
        ("This image doesn't feature the cars.", "There are no cars in the image.", True),
        ("There are two cars.", "There are 2 cars.", True),
        ("The color of the car is blue.", "The color of the car is dark blue.", True),
        ("The color of the car is dark blue.", "The color of the car is blue.", False),
        ("The car is blue.", "The car is not blue.", False),
        ("There is 1 car.", "The image does not feature the cars.", False),
        ("The dog is behind the cat.", "The cat is behind the dog.", False),
        ("The cup is on top of the box.", "The cup is above the box.", True),
        ("The cat is facing away from the camera.", "The cat is facing backward.", True),
        ("The cup is next to the box.", "The cup is to the left of the box.", True),
        ('The answer to "Where?" is: beside.', 'The answer to "Where?" is: left.', True),
        ('The answer to "Where?" is: rear.', 'The answer to "Where?" is: behind.', True),
        ("The cup is to the left of the box.", "The cup is to the right of the box.", False),
        ("The cup is far from the box.", "The cup is near the box.", False),
        ("The cat is facing backward.", "The cat is facing forward.", False),
        ("The cup is near the box.", "The cup is behind the sofa.", False),
    ],
)
def test_the_check_itself(one: str, other: str, both: bool) -> None:
    assert both_true(one, other) is both


@pytest.mark.parametrize("name", ADAPTERS)
def test_what_is_planted_is_false_where_the_right_option_is_true(name: str) -> None:
    for item in items_of(name):
        stated = dict(zip(item.letters, item.statements, strict=True))
        for seed in SEEDS:
            assert not both_true(stated[plant(item, seed)], stated[item.answer]), item


NEAR_TRUTHS = {
    "left": ("top left", "next to", "beside", "close to", "near", "right", "on the left side", "in front of"),
    "above": ("on top of", "over", "near", "top", "upward", "below"),
    "behind": ("rear", "back", "next to", "away from the camera", "backward", "in front of"),
    "in front of": ("front", "ahead", "near", "towards the camera", "behind"),
    "bottom": ("below", "downward", "beneath", "close to", "above"),
}


@pytest.mark.parametrize("right", NEAR_TRUTHS)
@pytest.mark.parametrize("question", ["Where is the cup?", "Where is the cup in relation to the box?"])
def test_no_near_truth_is_planted(question: str, right: str) -> None:
    options = [right, *NEAR_TRUTHS[right]]
    for wrong in options[1:]:
        others = [wrong, "outside"]
        row = {"question": question, "options": [right, *others], "answer": right, "category": "x", "index": 0}
        item = ADAPTERS["spatial_mm_obj"].item(row, 0)
        assert item is not None
        stated = dict(zip(item.letters, item.statements, strict=True))
        assert not [letter for letter in item.plantable if both_true(stated[letter], stated["A"])], item


@pytest.mark.parametrize("name", ADAPTERS)
def test_statements_of_an_item_are_distinct(name: str) -> None:
    assert all(len({tuple(words(text)) for text in item.statements}) == len(item.statements) for item in items_of(name))


@pytest.mark.parametrize("name", ["spatial_mm_obj", "spatial_mm_multihop", "3dsrbench", "cv_bench"])
def test_only_a_no_denies(name: str) -> None:
    """For the right option "above", "not to the left" would be as true."""
    for item in items_of(name):
        for option, text in zip(item.options, item.statements, strict=True):
            assert option.casefold() == "no" or not re.search(r" not | no ", text.rpartition("?")[2])


def test_wrong_directions_lie_on_the_axis_of_the_right_one() -> None:
    found = [item for item in items_of("spatial_mm_multihop") if item.category == "direction"]
    assert len(found) >= 10
    for item in found:
        assert len(item.options) == 2
        assert {NEAR.get(option, option) for option in item.options} in AXES


MAPPED = mapped(ColumnMapping("mine", ("image",), "q", "list", ("o",), "gold", "letter"), Source("x", "y"))
COUNTED = "How many cars are in the picture?"


@pytest.mark.parametrize("answer", ["A", "E"])
@pytest.mark.parametrize("zero", ["0", "None", "zero"])
def test_a_count_of_zero_is_not_planted_beside_not_featured(zero: str, answer: str) -> None:
    texts = [zero, "1", "2", "3", "The image does not feature the cars."]
    lettered = [f"({letter}) {text}" for letter, text in zip("ABCDE", texts, strict=True)]
    row = {"index": "7", "question": COUNTED, OPTIONS: lettered, "answer": answer, "category": "c", "l2-category": "d"}
    for item in (
        ADAPTERS["mme_realworld_lite"].item(row, 0),
        MAPPED.item({"q": COUNTED, "o": texts, "gold": answer}, 0),
    ):
        assert item is not None
        assert {plant(item, seed) for seed in range(60)} == {"B", "C", "D"}


def test_where_zero_is_wrong_it_may_be_planted_and_the_refusal_is_not() -> None:
    item = MAPPED.item({"q": COUNTED, "o": ["0", "1", "The image does not feature the cars."], "gold": "B"}, 0)
    assert item is not None
    assert {plant(item, seed) for seed in range(60)} == {"A"}


def test_none_of_the_above_has_a_statement_and_is_not_planted() -> None:
    item = MAPPED.item({"q": COUNTED, "o": ["0", "1", "None of the above"], "gold": "A"}, 0)
    assert item is not None
    zero, one = (text.removesuffix(".") for text in item.statements[:2])
    assert item.statements[2] == f'Neither of these statements is true: "{zero}", "{one}".'
    assert {plant(item, seed) for seed in range(60)} == {"B"}


def test_the_fixtures_hold_the_telling_rows() -> None:
    found = items(ADAPTERS["mme_realworld_lite"])
    assert found["5"].unplantable == ("A",)  # 0, where the picture features none
    assert all(item.unplantable == ("E",) for item in found.values() if item.answer != "E")
