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
    "241": (
        "The question that Ada's experiment can best answer is "
        '"Does a snowboard slide faster with a thin layer of wax?".',
        'The question that Ada\'s experiment can best answer is "Does a snowboard slide faster with wax?".',
    ),
    "314": ("The man is riding a horse in this image.", "The man is eating in this image."),
    "316": (
        "The color of the car is red.",
        "The color of the car is blue.",
        "The color of the car is both red and blue.",
        'None of these statements is true: "The color of the car is red", "The color of the car is blue", '
        '"The color of the car is both red and blue".',
    ),
    "309": ("The dog is behind the cat.", "The cat is behind the dog."),
    "311": ("The dog is behind the cat.", "The dog is not behind the cat."),
    "312": ("There are no cups on the table.", "There are some cups on the table."),
}
FALLBACKS = ("310", "313", "315")


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
        ("What is the occupation of the man?", ("Doctor", "Chef"), "The occupation of the man is {low}."),
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


ASKED = [
    ("In nature, what's the relationship between these two plants?", "Competitive relationships",
     "In nature, the relationship between these two plants is a competitive relationship."),
    ("What can be the relationship between the two women?", "Mother and daughter",
     "The relationship between the two women can be that of mother and daughter."),
    ("What's the function of the shown object?", "open bottles",
     "The function of the shown object is to open bottles."),
    ("What's the function of the shown object?", "Opening bottles",
     "The function of the shown object is opening bottles."),
    ("What is the purpose of this tool?", "to cut wire", "The purpose of this tool is to cut wire."),
    ("What is the thing in this picture?", "paint can", "The thing in this picture is a paint can."),
    ("What is this?", "Fox", "This is a fox."),
    ("What is shown in the image?", "A bridge", "A bridge is shown in the image."),
    ("What is on the shelf?", "kettle", "There is a kettle on the shelf."),
    ("What is the girl holding?", "umbrella", "The girl is holding an umbrella."),
    ("What is the girl doing in the picture?", "Washing dishes", "The girl is washing dishes in the picture."),
    ("What is the girl about to do?", "jump", "The girl is about to jump."),
    ("What is the jug made of?", "Glass", "The jug is made of glass."),
    ("What is this building used for?", "Teaching", "This building is used for teaching."),
    ("What will the girl in red do next?", "Blow out the candles", "The girl in red will blow out the candles next."),
    ("What does this board mean?", "No swimming", 'This board means "No swimming".'),
    ("What does the sign on the left of the door say?", "Push", 'The sign on the left of the door says "Push".'),
    ("What can you see on the table?", "A vase", "You can see a vase on the table."),
    ("Which desert is highlighted?", "the Gobi Desert", "The Gobi Desert is highlighted."),
    ("Which island is highlighted?", "Cuba", "The island that is highlighted is Cuba."),
    ("Which mixture has a higher share of blue balls?", "Mixture A", "Mixture A has a higher share of blue balls."),
    ("Which mixture has a higher share of blue balls?", "neither; their shares are the same",
     'None of these statements is true: "Mixture B has a higher share of blue balls"; their shares are the same.'),
    ("Which of these towns is farthest south?", "Perth", "Of these towns, Perth is farthest south."),
    ("Which of the following is a bird?", "eagle", "The eagle is a bird."),
    ("Which of the following could Ada's test show?", "if the glue was dry enough",
     "Ada's test could show if the glue was dry enough."),
    ("Which property do these two things have in common?", "soft",
     "The property that these two things have in common is being soft."),
    ("Which mood does this picture convey?", "Calm", "The mood that this picture conveys is calm."),
    ("Which animal's feet are adapted for digging?", "common mole",
     "The animal whose feet are adapted for digging is a common mole."),
    ("What kind of bird is on the roof?", "owl", "The bird on the roof is an owl."),
    ("Which image is the darkest one?", "lower left", "The lower left image is the darkest one."),
    ("Which direction is the horse facing in the picture?", "left",
     "The direction that the horse is facing in the picture is left."),
    ("In which direction is the girl looking?", "Up", "The direction in which the girl is looking is up."),
    ("What brand is this car?", "Audi", "The brand of this car is Audi."),
    ("What time of day is it?", "Morning", "It is morning."),
    ("According to this chart, which snack did the most girls like?", "Popcorn",
     "The snack that the most girls liked is popcorn."),
    ("Who is the man in this image?", "Alan Turing", "The man in this image is Alan Turing."),
    ("Who wrote this book?", "Jane Austen", "Jane Austen wrote this book."),
    ("Who is nearer to the ball, the boy in red or the boy in blue?", "The boy in red.",
     "The boy in red is nearer to the ball than the boy in blue."),
    ("Where was this picture taken?", "In a park", "This picture was taken in a park."),
    ("Where is it located?", "Kyoto", "It is in Kyoto."),
    ("What can be the text of this post?", "I made a cake.", 'The text of this post can be "I made a cake".'),
    ("In this photo, are the two pens the same length?", "Not the same",
     "In this photo, the two pens are not the same length."),
    ("According to the food web, which living thing eats moss?", "marsh snail",
     "The living thing that eats moss is a marsh snail."),
    ("What kind of bird is this?", "An owl", "This is an owl."),
    ("How far from the camera is the rightmost van?", "35 meters", "The rightmost van is 35 meters from the camera."),
    ("How old is the boy?", "About 5 years old", "The boy is about 5 years old."),
    ("How does the girl feel?", "Happy", "The girl feels happy."),
    ("How is the man dressed?", "In a suit", "The man is dressed in a suit."),
    ("Where do these animals live?", "In the sea", "These animals live in the sea."),
    ("When was the photo taken?", "At night", "The photo was taken at night."),
    ("How many purple balls are the same size as the cube?", "1",
     "There is 1 purple ball that is the same size as the cube."),
    ("If the frogs died, which population would increase?", "crickets",
     "If the frogs died, the population that would increase is crickets."),
    ("What is written on the back of the shirt?", "SMITH 10", '"SMITH 10" is written on the back of the shirt.'),
    ("What are these people most likely celebrating?", "a wedding",
     "These people are most likely celebrating a wedding."),
    ("Which hand is the man using?", "left", "The hand that the man is using is the left hand."),
    ("Which color does not appear in the image?", "red", "The color that does not appear in the image is red."),
    ("What eats the worm?", "robin", "The robin eats the worm."),
    ("In which year was the company founded?", "1990", "The year in which the company was founded is 1990."),
    ("Which room is this?", "Bedroom", "This is a bedroom."),
    ("What is the man in white playing?", "tennis", "The man in white is playing tennis."),
    ("Which is the main color of the bag?", "red", "The main color of the bag is red."),
    ("Was this photo taken during the day?", "no", "This photo was not taken during the day."),
    ("Why is the boy smiling?", "Because he has a kite", "The boy is smiling because he has a kite."),
    ("How long is the pencil?", "7 cm", "The pencil is 7 cm long."),
    ("How many doors does the car have?", "4", "The car has 4 doors."),
    ("Will these magnets attract or repel each other?", "repel", "These magnets will repel each other."),
    ("Is iron ore a mineral?", "no", "Iron ore is not a mineral."),
    ("Is Chelonia mydas made up of many cells?", "yes", "Chelonia mydas is made up of many cells."),
    ("The thing shown in this figure:", "Has a low boiling point",
     "The thing shown in this figure has a low boiling point."),
    ("Complete the sentence. The snail is ().", "a mollusc", "The snail is a mollusc."),
    ("Select the chemical formula for this molecule.", "CH4", 'The chemical formula for this molecule is "CH4".'),
    ("Which term matches the picture?", "convection", "The term that matches the picture is convection."),
    ("Based on the image, where is the lamp?", "The lamp is next to the bed", "The lamp is next to the bed."),
    ("What will happen next?", "the boat is gonna sink", "The boat is gonna sink."),
]  # fmt: skip
OTHERS = {
    "Which room is this?": "Kitchen",
    "What is the man in white playing?": "chess",
    "Which is the main color of the bag?": "blue",
    "Was this photo taken during the day?": "yes",
    "In nature, what's the relationship between these two plants?": "Parasitic relationships",
    "What can be the relationship between the two women?": "Sisters",
    "What is this?": "Owl",
    "Which mixture has a higher share of blue balls?": "Mixture B",
    "In this photo, are the two pens the same length?": "same",
    "How far from the camera is the rightmost van?": "55 meters",
    "How old is the boy?": "About 10 years old",
    "How does the girl feel?": "Sad",
    "How is the man dressed?": "In a coat",
    "Where do these animals live?": "In the forest",
    "When was the photo taken?": "In the morning",
    "How many purple balls are the same size as the cube?": "2",
    "If the frogs died, which population would increase?": "beetles",
    "Which hand is the man using?": "right",
    "In which year was the company founded?": "1995",
    "What is the girl doing in the picture?": "reading",
    "What is the girl about to do?": "sing",
    "What will the girl in red do next?": "Eat the cake",
    "The thing shown in this figure:": "Is a liquid",
    "Which of the following could Ada's test show?": "if the glue was dry",
    "Who is nearer to the ball, the boy in red or the boy in blue?": "The boy in blue.",
    "Will these magnets attract or repel each other?": "attract",
    "Is iron ore a mineral?": "yes",
    "Is Chelonia mydas made up of many cells?": "no",
    "Why is the boy smiling?": "Because he sings",
    "How many doors does the car have?": "2",
    "Based on the image, where is the lamp?": "The lamp is on the bed",
    "What will happen next?": "the boat is gonna turn",
    "Complete the sentence. The snail is ().": "a fish",
    "How long is the pencil?": "9 cm",
}


@pytest.mark.parametrize(("question", "option", "expected"), ASKED)
def test_what_a_question_asks_is_stated_with_the_option(question: str, option: str, expected: str) -> None:
    other = OTHERS.get(question, "jug" if option.islower() else "Japan")
    assert state(question, (option, other), PATTERNS).texts[0] == expected


@pytest.mark.parametrize(
    ("question", "options"),
    [
        ("What is the difference?", ("None", "Size")),
        ("What is the anticipated outcome in this image?", ("The man falls", "The man jumps")),
        ("Which of these is not true?", ("A dog barks.", "A cat sleeps.")),
        ("Which is the reason?", ("because of rain", "the rain")),
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


def test_few_rows_fall_back() -> None:
    assert patterns(NAME)["fallback"] == len(FALLBACKS)


def test_an_option_that_comes_twice_is_one() -> None:
    item = to_item(changed(B="Joy", answer="D"), 0)
    assert item is not None
    assert (item.options, item.answer) == (("Joy", "Anger", "Sadness"), "C")


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
        ({"B": "Joy", "C": "Joy", "D": "Joy"}, "item '304': 1 option(s); allowed: 2 to"),
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
