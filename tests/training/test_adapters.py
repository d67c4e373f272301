"""Each adapter called as its framework calls it; the calls were read from the frameworks' wheels."""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from lmms_robust.errors import RobustError
from lmms_robust.scoring import score
from lmms_robust.training.batch import judge
from lmms_robust.training.rewards import Recipe
from lmms_robust.training.trl import JudgedReward, RobustReward, written
from lmms_robust.training.trl_trainer import PrefillGRPOTrainer
from lmms_robust.training.verl import OWN, compute_judged_score, compute_score
from tests.training.made import asked, reply, variant

FACTS = json.loads((Path(__file__).parent.parent / "fixtures" / "training_calls.json").read_text(encoding="utf-8"))
VERL = FACTS["verl"]


def called(framework: str, what: str, values: dict[str, Any], unpacked: dict[str, dict[str, Any]]) -> Any:
    """Positional arguments and keywords of a call, from values by the name that the call gives them."""
    call = FACTS[framework]["calls"][what]
    keywords = {name: values[name] for name in call["keywords"]}
    for name in call["unpacked"]:
        keywords |= unpacked[name]
    return [values[name] for name in call["positional"]], keywords


# TRL


def trl_call(what: str, completions: list[Any], rows: list[dict[str, Any]], logged: dict[str, float]) -> Any:
    values = {"prompts": [[]] * len(rows), "completions": completions, "completion_ids": [[1]] * len(rows)}
    added: dict[str, Any] = dict.fromkeys(FACTS["trl"]["added"])
    assert set(added) >= {"trainer_state", "log_extra", "log_metric"}
    added["log_metric"] = logged.__setitem__
    columns = {"asked": rows, "epoch": [0] * len(rows), "image": [None] * len(rows)}
    return called("trl", what, values, {"reward_kwargs": columns | added})


def message(text: str, **more: Any) -> list[dict[str, Any]]:
    return [{"role": "assistant", "content": text, **more}]


def test_trl_calls_a_reward_by_keyword_with_columns_as_lists() -> None:
    logged: dict[str, float] = {}
    start = " But no. The dog is on the left: the answer is A.</think><answer>A</answer>"
    rows = [asked(), asked("wrong_think"), asked()]
    texts = [message(reply("B", "A")), message(start), message(reply("A", "A"))]
    positional, keywords = trl_call("reward", texts, rows, logged)
    assert not positional
    assert RobustReward(Recipe("multiplied"))(**keywords) == pytest.approx([0.0, 1.1, 1.1])
    assert logged["robust/correct"] == 1.0
    assert logged["robust/faithful"] == pytest.approx(2 / 3)


def test_trl_awaits_a_judged_reward_with_the_same_keywords() -> None:
    rows, texts = [asked(), asked()], [message(reply("A", "A")), message("")]
    _, keywords = trl_call("async reward", texts, rows, {})
    robust = RobustReward(Recipe("added"))
    assert inspect.iscoroutinefunction(JudgedReward(robust.rewarder).__call__)
    assert asyncio.run(JudgedReward(robust.rewarder)(**keywords)) == robust(**keywords) == pytest.approx([2.1, 0.0])


@pytest.mark.parametrize(
    "completion",
    [
        "<think>The answer is A.</think><answer>A</answer>",
        message("<think>The answer is A.</think><answer>A</answer>"),
        message(
            [
                {"type": "text", "text": "<think>The answer is A.</think>"},
                {"type": "text", "text": "<answer>A</answer>"},
            ]
        ),
        message("<answer>A</answer>", reasoning_content="The answer is A."),
        message("<answer>A</answer>", reasoning_content="The answer is A.", tool_calls=[]),
    ],
)
def test_a_completion_is_read_in_every_form_that_trl_gives_it(completion: Any) -> None:
    assert written(completion) == "<think>The answer is A.</think><answer>A</answer>"


NO_TEXTS = [
    None, [], "", 3, float("nan"), b"text", {"role": "assistant", "content": "A"}, [3], [None], ["text"], [[]],
    [{"role": "assistant"}],
    *([{"role": "assistant", "content": content}] for content in ("", None, 7, [None, {"type": "image"}, {"text": 3}])),
]  # fmt: skip


@pytest.mark.parametrize("completion", NO_TEXTS)
def test_a_completion_without_text_is_an_empty_one_and_counted(completion: Any) -> None:
    logged: dict[str, float] = {}
    rows, texts = [asked(), asked("wrong_think"), asked()], [completion, completion, message(reply("A", "A"))]
    _, keywords = trl_call("reward", texts, rows, logged)
    assert RobustReward(Recipe("multiplied"))(**keywords) == pytest.approx([0.0, 0.0, 1.1])
    assert logged["robust/empty"] == logged["collapse/no_answer"] == pytest.approx(2 / 3)


def test_a_started_reply_without_a_word_of_the_models_own_earns_nothing_in_either_framework() -> None:
    row, mute = asked("correct_think"), "</think><answer>A</answer>"
    assert RobustReward(Recipe("multiplied"))(completions=[message(mute)], asked=[row]) == [0.0]
    told = verl_reward(row["prefill"] + mute, row)
    assert (told["score"], told["correct"], told["faithful"]) == (0.0, 1.0, 0.0)


def test_reasoning_taken_apart_goes_on_in_the_thought_that_was_started() -> None:
    text = "But no. The dog is on the left: the answer is A."
    apart = message("<answer>A</answer>", reasoning_content=text)
    rows = [asked("wrong_think"), asked(), asked("stop_think")]
    _, keywords = trl_call("reward", [apart] * 3, rows, {})
    # the last one's thought was closed for it, so that another one is against the format
    assert RobustReward(Recipe("accuracy"))(**keywords) == pytest.approx([1.1, 1.1, 1.0])
    whole = message(f" {text}</think><answer>A</answer>")
    assert RobustReward()(completions=[whole, apart], asked=rows[:1] * 2) == pytest.approx([1.1, 1.1])


def test_a_batch_of_none_has_no_rewards_and_logs_nothing() -> None:
    logged: dict[str, float] = {}
    assert RobustReward()(completions=[], asked=[], log_metric=logged.__setitem__) == []
    assert (
        asyncio.run(JudgedReward(RobustReward().rewarder)(completions=[], asked=[], log_metric=logged.__setitem__))
        == []
    )
    assert not logged


def test_a_response_that_is_no_text_is_an_empty_one_wherever_it_comes_from() -> None:
    (one,) = judge([asked()], [None])
    assert (one.response, one.empty, one.record.answer) == ("", True, None)
    assert verl_reward(None, asked())["score"] == 0.0  # type: ignore[arg-type]


def test_trl_tokenizes_prompts_by_the_method_that_the_trainer_overrides() -> None:
    call = FACTS["trl"]["calls"]["tokenize"]
    assert (call["positional"], call["keywords"], call["unpacked"]) == (["prompts"], [], [])
    assert [*inspect.signature(PrefillGRPOTrainer._tokenize_prompts).parameters] == ["self", "prompts"]


# verl


def verl_reward(solution: str, row: dict[str, Any], router: bool = False, **kwargs: Any) -> dict[str, float]:
    """As the naive manager calls it, whose columns came through arrays, and as ``reward_kwargs`` are merged in."""
    columns = {"index": 0, "asked": {**row, "options": np.array(row["options"], dtype=object)}}
    columns |= {"num_turns": 2, "rollout_reward_scores": {}}
    values = {"data_source": "scenes", "solution_str": solution, "ground_truth": "A", "extra_info": columns}
    extra = dict.fromkeys(VERL["added"]) if router else {}
    positional, keywords = called("verl", "reward", values, {"extra_reward_kwargs": extra})
    assert not positional
    return compute_score(**{**keywords, **kwargs})


@pytest.mark.parametrize("router", [False, True])
def test_verl_gets_the_score_and_its_parts(router: bool) -> None:
    found = verl_reward(reply("A", "A"), asked(), router)
    # "Looking at it , the answer is A ." is 9 words
    assert found == {"score": pytest.approx(1.1), "format": 1.0, "correct": 1.0, "faithful": 1.0, "without_reward": 0.0,
                     "words": 9.0, "conclusion_free": 0.0}  # fmt: skip
    assert verl_reward("<think>Hm.</think><answer>A</answer>", asked(), router)["conclusion_free"] == 1.0
    assert verl_reward(reply("B", "A"), asked(), router, form="added")["score"] == pytest.approx(1.1)


def test_verl_has_the_start_in_the_response_already() -> None:
    row = asked("wrong_think")
    assert verl_reward(row["prefill"] + " Yes.</think><answer>B</answer>", row)["score"] == pytest.approx(0.1)


def test_verl_cannot_leave_a_response_out_so_that_it_is_worth_half() -> None:
    vague = "<think>Hm.</think><answer>A</answer>"
    found = verl_reward(vague, asked(), undecided="skip")
    assert (found["score"], found["faithful"], found["without_reward"]) == (pytest.approx(0.55), -1.0, 1.0)
    assert verl_reward(vague, asked())["score"] == 0.0


@pytest.mark.parametrize("info", [None, {}, {"index": 1}, {"asked": None}, {"asked": "text"}, "text"])
def test_data_that_is_not_ours_is_said_to_be(info: Any) -> None:
    with pytest.raises(RobustError, match=r"extra_info\['asked'\]; allowed: data by lmms-robust augment"):
        compute_score(data_source="x", solution_str="", ground_truth="A", extra_info=info)


def test_verl_may_hand_over_what_its_reward_managers_add_and_no_mistyped_option() -> None:
    assert sorted(VERL["added"]) == sorted(OWN)
    line = r"unknown reward option 'fomr'; did you mean 'form'\? allowed: .*undecided \(in reward_kwargs\)"
    with pytest.raises(RobustError, match=line):
        verl_reward(reply("A", "A"), asked(), router=True, fomr="accuracy")
    with pytest.raises(RobustError, match="unknown reward option 'judge_model'"):  # the other function's
        verl_reward(reply("A", "A"), asked(), judge_model="j=m@http://localhost/v1")
    with pytest.raises(RobustError, match="unknown reward option 'judge_modle'; did you mean 'judge_model'"):
        asyncio.run(compute_judged_score("x", "", "A", {"asked": asked()}, judge_modle="j=m@http://localhost/v1"))
    with pytest.raises(RobustError, match=r"reward format_weight '0\.1'"):
        verl_reward(reply("A", "A"), asked(), format_weight="0.1")


def test_the_score_is_that_of_the_same_text_elsewhere() -> None:
    row, text = asked(), reply("B", "B")
    record = score(variant(), text)
    assert verl_reward(text, row)["faithful"] == float(bool(record.consistent))
    assert RobustReward()(completions=[message(text)], asked=[row]) == [verl_reward(text, row)["score"]]


class Server:
    """verl's client: writes three tokens, and keeps how it was called."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []

    async def generate(self, request_id: str, *, prompt_ids: list[int], **others: Any) -> Any:
        self.calls.append({"prompt_ids": prompt_ids, **others})
        return SimpleNamespace(**dict.fromkeys(VERL["fields"]["TokenOutput"]) | {
            "token_ids": [7, 8, 9], "log_probs": [-0.1, -0.2, -0.3]})  # fmt: skip


class Tokenizer:
    def encode(self, text: str, add_special_tokens: bool = True) -> list[int]:
        assert not add_special_tokens
        return [100 + len(word) for word in text.split()]


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Any]:
    """A PrefillAgentLoop over stand-ins of verl's two modules, whose calls and fields are the real ones."""
    generate = FACTS["verl"]["calls"]["generate"]

    class AgentLoopOutput(SimpleNamespace):
        def __init__(self, **given: Any) -> None:
            assert set(given) <= set(VERL["fields"]["AgentLoopOutput"])
            super().__init__(**dict.fromkeys(VERL["fields"]["AgentLoopOutput"]) | given)

    async def run(self: Any, sampling_params: dict[str, Any], priority: int = 0, **kwargs: Any) -> Any:
        known = {"request_id": "x", "prompt_ids": [1, 2], "sampling_params": sampling_params, "priority": priority}
        assert not generate["positional"]
        output = await self.server_manager.generate(**{name: known.get(name) for name in generate["keywords"]})
        made = {"prompt_ids": [1, 2], "response_ids": output.token_ids, "response_mask": [1, 1, 1]}
        return AgentLoopOutput(**dict.fromkeys(FACTS["verl"]["calls"]["output"]["keywords"]) | made | {
            "response_logprobs": output.log_probs, "routed_experts": [[0]] * 9})  # fmt: skip

    base = type("SingleTurnAgentLoop", (), {"run": run})
    names = ("verl", "verl.experimental", "verl.experimental.agent_loop")
    for name in names:
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    for name, value in (("agent_loop", AgentLoopOutput), ("single_turn_agent_loop", base)):
        module = ModuleType(f"{names[-1]}.{name}")
        setattr(module, value.__name__, value)
        monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.delitem(sys.modules, "lmms_robust.training.verl_agent", raising=False)
    from lmms_robust.training.verl_agent import PrefillAgentLoop

    def made(response_length: int) -> Any:
        found = PrefillAgentLoop()
        found.tokenizer, found.server_manager, found.response_length = Tokenizer(), Server(), response_length
        return found

    return made


def run_loop(one: Any, row: dict[str, Any]) -> Any:
    columns = {"raw_prompt": [], "extra_info": {"asked": row}, "agent_name": "prefill_agent"}
    values = {"sampling_params": {"temperature": 1.0}}
    positional, keywords = called("verl", "agent loop", values, {"kwargs": columns})
    return asyncio.run(one.run(*positional, **keywords))


def test_verls_loop_goes_on_from_the_start_which_carries_no_loss(loop: Callable[[int], Any]) -> None:
    one = loop(64)
    row = asked("wrong_think") | {"prefill": "<think>So it"}
    server = one.server_manager
    output = run_loop(one, row)
    (call,) = server.calls
    assert call["prompt_ids"] == [1, 2, 109, 102]
    assert call["sampling_params"] == {"temperature": 1.0}
    assert output.prompt_ids == [1, 2]
    assert output.response_ids == [109, 102, 7, 8, 9]
    assert output.response_mask == [0, 0, 1, 1, 1]
    assert output.response_logprobs == [0.0, 0.0, -0.1, -0.2, -0.3]


def test_verls_loop_cuts_at_the_response_length(loop: Callable[[int], Any]) -> None:
    output = run_loop(loop(4), asked("wrong_think") | {"prefill": "<think>So it"})
    assert output.response_ids == [109, 102, 7, 8]
    assert len(output.response_mask) == len(output.response_logprobs) == 4
    assert len(output.routed_experts) == 2 + 4


def test_verls_loop_is_its_own_where_nothing_is_started(loop: Callable[[int], Any]) -> None:
    one = loop(64)
    server = one.server_manager
    output = run_loop(one, asked())
    assert server.calls[0]["prompt_ids"] == [1, 2]
    assert (output.response_ids, output.response_mask) == ([7, 8, 9], [1, 1, 1])


def test_the_loop_overrides_the_method_with_the_parameters_that_verl_has(loop: Callable[[int], Any]) -> None:
    parameters = inspect.signature(type(loop(4)).run).parameters
    assert [*parameters] == ["self", "sampling_params", "priority", "kwargs"]
    assert VERL["signatures"]["run"] == "self, sampling_params: dict[str, Any], priority: int=0, **kwargs"
    assert "prompt_ids" in VERL["signatures"]["generate"].partition("*,")[2]
