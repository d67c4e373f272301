"""English nouns and yes/no questions, on more words than the doctests show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmms_robust.statements.counts import is_count, there_is_are
from lmms_robust.statements.grammar import (
    boxed,
    definite,
    indefinite,
    is_are,
    mid_sentence,
    plural,
    sentence,
    singular,
    strip_marks,
    value,
)
from lmms_robust.statements.yes_no import answered, is_yes

PAIRS = {
    "person": "people",
    "man": "men",
    "woman": "women",
    "child": "children",
    "foot": "feet",
    "tooth": "teeth",
    "goose": "geese",
    "mouse": "mice",
    "cactus": "cactuses",
    "fungus": "fungi",
    "knife": "knives",
    "wife": "wives",
    "life": "lives",
    "leaf": "leaves",
    "loaf": "loaves",
    "shelf": "shelves",
    "bookshelf": "bookshelves",
    "half": "halves",
    "calf": "calves",
    "scarf": "scarves",
    "wolf": "wolves",
    "thief": "thieves",
    "hoof": "hoofs",
    "tomato": "tomatoes",
    "potato": "potatoes",
    "mango": "mangoes",
    "bus": "buses",
    "gas": "gases",
    "lens": "lenses",
    "canvas": "canvases",
    "iris": "irises",
    "axis": "axes",
    "quiz": "quizzes",
    "ski": "skis",
    "taxi": "taxis",
    "bikini": "bikinis",
    "kiwi": "kiwis",
    "menu": "menus",
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
    "aircraft": "aircraft",
    "hoodie": "hoodies",
    "camel being ridden": "camels being ridden",
    "bowl containing apples": "bowls containing apples",
}


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        ("boxs", "boxes"),
        ("churchs", "churches"),
        ("wifes", "wives"),
        ("ladys", "ladies"),
        ("glasss", "glasses"),
        ("loafs", "loaves"),
    ],
)
def test_a_plural_that_only_got_an_s(added: str, expected: str) -> None:
    assert plural(added) == expected
    assert singular(added) == singular(expected)


def test_a_pair_that_got_an_s() -> None:
    assert there_is_are("3", "plierss") == "There are 3 pairs of pliers in the image."


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
        ("point A", "point A", "point A"),
        ("dogs", "the dogs", "dogs"),
        ('"Nike"', '"Nike"', '"Nike"'),
        ('"Stop" sign', 'the "Stop" sign', 'a "Stop" sign'),
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
        ("12", "the buses", "There are 12 buses in the image."),
        ("3", "horses being riddens", "There are 3 horses being ridden in the image."),
        ("1", "boys in the image", "There is 1 boy in the image."),
        ("1.", "of the buses", "There is 1 bus in the image."),
        ("2", "scissors", "There are 2 pairs of scissors in the image."),
        ("0", "pairs of shoes", "There are 0 pairs of shoes in the image."),
    ],
)
def test_counts(count: str, noun: str, expected: str) -> None:
    assert is_count(count)
    assert there_is_are(count, noun) == expected


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("Left", "left"), ("TV", "TV"), ("Ohio", "Ohio"), ("New York", "New York"), ("A boat", "a boat"), ("A", "A"),
        ("Nike", "Nike"), ("Paris", "Paris"), ("Husky", "husky"), ("German shepherd", "German shepherd"),
        ("Golden Retriever", "Golden Retriever"), ("Dark Blue", "dark blue"), ("Black and White", "black and white"),
        ("a Pear", "a pear"), ("A Jeep", "a Jeep"), ("the TV", "the TV"), ("The TV", "the TV"),
        ("nike", "nike"), ("kevlar", "kevlar"),
    ],
)  # fmt: skip
def test_only_common_words_lose_their_capital(option: str, expected: str) -> None:
    assert mid_sentence(option) == expected


@pytest.mark.parametrize(
    ("asked", "option", "expected"),
    [
        ("brand", "Acme", "Acme"),
        ("brand of the shoe", "Acme", "Acme"),
        ("name of the city", "Springfield", "Springfield"),
        ("city in the picture", "Springfield", "Springfield"),
        ("name of the animal", "Horse", "horse"),
        ("color of the brand", "Gold", "gold"),
        ("state of the door", "Open", "open"),
        ("date", "May 3", "May 3"),
        ("material", "Steel", "steel"),
    ],
)
def test_capitals_stay_where_a_name_is_asked_for(asked: str, option: str, expected: str) -> None:
    assert mid_sentence(option, asked) == value(option, asked) == expected


@pytest.mark.parametrize(
    "option", ["None", "other", "Both", "both red", "N/A", "It is red", "Turn left", "Who is it?", "yes", "-", "."]
)
def test_what_is_no_value(option: str) -> None:
    assert value(option, "color") is None


@pytest.mark.parametrize(
    ("asked", "option", "expected"),
    [("shape", "Circle", "a circle"), ("shape", "Oval", "an oval"), ("shape", "Round", "round"),
     ("occupation of the man", "Actor", "actor"), ("role", "drivers", "drivers")],
)  # fmt: skip
def test_shapes_have_an_article_and_jobs_have_none(asked: str, option: str, expected: str) -> None:
    assert value(option, asked) == expected


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
        ("Is there only one dog?", "There is only one dog.", "It is not the case that there is only one dog."),
        ("Is there a lot of snow?", "There is a lot of snow.", "There is not a lot of snow."),
        ("Is there enough light?", "There is enough light.", "There is not enough light."),
        ("Is there any person?", "There is a person.", "There is no person."),
        ("Is there a apple?", "There is an apple.", "There is no apple."),
        ("Is there a food fridges?", "There are food fridges.", "There are no food fridges."),
        ("Is there the brush on left?", "There is a brush on the left.", "There is no brush on the left."),
        ("Is a lamp on the table?", "There is a lamp on the table.", "There is no lamp on the table."),
        ("Is the flags on the left?", "The flags are on the left.", "The flags are not on the left."),
        (
            "Is the sign above the door red?",
            "The sign above the door is red.",
            "The sign above the door is not red.",
        ),
        (
            "Is the girl holding the cup in left hand?",
            "The girl is holding the cup in the left hand.",
            "The girl is not holding the cup in the left hand.",
        ),
        ('Is "Nike" written on the shirt?', '"Nike" is written on the shirt.', '"Nike" is not written on the shirt.'),
        ("Does the cover have a stain?", "The cover has a stain.", "The cover does not have a stain."),
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
        two = there_is_are("2", text)
        assert two is None or two != there_is_are("1", text)


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
        "Is nobody in the picture?",
        "Do you think the man is happy?",
        "Is the man who is wearing a hat behind the car?",
        "Is a dog in the picture black?",
        "Is the man next to the woman wearing a hat?",
    ],
)
def test_a_question_whose_yes_and_no_are_no_plain_opposites_is_left_to_the_fallback(question: str) -> None:
    assert answered(question, yes=True) is None
    assert answered(question, yes=False) is None
