"""MMBench: rotated copies, hints, missing text, open-ended questions, broken rows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmms_robust.benchmarks import benchmark
from lmms_robust.benchmarks.mmbench import PATTERNS, to_item
from lmms_robust.errors import RobustError
from lmms_robust.statements.state import FALLBACK, state
from tests.benchmarks.fixture import check_statements, items, patterns, rows

NAME = "mmbench"
GOLDEN = {
    "300": (
        "A man rides a surfboard on a large wave.",
        "The image shows a young boy barefoot holding an umbrella.",
        "A giraffe is standing by a stone wall.",
        "The image shows a boat on a lake.",
    ),
    "301": ("Two dogs are on a sofa.", "A dog sleeps under a sofa."),
    "302": tuple(
        f"The scene category of this image is {scene}."
        for scene in ("bakery/shop", "playground", "bus interior", "street")
    ),
    "304": tuple(f"The predominant feeling in this image is {x}." for x in ("joy", "fear", "anger", "sadness")),
    "305": tuple(f"The name of the colony shown is {x}." for x in ("Maryland", "Ohio", "New Jersey")),
    "306": (
        "There is 1 apple in the image.",
        "There are 2 apples in the image.",
        "There are 3 apples in the image.",
        "There are no apples in the image.",
    ),
    "307": ("There is one person in this picture.", "There are two people in this picture."),
    "309": ("The dog is behind the cat.", "The cat is behind the dog."),
    "311": ("The dog is behind the cat.", "The dog is not behind the cat."),
    "312": ("There are no cups on the table.", "There are some cups on the table."),
}
FALLBACKS = ("241", "310", "313", "314", "315", "316")


def changed(**changes: object) -> dict[str, Any]:
    return rows(NAME)[5] | changes


@pytest.mark.parametrize(("name", "statements"), GOLDEN.items())
def test_statements(name: str, statements: tuple[str, ...]) -> None:
    assert items(NAME)[name].statements == statements


@pytest.mark.parametrize("name", FALLBACKS)
def test_what_no_pattern_fits_or_is_turned_round_falls_back(name: str) -> None:
    item = items(NAME)[name]
    openings = ("The answer to the question", "None of the other answers to the question")
    assert all(text.startswith(openings) for text in item.statements)


@pytest.mark.parametrize(
    ("question", "options", "expected"),
    [
        ("What is the capital of Alaska?", ("Juneau", "Anchorage"), "The capital of Alaska is {}."),
        ("What is the state of the door?", ("Open", "Closed"), "The state of the door is {low}."),
        ("What is the color of the bag?", ("Dark Blue", "Red"), "The color of the bag is {low}."),
        ("What is the shape of this object?", ("Circle", "Square"), "The shape of this object is a {low}."),
        ("What is the occupation of the man?", ("Doctor", "Chef"), "The occupation of the man is a {low}."),
        ("What is the main object in this image?", ("A Chair", "A lamp"), "The main object in this image is {low}."),
        ("What is the animal in the image?", ("Dog", "Cat"), "The animal in the image is a {low}."),
        ("How many people are wearing glasses in this image?", ("2", "3"),
         "The number of people wearing glasses in this image is {}."),
        ("Which scene category matches this image the best?", ("rock_arch", "train_interior"),
         "The scene category of this image is {spaced}."),
        ("Which one is the correct caption of this image?",
         ("A stop sign that has been vandalized.", "a bus driving down a street next to buildings."),
         "The image shows {low}"),
    ],
)  # fmt: skip
def test_telling_questions(question: str, options: tuple[str, ...], expected: str) -> None:
    forms = [{"low": option.casefold(), "spaced": option.replace("_", " ")} for option in options]
    texts = tuple(expected.format(option, **form) for option, form in zip(options, forms, strict=True))
    assert state(question, options, PATTERNS).texts == texts


@pytest.mark.parametrize(
    ("question", "options"),
    [
        ("What is the weather in the image?", ("Sunny", "It is rainy")),
        ("What is the main theme of this image?", ("Nature", "Both nature and education")),
        ("What is the difference?", ("None", "Size")),
        ("What is the relationship between the two people?", ("Friends", "Siblings")),
        ("What is the position of the dog in the image?", ("Left", "Right")),
        ("What is the anticipated outcome in this image?", ("The man falls", "The man jumps")),
        ("What is the first step?", ("Cut the paper.", "Fold it")),
        ("What is the animal in this image?", ("Dogs", "Cat")),
        ("What is the reason of the fire?", ("Lightning", "Because of the heat")),
        ("What is the time on the clock?", ("10:10", "5:00 o'clock. Sharp")),
    ],
)
def test_what_is_no_value_falls_back(question: str, options: tuple[str, ...]) -> None:
    assert state(question, options, PATTERNS).pattern == FALLBACK


def test_two_words_for_one_number_are_not_planted_beside_each_other() -> None:
    item = benchmark(NAME).item(
        changed(question="How many dogs are there in the image?", A="2", B="two", C="3", D="none"), 0
    )
    assert item is not None
    assert (item.answer, item.plantable) == ("A", ("C",))


def test_every_pattern_has_rows() -> None:
    found = patterns(NAME)
    assert all(found[pattern.name] >= 2 for pattern in PATTERNS)
    assert found["fallback"] == len(FALLBACKS)


def test_rotated_copies_are_left_out() -> None:
    indices = [row["index"] for row in rows(NAME)]
    assert 1_000_241 in indices
    assert set(items(NAME)) == {str(index) for index in indices if index < 1_000_000}


@pytest.mark.parametrize(("index", "name"), [("241", "241"), (241.0, "241"), (0, "0")])
def test_index_in_every_form(index: object, name: str) -> None:
    item = to_item(changed(index=index), 0)
    assert item is not None
    assert item.id == name


def test_a_hint_stands_before_the_question_but_not_in_a_statement() -> None:
    item = items(NAME)["241"]
    hint, question = item.question.split("\n")
    assert hint.startswith("The passage below")
    assert question == "Identify the question that Ada's experiment can best answer."
    assert not any("passage" in text for text in item.statements)


@pytest.mark.parametrize("hint", [None, float("nan"), "nan", ""])
def test_no_hint_in_every_form(hint: object) -> None:
    item = to_item(changed(hint=hint), 0)
    assert item is not None
    assert item.question == "What is the predominant feeling in this image?"


def test_missing_options() -> None:
    assert len(items(NAME)["241"].options) == 2
    assert len(items(NAME)["305"].options) == 3
    assert all(option != "nan" for item in items(NAME).values() for option in item.options)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"index": "x17"}, "row 2: column 'index' is 'x17'; expected: a whole number"),
        ({"index": None}, "row 2: column 'index' is None"),
        ({"question": "nan"}, "item '304': column 'question' is 'nan'"),
        ({"answer": "nan"}, "item '304': answer 'nan'; expected: one letter"),
        ({"D": "nan", "answer": "D"}, "item '304': answer 'D'; allowed: A, B, C"),
        ({"B": "nan"}, "item '304': option B is missing but D is not"),
        ({"A": 3}, "item '304': column 'A' is 3; expected: text"),
    ],
)
def test_a_broken_row_is_named(changes: dict[str, object], message: str) -> None:
    with pytest.raises(RobustError) as caught:
        to_item(changed(**changes), 2)
    assert message in str(caught.value)


WORDS = (
    st.text("abcdefg .", min_size=1, max_size=14)
    .map(lambda text: " ".join(text.split()))
    .filter(lambda text: bool(text.strip(". ")))
)


def _told(text: str) -> str:
    """Options that differ in stops and articles only are one option, which makes no item."""
    return " ".join(word for word in text.replace(".", " ").split() if word != "a")


@given(
    question=st.sampled_from([row["question"] for row in rows(NAME)]) | WORDS,
    options=st.lists(WORDS, min_size=2, max_size=4, unique_by=_told),
)
def test_one_distinct_statement_per_option(question: str, options: list[str]) -> None:
    made = changed(question=question) | dict(zip("ABCD", [*options, "nan", "nan"], strict=False)) | {"answer": "A"}
    item = to_item(made, 0)
    assert item is not None
    assert item == to_item(made, 0)
    check_statements(item)
