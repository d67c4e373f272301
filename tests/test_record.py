"""What one response counts as: the conventions that every number rests on."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy

from lmms_robust.errors import RobustError
from lmms_robust.record import DERIVED, Record, from_log, to_log


def record(**changes: object) -> Record:
    values = {
        "item": "x", "digest": "d", "benchmark": "scenes", "category": "color", "question": "What color?",
        "options": ("red", "green", "blue", "black"), "variant": "wrong_think", "injection": "prefill",
        "gold": "C", "planted": "A", "answer": "C", "conclusion": "A", "consistent": False,
    }  # fmt: skip
    return Record(**(values | changes))


@pytest.mark.parametrize(
    ("answer", "outcome"), [("C", "right"), ("A", "planted"), ("B", "other"), ("E", "abstained"), (None, "no_answer")]
)
def test_every_response_is_exactly_one_of_five(answer: str | None, outcome: str) -> None:
    sample = record(answer=answer, abstain="E")
    assert sample.outcome == outcome
    found = (sample.correct, sample.followed, sample.abstained, sample.no_answer)
    assert found == tuple(outcome == name for name in ("right", "planted", "abstained", "no_answer"))


def test_a_response_without_an_answer_gains_nothing() -> None:
    sample = record(answer=None, consistent=None, problem="no_answer", undecided="no_answer")
    assert (sample.correct, sample.followed, sample.abstained) == (False, False, False)
    assert sample.correct_and_consistent is False


@pytest.mark.parametrize(
    ("answer", "consistent", "both"),
    [("C", True, True), ("C", False, False), ("C", None, None), ("A", True, False), ("A", None, False)],
)
def test_and_is_kleenes(answer: str, consistent: bool | None, both: bool | None) -> None:
    assert record(answer=answer, consistent=consistent).correct_and_consistent is both


def test_probabilities_are_of_the_right_letter_and_of_the_letter_answered() -> None:
    sample = record(letter_probs={"A": 0.25, "B": 0.125, "C": 0.5, "D": 0.125}, answer="A")
    assert (sample.p_correct, sample.p_answer) == (0.5, 0.25)
    assert sample.letter_entropy == pytest.approx(entropy([0.25, 0.125, 0.5, 0.125]))
    assert record(letter_probs={"A": 1.0}, answer=None).p_answer is None
    assert record(letter_probs={"A": 1.0}).p_correct is None


def test_bounds_are_no_exact_probabilities() -> None:
    assert record(letter_probs={"A": 0.9, "C": 0.1}, probs_at_most="C").exact_probs is None
    assert record(letter_probs={"A": 0.9, "C": 0.1}).exact_probs == {"A": 0.9, "C": 0.1}


def test_without_probabilities_nothing_is_known_of_confidence() -> None:
    sample = record()
    assert (sample.p_correct, sample.p_answer, sample.letter_entropy) == (None, None, None)


def test_certainty_has_an_entropy_of_zero_and_ignorance_that_of_the_count() -> None:
    assert record(letter_probs={"A": 0.0, "C": 1.0}).letter_entropy == 0.0
    assert record(letter_probs=dict.fromkeys("ABCD", 0.25)).letter_entropy == pytest.approx(math.log(4))


@pytest.mark.parametrize("probs", [{"A": 5e-324, "B": 1.0, "C": 1.0}, {"A": 0.0, "B": 0.0}, {"A": 5e-324}])
def test_no_probabilities_raise(probs: dict[str, float]) -> None:
    assert record(letter_probs=probs).letter_entropy >= 0


@given(st.lists(st.floats(0, 1), min_size=2, max_size=10).filter(lambda weights: sum(weights) > 1e-9))
def test_the_entropy_is_scipys(weights: list[float]) -> None:
    probs = {letter: weight / sum(weights) for letter, weight in zip("ABCDEFGHIJ", weights, strict=False)}
    assert record(letter_probs=probs).letter_entropy == pytest.approx(entropy(weights), abs=1e-9)


def test_a_probe_is_known_by_how_its_words_were_injected() -> None:
    assert record(injection="probe").probe is True
    assert record().probe is False


def test_a_record_comes_back_from_a_log_which_leaves_rare_defaults_out() -> None:
    sample = record(letter_probs={"A": 0.75, "C": 0.25}, mass=0.9, not_honoured=("temperature",), output_tokens=7)
    written = json.loads(json.dumps(to_log(sample)))
    assert from_log(written) == sample
    assert not {"price", "seed", "repeat", "abstain", "truncated", "decided_by"} & set(written)
    empty = to_log(record(answer=None, conclusion=None, consistent=None, injection="none"))
    for found in (written, empty):
        assert {"item", "variant", "gold", "planted", "answer", "letter_probs", "injection"} <= set(found)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([], "a list"),
        ({"item": "x"}, "lacks digest, benchmark, "),
        (to_log(record()) | {"of_a_later_version": 1}, "'of_a_later_version' is not known"),
        *(
            (to_log(record()) | {name: "Z"}, f"{name} is 'Z'; allowed: letters of its ")
            for name in ("gold", "planted", "answer", "conclusion", "abstain")
        ),
        (to_log(record()) | {"options": ["left", 3]}, "options is "),
        (to_log(record()) | {"repeat": True}, "repeat is 'True'"),
        (to_log(record()) | {"price": math.inf}, "price is 'inf'"),
        (to_log(record()) | {"letter_probs": {"A": math.nan}}, "letter_probs is "),
        (to_log(record()) | {"mass": 10**400}, "mass is '1000"),
    ],
)
def test_what_is_no_record_of_this_version_says_why(values: object, reason: str) -> None:
    with pytest.raises(RobustError) as raised:
        from_log(values)
    assert str(raised.value).startswith(f"no record of this version ({reason}")


def test_derived_columns_are_properties() -> None:
    assert all(hasattr(record(), name) for name in DERIVED)
