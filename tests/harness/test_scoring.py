import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmms_robust.harness import aggregation, lmms_eval, scoring
from lmms_robust.perturbations import VARIANTS
from lmms_robust.schema import LetterProbs
from lmms_robust.transport import Report, seal
from tests.harness.samples import Doc, made, response

PROBS = {"A": 0.75, "B": 0.25}


def doc(variant: str, probe: bool = False) -> Doc:
    return next(found for found in made(probe) if found["variant"] == variant)


def test_probabilities_of_a_response_become_metrics_and_a_record_that_json_can_hold() -> None:
    values = lmms_eval.process_results(doc("base"), [response(doc("base"), PROBS, "A", at_most="B")])
    assert (values["p_correct"], values["p_correct_n"]) == (0.75, 0.75)
    expected = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25))
    assert values["letter_entropy"] == values["letter_entropy_n"] == pytest.approx(expected)
    record = json.loads(json.dumps(values))["record"]
    assert record["letter_probs"] == PROBS
    assert record["probs_at_most"] == "B"


def test_without_probabilities_the_keys_are_the_same_and_their_means_rest_on_nothing() -> None:
    with_, without = (
        lmms_eval.process_results(doc("base"), [response(doc("base"), probs, "A")]) for probs in (PROBS, None)
    )
    assert list(with_) == list(without)
    for name in ("p_correct", "letter_entropy"):
        assert without[name] is without[f"{name}_n"] is None
        assert math.isnan(aggregation.aggregate([without[name]]))
        assert aggregation.aggregate_n([without[f"{name}_n"]]) == 0.0
        assert aggregation.aggregate_n([with_[f"{name}_n"], None]) == 1.0


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_probes_record_says_nothing_of_reasoning(variant: str) -> None:
    probe = doc(variant, probe=True)
    record = scoring.record(probe, response(probe, PROBS, "B"))
    assert (record.injection, record.probe) == ("probe", True)
    assert (record.answer, record.correct, record.followed) == ("B", False, True)
    assert (record.conclusion, record.consistent, record.problem) == (None, None, "probe")
    assert record.p_correct == 0.75


UNFORCED = {
    "a letter alone, from a backend that moved the start to the user turn": "B</answer>",
    "a response of the model's own": "<think>It is left.</think><answer>B</answer>",
    "another start": seal("<think>Hm.</think><answer>B</answer>", Report("prefill", LetterProbs(PROBS))),
}


@pytest.mark.parametrize("case", UNFORCED)
def test_a_response_that_was_not_forced_says_nothing_and_is_still_a_probes(case: str) -> None:
    record = scoring.record(doc("wrong_think", probe=True), UNFORCED[case])
    assert record.probe is True
    assert (record.answer, record.letter_probs, record.problem) == (None, None, "not_forced")


def test_a_probe_without_probabilities_has_no_answer() -> None:
    probe = doc("stop_think", probe=True)
    record = scoring.record(probe, response(probe, None, None))
    assert record.answer is None
    assert record.problem not in (None, "probe")


@given(st.text() | st.text(alphabet='<>/answerthinkABC{}":.01_ '), st.booleans())
def test_no_response_raises_or_changes_the_keys(text: str, probe: bool) -> None:
    found = doc("wrong_think", probe)
    process = lmms_eval.process_probe_results if probe else lmms_eval.process_suite_results
    assert set(process(found, [text])) == set(process(found, [response(found, PROBS, "A")]))


@pytest.mark.parametrize("function", [lmms_eval.doc_to_text, lmms_eval.doc_to_messages])
@pytest.mark.parametrize("arguments", [None, {}, {"injection": "inline"}])
def test_a_probe_for_a_model_that_closes_a_prefill_ends_in_one_line(function, arguments) -> None:
    with pytest.raises(SystemExit) as raised:
        function(doc("base", probe=True), arguments)
    assert str(raised.value).startswith("lmms-robust: robustprobe_scenes: this model does not continue a prefill")
    assert str(raised.value).endswith("allowed: " + ", ".join(lmms_eval.BACKENDS))
    assert "\n" not in str(raised.value)


def test_a_probe_sends_the_forced_start_as_the_start_of_the_assistant_turn() -> None:
    for found in made(probe=True)[:12]:
        user, assistant = lmms_eval.doc_to_messages(found, {"injection": "prefill"})
        assert user["content"][1]["text"] == found["prompt"]
        assert assistant == {"role": "assistant", "content": [{"type": "text", "text": found["prefill"]}]}
        assert lmms_eval.doc_to_text(found, {"injection": "prefill"}).endswith("</think><answer>")
