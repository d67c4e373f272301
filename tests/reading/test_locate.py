"""The letter that decides the answer, in the forms that tests.reading.test_response.py has for the answer itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmms_robust.reading import parse_response
from lmms_robust.reading.locate import answer_letter_span, fold
from tests.reading.test_response import ANSWERS, LONG, OPTIONS, PAINTED, PROBLEMS, SIDES, TEXTS, VITAMINS

WORDS_ONLY = {
    *("option that contains another one", "option within another one", "option that is a letter no option carries"),
    *("box with words", "words only", "words in a sentence", "yes with explanation", "no with explanation", "digit"),
    *("number word", "number in a sentence", "article is no letter", "article in a sentence is no letter"),
    *("vitamin is no letter", "own labels of options", "spelled exactly"),
}


@pytest.mark.parametrize(("text", "options", "answer"), ANSWERS.values(), ids=ANSWERS)
def test_a_letter_is_found_wherever_the_answer_is_one(
    text: str, options: tuple[str, ...], answer: str, request
) -> None:
    span = answer_letter_span(text, options)
    if request.node.callspec.id in WORDS_ONLY:
        assert span is None
    else:
        assert span is not None
        assert fold(text[slice(*span)]) == answer


@pytest.mark.parametrize(("text", "options", "problem"), PROBLEMS.values(), ids=PROBLEMS)
def test_no_answer_has_no_letter(text: str, options: tuple[str, ...], problem: str) -> None:
    assert answer_letter_span(text, options) is None


# The letter that is meant stands in ⟦⟧.
WHERE = {
    "the same letter in the reasoning": ("<think>B is near. So B.</think><answer>⟦B⟧</answer>", SIDES),
    "the same letter in prose": ("Option B says right. I see the dog there. The answer is ⟦B⟧.", SIDES),
    "an explanation repeats it": ("<answer>⟦B⟧. B is right because B fits</answer>", SIDES),
    "given twice": ("<answer>⟦B⟧ (B)</answer>", SIDES),
    "the last of two answers": ("<think>x</think><answer>A</answer> Wait. <answer>⟦B⟧</answer>", SIDES),
    "a thing and then the letter": ("<think>x</think>I see Vitamin C. The answer is (⟦C⟧).", ("a", "b", "c")),
    "an article before it": ("<answer>The answer to a hard question is ⟦A⟧.</answer>", SIDES),
    "lower case": ("<answer>⟦b⟧</answer>", SIDES),
    "options not known": ("<think>x</think><answer>(⟦J⟧) something</answer>", ()),
    "as many options as letters": ("<answer>⟦J⟧</answer>", tuple(f"thing {n}" for n in range(10))),
}


@pytest.mark.parametrize(("marked", "options"), WHERE.values(), ids=WHERE)
def test_the_deciding_letter(marked: str, options: tuple[str, ...]) -> None:
    start = marked.index("⟦")
    assert answer_letter_span(marked.replace("⟦", "").replace("⟧", ""), options) == (start, start + 1)


@pytest.mark.parametrize("words", ["Vitamin C", "<answer>Vitamin C</answer>"])
def test_a_letter_within_the_words_of_the_option_it_labels_decides_nothing(words: str) -> None:
    options = (VITAMINS[1], VITAMINS[2], VITAMINS[0])
    assert parse_response(words, options).answer == "C"
    assert answer_letter_span(words, options) is None


@given(TEXTS, st.one_of(st.just(list(SIDES)), st.just(list(PAINTED)), OPTIONS))
def test_what_is_found_is_the_answer(text: str, options: list[str]) -> None:
    for response in (text, f"<think>x</think>{text}", f"<answer>{text}</answer>"):
        span = answer_letter_span(response, options)
        if span is not None:
            assert fold(response[slice(*span)]) == parse_response(response, options).answer


@given(st.integers(2, 10), st.data())
def test_round_trip(count: int, data: st.DataObject) -> None:
    options = [f"thing {index}" for index in range(count)]
    letter = data.draw(st.sampled_from("ABCDEFGHIJ"[:count]))
    before = f"<think>{data.draw(st.sampled_from(['', 'A B C D. ', 'So B. ']))}</think><answer>"
    assert answer_letter_span(f"{before}{letter}</answer>", options) == (len(before), len(before) + 1)


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_long_responses_end(text: str) -> None:
    text = text[:20_000]
    answer_letter_span(text, SIDES)
    assert answer_letter_span(f"<think>{text}</think><answer>B</answer>", SIDES) == (len(text) + 23, len(text) + 24)
