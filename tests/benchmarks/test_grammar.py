"""English nouns and yes/no questions, on more words than the doctests show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmms_robust.benchmarks.grammar import (
    boxed,
    definite,
    indefinite,
    is_are,
    is_count,
    mid_sentence,
    plural,
    sentence,
    singular,
    strip_marks,
    there_is_are,
)
from lmms_robust.benchmarks.vocabulary import IRREGULAR
from lmms_robust.benchmarks.yes_no import answered, is_yes

PAIRS = {
    **IRREGULAR,
    "organ": "organs",
    "snowman": "snowmen",
    "box": "boxes",
    "bench": "benches",
    "dish": "dishes",
    "wine glass": "wine glasses",
    "horse": "horses",
    "vase": "vases",
    "glove": "gloves",
    "orange": "oranges",
    "key": "keys",
    "baby": "babies",
    "tie": "ties",
    "movie": "movies",
    "shoe": "shoes",
    "mustache": "mustaches",
    "piece of fruit": "pieces of fruit",
    "dining table": "dining tables",
    "sheep": "sheep",
    "man with skis": "men with skis",
    "chest of drawers": "chests of drawers",
}


@pytest.mark.parametrize(("one", "many"), PAIRS.items())
def test_number(one: str, many: str) -> None:
    assert plural(one) == many
    assert singular(many) == one
    assert plural(many) == many
    assert singular(one) == one


@pytest.mark.parametrize(
    ("noun", "expected"),
    [
        ("man in the red shirts", "is"),
        ("people on the bench", "are"),
        ("the sheep", "is"),
        ("the bus", "is"),
        ("two dogs", "are"),
        ("a cat and a dog", "are"),
        ("black and white cat", "is"),
        ("scissors", "are"),
        ("a pair of scissors", "is"),
        ("I", "am"),
        ("you", "are"),
        ("the dog's tail", "is"),
    ],
)
def test_agreement(noun: str, expected: str) -> None:
    assert is_are(noun) == expected


@pytest.mark.parametrize(
    ("noun", "the", "a"),
    [
        ("dog", "the dog", "a dog"),
        ("my dog", "my dog", "my dog"),
        ("Tom's dog", "Tom's dog", "Tom's dog"),
        ("man's hat", "the man's hat", "a man's hat"),
        ("umbrella", "the umbrella", "an umbrella"),
        ("European flag", "the European flag", "a European flag"),
        ("him", "him", "him"),
        ("TV", "the TV", "a TV"),
        ("dogs", "the dogs", "dogs"),
    ],
)
def test_articles(noun: str, the: str, a: str) -> None:
    assert definite(noun) == definite(definite(noun)) == the
    assert indefinite(noun) == indefinite(indefinite(noun)) == a


@pytest.mark.parametrize(
    ("count", "noun", "expected"),
    [
        ("1", "people", "There is 1 person in the image."),
        ("One", "pairs of shoes", "There is one pair of shoes in the image."),
        ("0", "knife", "There are 0 knives in the image."),
        ("none", "boxes", "There are no boxes in the image."),
        ("1", "scissors", "There is 1 pair of scissors in the image."),
        ("12", "sheep", "There are 12 sheep in the image."),
    ],
)
def test_counts(count: str, noun: str, expected: str) -> None:
    assert is_count(count)
    assert there_is_are(count, noun) == expected


@pytest.mark.parametrize(
    ("option", "expected"),
    [("Left", "left"), ("TV", "TV"), ("Ohio", "Ohio"), ("New York", "New York"), ("A boat", "a boat"), ("A", "A")],
)
def test_only_common_words_lose_their_capital(option: str, expected: str) -> None:
    assert mid_sentence(option) == expected


def test_marks() -> None:
    noun = "chair (highlighted by a red box) by the lamp"
    assert strip_marks(noun) == "chair by the lamp"
    assert boxed(noun) == "chair in the red box by the lamp"


@pytest.mark.parametrize(
    ("question", "yes", "no"),
    [
        (
            "Is the man in the red shirt behind the car?",
            "The man in the red shirt is behind the car.",
            "The man in the red shirt is not behind the car.",
        ),
        (
            "Are the dogs next to each other?",
            "The dogs are next to each other.",
            "The dogs are not next to each other.",
        ),
        (
            "Is the woman wearing a hat to the left of the man?",
            "The woman wearing a hat is to the left of the man.",
            "The woman wearing a hat is not to the left of the man.",
        ),
        ("Is the woman wearing a hat?", "The woman is wearing a hat.", "The woman is not wearing a hat."),
        (
            "Is the glass containing red wine positioned to the left of the vase?",
            "The glass containing red wine is positioned to the left of the vase.",
            "The glass containing red wine is not positioned to the left of the vase.",
        ),
        ("Is there a dog on the left?", "There is a dog on the left.", "There is no dog on the left."),
        ("Are there any dogs?", "There are some dogs.", "There are no dogs."),
        ("Are there two dogs?", "There are two dogs.", "There are not two dogs."),
        ("Is there only one dog?", "There is only one dog.", "There is not only one dog."),
        (
            "Are all the chairs red?",
            "All the chairs are red.",
            "It is not the case that all the chairs are red.",
        ),
        ("Does the dog have a collar?", "The dog has a collar.", "The dog does not have a collar."),
        ("Do the dogs face the car?", "The dogs face the car.", "The dogs do not face the car."),
        ("Can you see a dog?", "You can see a dog.", "You cannot see a dog."),
        (
            "From the man's perspective, is the dog on the left?",
            "From the man's perspective, the dog is on the left.",
            "From the man's perspective, the dog is not on the left.",
        ),
        ("Is it raining?", "It is raining.", "It is not raining."),
    ],
)
def test_yes_no(question: str, yes: str, no: str) -> None:
    assert answered(question, True) == yes
    assert answered(question, False) == no


@pytest.mark.parametrize(
    "question", ["Is the dog or the cat on the left?", "Where is the dog?", "Is it?", "Is dog?", ""]
)
def test_what_is_no_yes_no_question_is_left_alone(question: str) -> None:
    assert answered(question, True) is None
    assert answered(question, False) is None


def test_options_of_yes_no_questions() -> None:
    assert [is_yes(option) for option in ("Yes", "no.", " YES ", "maybe")] == [True, False, True, None]


@given(st.text(max_size=40))
def test_no_text_raises(text: str) -> None:
    for change in (sentence, mid_sentence, definite, indefinite, is_are, strip_marks, boxed, is_yes, is_count):
        change(text)
    yes, no = (answered(f"Is {text}?", value) for value in (True, False))
    assert (yes is None) == (no is None)
    assert yes is None or yes != no
    if text.strip():
        assert there_is_are("2", text) != there_is_are("1", text)


@pytest.mark.parametrize(
    "question",
    [
        "Are a cat and a dog on the sofa?",
        "Is the man not wearing a hat?",
        "Is there no dog in the picture?",
        "Is there something on the table?",
        "Is there anyone on the bench?",
        "Is there a man and a woman in the picture?",
        "Are any of the cups full?",
        "Is one of the dogs facing the camera?",
        "Is everyone wearing a helmet?",
        "Are there more dogs than cats?",
    ],
)
def test_a_question_whose_yes_and_no_are_no_plain_opposites_is_left_to_the_fallback(question: str) -> None:
    assert answered(question, yes=True) is None
    assert answered(question, yes=False) is None
