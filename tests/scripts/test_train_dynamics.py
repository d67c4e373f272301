"""One step of the dynamics' training, on the CPU."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from transformers import AutoProcessor

from lmms_robust.cli import main as robust
from lmms_robust.embedded import TINY_MODEL
from scripts.train_dynamics import main


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
