"""Signs of collapse and what they cost."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

import pytest

from lmms_robust.errors import RobustError
from lmms_robust.training.batch import Rewarder, judge, metrics
from lmms_robust.training.collapse import Guard, signs, template
from lmms_robust.training.rewards import Recipe
from tests.training.made import asked, reply

LIVELY = [
    "<think>The dog sits beside the red door, so the answer is A.</think><answer>A</answer>",
    "<think>A tree hides most of the picture. The answer is B.</think><answer>B</answer>",
    "<think>Nothing stands on the right side: the answer is A.</think><answer>A</answer>",
    "<think>I would say that the answer is B.</think><answer>B</answer>",
]
TEMPLATED = [reply("A", "A"), reply("B", "B"), reply("A", "A"), reply("A", "A")]


def measured(texts: Sequence[str], names: Sequence[str] = ()) -> dict[str, float]:
    judged = judge([asked(name) for name in names or ["base"] * len(texts)], texts)
    return metrics(judged, Rewarder().rewards(judged))


def test_lively_chains_show_no_sign() -> None:
    found = measured(LIVELY)
    assert found["collapse/template_share"] == 0.25
    assert found["collapse/conclusion_free"] == 0.0
    assert found["collapse/answer_entropy"] == pytest.approx(log(2))
    assert found["collapse/no_answer"] == 0.0


def test_one_template_is_seen_whatever_options_and_letters_stand_in_it() -> None:
    assert measured(TEMPLATED)["collapse/template_share"] == 1.0
    assert template("It is left, no. 12: A", ["left", "right"]) == template("It is RIGHT, no. 7: B", ["left", "right"])
    assert template("The left one", ["left"]) != template("The leftover one", ["left"])


def test_chains_without_a_conclusion_are_counted_and_the_words_of_the_others() -> None:
    short = ["<think>Hm.</think><answer>A</answer>"] * 3 + [reply("A", "A")]
    found = measured(short)
    assert found["collapse/conclusion_free"] == 0.75
    # "Hm ." is 2, "Looking at it , the answer is A ." is 9
    assert found["collapse/words"] == pytest.approx((3 * 2 + 9) / 4)
    assert found["robust/undecided"] == 0.75


def test_words_that_were_put_in_its_mouth_are_not_the_models() -> None:
    turn = asked("wrong_think")["prefill"] + " Yes.</think><answer>B</answer>"
    assert measured([turn], ["wrong_think"])["collapse/words"] == 2.0
    stopped = asked("stop_think")["prefill"] + "<answer>B</answer>"
    found = measured([stopped], ["stop_think"])
    assert found["collapse/words"] == 0.0
    assert found["collapse/conclusion_free"] == 0.0  # of none that could have one


def test_answers_that_are_all_one_letter_have_no_entropy_and_missing_ones_are_counted() -> None:
    found = measured([reply("A", "A")] * 4 + ["<think>I give up.</think>"])
    assert found["collapse/answer_entropy"] == 0.0
    assert found["collapse/no_answer"] == 0.2
    nothing = measured([""] * 4)
    assert nothing["collapse/no_answer"] == 1.0
    assert "collapse/answer_entropy" not in nothing


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_responses_have_no_shares_and_lose_nothing_by_them(count: int) -> None:
    vague = "<think>There is a dog in it.</think><answer>A</answer>"  # one template, one letter, no conclusion
    found = measured([vague] * count)
    assert set(found) >= {"collapse/words", "collapse/conclusion_free", "collapse/no_answer"}
    assert not {"collapse/template_share", "collapse/answer_entropy"} & set(found)
    guard = Guard(penalty=0.5, answer_entropy=1.0)
    assert Rewarder(Recipe("accuracy"), guard).rewards(judge([asked()] * count, [vague] * count)) == [1.1] * count
    assert Rewarder(Recipe("accuracy"), guard).rewards(judge([asked()] * 4, [vague] * 4)) == pytest.approx([0.6] * 4)


def test_short_chains_lose_however_few_there_are() -> None:
    judged = judge([asked()], ["<think>So</think><answer>A</answer>"])
    assert Rewarder(Recipe("accuracy"), Guard(penalty=0.25)).rewards(judged) == pytest.approx([0.85])


def test_by_default_nothing_is_taken() -> None:
    judged = judge([asked()] * 4, TEMPLATED)
    assert Rewarder(Recipe()).rewards(judged) == pytest.approx([1.1, 0.1, 1.1, 1.1])


def test_a_penalty_is_taken_from_the_responses_of_a_rife_template_alone() -> None:
    texts = [*TEMPLATED[:3], LIVELY[0]]
    judged = judge([asked()] * 4, texts)
    rewards = Rewarder(Recipe(), Guard(penalty=0.5, template_share=0.7)).rewards(judged)
    assert rewards == pytest.approx([0.6, -0.4, 0.6, 1.1])
    rewards = Rewarder(Recipe(), Guard(penalty=0.5, template_share=0.75)).rewards(judged)  # three of four are not more
    assert rewards == pytest.approx([1.1, 0.1, 1.1, 1.1])


def test_a_penalty_is_taken_from_chains_that_say_nothing() -> None:
    texts = ["<think>So</think><answer>A</answer>", *LIVELY[:3]]
    guard = Guard(penalty=0.25, least_words=3)
    assert Rewarder(Recipe("accuracy"), guard).rewards(judge([asked()] * 4, texts)) == pytest.approx(
        [0.85, 1.1, 0.1, 1.1]
    )


def test_a_penalty_is_taken_from_chains_that_conclude_nothing_where_most_do() -> None:
    vague = "<think>There is a dog in it.</think><answer>A</answer>"
    texts = [vague, *LIVELY[:1], vague.replace("dog", "big dog"), vague.replace("dog", "red dog")]
    rewards = Rewarder(Recipe("accuracy"), Guard(penalty=0.5)).rewards(judge([asked()] * 4, texts))
    assert rewards == pytest.approx([0.6, 1.1, 0.6, 0.6])  # three of four end on no option
    rewards = Rewarder(Recipe("accuracy"), Guard(penalty=0.5, conclusion_free=0.8)).rewards(judge([asked()] * 4, texts))
    assert rewards == pytest.approx([1.1] * 4)


def test_a_penalty_is_taken_from_the_commonest_letter_where_answers_have_hardly_any_entropy() -> None:
    texts = [*LIVELY[:1], LIVELY[2], LIVELY[3], LIVELY[0].replace("red", "blue")]  # A, A, B, A
    judged = judge([asked()] * 4, texts)
    entropy = -(0.75 * log(0.75) + 0.25 * log(0.25))
    rewards = Rewarder(Recipe("accuracy"), Guard(penalty=0.5, answer_entropy=entropy + 0.01)).rewards(judged)
    assert rewards == pytest.approx([0.6, 0.6, 0.1, 0.6])
    rewards = Rewarder(Recipe("accuracy"), Guard(penalty=0.5, answer_entropy=entropy - 0.01)).rewards(judged)
    assert rewards == pytest.approx([1.1, 1.1, 0.1, 1.1])


def test_a_response_loses_once_however_many_signs_it_shows() -> None:
    texts = ["<think>Hm</think><answer>A</answer>"] * 4  # short, one template, no conclusion, one letter
    guard = Guard(penalty=0.25, answer_entropy=1.0)
    assert Rewarder(Recipe("accuracy"), guard).rewards(judge([asked()] * 4, texts)) == pytest.approx([0.85] * 4)


def test_a_thought_that_was_closed_for_the_model_is_no_sign_and_costs_nothing() -> None:
    names = ["stop_think"] * 3 + ["base"] * 4
    texts = [asked("stop_think")["prefill"] + "<answer>A</answer>"] * 3 + [LIVELY[0]] * 4
    found = measured(texts, names)
    # "The dog sits beside the red door , so the answer is A ." is 14
    assert (found["collapse/words"], found["collapse/template_share"]) == (14.0, 1.0)
    judged = judge([asked(name) for name in names], texts)
    rewards = Rewarder(Recipe(), Guard(penalty=0.5, template_share=0.99)).rewards(judged)
    assert rewards == pytest.approx([1.1] * 3 + [0.6] * 4)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"penalty": -1}, "guard penalty -1; allowed: a number from 0 to 100"),
        ({"penalty": float("nan")}, "guard penalty nan"),
        ({"penalty": "0.2"}, "guard penalty '0.2'"),
        ({"template_share": 5}, "guard template_share 5; allowed: a number from 0 to 1"),
        ({"conclusion_free": -0.1}, "guard conclusion_free -0.1"),
        ({"least_words": -1}, "guard least_words -1"),
        ({"answer_entropy": float("inf")}, "guard answer_entropy inf"),
    ],
)
def test_a_guard_that_is_none_is_refused(given: dict[str, object], said: str) -> None:
    with pytest.raises(RobustError, match=said):
        Guard(**given)  # type: ignore[arg-type]


def test_what_has_no_reward_loses_nothing() -> None:
    judged = judge([asked()], ["<think>Hm.</think><answer>A</answer>"])
    assert Rewarder(Recipe(undecided="skip"), Guard(penalty=1.0)).rewards(judged) == [None]
    assert metrics(judged, [None])["robust/without_reward"] == 1.0


def test_signs_are_named_in_the_log() -> None:
    judged = judge([asked()] * 4, LIVELY)
    assert set(signs([one.reasoning for one in judged], [one.record for one in judged]).metrics()) == {
        f"collapse/{name}" for name in ("words", "conclusion_free", "template_share", "answer_entropy", "no_answer")
    }
