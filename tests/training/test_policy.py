"""The model itself as decider: its own reasoning under reordered options, in one call a batch."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from lmms_robust.consistency.verdicts import REORDERED
from lmms_robust.errors import RobustError
from lmms_robust.record import Record
from lmms_robust.schema import Item
from lmms_robust.training.batch import Rewarder, judge
from lmms_robust.training.policy import BehaviourDecider
from lmms_robust.training.rewards import Recipe
from lmms_robust.training.trl import JudgedReward
from tests.training.made import DOG, asked, reply

# Two options change places, so that "left" is B and "right" is A where it is asked again.
ABOVE = Item(question="Where is it?", options=("left", "all of the above"), answer="A", id="above")
VAGUE = "<think>Would it be the {} one? Hard to see.</think><answer>{}</answer>"


class Model:
    """Continues each conversation with what a function of its user turn and its start says."""

    def __init__(self, goes_on: Any) -> None:
        self.goes_on, self.calls = goes_on, list[list[Any]]()

    def __call__(self, conversations: Sequence[Any]) -> list[Any]:
        self.calls.append([*conversations])
        return [self.goes_on(text_of(user), text_of(start)) for user, start in conversations]


def text_of(message: dict[str, Any]) -> str:
    return "".join(part["text"] for part in message["content"] if part["type"] == "text")


def follows(user: str, start: str) -> str:
    """Answer the option whose word stands last in the reasoning."""
    word = max(("left", "right"), key=start.rfind)
    (letter,) = (line[0] for line in user.splitlines() if line[1:] == f". {word}")
    return letter


def decide(
    goes_on: Any, texts: Sequence[str], item: Item = DOG, name: str = "base", **given: Any
) -> tuple[list[Record], Model]:
    model = Model(goes_on)
    judged = judge([asked(name, item)] * len(texts), texts)
    return asyncio.run(BehaviourDecider(model, **given)(judged)), model


def test_the_reasoning_is_handed_back_with_its_letters_under_the_other_order() -> None:
    found, model = decide(
        follows, ["<think>It is on the left, which is A.</think><answer>A</answer>"], rules_first=False
    )
    (((user, start),),) = model.calls
    assert "\nA. right\nB. left\n" in text_of(user)
    assert text_of(start) == "<think>It is on the left, which is B.</think><answer>"
    assert (user["role"], start["role"]) == ("user", "assistant")
    assert [(one.consistent, one.conclusion, one.decided_by) for one in found] == [(True, "A", REORDERED)]


def test_the_rules_are_undecided_about_these() -> None:
    assert [one.record.consistent for one in judge([asked()] * 2, [VAGUE.format("left", "A")] * 2)] == [None, None]


def test_consistent_is_who_answers_the_same_words_again() -> None:
    found, _ = decide(follows, [VAGUE.format("left", "A"), VAGUE.format("left", "B"), VAGUE.format("right", "B")])
    assert [(one.consistent, one.conclusion) for one in found] == [(True, "A"), (False, "A"), (True, "B")]


def test_who_always_answers_one_letter_does_not_follow_its_reasoning() -> None:
    found, _ = decide(lambda user, start: "A", [VAGUE.format("left", "A"), VAGUE.format("right", "B")])
    assert [one.consistent for one in found] == [False, True]  # A is "right" now


def test_a_batch_is_one_call_about_different_responses_and_only_where_the_rules_are_undecided() -> None:
    texts = [VAGUE.format("left", "A")] * 5 + [VAGUE.format("right", "A")] * 2 + [reply("A", "A")]
    found, model = decide(follows, texts)
    assert [len(call) for call in model.calls] == [2]
    assert [one.decided_by for one in found] == [REORDERED] * 7 + ["rules"]
    _, everything = decide(follows, texts, rules_first=False)
    assert [len(call) for call in everything.calls] == [3]
    _, nothing = decide(follows, [reply("A", "A")])
    assert nothing.calls == []


def test_the_picture_goes_along_as_the_trainer_has_it() -> None:
    model, picture = Model(follows), object()
    reward = JudgedReward(Rewarder(Recipe("multiplied"), decider=BehaviourDecider(model)))
    values = asyncio.run(reward(completions=[VAGUE.format("left", "A")], asked=[asked()], image=[picture]))
    assert values == [pytest.approx(1.1)]
    assert model.calls[0][0][0]["content"][0] == {"type": "image", "image": picture}


@pytest.mark.parametrize("goes_on", ["", "Z", "</answer>", "perhaps", None, 7])
def test_what_is_no_answer_leaves_it_undecided(goes_on: Any) -> None:
    (found,), _ = decide(lambda user, start: goes_on, [VAGUE.format("left", "A")])
    assert (found.consistent, found.conclusion, found.decided_by) == (None, None, REORDERED)
    assert found.undecided
    assert found.undecided != "judge_failed"  # a policy could choose to give no answer; the recipe says what it costs


@pytest.mark.parametrize(
    ("text", "item", "why"),
    [
        ("<think>Vitamin B would help.</think><answer>A</answer>", DOG, "uncertain_letter"),
        ("<think>The first option it might be.</think><answer>A</answer>", DOG, "told_by_place"),
        (VAGUE.format("left", "A"), ABOVE, "options_refer"),
    ],
)
def test_where_the_other_order_cannot_be_told_nothing_is_asked(text: str, item: Item, why: str) -> None:
    (found,), model = decide(follows, [text], item, rules_first=False)
    assert model.calls == []
    assert found.consistent is None
    assert found.undecided == why


def test_marks_of_an_answer_within_a_chain_are_none_when_it_is_handed_back() -> None:
    text = "<think>Hm <answer>B</answer> hm</think><answer>A</answer>"
    _, model = decide(follows, [text], DOG, rules_first=False)
    assert model.calls[0][0][1]["content"][0]["text"] == "<think>Hm < answer>A< /answer> hm</think><answer>"


def test_without_an_answer_or_a_reasoning_of_its_own_there_is_nothing_to_ask() -> None:
    texts = ["<think>It is left.</think>", "<answer>A</answer>", "", "\ud800"]
    found, model = decide(follows, texts, rules_first=False)
    assert model.calls == []
    assert [one.decided_by for one in found] == ["rules"] * 4
    stopped = asked("stop_think")["prefill"] + "<answer>A</answer>"
    (one,), model = decide(follows, [stopped], name="stop_think", rules_first=False)
    assert (one.applicable, model.calls) == (False, [])


def test_an_injected_start_is_handed_back_with_the_rest() -> None:
    turn = asked("wrong_think")["prefill"] + " It looks left to me.</think><answer>A</answer>"
    (found,), model = decide(follows, [turn], name="wrong_think", rules_first=False)
    start = text_of(model.calls[0][0][1])
    assert "right" in start
    assert start.endswith("It looks left to me.</think><answer>")
    assert found.consistent is True


def test_generate_may_be_asynchronous_and_must_give_a_text_for_each() -> None:
    async def later(conversations: Sequence[Any]) -> list[str]:
        await asyncio.sleep(0)
        return ["B"] * len(conversations)

    judged = judge([asked()], [VAGUE.format("left", "A")])
    (found,) = asyncio.run(BehaviourDecider(later)(judged))
    assert found.consistent is True
    with pytest.raises(RobustError, match=r"generate gave 0 text\(s\) for 1; allowed: one each"):
        asyncio.run(BehaviourDecider(lambda conversations: [])(judged))
