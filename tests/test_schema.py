import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy

from lmms_robust.errors import RobustError
from lmms_robust.schema import Item, Record


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"options": ("red",), "statements": ("x",)}, "1 option(s); allowed: 2 to 9"),
        ({"options": ("red", "Red ", "blue", "black")}, "two options are equal"),
        ({"options": ("red", " ", "blue", "black")}, "an option or a statement is ' '"),
        ({"answer": "E"}, "answer 'E'; allowed: A, B, C, D"),
        ({"statements": ("x",)}, "1 statements; allowed: one for each of 4 options"),
        ({"statements": ("x.", "y.", "X.", "z.")}, "two statements are equal; allowed: distinct ones"),
        ({"unplantable": ("A", "B", "D")}, "every wrong option may hold beside C; allowed: one that cannot"),
    ],
)
def test_an_item_that_cannot_be_asked_is_refused_in_one_line(item: Item, changes: dict, message: str) -> None:
    with pytest.raises(RobustError) as raised:
        replace(item, **changes)
    assert message in str(raised.value)
    assert item.id in str(raised.value)
    assert "\n" not in str(raised.value)


def record(**changes: object) -> Record:
    values = {
        "item": "x", "benchmark": "scenes", "category": "color", "question": "What color?",
        "options": ("red", "green", "blue", "black"), "variant": "wrong_think", "injection": "prefill",
        "gold": "C", "planted": "A", "abstain": None,
        "caption_source": "", "answer": "C", "conclusion": "A", "consistent": False,
        "decided_by": "rules", "problem": None,
    }  # fmt: skip
    return Record(**(values | changes))


def test_a_right_answer_after_other_reasoning_is_correct_but_not_consistent() -> None:
    sample = record()
    assert sample.correct is True
    assert sample.correct_and_consistent is False
    assert sample.followed is False


def test_without_an_answer_nothing_is_known_but_that() -> None:
    sample = record(answer=None, consistent=None, problem="no_answer")
    assert sample.no_answer is True
    assert [sample.correct, sample.correct_and_consistent, sample.followed, sample.abstained] == [None] * 4


def test_a_wrong_answer_with_undecided_reasoning_is_wrong_and_undecided() -> None:
    sample = record(answer="A", conclusion=None, consistent=None, problem="no_conclusion")
    assert sample.correct is False
    assert sample.correct_and_consistent is None


def test_abstaining_is_an_answer_that_is_neither_right_nor_planted() -> None:
    sample = record(answer="E", abstain="E", conclusion="E", consistent=True)
    assert (sample.abstained, sample.correct, sample.followed, sample.no_answer) == (True, False, False, False)


def test_probabilities_are_of_the_right_letter_and_of_the_letter_answered() -> None:
    sample = record(letter_probs={"A": 0.25, "B": 0.125, "C": 0.5, "D": 0.125}, answer="A")
    assert (sample.p_correct, sample.p_answer) == (0.5, 0.25)
    assert sample.letter_entropy == pytest.approx(entropy([0.25, 0.125, 0.5, 0.125]))
    assert record(letter_probs={"A": 1.0}, answer=None).p_answer is None
    assert record(letter_probs={"A": 1.0}).p_correct is None


def test_without_probabilities_nothing_is_known_of_confidence() -> None:
    sample = record()
    assert (sample.p_correct, sample.p_answer, sample.letter_entropy) == (None, None, None)


def test_certainty_has_an_entropy_of_zero_and_ignorance_that_of_the_count() -> None:
    assert record(letter_probs={"A": 0.0, "C": 1.0}).letter_entropy == 0.0
    assert record(letter_probs=dict.fromkeys("ABCD", 0.25)).letter_entropy == pytest.approx(math.log(4))


@given(st.lists(st.floats(0, 1), min_size=2, max_size=10).filter(any))
def test_the_entropy_is_scipys(weights: list[float]) -> None:
    probs = {letter: weight / sum(weights) for letter, weight in zip("ABCDEFGHIJ", weights, strict=False)}
    assert record(letter_probs=probs).letter_entropy == pytest.approx(entropy(weights), abs=1e-9)


def test_a_probe_is_known_by_how_its_words_were_injected() -> None:
    assert record(injection="probe").probe is True
    assert record().probe is False
