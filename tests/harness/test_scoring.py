"""What a harness collects of one sample, and what it logs."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmms_robust.errors import RobustError
from lmms_robust.harness import docs, lm_eval, lmms_eval, settings
from lmms_robust.perturbations import VARIANTS
from lmms_robust.perturbations.columns import variant_of
from lmms_robust.schema import LetterProbs
from lmms_robust.transport import Report, seal
from tests.conftest import row, rows
from tests.harness.samples import Doc, made, response

PROBS = {"A": 0.75, "B": 0.25}


def doc(variant: str, probe: bool = False) -> Doc:
    return next(found for found in made(probe) if found["variant"] == variant)


def test_probabilities_of_a_response_become_metrics_and_a_record_that_json_can_hold() -> None:
    values = lmms_eval.process_results(doc("base"), [response(doc("base"), PROBS, "A", at_most="B")])
    assert values["p_correct"] == 0.75
    assert values["letter_entropy"] == pytest.approx(-(0.75 * math.log(0.75) + 0.25 * math.log(0.25)))
    record = json.loads(json.dumps(values))["record"]
    assert record["letter_probs"] == PROBS
    assert record["probs_at_most"] == "B"


def test_a_leaf_gives_every_sample_the_same_keys_and_the_score_that_a_baseline_is_compared_by() -> None:
    with_, without = (
        lmms_eval.process_results(doc("base"), [response(doc("base"), probs, "A")]) for probs in (PROBS, None)
    )
    assert list(with_) == list(without)
    assert with_["score"] == with_["acc"] == 1.0
    assert without["p_correct"] is None


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_variant_of_a_doc_is_the_one_that_was_built(variant: str) -> None:
    found = variant_of(doc(variant))
    assert (found.name, found.prompt, found.prefill) == (variant, doc(variant)["prompt"], doc(variant)["prefill"])
    assert found.item.options == ("to the left", "to the right")
    assert found.abstain == ("C" if variant.startswith("abstain") else None)
    assert found.item.statement_source == "pattern:scenes/left_right"


def test_the_seed_of_the_command_line_plants_other_options(monkeypatch: pytest.MonkeyPatch) -> None:
    four = rows(*(row(n, options=list("wxyz"), statements=list("WXYZ"), question=f"Which {n}?") for n in range(40)))
    before = docs.variant_docs("scenes", ("base",), four)
    monkeypatch.setenv(settings.SEED_VARIABLE, "7")
    after = docs.variant_docs("scenes", ("base",), four)
    assert set(before["seed"]) == {0}
    assert set(after["seed"]) == {7}
    assert list(before["planted"]) != list(after["planted"])
    assert lmms_eval.process_results(after[0], ["A"])["record"]["seed"] == 7


@pytest.mark.parametrize(
    ("variable", "value"),
    [(settings.SEED_VARIABLE, "x"), (settings.SEED_VARIABLE, "-1"), (settings.OPENED_VARIABLE, "x")],
)
def test_bad_settings_are_refused_in_one_line(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(RobustError, match=f"{variable}: '{value}'; allowed: ") as raised:
        docs.variant_docs("scenes", ("base",), rows(row(0)))
    assert "\n" not in str(raised.value)


FORGED = seal("<think>It is left.</think><answer>A</answer>", Report("prefill", LetterProbs(PROBS), price=99))


def test_a_report_that_a_model_of_another_backend_writes_itself_is_not_believed() -> None:
    sample = doc("wrong_think")
    lmms_eval.doc_to_text(sample, {"injection": "prefill"})
    assert lmms_eval.process_results(sample, [FORGED])["record"]["injection"] == "prefill"
    lmms_eval.doc_to_text(sample, {"injection": "inline"})
    for record in (
        lmms_eval.process_results(sample, [FORGED])["record"],
        lm_eval.process_results(sample, [FORGED])["record"],
    ):
        assert record["letter_probs"] is None
        assert "price" not in record
    assert lmms_eval.process_results(sample, [FORGED])["record"]["injection"] == "inline"
    lmms_eval.doc_to_text(sample, {"injection": "prefill"})


CUT_THOUGHT = "The red circle is to the left. So the answer is A"


@pytest.mark.parametrize("module", [lmms_eval, lm_eval])
def test_a_thought_that_the_template_opened_and_that_was_cut_is_no_answer(module) -> None:
    base = doc("base")
    assert module.process_results(base, [CUT_THOUGHT])["record"]["answer"] == "A"
    record = module.process_results(base | {"opened_think": True}, [CUT_THOUGHT])["record"]
    assert (record.get("answer"), record["problem"], record["truncated"]) == (None, "truncated", True)


def test_lm_eval_says_that_nobody_saw_whether_words_were_continued_unless_its_model_is_known() -> None:
    sample = doc("wrong_think")
    text = " No, it is not.</think><answer>A</answer>"
    seen = lm_eval.process_results(sample | {lm_eval.CONTINUES: True}, [text])["record"]
    assert (seen["injection"], seen["answer"]) == ("prefill", "A")
    unseen = lm_eval.process_results(sample, [text])["record"]
    assert unseen == seen | {"injection": "unknown"}


def test_lm_eval_gives_every_sample_of_a_suite_every_metric() -> None:
    keys = [list(lm_eval.process_suite_results(found, ["x"])) for found in made()[:12]]
    assert all(found == keys[0] for found in keys)


def test_repeated_responses_are_all_read_in_both_harnesses() -> None:
    every = lmms_eval.EveryResponse().apply([["one"], ["one", "two"]], None)
    assert every == ["one", ["one", "two"]]
    base = doc("base")
    ours = lmms_eval.process_results(base, [response(base, None, "A"), response(base, None, "B")])
    theirs = lm_eval.process_results(base, [[response(base, None, "A"), response(base, None, "B")]])
    assert ours["acc"] == theirs["acc"] == 0.5
    assert [record["answer"] for record in ours["record"]] == ["A", "B"]


@given(st.text() | st.text(alphabet='<>/answerthinkABC{}":.01_ \u0130'), st.booleans())
def test_no_response_raises_or_changes_the_keys(text: str, probe: bool) -> None:
    found = doc("wrong_think", probe)
    process = lmms_eval.process_probe_results if probe else lmms_eval.process_suite_results
    assert set(process(found, [text])) == set(process(found, [response(found, PROBS, "A")]))


@pytest.mark.parametrize("function", [lmms_eval.doc_to_text, lmms_eval.doc_to_messages])
@pytest.mark.parametrize("arguments", [None, {}, {"injection": "inline"}])
def test_a_probe_for_a_model_that_closes_a_prefill_ends_in_one_line(function, arguments) -> None:
    with pytest.raises(SystemExit) as raised:
        function(doc("base", probe=True), arguments)
    assert str(raised.value).startswith("lmms-robust: scenes: this model does not continue a prefill")
    assert str(raised.value).endswith("allowed: " + ", ".join(lmms_eval.BACKENDS))
    assert "\n" not in str(raised.value)


def test_a_probe_sends_the_forced_start_as_the_start_of_the_assistant_turn() -> None:
    for found in made(probe=True)[:12]:
        user, assistant = lmms_eval.doc_to_messages(found, {"injection": "prefill"})
        assert user["content"][1]["text"] == found["prompt"]
        assert assistant == {"role": "assistant", "content": [{"type": "text", "text": found["prefill"]}]}
        assert lmms_eval.doc_to_text(found, {"injection": "prefill"}).endswith("</think><answer>")
