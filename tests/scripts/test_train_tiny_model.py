"""The training script, from nothing to a folder that loads, at a size that learns nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors.torch import load_file
from transformers import AutoModelForImageTextToText, AutoProcessor

SCRIPT = Path(__file__).parent.parent.parent / "scripts" / "train_tiny_model.py"
SMALL = [
    *("--items", "40", "--steps", "2", "--batch", "4", "--test-items", "4", "--test-batch", "4", "--workers", "1"),
    *("--width", "64", "--vision-layers", "1", "--text-layers", "1"),
]


@pytest.mark.harness
def test_the_script_writes_a_checkpoint_with_its_card_and_figures(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    command = [sys.executable, str(SCRIPT), "--output", str(folder), *SMALL]
    done = subprocess.run(
        command, env=os.environ | {"OMP_NUM_THREADS": "1"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    AutoModelForImageTextToText.from_pretrained(folder)
    vision = [name for name in load_file(folder / "model.safetensors") if name.startswith("vision_tower.")]
    assert vision
    assert all(name.startswith("vision_tower.vision_model.") for name in vision)
    processor = AutoProcessor.from_pretrained(folder)
    text = "No word of this was in the training: Zürich, 漢字, {{ x }}."
    assert processor.tokenizer.decode(processor.tokenizer(text)["input_ids"], skip_special_tokens=True) == text
    tags = "<think>a</think><answer>B</answer>"
    assert processor.tokenizer.decode(processor.tokenizer(tags)["input_ids"], skip_special_tokens=True) == tags
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["steps"] == 2
    assert metrics["variants"]["base"]["n"] == 4
    assert "| base | " in (folder / "README.md").read_text()
