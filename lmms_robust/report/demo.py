"""The demonstration: lmms-eval on the embedded benchmark with the embedded model, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from lmms_robust.embedded import TINY_MODEL
from lmms_robust.errors import RobustError
from lmms_robust.perturbations import VARIANTS

ITEMS = 120
TASK = "robustness_scenes"


def command(output: Path, items: int | None) -> list[str]:
    """Build the command line of the run.

    Args:
        output: folder for logs.
        items: how many items, or None for all.
    """
    limit = [] if items is None else ["--limit", str(items * len(VARIANTS))]
    return [
        *(sys.executable, "-m", "lmms_eval", "--model", "robust_hf"),
        *("--model_args", f"pretrained={TINY_MODEL}", "--tasks", TASK, "--batch_size", "64"),
        *("--gen_kwargs", "max_new_tokens=192", "--output_path", str(output), "--log_samples", *limit),
    ]


def run(output: Path, items: int | None) -> Path:
    """Run it, the harness's own output going to a file.

    Returns:
        The file with the harness's output.

    Raises:
        RobustError: the harness failed.
    """
    output.mkdir(parents=True, exist_ok=True)
    log = output / "lmms_eval.log"
    with log.open("w", encoding="utf-8") as file:
        finished = subprocess.run(command(output, items), stdout=file, stderr=None, check=False)
    if finished.returncode:
        raise RobustError(f"lmms-eval ended with status {finished.returncode}; its output is in {log}")
    return log
