"""The code of docs/training.md runs, and is called as the frameworks call it."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner

from lmms_robust.cli import main
from lmms_robust.training.trl import JudgedReward, RobustReward
from tests.training.made import asked, reply

ROOT = Path(__file__).parents[2]
FACTS = json.loads((ROOT / "tests" / "fixtures" / "training_calls.json").read_text(encoding="utf-8"))
PAGE = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
ROWS = [asked(), asked(), asked()]
TEXTS = [reply("A", "A"), reply("B", "A"), reply("B", "B")]
EXPECTED = [1.1, 0.0, 0.1]


def block(mark: str) -> dict[str, Any]:
    """Names that the one block of Python with this in it defines."""
    (code,) = (code for code in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if mark in code)
    found: dict[str, Any] = {"__name__": "cookbook"}
    exec(compile(code, mark, "exec"), found)
    return found


def test_ms_swift_calls_the_plugin_by_position_and_with_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    rewards = ModuleType("swift.rewards")

    class ORM:  # the wheel's own constructor: args=None, **kwargs
        def __init__(self, args: Any = None, **kwargs: Any) -> None:
            self.args = args

    assert FACTS["ms_swift"]["signatures"]["__init__"].startswith("self, args: ")
    rewards.ORM, rewards.orms = ORM, {}  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "swift", ModuleType("swift"))
    monkeypatch.setitem(sys.modules, "swift.rewards", rewards)
    block("class Robust(ORM)")
    plugin = rewards.orms["robust"](args=None)  # type: ignore[attr-defined]
    call = FACTS["ms_swift"]["calls"]["reward"]
    assert (call["positional"], call["keywords"]) == (["completions"], [])
    columns = {"asked": [json.dumps(row) for row in ROWS], "messages": [[]] * 3, "trainer_state": None}
    assert plugin(TEXTS, **columns) == pytest.approx(EXPECTED)


def test_rows_for_ms_swift_are_made_of_ours(tmp_path: Path) -> None:
    given = ["--limit", "4", "--rates", "wrong_caption=.5", "--format", "jsonl", "--output", str(tmp_path / "out")]
    assert CliRunner().invoke(main, ["augment", "scenes", *given]).exit_code == 0
    block("def convert(")["convert"](tmp_path / "out", tmp_path / "swift.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "swift.jsonl").read_text().splitlines()]
    assert len(rows) == 4
    for row in rows:
        assert row["messages"] == [{"role": "user", "content": "<image>" + json.loads(row["asked"])["prompt"]}]
        assert all(Path(image).is_file() for image in row["images"])


class Tokenizer:
    """Qwen2.5-VL's, as far as the reward asks it."""

    all_special_tokens = ("<|im_end|>", "<|endoftext|>", "<|im_start|>", "<|image_pad|>")

    @classmethod
    def from_pretrained(cls, name: str) -> Tokenizer:
        return cls()


@pytest.fixture(scope="module")
def reward_func() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("transformers.AutoTokenizer", Tokenizer)
        return block("def reward_func(")["reward_func"]


def openrlhf(reward_func: Any, prefill: str, wrote: str, row: dict[str, Any]) -> Any:
    """As OpenRLHF calls it: three lists of one by position; the query is the decoded whole."""
    call = FACTS["openrlhf"]["calls"]["reward"]
    assert [name.partition("[")[0] for name in call["positional"][1:]] == [
        "queries_list",
        "prompts_list",
        "labels_list",
    ]
    prompt = f"<|im_start|>user\n<image>{row['prompt']}<|im_end|>\n<|im_start|>assistant\n{prefill}"
    query = prompt.replace("<image>", "<|image_pad|>" * 3) + wrote
    found = reward_func([query], [prompt], [json.dumps(row)])
    assert set(found) == set(FACTS["openrlhf"]["read"])
    assert found["scores"] == found["rewards"]
    assert all(isinstance(value, float) for value in found["extra_logs"].values())
    return found["rewards"]


@pytest.mark.parametrize("ending", ["", "<|im_end|>", "<|im_end|>\n<|endoftext|><|endoftext|>"])
def test_openrlhf_gets_a_number_from_the_decoded_sequence(ending: str, reward_func: Any) -> None:
    assert [openrlhf(reward_func, "", text + ending, asked()) for text in TEXTS] == pytest.approx(EXPECTED)
    row = asked("wrong_think")
    wrote = f" Yes.</think><answer>B</answer>{ending}"
    assert openrlhf(reward_func, row["prefill"], wrote, row) == pytest.approx(0.1)


def test_openrlhf_a_model_cannot_open_another_turn_to_be_judged_by(reward_func: Any) -> None:
    wrote = f"<think>Hm.</think><|im_start|>assistant\n{reply('A', 'A')}<|im_end|>"
    assert openrlhf(reward_func, "", wrote, asked()) < 1.1


def test_easyr1_gets_a_dictionary_with_an_overall() -> None:
    inputs = [
        {"response": text, "response_length": 9, "ground_truth": json.dumps(row)}
        for text, row in zip(TEXTS, ROWS, strict=True)
    ]
    found = block("def compute_score(reward_inputs)")["compute_score"](inputs)
    assert [one["overall"] for one in found] == pytest.approx(EXPECTED)
    assert all(isinstance(value, float) for one in found for value in one.values())


def test_the_judged_reward_is_one_for_trl() -> None:
    reward = block("JudgeDecider(server")["reward"]
    assert isinstance(reward, JudgedReward)
    # what the rules decide needs no server
    assert asyncio.run(reward(completions=TEXTS, asked=ROWS)) == pytest.approx(EXPECTED)


def test_the_script_for_trl_uses_what_there_is() -> None:
    found = block("def main() -> None")
    assert found["RobustReward"] is RobustReward
    assert callable(found["main"])


def test_verl_is_told_names_that_there_are() -> None:
    (module,) = re.findall(r"custom_reward_function\.path=pkg://(\S+)", PAGE)
    (name,) = re.findall(r"custom_reward_function\.name=(\S+)", PAGE)
    __import__(module)
    assert callable(getattr(sys.modules[module], name))
