"""A judge as decider of rewards, against real servers on loopback."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from lmms_robust.judges.naming import Limits, read_name
from lmms_robust.judges.server import ServerJudge
from lmms_robust.record import Record
from lmms_robust.training.batch import Rewarder, judge
from lmms_robust.training.deciders import JudgeDecider
from lmms_robust.training.rewards import Recipe
from lmms_robust.training.trl import JudgedReward
from lmms_robust.training.verl import compute_judged_score
from tests.backends.conftest import impatient as impatient
from tests.backends.servers import Answer, Server, refusal, serving
from tests.judges.scripted import reasoning, right, told
from tests.training.made import asked, reply


def vague(conclusion: str, answer: str, number: int = 0) -> str:
    """Reasoning that the rules read no conclusion in; the judge ``right`` does."""
    return f"<think>Look {number}. It is by tree {conclusion}.</think><answer>{answer}</answer>"


def decider(server: Server, **given: Any) -> JudgeDecider:
    limits = Limits(concurrency=4, timeout=5, retries=0)
    return JudgeDecider(ServerJudge(read_name(f"j=m@{server.url}"), limits), **given)


def decide(one: JudgeDecider, texts: Sequence[str], name: str = "base") -> list[Record]:
    return asyncio.run(one(judge([asked(name)] * len(texts), texts)))


def test_the_judge_decides_what_the_rules_leave_undecided() -> None:
    texts = [vague("A", "A"), vague("B", "A"), reply("A", "A"), reply("B", "A")]
    with serving(right) as server:
        found = decide(decider(server), texts)
        assert len(server.asked) == 2
    assert [one.consistent for one in found] == [True, False, True, False]
    assert [one.decided_by for one in found] == ["j", "j", "rules", "rules"]
    assert [one.conclusion for one in found] == ["A", "B", "A", "B"]


def test_or_everything() -> None:
    with serving(lambda body: told(body, "B")) as server:
        found = decide(decider(server, rules_first=False), [reply("A", "A"), vague("A", "B")])
    assert [(one.consistent, one.decided_by) for one in found] == [(False, "j"), (True, "j")]


def test_each_different_request_is_made_once_a_group_and_never_again() -> None:
    group = [vague("A", "A")] * 5 + [vague("B", "B")] * 3
    with serving(right) as server:
        one = decider(server)
        first = decide(one, group)
        assert len(server.asked) == one.asked == 2
        again = decide(one, [*group, vague("A", "A", 1)])
        assert len(server.asked) == 3
    assert first == again[:-1]
    assert all(record.consistent for record in again)


def test_replies_are_kept_on_disk_where_lmms_robust_judge_keeps_them(tmp_path: Path) -> None:
    group = [vague("A", "A"), vague("B", "A")]
    with serving(right) as server:
        first = decide(decider(server, cache=tmp_path), group)
        again = decider(server, cache=tmp_path)
        assert decide(again, group) == first
        assert (len(server.asked), again.asked) == (2, 0)
        assert [path.name for path in (tmp_path / "judge_cache").iterdir()] == ["j"]
        decide(again, [vague("A", "A", 1)])
        assert len(server.asked) == 3


def test_a_failure_is_not_kept(tmp_path: Path) -> None:
    with serving(lambda body: refusal("later")) as server:
        assert decide(decider(server, cache=tmp_path), [vague("A", "A")])[0].undecided == "judge_failed"
    with serving(right) as server:
        assert decide(decider(server, cache=tmp_path), [vague("A", "A")])[0].consistent is True


def test_processes_of_one_training_write_files_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(right) as server:
        for rank in ("0", "1"):
            monkeypatch.setenv("RANK", rank)
            decide(decider(server, cache=tmp_path), [vague("A", "A", int(rank))])
        decide(decider(server, cache=tmp_path), [vague("A", "A", 0), vague("A", "A", 1)])
        assert len(server.asked) == 2
    assert sorted(path.name for path in (tmp_path / "judge_cache" / "j").iterdir()) == ["rank0.jsonl", "rank1.jsonl"]


def test_batches_at_a_time_do_not_ask_twice() -> None:
    async def both(one: JudgeDecider) -> None:
        batch = judge([asked()] * 2, [vague("A", "A"), vague("B", "A")])
        await asyncio.gather(one(batch), one(batch))

    with serving(right) as server:
        asyncio.run(both(decider(server)))
        assert len(server.asked) == 2


def test_verl_awaits_a_judged_score_and_a_failed_judge_is_worth_half(tmp_path: Path) -> None:
    def score_of(text: str, url: str) -> dict[str, float]:
        info = {"asked": asked(), "num_turns": 2}
        given = {"data_source": "x", "solution_str": text, "ground_truth": "A", "extra_info": info}
        return asyncio.run(
            compute_judged_score(**given, judge_model=f"j=m@{url}", judge_cache=str(tmp_path), form="multiplied")
        )

    assert inspect.iscoroutinefunction(compute_judged_score)
    with serving(refusing) as server:
        assert score_of(vague("A", "A"), server.url)["score"] == pytest.approx(1.1)
        assert score_of(vague("A", "A"), server.url)["score"] == pytest.approx(1.1)
        assert len(server.asked) == 1
        assert [*(tmp_path / "judge_cache").iterdir()]
        failed = score_of(vague("B", "A"), server.url)
    assert (failed["score"], failed["without_reward"]) == (pytest.approx(0.55), 1.0)


def test_there_is_nothing_to_ask_without_an_answer_or_without_reasoning_of_its_own() -> None:
    with serving(right) as server:
        one = decider(server, rules_first=False)
        (mute,) = decide(one, ["<think>It is by tree A.</think>"])
        (stopped,) = decide(one, [asked("stop_think")["prefill"] + "<answer>A</answer>"], "stop_think")
        assert not server.asked
    assert mute.answer is None
    assert not stopped.applicable


def gibberish(body: dict[str, Any]) -> Answer:
    return told(body, "I would rather not say") if "tree B" in reasoning(body) else right(body)


def refusing(body: dict[str, Any]) -> Answer:
    return refusal("no") if "tree B" in reasoning(body) else right(body)


@pytest.mark.parametrize("answer", [gibberish, refusing])
def test_a_judge_that_fails_leaves_no_reward_and_is_counted(answer: Any) -> None:
    logged: dict[str, float] = {}
    with serving(answer) as server:
        reward = JudgedReward(Rewarder(Recipe("multiplied"), decider=decider(server)))
        found = asyncio.run(
            reward(
                prompts=[[]] * 3,
                completions=[[{"role": "assistant", "content": text}] for text in
                             (vague("A", "A"), vague("B", "A"), reply("B", "A"))],
                completion_ids=[[1]] * 3,
                asked=[asked()] * 3,
                log_metric=logged.__setitem__,
            )
        )  # fmt: skip
    assert found == [pytest.approx(1.1), None, 0.0]
    assert logged["robust/judge_failed"] == logged["robust/without_reward"] == pytest.approx(1 / 3)


@pytest.mark.usefixtures("impatient")
def test_where_the_server_is_gone_training_goes_on_without_these_rewards(caplog: pytest.LogCaptureFixture) -> None:
    with serving(right) as server:
        one = decider(server)
    found = decide(one, [vague("A", "A"), reply("A", "A")])
    assert [record.undecided for record in found] == ["judge_failed", None]
    assert decide(one, [vague("B", "B")])[0].undecided == "judge_failed"
    (said,) = [line.getMessage() for line in caplog.records if "without a verdict" in line.getMessage()]  # once
    assert "training goes on" in said
    assert "run again" not in said
    assert Rewarder(Recipe()).rewards(judge([asked()], [reply("A", "A")])) == [pytest.approx(1.1)]


def test_a_request_that_failed_is_made_again() -> None:
    broken = [True]
    with serving(lambda body: refusal("later") if broken[0] else right(body)) as server:
        one = decider(server)
        assert decide(one, [vague("A", "A")])[0].undecided == "judge_failed"
        broken[0] = False
        assert decide(one, [vague("A", "A")])[0].consistent is True
