from __future__ import annotations

import re

import pytest

from lmms_robust.statements.state import FALLBACK, Pattern, fallback, state

PATTERN = Pattern("color", re.compile(r"What color is (.+)\?"), lambda found, option, _: f"{found[1]} is {option}.")


@pytest.mark.parametrize(
    ("question", "option", "expected"),
    [
        ("Where?", "Here.", 'The answer to the question "Where?" is: Here.'),
        ("Where?", "Here..", 'The answer to the question "Where?" is: Here.'),
        ("What does he ask?", "Who?", 'The answer to the question "What does he ask?" is: "Who?".'),
        ("What does he say?", "Go!", 'The answer to the question "What does he say?" is: "Go!".'),
        ("What does he ask?", 'Is "it"?', 'The answer to the question "What does he ask?" is: "Is \'it\'?".'),
        ('What is a "stop"?', "A sign", "The answer to the question \"What is a 'stop'?\" is: A sign."),
        ("What is it?", "...", 'The answer to the question "What is it?" is: "...".'),
    ],
)
def test_the_fallback_is_one_sentence_with_one_stop(question: str, option: str, expected: str) -> None:
    assert fallback(question, option) == expected
    assert not re.search(r"[?!.]\.$", expected)


def test_a_pattern_that_fits_all_options_is_taken() -> None:
    made = state("What  color is it?", (" red ", "blue"), (PATTERN,))
    assert (made.texts, made.pattern) == (("it is red.", "it is blue."), "color")


def test_sentences_that_read_the_same_are_not() -> None:
    assert state("What color is it?", ("Ff", "ff"), (PATTERN,)).pattern == FALLBACK


def test_refusals_that_say_the_same_are_told_apart() -> None:
    made = state("Which?", ("red", "not visible", "It is not shown"), (PATTERN,))
    assert made.pattern == FALLBACK
    assert len(set(made.texts)) == 3


def test_options_that_refuse_are_not_shown_to_a_pattern() -> None:
    seen: list[tuple[str, ...]] = []

    def statement(found: re.Match[str], option: str, options: object) -> str:
        seen.append(tuple(options))  # type: ignore[call-overload]
        return f"It is {option}."

    made = state("Which?", ("red", "not visible", "blue"), (Pattern("which", re.compile("Which.*"), statement),))
    assert made.texts == (
        "It is red.",
        'It is not visible which of these statements is true: "It is red", "It is blue".',
        "It is blue.",
    )
    assert set(seen) == {("red", "blue")}
