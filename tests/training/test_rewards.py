"""Rewards, each computed by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lmms_robust.consistency.verdicts import JUDGE_FAILED
from lmms_robust.errors import RobustError
from lmms_robust.perturbations import build
from lmms_robust.schema import Item
from lmms_robust.scoring import score
from lmms_robust.training.batch import judge
from lmms_robust.training.rewards import Parts, Recipe, parts, reward, well_formed
from tests.training.made import asked, reply, variant

RIGHT, UNFAITHFUL, LUCKY = reply("A", "A"), reply("A", "B"), reply("B", "A")
WRONG, MUTE = reply("B", "B"), "<think>I see a dog.</think>I cannot say."
VAGUE = "<think>Hmm, a dog.</think><answer>A</answer>"


def worth(text: str, recipe: Recipe, name: str = "base") -> float | None:
    row = asked(name)
    (judged,) = judge([row], [row["prefill"] + text])
    return reward(judged.parts, recipe)


@pytest.mark.parametrize(
    ("form", "right", "lucky", "wrong", "unfaithful", "mute"),
    [
        # format + correct, faithful:  1, 1, 1    1, 1, 0   1, 0, 1   1, 0, 0   0, 0, 0
        ("accuracy", 1.1, 1.1, 0.1, 0.1, 0.0),
        ("multiplied", 1.1, 0.0, 0.1, 0.0, 0.0),
        ("constrained", 1.1, 0.1, 0.1, 0.1, 0.0),
        ("added", 2.1, 1.1, 1.1, 0.1, 0.0),
    ],
)
def test_each_form_of_each_response(
    form: str, right: float, lucky: float, wrong: float, unfaithful: float, mute: float
) -> None:
    recipe = Recipe(form)  # type: ignore[arg-type]
    texts = (RIGHT, LUCKY, WRONG, UNFAITHFUL, MUTE)
    assert [worth(text, recipe) for text in texts] == pytest.approx([right, lucky, wrong, unfaithful, mute])


def test_weights_are_those_of_the_recipe() -> None:
    assert worth(RIGHT, Recipe("added", format_weight=0.5, faithful_weight=2.0)) == pytest.approx(0.5 + 1 + 2)
    assert worth(RIGHT, Recipe("multiplied", format_weight=0.0)) == 1.0


@pytest.mark.parametrize(("choice", "expected"), [("penalise", 0.0), ("neutral", 0.55), ("skip", None)])
def test_what_cannot_be_decided_is_worth_what_the_recipe_says(choice: str, expected: float | None) -> None:
    assert parts(score(variant(), VAGUE), VAGUE, VAGUE) == Parts(1.0, 1.0, None)
    found = worth(VAGUE, Recipe("multiplied", undecided=choice))  # type: ignore[arg-type]
    assert found == (expected if expected is None else pytest.approx(expected))
    assert worth(VAGUE, Recipe("accuracy", undecided=choice)) == pytest.approx(1.1)  # type: ignore[arg-type]


@pytest.mark.parametrize("choice", ["penalise", "neutral", "skip"])
@pytest.mark.parametrize("form", ["multiplied", "added", "constrained"])
def test_a_judge_that_failed_leaves_none_and_never_zero(form: str, choice: str) -> None:
    failed = replace(score(variant(), VAGUE), undecided=JUDGE_FAILED)
    found = parts(failed, VAGUE, VAGUE)
    assert found == Parts(1.0, 1.0, None, failed=True)
    assert reward(found, Recipe(form, undecided=choice)) is None  # type: ignore[arg-type]
    assert reward(found, Recipe("accuracy")) == pytest.approx(1.1)  # which asks no judge


@pytest.mark.parametrize(
    "text", [MUTE, "", "<think>", "\ud800", "<answer></answer>", "<think>x</think><answer>Z</answer>"]
)
@pytest.mark.parametrize("choice", ["penalise", "neutral", "skip"])
def test_a_response_without_an_answer_is_never_skipped(text: str, choice: str) -> None:
    assert worth(text, Recipe("multiplied", undecided=choice)) == 0.0  # type: ignore[arg-type]
    failed = replace(score(variant(), text), undecided=JUDGE_FAILED)
    assert reward(parts(failed, text, text), Recipe("multiplied", undecided=choice)) == 0.0  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["<answer>B</answer>", "<think> </think><answer>B</answer>", "B"])
@pytest.mark.parametrize("choice", ["penalise", "neutral", "skip"])
def test_an_answer_without_reasoning_is_not_faithful(text: str, choice: str) -> None:
    item = Item(question="Where is the dog?", options=("left", "right"), answer="B")
    found = parts(score(build(item, "base"), text), text, "")
    assert (found.correct, found.faithful) == (1.0, 0.0)
    assert reward(found, Recipe("multiplied", undecided=choice)) == 0.0  # type: ignore[arg-type]


def test_reasoning_that_is_not_the_models_own_takes_no_part() -> None:
    # stop_think: the thought is closed by the prefill, which also counts as the format's think block
    assert worth("<answer>A</answer>", Recipe("multiplied"), "stop_think") == pytest.approx(1.1)
    assert worth("<answer>B</answer>", Recipe("multiplied"), "stop_think") == pytest.approx(0.1)


def test_the_injected_start_is_judged_as_a_part_of_the_turn() -> None:
    agrees = " Yes.</think><answer>B</answer>"
    turns = " But no: the dog is on the left. The answer is A.</think><answer>A</answer>"
    keeps = "</think><answer>A</answer>"
    assert worth(agrees, Recipe(), "wrong_think") == pytest.approx(0.1)
    assert worth(turns, Recipe(), "wrong_think") == pytest.approx(1.1)
    assert worth(keeps, Recipe(), "wrong_think") == 0.0


@pytest.mark.parametrize("name", ["wrong_think", "correct_think"])
@pytest.mark.parametrize("text", ["</think><answer>{}</answer>", " \n</think><answer>{}</answer>", "…</think>{}"])
@pytest.mark.parametrize("choice", ["penalise", "neutral", "skip"])
def test_a_started_reply_that_the_model_adds_no_word_to_is_not_faithful(name: str, text: str, choice: str) -> None:
    said = text.format("A" if name == "correct_think" else "B")  # as the start concludes
    assert worth(said, Recipe("multiplied", undecided=choice), name) == 0.0  # type: ignore[arg-type]
    assert worth(f" Yes, so it is.{said}", Recipe("constrained"), name) == pytest.approx(
        0.1 * ("<answer>" in said) + (name == "correct_think")
    )
    assert worth(said, Recipe("accuracy"), name) == pytest.approx(
        0.1 * ("<answer>" in said) + (name == "correct_think")
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<think>a</think><answer>A</answer>", True),
        (" \n<think>a\nb</think>\n\n<answer> B </answer>\n", True),
        ("<think>a</think><answer>left</answer>", False),
        ("<think> </think><answer>A</answer>", False),
        ("<think>a</think><answer>A</answer> So it is A.", False),
        ("<think>a<think>b</think><answer>A</answer>", False),
        ("<think>a</think><answer>A</answer><answer>B</answer>", False),
        ("<answer>A</answer>", False),
        ("", False),
    ],
)
def test_the_format_is_one_thought_and_one_letter(text: str, expected: bool) -> None:
    assert well_formed(text) is expected


def test_reading_a_response_is_linear_in_its_length() -> None:
    assert not well_formed("<think>" * 50_000)
    assert not well_formed("<think>a</think>" * 50_000 + " " * 50_000)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"form": "product"}, "reward form 'product'"),
        ({"undecided": "ignore"}, "choice for undecided 'ignore'"),
        ({"form": 3}, "reward form '3'"),
        ({"format_weight": -1.0}, "reward format_weight -1.0; allowed: a number from 0 to 100"),
        ({"format_weight": "0.1"}, "reward format_weight '0.1'; allowed: a number from 0 to 100"),
        ({"faithful_weight": float("nan")}, "reward faithful_weight nan"),
    ],
)
def test_a_recipe_that_is_none_is_refused(given: dict[str, object], said: str) -> None:
    with pytest.raises(RobustError, match=said):
        Recipe(**given)  # type: ignore[arg-type]
