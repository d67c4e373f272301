from __future__ import annotations

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmms_robust.backends.token_probs import Step, at_the_answer, at_the_start

OPTIONS = ("left", "right", "above")


def step(token: str, **top: float) -> Step:
    """A token with the probabilities of the likeliest ones; ``_`` stands for a space."""
    texts = {name.replace("_", " "): value for name, value in top.items()}
    return Step(token, log(texts.get(token, 0.001)), tuple((text, log(value)) for text, value in texts.items()))


def sure(*tokens: str) -> list[Step]:
    return [Step(token, 0.0, ((token, 0.0),)) for token in tokens]


def test_all_tokens_of_a_letter_count_and_the_probabilities_sum_to_one() -> None:
    letter = step("A", A=0.4, _A=0.1, B=0.2, _B=0.05, C=0.05, x=0.2)
    steps = [*sure("<answer>"), letter, *sure("</answer>")]
    found = at_the_answer(steps, "<answer>A</answer>", "<answer>A</answer>", OPTIONS)
    assert found is not None
    assert dict(found.probs) == pytest.approx({"A": 0.5 / 0.8, "B": 0.25 / 0.8, "C": 0.05 / 0.8})
    assert found.at_most == ""


@pytest.mark.parametrize(
    ("top", "left"), [({"A": 0.5, "x": 0.1}, 0.4), ({"A": 0.9, "x": 0.09}, 0.01), ({"A": 0.6, "x": 0.4}, 0.0)]
)
def test_a_letter_that_is_not_reported_has_at_most_what_the_others_leave(top: dict[str, float], left: float) -> None:
    found = at_the_answer([step("A", **top)], "A", "A", OPTIONS)
    assert found is not None
    most = left / (top["A"] + left)
    assert dict(found.probs) == pytest.approx({"A": 1 - most, "B": most, "C": most}, abs=1e-9)
    assert found.at_most == "BC"


@given(st.lists(st.floats(0.001, 1), min_size=9, max_size=9), st.integers(1, 9))
def test_bounds_hold_whatever_is_not_reported(weights: list[float], reported: int) -> None:
    """Three forms of each of three letters; the likeliest of the nine tokens are reported, one of them is written."""
    tokens = [form + letter for letter in "ABC" for form in ("", " ", "(")]
    probs = {token: 0.99 * weight / sum(weights) for token, weight in zip(tokens, weights, strict=True)}
    top = sorted(probs, key=lambda token: -probs[token])[:reported]
    written = Step(top[0], log(probs[top[0]]), tuple((token, log(probs[token])) for token in top))
    found = at_the_start([written], OPTIONS)
    assert found is not None
    for letter, value in found.probs.items():
        true = sum(probs[token] for token in tokens if token[-1] == letter) / 0.99
        if letter in found.at_most:
            assert value >= true - 1e-9
        elif found.at_most:
            assert value <= true + 1e-9


def test_the_token_written_counts_though_it_is_not_among_the_likeliest() -> None:
    unlikely = Step("C", log(0.02), (("A", log(0.7)), ("B", log(0.2))))
    found = at_the_answer([unlikely], "C", "C", OPTIONS)
    assert found is not None
    assert dict(found.probs) == pytest.approx({"A": 0.7 / 0.92, "B": 0.2 / 0.92, "C": 0.02 / 0.92})
    listed_first = Step("C", log(0.02), (("C", log(0.02)), ("A", log(0.7)), ("x", log(0.1))))
    bounded = at_the_answer([listed_first], "C", "C", OPTIONS)
    assert bounded is not None
    assert bounded.probs["B"] / bounded.probs["A"] == pytest.approx(0.18 / 0.7)


WRITTEN = {
    "letter alone": ["<answer>", "B", "</answer>"],
    "with a space": ["Answer:", " B", "."],
    "with a bracket": ["<answer>", "(B", ")", "</answer>"],
    "with the end of the tag": ["<answer", ">B", "</", "answer>"],
    "spelled with a mark": ["\u2581So", "\u2581the", "\u2581answer", "\u2581is", "\u2581B", "."],
    "spelled with another mark": ["So", "\u0120the", "\u0120answer", "\u0120is", "\u0120B", "."],
    "after a character in pieces": ["caf", "\ufffd", "\ufffd", " answer: ", "B"],
    "before a token of the template": ["<answer>", "B", "</answer>", "<|im_end|>"],
}
TEXTS = {
    "spelled with a mark": "So the answer is B.",
    "spelled with another mark": "So the answer is B.",
    "after a character in pieces": "café answer: B",
    "before a token of the template": "<answer>B</answer>",
}


@pytest.mark.parametrize("case", WRITTEN)
def test_the_token_is_found_however_the_text_is_cut(case: str) -> None:
    tokens = WRITTEN[case]
    place = next(n for n, token in enumerate(tokens) if "B" in token)
    chosen = tokens[place]
    other = Step(chosen, log(0.6), ((chosen, log(0.6)), (chosen.replace("B", "A"), log(0.3)), ("C", log(0.1))))
    steps = [*sure(*tokens[:place]), other, *sure(*tokens[place + 1 :])]
    text = TEXTS.get(case, "".join(tokens))
    found = at_the_answer(steps, text, text, OPTIONS)
    assert found is not None
    assert dict(found.probs) == pytest.approx({"A": 0.3, "B": 0.6, "C": 0.1})


def test_the_deciding_letter_is_looked_up_and_not_one_in_the_reasoning() -> None:
    early, late = step("A", A=0.9, B=0.1), step("B", A=0.2, B=0.8)
    steps = [*sure("<think>", "Not "), early, *sure(".</think>", "<answer>"), late, *sure("</answer>")]
    text = "<think>Not A.</think><answer>B</answer>"
    found = at_the_answer(steps, text, text, OPTIONS[:2])
    assert found is not None
    assert dict(found.probs) == pytest.approx({"A": 0.2, "B": 0.8})


def test_the_start_of_the_turn_is_not_looked_up() -> None:
    letter = step("B", A=0.2, B=0.8)
    prefill = "<think>A.</think>"
    found = at_the_answer([letter], f"{prefill}B", "B", OPTIONS[:2])
    assert found is not None
    assert found.probs["B"] == pytest.approx(0.8)
    given = "<think>x</think><answer>A</answer>"
    assert at_the_answer(sure(" Yes."), f"{given} Yes.", " Yes.", OPTIONS) is None


def test_reasoning_that_the_server_keeps_apart_is_passed_over() -> None:
    steps = [*sure("It is ", "B", "</think>", "\n\n"), step("B", A=0.3, B=0.7)]
    found = at_the_answer(steps, "<think>It is B</think>B", "B", OPTIONS[:2])
    assert found is not None
    assert found.probs["B"] == pytest.approx(0.7)


def test_a_small_letter_has_no_probabilities_rather_than_those_of_capitals() -> None:
    letter = step("b", b=0.5, a=0.25, A=0.2)
    assert at_the_answer([*sure("<answer>"), letter], "<answer>b", "<answer>b", OPTIONS[:2]) is None


def test_a_letter_joined_with_other_text_has_none_either() -> None:
    whole = Step("Answer:B", log(0.6), (("Answer:B", log(0.6)), ("B", log(0.2)), ("A", log(0.2))))
    assert at_the_answer([whole], "Answer:B", "Answer:B", OPTIONS[:2]) is None


def test_the_mass_is_what_is_shown_of_the_letters() -> None:
    found = at_the_start([step("x", x=0.5, A=0.3, _B=0.1)], OPTIONS)
    assert found is not None
    assert found.mass == pytest.approx(0.4)


def test_prose_that_was_cut_off_has_no_probabilities() -> None:
    steps, text = sure("So the answer is ", "A"), "So the answer is A"
    assert at_the_answer(steps, text, text, OPTIONS) is not None
    assert at_the_answer(steps, text, text, OPTIONS, cut=True) is None


@pytest.mark.parametrize("text", ["I cannot tell.", "<answer>left</answer>"])
def test_without_an_answer_letter_there_are_no_probabilities(text: str) -> None:
    assert at_the_answer([step(text)], text, text, OPTIONS) is None


def test_tokens_that_are_another_text_give_no_probabilities() -> None:
    assert at_the_answer(sure("token_id:1", "token_id:2"), "<answer>A</answer>", "<answer>A</answer>", OPTIONS) is None


def test_at_the_start_of_a_forced_answer_the_first_token_counts() -> None:
    found = at_the_start([step("x", x=0.5, A=0.3, _B=0.1)], OPTIONS)
    assert found is not None
    assert dict(found.probs) == pytest.approx({"A": 0.6, "B": 0.2, "C": 0.2})
    assert found.at_most == "C"
    assert at_the_start([step("x", x=0.9)], OPTIONS) is None
    assert at_the_start([], OPTIONS) is None
