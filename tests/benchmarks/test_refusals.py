from __future__ import annotations

import pytest

from lmms_robust.benchmarks import benchmark
from lmms_robust.statements.generic import PATTERNS
from lmms_robust.statements.refusals import leans, refusal, refusals, says_absent
from lmms_robust.statements.state import FALLBACK, state

ASKED = "What color is the car?"
ANSWER = f'The answer to the question "{ASKED}"'
NONE = f'None of the other answers to the question "{ASKED}" is right.'
FAMILIES = {
    "generic": PATTERNS,
    "mmbench": benchmark("mmbench").patterns,
    "mme_realworld_lite": benchmark("mme_realworld_lite").patterns,
    "vstar": benchmark("vstar").patterns,
}


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("None of the above.", NONE),
        ("none of these", NONE),
        ("None of the other options is correct", NONE),
        ("All the above answers are wrong.", NONE),
        ("All of the above options are incorrect", NONE),
        ("Not visible", f"{ANSWER} is not visible."),
        ("It is not visible in the image.", f"{ANSWER} is not visible."),
        ("Cannot be determined", f"{ANSWER} cannot be determined."),
        ("It can't be determined from the picture.", f"{ANSWER} cannot be determined."),
        ("Not sure", f"{ANSWER} cannot be determined."),
        ("I don't know.", f"{ANSWER} cannot be determined."),
        ("Not enough information", f"{ANSWER} cannot be determined."),
        ("Unknown", f"{ANSWER} is unknown."),
        ("Not mentioned", f"{ANSWER} is not mentioned."),
        ("illegible", f"{ANSWER} is illegible."),
        ("The image does not feature the related information", "The image does not feature the related information."),
        ("This image doesn’t feature the color.", "This image doesn’t feature the color."),
        ("There is no car in the picture.", "There is no car in the picture."),
    ],
)
def test_an_option_that_refuses_is_a_statement_of_its_own(option: str, expected: str) -> None:
    assert refusal(ASKED, option) == expected


@pytest.mark.parametrize(
    "option", ["red", "none", "0", "no", "both", "clear", "The car is not red.", "not red", "no car", "notebook", "N/A"]
)
def test_other_options_are_none(option: str) -> None:
    assert refusal(ASKED, option) is None


def test_a_denial_among_sentences_is_an_option_like_the_others() -> None:
    options = ("There is no dog in the picture.", "There is no cat in the picture.", "A dog barks.")
    assert refusals("Which statement is true?", options) == [None, None, None]


@pytest.mark.parametrize("question", ["What is the data of Fees in the table Bank Statement?", "Which is true?"])
def test_a_refusal_is_seen_whatever_the_question_says(question: str) -> None:
    refused = "This image doesn't feature the data."
    assert refusals(question, ("10", "20", refused)) == [None, None, refused]


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("question", ["How many cars are there in the image?", "What is the color of the car?"])
def test_a_refusal_in_any_place_leaves_the_pattern_to_the_others(name: str, question: str) -> None:
    values = ("1", "2") if question.startswith("How") else ("red", "blue")
    plain = state(question, values, FAMILIES[name])
    for refused in ("None of the above", "Not visible", "Cannot be determined"):
        for place in range(3):
            options = [*values[:place], refused, *values[place:]] if place < 2 else [*values, refused]
            made = state(question, options, FAMILIES[name])
            assert made.pattern == plain.pattern
            assert made.texts[place] == refusal(question, refused, plain.texts)
            assert tuple(text for n, text in enumerate(made.texts) if n != place) == plain.texts


def test_what_can_also_be_chosen_is_not_refused() -> None:
    made = state("Is the sign visible?", ("visible", "not visible"), PATTERNS)
    assert made.texts[1] == 'The answer to the question "Is the sign visible?" is: not visible.'


@pytest.mark.parametrize("option", ["either of them", "A and C", "neither"])
def test_an_option_that_leans_on_others_takes_the_fallback(option: str) -> None:
    assert leans(option)
    made = state(ASKED, ("red", "blue", option), PATTERNS)
    assert made.pattern == FALLBACK
    assert made.texts[2] == f"{ANSWER} is: {option}."


@pytest.mark.parametrize("option", ["both", "All of the above", "A and B", "Both A and B are correct."])
def test_an_option_that_holds_others_together_says_what_each_of_them_says(option: str) -> None:
    assert leans(option)
    made = state(ASKED, ("red", "blue", option), PATTERNS)
    assert made.texts == ("The car is red.", "The car is blue.", "The car is red. The car is blue.")


def test_an_option_that_names_what_it_holds_together_is_an_option_like_the_others() -> None:
    assert state(ASKED, ("red", "Both red and blue"), PATTERNS).texts[1] == "The car is both red and blue."
    assert not leans("Both the mayor and the council have a seat.")


def test_plain_options_do_not_lean() -> None:
    assert not any(
        map(leans, ("red and blue", "a cat", "alley", "anyone's", "None of the above", "the cat and the dog"))
    )


@pytest.mark.parametrize(
    ("option", "absent"),
    [
        ("The image does not feature the cars", True),
        ("There are no cars in the picture.", True),
        ("not visible", True),
        ("It cannot be seen.", True),
        ("None of the above", False),
        ("Cannot be determined", False),
        ("Unknown", False),
        ("There is no way to tell.", False),
        ("0", False),
    ],
)
def test_which_refusals_say_that_it_is_not_there(option: str, absent: bool) -> None:
    assert says_absent(option) is absent


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ("None of the above", "Neither of these statements is true"),
        ("Not applicable", "Neither of these statements is true"),
        ("Cannot be determined", "It cannot be determined which of these statements is true"),
        ("not shown", "It is not visible which of these statements is true"),
        ("Illegible", "It cannot be read which of these statements is true"),
        ("not available", "It is not stated which of these statements is true"),
        ("Not mentioned", "It is not mentioned which of these statements is true"),
    ],
)
def test_beside_statements_a_refusal_speaks_of_them_and_not_of_the_question(option: str, says: str) -> None:
    made = state("Which box holds more?", ("box A", option, "box B"), PATTERNS)
    assert made.texts == (
        "Box A holds more.", f'{says}: "Box A holds more", "Box B holds more".', "Box B holds more."
    )  # fmt: skip
