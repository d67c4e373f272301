from __future__ import annotations

from dataclasses import replace

import pytest

from lmms_robust.benchmarks import benchmark
from lmms_robust.benchmarks.overlap import also_hold, holds_beside, unplantable
from lmms_robust.errors import RobustError
from lmms_robust.schema import Item

OPTIONS = ("a cat", "None of the above", "a dog", "3")
NOT_SHOWN = "The image does not feature the cars."


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("0", NOT_SHOWN), (NOT_SHOWN, "0"), ("None", NOT_SHOWN), ("zero", "not visible"), ("No", NOT_SHOWN),
        ("none", "0"), ("two", "2"), ("1.0", "one"), ("blue", "dark blue"), ("white", "black and white"),
        ("black and white", "white and black"), ("gray", "grey"), ("left", "top left"), ("below", "under"),
        ("on the right side", "on the upper right side"),
        ("In the right area of the picture", "In the upper right area of the picture"),
        ("more than 20", "25"), ("25", "more than 20"), ("at least 3", "3"), ("1 to 3", "2"),
        ("a dog", "a dog and a cat"), ("red", "both red and blue"), ("white, red", "red and white"),
        ("red and white", "white, red"), ("0", "no cars"), ("no cars", NOT_SHOWN), ("0 cars", "There are no cars"),
        ("not visible", "cannot be determined"), ("5-10", "7"), ("the left", "on the left side"),
        ("either the cat or the dog", "the cat"),
    ],
)  # fmt: skip
def test_an_option_that_may_be_true_beside_the_right_one(wrong: str, right: str) -> None:
    assert holds_beside(wrong, right)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("1", NOT_SHOWN), (NOT_SHOWN, "3"), ("None of the above", "0"), ("0", "None of the above"), ("yes", NOT_SHOWN),
        ("Cannot be determined", "0"), ("dark blue", "blue"), ("red", "not red"), ("5", "-5"), ("x - y", "x + y"),
        ("5%", "5"), ("2", "12"), ("The cat is behind the dog.", "The dog is behind the cat."), ("left", "right"),
        ("The dog is left of the car", "The car and the cat are left of the dog"), ("less than 3", "3"),
        ("A", "B"), ("a", "an apple"), ("yes", "no"), ("under the table", "on the table"),
        ("no parking", NOT_SHOWN), ("no cars", "no dogs"), ("not visible", "red"), ("both", "red"),
    ],
)  # fmt: skip
def test_an_option_that_excludes_the_right_one(wrong: str, right: str) -> None:
    assert not holds_beside(wrong, right)


def test_letters_of_the_wrong_options_only() -> None:
    options = ("0", "1", "none", NOT_SHOWN)
    assert also_hold(options, "A") == ("C", "D")
    assert also_hold(options, "B") == ()
    assert also_hold(options, "Z") == ()


@pytest.mark.parametrize(
    ("right", "held"), [("both", ("A", "B")), ("all of the above", ("A", "B")), ("A and C", ("A",)), ("neither", ())]
)
def test_what_is_true_where_the_right_option_takes_in_others(right: str, held: tuple[str, ...]) -> None:
    assert also_hold(("a dog", "a cat", right, "None of the above"), "C") == held


@pytest.mark.parametrize(
    ("question", "options", "answer", "kept"),
    [
        # of another kind
        ("What color is the cup?", ("red", "orange juice", "blue", "3"), "A", "C"),
        ("What is in the glass?", ("milk", "7", "orange juice", "yes"), "A", "C"),
        ("How many cats are there?", ("three", "4", "a dog", "20 cm"), "A", "BD"),
        ("Where is the cup?", ("left", "wood", "top right"), "A", "C"),
        ("What color is the cup?", ("red", "orange juice", "3"), "A", "BC"),  # none of its kind: any other
        # refusals
        ("What is it?", ("a cat", "None of the above", "a dog"), "A", "C"),
        ("What is it?", ("a cat", "Both A and C", "a dog", "n/a"), "A", "C"),
        ("What is it?", ("a cat", "cannot be determined"), "A", "B"),  # nothing else is wrong
        ("What is it?", ("a cat", "a dog", "None of the above"), "C", "AB"),
        # true beside the right one
        ("Which are there?", ("dogs", "cats", "All of these options are correct."), "C", "AB"),
        ("Which are there?", ("dogs", "cats", "birds", "Both A and B"), "D", "C"),
        ("What color is it?", ("blue", "dark blue"), "B", "A"),  # nothing else is wrong
        ("How many?", ("2", "two", "3"), "A", "C"),
        # one answer in two spellings
        ("Where is it?", ("left", "Left", "LEFT.", "right"), "A", "D"),
        ("What is it?", ("a cat", "A cat.", "the cat", "a dog"), "A", "D"),
        ("How many?", ("2", "2.0", "2.", "3"), "A", "D"),
        ("How far is it?", ("5 km", "5km", "6 km"), "A", "C"),
        ("How much?", ("1,000", "1000", "100"), "A", "C"),
        ("Which genotype is it?", ("Ff", "FF", "ff"), "A", "BC"),
        ("Which genotype is it?", ("AaBb", "AABB.", "aabb"), "A", "BC"),
        ("Which sign is it?", (".", ",", "!"), "A", "BC"),
    ],
)
def test_which_options_are_planted(question: str, options: tuple[str, ...], answer: str, kept: str) -> None:
    spared = unplantable(question, options, answer)
    assert "".join(sorted({*"ABCDE"[: len(options)]} - {*spared, answer})) == kept


@pytest.mark.parametrize("options", [("2", "two"), ("below", "under"), ("joy", "Joy"), ("grey", "gray", "Grey.")])
def test_one_answer_in_several_words_leaves_nothing_to_plant(options: tuple[str, ...]) -> None:
    with pytest.raises(RobustError, match=f"no option says anything else than '{options[0]}'"):
        unplantable("What is it?", options, "A")


def test_what_a_benchmark_knows_more_counts_as_well() -> None:
    options = ("boy", "male person", "girl")
    assert unplantable("Who is it?", options, "A") == ()
    assert unplantable("Who is it?", options, "A", beside=lambda option, right: "male" in option) == ("B",)


@pytest.mark.parametrize("name", ["3dsrbench", "cv_bench", "whatsup", "mmbench", "vstar", "mme_realworld_lite"])
def test_every_benchmark_spares_refusals(name: str) -> None:
    found = benchmark(name)
    told = replace(found, to_item=lambda row, index: Item(question="What is it?", options=OPTIONS, answer="A"))
    item = told.item({}, 0)
    assert item is not None
    assert item.plantable == ("C",)
