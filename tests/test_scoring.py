"""From a response to a record, without a harness."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmms_robust.perturbations import VARIANTS, build
from lmms_robust.perturbations.probe import force_answer
from lmms_robust.record import Record
from lmms_robust.schema import Item, LetterProbs, Variant
from lmms_robust.scoring import score
from lmms_robust.transport import Report, seal

PROBS = LetterProbs({"A": 0.75, "B": 0.25})
ITEM = Item(
    question="Where is the dog?",
    options=("left", "right"),
    answer="A",
    statements=("The dog is on the left.", "The dog is on the right."),
    statement_source="pattern:places",
    id="dogs-1",
    benchmark="dogs",
)


def answered(variant: Variant, letter: str, chain: str = "The dog is on the left.") -> str:
    return f"{variant.prefill or '<think>'} {chain}</think><answer>{letter}</answer>"


def test_a_record_says_what_was_asked_and_where_its_words_come_from() -> None:
    variant = build(ITEM, "wrong_caption", seed=3, captions=("Dog left.", "Dog right."), caption_source="llm:m h")
    sample = score(variant, answered(variant, "B"), repeat=2)
    assert (sample.item, sample.benchmark, sample.variant, sample.gold, sample.planted) == (
        "dogs-1", "dogs", "wrong_caption", "A", "B",
    )  # fmt: skip
    assert (sample.statement_source, sample.caption_source) == ("pattern:places", "llm:m h")
    assert (sample.seed, sample.repeat, sample.digest) == (3, 2, ITEM.digest)
    assert (sample.outcome, sample.conclusion, sample.consistent) == ("planted", "A", False)


def test_the_report_of_a_backend_goes_into_the_record() -> None:
    variant = build(ITEM, "wrong_think")
    report = Report("prefill", replace(PROBS, mass=0.9), False, 40, 30, "summarised", ("seed",), 0.002)
    sample = score(variant, answered(variant, "A"), report)
    assert (sample.injection, sample.letter_probs, sample.mass) == ("prefill", {"A": 0.75, "B": 0.25}, 0.9)
    assert (sample.output_tokens, sample.reasoning_tokens, sample.reasoning) == (40, 30, "summarised")
    assert (sample.not_honoured, sample.price) == (("seed",), 0.002)


def test_a_report_within_a_response_is_not_believed() -> None:
    variant = build(ITEM, "wrong_think")
    forged = seal(answered(variant, "A"), Report("inline", PROBS, cut=True, reasoning="hidden", output_tokens=3))
    assert score(variant, forged) == score(variant, answered(variant, "A"))


def test_probabilities_of_other_letters_are_none_of_this_question() -> None:
    variant = build(ITEM, "base")
    report = Report(letter_probs=LetterProbs({"A": 0.5, "D": 0.5}))
    assert score(variant, answered(variant, "A"), report).letter_probs is None


@pytest.mark.parametrize(
    ("response", "report", "injection"),
    [
        ("{prefill} No.</think><answer>A</answer>", None, "prefill"),
        ("<think>It is left.</think><answer>A</answer>", None, "unknown"),
        ("{prefill} No.</think><answer>A</answer>", Report("inline"), "inline"),
    ],
)
def test_how_the_words_were_delivered_is_what_was_observed(
    response: str, report: Report | None, injection: str
) -> None:
    variant = build(ITEM, "wrong_think")
    assert score(variant, response.replace("{prefill}", variant.prefill), report).injection == injection
    assert score(build(ITEM, "base"), "A").injection == "none"


def test_a_template_that_opens_the_thought_itself_may_put_a_line_break_there() -> None:
    opened = build(ITEM, "wrong_think")
    turn = opened.prefill.replace("<think>", "<think>\n") + " No.</think><answer>A</answer>"
    assert (score(opened, turn).injection, score(opened, turn).outcome) == ("prefill", "right")
    probe = force_answer(opened)
    assert score(probe, probe.prefill.replace("<think>", "<think>\n", 1) + "A</answer>").outcome == "right"


def test_a_response_cut_at_the_limit_of_tokens_is_truncated_whatever_it_said_until_then() -> None:
    variant = build(ITEM, "base")
    prose = "The dog is on the left. So the answer is A"
    assert score(variant, prose, Report(cut=False)).outcome == "right"
    sample = score(variant, prose, Report(cut=True))
    assert (sample.outcome, sample.truncated, sample.undecided) == ("no_answer", True, "truncated")
    whole = score(variant, answered(variant, "A"), Report(cut=True))
    assert (whole.outcome, whole.truncated) == ("right", False)


def test_reasoning_that_is_not_the_models_own_has_no_consistency() -> None:
    stopped = build(ITEM, "stop_think")
    probe = force_answer(build(ITEM, "wrong_think"))
    for variant, response in ((stopped, f"{stopped.prefill}<answer>A</answer>"), (probe, f"{probe.prefill}A</answer>")):
        sample = score(variant, response)
        assert (sample.consistent, sample.undecided, sample.applicable) == (None, "not_applicable", False)
        assert sample.correct


def test_a_chain_that_cannot_tell_agrees_with_the_option_to_abstain() -> None:
    variant = build(ITEM, "abstain_base")
    unsure = "It could be left or right, I cannot tell."
    sample = score(variant, answered(variant, "C", unsure))
    assert (sample.outcome, sample.conclusion, sample.consistent) == ("abstained", "C", True)
    without = build(ITEM, "base")
    assert score(without, answered(without, "A", unsure)).consistent is None


@pytest.mark.parametrize(("reasoning", "undecided"), [("shown", "no_reasoning"), ("hidden", "hidden")])
def test_missing_reasoning_is_named(reasoning, undecided: str) -> None:
    sample = score(build(ITEM, "base"), "<answer>A</answer>", Report(reasoning=reasoning))
    assert (sample.correct, sample.consistent, sample.undecided) == (True, None, undecided)


@pytest.mark.parametrize(("mass", "outcome"), [(None, "right"), (0.5, "right"), (0.49, "no_answer")])
def test_a_probe_that_hardly_goes_on_to_a_letter_has_no_answer(mass: float | None, outcome: str) -> None:
    probe = force_answer(build(ITEM, "base"))
    sample = score(probe, f"{probe.prefill}A</answer>", Report("prefill", replace(PROBS, mass=mass)))
    assert (sample.outcome, sample.mass) == (outcome, mass)


@pytest.mark.parametrize(
    "response",
    [
        "B</answer>",
        "<think>It is left.</think><answer>B</answer>",
        seal("<think>Hm.</think><answer>B</answer>", Report("prefill", PROBS)),
    ],
)
def test_a_response_that_was_not_forced_says_nothing_and_is_still_a_probes(response: str) -> None:
    sample = score(force_answer(build(ITEM, "wrong_think")), response)
    assert sample.probe is True
    assert (sample.answer, sample.letter_probs, sample.problem) == (None, None, "not_forced")


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_probes_record_says_nothing_of_reasoning(variant: str) -> None:
    probe = force_answer(build(ITEM, variant))
    sample = score(probe, f"{probe.prefill}B</answer>", Report("prefill", PROBS))
    assert (sample.injection, sample.answer, sample.followed, sample.p_correct) == ("probe", "B", True, 0.75)


@given(st.text() | st.text(alphabet='<>/answerthinkABC{}":.01_ \u0130'), st.sampled_from(list(VARIANTS)), st.booleans())
def test_no_response_raises(text: str, name: str, probe: bool) -> None:
    variant = build(ITEM, name)
    assert isinstance(score(force_answer(variant) if probe else variant, text), Record)


@pytest.mark.parametrize(
    "text", ["<answer>\u0130</answer>", "\u0130. left", "Option (\u0130)", "<answer>\u212a</answer>"]
)
def test_a_letter_that_only_looks_like_one_is_no_answer(text: str) -> None:
    assert score(build(ITEM, "base"), text).answer is None


def test_scoring_needs_no_harness() -> None:
    code = "import sys, lmms_robust.scoring; print({'torch', 'datasets', 'lmms_eval', 'lm_eval'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
