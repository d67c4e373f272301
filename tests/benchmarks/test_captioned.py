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
    ],
)
def test_a_caption_without_one_is_what_the_image_shows(caption: str) -> None:
    assert described(caption) == f"The image shows {caption.rstrip('.')}."


@pytest.mark.parametrize(
    "caption",
    [
        "Two young children cross the street",
        "A group of people stand on a beach",
        "A man and woman sit on a bench with a dog",
        "Two wine glasses on a table",
        "Several baseball players on a field",
        "A cat licks its paw",
        "Man riding a horse",
    ],
)
def test_where_a_word_may_or_may_not_be_a_verb_it_is_quoted(caption: str) -> None:
    assert described(f"{caption}.") == f'The image fits the caption "{caption}".'
