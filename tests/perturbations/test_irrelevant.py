"""A caption that says nothing about the options, as long as the one it is compared with."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmms_robust.perturbations import build
from lmms_robust.perturbations.irrelevant import irrelevant_caption
from lmms_robust.prompts import render
from lmms_robust.schema import Item

SENTENCES = [line for line in render("caption_irrelevant", {}).splitlines() if line]


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def caption(item: Item, variant: str) -> str:
    return build(item, variant).prompt.splitlines()[0].removeprefix("Image caption: ")


@pytest.mark.parametrize("length", range(30, 320, 10))
def test_the_length_is_met_within_a_short_sentence(length: int) -> None:
    made = irrelevant_caption(SENTENCES, ["red", "blue"], length)
    assert abs(len(made) - length) <= 15
    assert all(part + "." in SENTENCES for part in made.removesuffix(".").split(". "))


@pytest.mark.parametrize(
    "options", [["red", "blue"], ["A file", "A title"], ["It is saved", "It is printed"], ["several", "digital"]]
)
def test_no_words_of_an_option_are_named(options: list[str]) -> None:
    made = irrelevant_caption(SENTENCES, options, 120)
    assert not words(made) & set().union(*map(words, options))


def test_where_every_sentence_shares_a_word_none_tells_the_options_apart() -> None:
    made = irrelevant_caption(["It is left.", "It is a file."], ["it is left", "it is right"], 12)
    assert made == "It is a file."
    assert irrelevant_caption(["It is left.", "On the left."], ["left", "right"], 12) == "It is left."


def test_it_is_as_long_as_the_wrong_caption_of_the_item(item: Item) -> None:
    said = tuple(f"A long time ago {one} stood beside a wall in a small town by the sea." for one in ("an x", "a y"))
    long = Item(question="What?", answer="A", options=("x", "y"), statements=said)
    for made in (item, long):
        assert abs(len(caption(made, "irrelevant_caption")) - len(caption(made, "wrong_caption"))) <= 15


@given(st.lists(st.text(min_size=1).filter(str.strip), min_size=2, max_size=9, unique=True), st.integers(0, 5000))
def test_there_is_always_one(options: list[str], length: int) -> None:
    assert irrelevant_caption(SENTENCES, options, length)
