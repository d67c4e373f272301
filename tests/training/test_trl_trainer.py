"""Two real GRPO steps of TRL on the embedded model: prompts that start the reply, and the reward of the paper."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner
from datasets import Dataset, load_dataset
from transformers import AutoModelForImageTextToText, AutoProcessor
from trl import GRPOConfig

from lmms_robust.cli import main
from lmms_robust.embedded import TINY_MODEL
from lmms_robust.perturbations.columns import variant_of
from lmms_robust.record import Record
from lmms_robust.scoring import score
from lmms_robust.training.batch import Judged, Rewarder, judge, metrics
from lmms_robust.training.rewards import Recipe
from lmms_robust.training.trl import JudgedReward, RobustReward
from lmms_robust.training.trl_trainer import PrefillGRPOTrainer

PAGE = (Path(__file__).parents[2] / "docs" / "training.md").read_text(encoding="utf-8")
GENERATIONS, PROMPTS, STEPS = 4, 2, 2
TEMPERATURE = 2.0  # the embedded model is nearly certain of what it writes at 1: no group would have two rewards


class Spy(RobustReward):
    """Keeps what it was called with and what it gave back."""

    def __init__(self) -> None:
        super().__init__(Recipe("multiplied"))
        self.calls: list[tuple[dict[str, Any], list[float | None]]] = []

    def __call__(self, **given: Any) -> list[float | None]:  # type: ignore[override]
        found = super().__call__(**given)
        self.calls.append((given, found))
        return found


class Watched(PrefillGRPOTrainer):
    """Keeps each batch with its loss, and the gradient of the first with what it is by hand."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.batches: list[dict[str, Any]] = []

    def _compute_loss(self, model: Any, inputs: dict[str, Any]) -> Any:
        loss = super()._compute_loss(model, inputs)
        by_hand = loss_by_hand(model, inputs)
        weights = [model.lm_head.weight, model.model.language_model.layers[0].self_attn.q_proj.weight]
        gradients = [torch.autograd.grad(one, weights, retain_graph=True) for one in (loss, by_hand)]
        self.batches.append({**inputs, "losses": (loss.item(), by_hand.item()), "gradients": gradients})
        return loss


def loss_by_hand(model: Any, batch: dict[str, Any]) -> torch.Tensor:
    """-sum(advantage * p / p_old) over the tokens written, divided by their number; p_old is p itself in one update.

    Each response is run alone, without padding.
    """
    total, count = torch.zeros(()), 0
    for number, advantage in enumerate(batch["advantages"]):
        prompt = batch["prompt_ids"][number][batch["prompt_mask"][number].bool()]
        written = batch["completion_ids"][number][batch["completion_mask"][number].bool()]
        tokens = torch.cat([prompt, written])[None]
        logits = model(input_ids=tokens, pixel_values=batch["pixel_values"][number][None]).logits[0]
        logps = torch.log_softmax(logits.float() / TEMPERATURE, -1)
        chosen = logps[len(prompt) - 1 : -1].gather(1, written[:, None])[:, 0]
        total = total - advantage * (chosen - chosen.detach()).exp().sum()
        count += len(written)
    return total / count


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Four prompts in turn: base, wrong_think, base, wrong_think."""
    folder = tmp_path_factory.mktemp("data") / "scenes"
    given = ["augment", "scenes", "--rates", "wrong_think=.5", "--limit", "16", "--output", str(folder)]
    result = CliRunner().invoke(main, given)
    assert result.exit_code == 0, result.output
    rows = load_dataset("parquet", data_files=str(folder / "train.parquet"), split="train")
    by_name = {
        name: [n for n, row in enumerate(rows["asked"]) if row["variant"] == name] for name in ("base", "wrong_think")
    }
    chosen = [place for pair in zip(*by_name.values(), strict=False) for place in pair]
    return rows.select(chosen[: PROMPTS * STEPS])


def config(folder: Path, steps: int = STEPS, tokens: int = 48) -> GRPOConfig:
    return GRPOConfig(
        output_dir=str(folder),
        max_steps=steps,
        per_device_train_batch_size=PROMPTS * GENERATIONS,
        num_generations=GENERATIONS,
        max_completion_length=tokens,
        temperature=TEMPERATURE,
        learning_rate=1e-4,
        shuffle_dataset=False,
        save_strategy="no",
        logging_steps=1,
        report_to=[],
        use_cpu=True,
        bf16=False,
        gradient_checkpointing=False,
        disable_tqdm=True,
        seed=0,
    )


@pytest.fixture(scope="module")
def trained(data: Dataset, tmp_path_factory: pytest.TempPathFactory) -> tuple[Watched, Spy]:
    model = AutoModelForImageTextToText.from_pretrained(TINY_MODEL, dtype=torch.float32)
    spy = Spy()
    settings = config(tmp_path_factory.mktemp("run"))
    trainer = Watched(
        model=model,
        processing_class=AutoProcessor.from_pretrained(TINY_MODEL),
        reward_funcs=[spy],
        args=settings,
        train_dataset=data,
    )
    trainer.train()
    return trainer, spy


def formed(turn: str) -> bool:
    think, closed, answer = turn.removeprefix("<think>").partition("</think><answer>")
    return turn.startswith("<think>") and bool(closed) and "<" not in think and answer[1:] == "</answer>"


def completions(given: dict[str, Any]) -> Sequence[str]:
    return [messages[0]["content"] for messages in given["completions"]]


def test_rewards_are_those_of_score_for_the_same_texts(trained: tuple[Watched, Spy]) -> None:
    _, spy = trained
    assert len(spy.calls) == STEPS
    for given, rewards in spy.calls:
        assert {row["variant"] for row in given["asked"]} == {"base", "wrong_think"}
        for row, text, value in zip(given["asked"], completions(given), rewards, strict=True):
            variant = variant_of(row)
            record = score(variant, variant.prefill + text)
            expected = (0.1 * formed(variant.prefill + text) + record.correct) * bool(record.consistent)
            assert value == pytest.approx(expected), variant.prefill + text
    assert len({value for _, rewards in spy.calls for value in rewards}) > 1


def test_the_started_reply_is_prompt_and_carries_no_loss(trained: tuple[Watched, Spy]) -> None:
    trainer, spy = trained
    processor = trainer.processing_class
    for batch, (given, _) in zip(trainer.batches, spy.calls, strict=True):
        written = {row["prefill"] + text for row, text in zip(given["asked"], completions(given), strict=True)}
        for number in range(PROMPTS * GENERATIONS):
            prompt = batch["prompt_ids"][number][batch["prompt_mask"][number].bool()]
            turn = processor.decode(prompt, skip_special_tokens=False)
            own = processor.decode(batch["completion_ids"][number], skip_special_tokens=True)
            starts = [row["prefill"] for row in given["asked"] if row["prefill"] and turn.endswith(row["prefill"])]
            start = starts[0] if starts else ""
            assert start + own in written
            assert bool(start) == ("<think>" in turn.rpartition("assistant")[2])
            assert not start or start not in own


def test_the_loss_and_its_gradient_are_those_computed_by_hand(trained: tuple[Watched, Spy]) -> None:
    trainer, _spy = trained
    moved = 0
    for batch in trainer.batches:
        found, expected = batch["losses"]
        assert found == pytest.approx(expected, abs=1e-5)
        for one, other in zip(*batch["gradients"], strict=True):
            torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-6)
            moved += bool(one.abs().max() > 1e-5)
    assert moved  # where all of a group are worth the same there is nothing to learn


def test_advantages_are_rewards_within_their_group(trained: tuple[Watched, Spy]) -> None:
    trainer, spy = trained
    for batch, (_, rewards) in zip(trainer.batches, spy.calls, strict=True):
        groups = torch.tensor([[value or 0.0 for value in rewards[start : start + GENERATIONS]]
                               for start in range(0, len(rewards), GENERATIONS)])  # fmt: skip
        expected = (groups - groups.mean(1, keepdim=True)) / (groups.std(1, keepdim=True) + 1e-4)
        torch.testing.assert_close(
            batch["advantages"].sort().values, expected.flatten().sort().values, rtol=1e-3, atol=1e-4
        )


def test_trl_logs_the_signs_of_collapse_of_each_steps_texts(trained: tuple[Watched, Spy]) -> None:
    trainer, spy = trained
    lines = [line for line in trainer.state.log_history if "collapse/words" in line]
    assert len(lines) == STEPS
    for line, (given, rewards) in zip(lines, spy.calls, strict=True):
        turns = [row["prefill"] + text for row, text in zip(given["asked"], completions(given), strict=True)]
        expected = metrics(judge(given["asked"], turns), rewards)
        assert {name: line[name] for name in expected} == pytest.approx(expected, abs=1e-5)
        assert {"collapse/conclusion_free", "collapse/template_share", "collapse/answer_entropy"} <= set(expected)
        assert line["collapse/words"] > 1


def test_started_replies_are_continued_by_the_model_as_it_is_alone(trained: tuple[Watched, Spy], data: Dataset) -> None:
    trainer, _ = trained
    starts = [row["asked"]["prefill"] + "</think><answer>" for row in data]
    turns = [
        [
            {"role": "user", "content": [{"type": "image", "image": row["image"]}, text(row["asked"]["prompt"])]},
            {"role": "assistant", "content": [text(start)]},
        ]
        for row, start in zip(data, starts, strict=True)
    ]
    before = trainer.generation_config
    found = trainer.continued(turns)
    assert trainer.generation_config is before
    for turn, letter in zip(turns, found, strict=True):
        one = trainer.processing_class.apply_chat_template(
            turn, continue_final_message=True, tokenize=True, return_dict=True, return_tensors="pt"
        )
        with torch.no_grad():
            best = trainer.model(**one).logits[0, -1].argmax()
        assert letter == trainer.processing_class.decode(best)


def test_a_step_that_is_rewarded_by_the_models_own_behaviour(data: Dataset, tmp_path: Path) -> None:
    (code,) = (one for one in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "def behaving(" in one)
    found: dict[str, Any] = {}
    exec(compile(code, "docs/training.md", "exec"), found)
    trainer = found["behaving"](
        model=AutoModelForImageTextToText.from_pretrained(TINY_MODEL, dtype=torch.float32),
        processing_class=AutoProcessor.from_pretrained(TINY_MODEL),
        args=config(tmp_path, steps=1),
        train_dataset=data,
    )
    trainer.train()
    decider = trainer.reward_funcs[0].rewarder.decider
    assert 0 < decider.asked <= PROMPTS * GENERATIONS
    (line,) = [line for line in trainer.state.log_history if "robust/faithful" in line]
    assert 0 < line["robust/faithful"] <= 1


def text(words: str) -> dict[str, str]:
    return {"type": "text", "text": words}


async def half_of_them_fails(judged: Sequence[Judged]) -> list[Record]:
    """In each group the judge fails twice, and finds one right and one wrong answer, both consistent."""
    letters = [(one.variant.item.answer, one.variant.planted)[number % 2] for number, one in enumerate(judged)]
    return [
        replace(one.record, answer=letter, problem=None, consistent=None, undecided="judge_failed")
        if number % GENERATIONS < 2
        else replace(one.record, answer=letter, problem=None, consistent=True, undecided=None)
        for number, (one, letter) in enumerate(zip(judged, letters, strict=True))
    ]


def test_what_a_judge_fails_on_is_left_out_of_its_group(data: Dataset, tmp_path: Path) -> None:
    trainer = Watched(
        model=AutoModelForImageTextToText.from_pretrained(TINY_MODEL, dtype=torch.float32),
        processing_class=AutoProcessor.from_pretrained(TINY_MODEL),
        reward_funcs=[JudgedReward(Rewarder(Recipe("multiplied", format_weight=0.0), decider=half_of_them_fails))],
        args=config(tmp_path, steps=1, tokens=4),
        train_dataset=data,
    )
    trainer.train()
    (batch,) = trainer.batches
    # of the rewards None, None, 1, 0 the mean is a half: the two without one learn nothing, the others +- 1 / sqrt(2)
    expected = torch.tensor([0.0, 0.0, 0.5, -0.5] * PROMPTS) / (0.5**0.5 + 1e-4)
    torch.testing.assert_close(batch["advantages"].sort().values, expected.sort().values, rtol=1e-3, atol=1e-4)
    (line,) = [line for line in trainer.state.log_history if "robust/judge_failed" in line]
    assert line["robust/judge_failed"] == line["robust/without_reward"] == 0.5
