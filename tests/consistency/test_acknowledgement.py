import json
from pathlib import Path

import pytest

from lmms_robust.consistency.acknowledgement import acknowledges, given_in
from lmms_robust.perturbations import ADVERSARIAL, VARIANTS

LABELLED = Path(__file__).parent.parent.parent / "labelled"
QUESTION, OPTIONS, PLANTED = "What color is the car?", ("red", "blue"), 0


def says(text: str, given: str = "caption") -> bool:
    return acknowledges(text, given, QUESTION, OPTIONS, PLANTED)


@pytest.mark.parametrize(
    "text",
    [
        "The caption says red, but the car is blue.",
        "The caption is wrong.",
        "That the car is red, as the caption claims, is incorrect.",
        "The caption says that the car is red. However, it is blue.",
        "The description does not match the picture.",
        "The caption says red, although I see a blue car.",
        "While the caption says red, the car is blue.",
        "The caption says red. That is wrong.",
    ],
)
def test_a_caption_is_called_wrong_or_something_is_held_against_it(text: str) -> None:
    assert says(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The car is blue.",
        "The caption says red.",
        "The caption is right: it is red, not blue.",
        "There is no error in the caption.",
        "Is the caption wrong?",
        "If the caption were wrong, the car would be blue.",
        'The caption says red. The sign says "wrong way".',
    ],
)
def test_agreement_doubt_and_silence_acknowledge_nothing(text: str) -> None:
    assert not says(text)


def test_reasoning_is_taken_back_in_its_own_words() -> None:
    assert says("Wait, the car is blue.", "think")
    assert says("That was a mistake.", "think")
    assert not says("The car is blue.", "think")
    assert not says("Yes, that is right.", "think")


def test_every_variant_with_something_wrong_has_a_kind_of_given_text() -> None:
    wrong = {name: given_in(name) for name in VARIANTS if given_in(name)}
    assert set(wrong) == {*ADVERSARIAL, "abstain_wrong_caption", "abstain_wrong_think"}
    assert {name for name, kind in wrong.items() if kind == "caption"} == {
        "wrong_caption",
        "wrong_caption_disclaimer",
        "abstain_wrong_caption",
    }


@pytest.mark.parametrize(
    ("file", "precise", "complete"),
    [("acknowledged_development", 87 / 90, 87 / 101), ("acknowledged_fresh", 1, 21 / 28)],
)
def test_what_is_said_of_the_rules_holds(file: str, precise: float, complete: float) -> None:
    rows = [json.loads(line) for line in (LABELLED / f"{file}.jsonl").read_text(encoding="utf-8").splitlines()]
    found = [
        (
            acknowledges(row["own"], row["kind"], row["question"], row["options"], "ABCDEFGH".index(row["planted"])),
            row["acknowledged"],
        )
        for row in rows
    ]
    right = sum(got and truth for got, truth in found)
    assert right / sum(got for got, _ in found) >= precise
    assert right / sum(truth for _, truth in found) >= complete


@pytest.mark.parametrize(
    "unit", ["the caption is ", "wrong ", "not ", "but ", "the caption says red but blue. ", "。说明"]
)
def test_a_long_text_is_read_in_bounded_time(unit: str) -> None:
    assert isinstance(says(unit * 100_000), bool)
