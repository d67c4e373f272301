from __future__ import annotations

import pytest

from lmms_robust.statements.captioned import described


@pytest.mark.parametrize(
    "caption",
    [
        "A man stands on a wave.",
        "a dog runs on the beach",
        "The cat sits in a box",
        "Some people are eating",
        "There is a truck on the road",
        "Two young children cross the street",
        "A group of people stand on a beach",
        "A cat licks its paw",
        "A man sings",
        "Birds fly over the lake",
        "This growth occurs in the young",
    ],
)
def test_a_caption_with_a_verb_is_a_sentence(caption: str) -> None:
    assert described(caption) == f"{caption[0].upper()}{caption[1:].rstrip('.')}."


@pytest.mark.parametrize(
    "caption",
    [
        "a woman and child feeding goats in a pen",
        "a man holding tennis rackets",
        "a bathroom with a toilet, sink, and shower.",
        "a stop sign covered in snow",
        "a stop sign that has been painted",
        "two dogs running on the grass",
        "Two wine glasses on a table",
        "Several baseball players on a field",
        "a train traveling down train tracks near a platform",
        "a goat chewing straw while the boy is watching it",
        "a screen saying the shop is closed",
        "a bird that is sitting on a wire",
        "someone who is eating a banana",
        "a plate topped with meat",
    ],
)
def test_a_caption_without_one_is_what_the_image_shows(caption: str) -> None:
    assert described(caption) == f"The image shows {caption[0].lower()}{caption[1:].rstrip('.')}."


@pytest.mark.parametrize("caption", ["The bus stops here", "A man and woman sit on a bench", "Person riding a horse"])
def test_where_a_word_may_or_may_not_be_a_verb_or_an_article_it_is_quoted(caption: str) -> None:
    assert described(f"{caption}.") == f'The image fits the caption "{caption}".'


@pytest.mark.parametrize(
    ("caption", "shown"),
    [
        ("Man riding a horse", "a man riding a horse"),
        ("Small dog lying beside trash can near a fence.", "a small dog lying beside trash can near a fence"),
        ("Kettle standing on a stove", "a kettle standing on a stove"),
    ],
)
def test_a_caption_that_begins_with_a_bare_noun_gets_an_article(caption: str, shown: str) -> None:
    assert described(caption) == f"The image shows {shown}."
