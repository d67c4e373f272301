"""One step of the dynamics' training, on the CPU, and how its arguments reach TRL."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from transformers import AutoProcessor
from trl import GRPOConfig

from lmms_robust.cli import main as robust
from lmms_robust.embedded import TINY_MODEL
from scripts.train_dynamics import arguments, config, main

GIVEN = ["train_dynamics", "--start", "start", "--recipe", "plain", "--data", "data"]


def test_a_run_leaves_checkpoints_a_log_and_what_was_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, output = tmp_path / "data", tmp_path / "run"
    assert CliRunner().invoke(robust, ["augment", "scenes", "--limit", "4", "--output", str(data)]).exit_code == 0
    given = ["--start", str(TINY_MODEL), "--recipe", "both", "--data", str(data), "--output", str(output)]
    given += ["--steps", "1", "--save", "1", "--rollouts", "8", "--tokens", "4"]
    monkeypatch.setattr("sys.argv", ["train_dynamics", *given])
    main()
    for step in (0, 1):
        assert (output / f"checkpoint-{step}" / "model.safetensors").is_file()
        AutoProcessor.from_pretrained(output / f"checkpoint-{step}")
    first = json.loads((output / "log.jsonl").read_text().splitlines()[0])
    assert first["step"] == 1
    assert {"robust/correct", "collapse/words", "collapse/conclusion_free"} <= set(first)
    assert json.loads((output / "run.json").read_text())["recipe"] == "both"


def test_arguments_named_as_in_trl_reach_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = "--rollouts 512 --rate 1e-5 --num-generations 16 --num-iterations 2 --beta .04 --scale-rewards none"
    changed += " --loss-type dr_grpo --top-entropy-quantile .2 --temperature 1.2 --no-bf16"
    monkeypatch.setattr("sys.argv", [*GIVEN, "--output", str(tmp_path), *changed.split()])
    told = config(arguments())
    assert (told.per_device_train_batch_size, told.gradient_accumulation_steps, told.num_generations) == (64, 8, 16)
    assert (told.learning_rate, told.num_iterations, told.beta, told.scale_rewards) == (1e-5, 2, 0.04, "none")
    assert (told.loss_type, told.top_entropy_quantile, told.temperature, told.bf16) == ("dr_grpo", 0.2, 1.2, False)


def test_without_them_trl_has_its_own_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", [*GIVEN, "--output", str(tmp_path)])
    told, defaults = config(arguments()), GRPOConfig(output_dir=str(tmp_path), use_cpu=True)
    for name in ("num_generations", "num_iterations", "beta", "scale_rewards", "loss_type", "top_entropy_quantile"):
        assert getattr(told, name) == getattr(defaults, name)


@pytest.mark.parametrize("rollouts", ["20", "96"])
def test_responses_that_do_not_fill_groups_and_batches_are_refused(
    rollouts: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", [*GIVEN, "--output", "out", "--rollouts", rollouts])
    with pytest.raises(SystemExit):
        arguments()
    told = capsys.readouterr().err
    assert f"--rollouts: got {rollouts}; allowed: multiples of 8 (the group) and, above 64, of 64" in told
