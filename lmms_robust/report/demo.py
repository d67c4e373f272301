"""The demonstration: lmms-eval on the embedded benchmark with the embedded model, in a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path

from lmms_robust.embedded import TINY_MODEL
from lmms_robust.errors import RobustError
from lmms_robust.perturbations import VARIANTS
from lmms_robust.report.process import evaluate

ITEMS = 120
TASK = "robustness_scenes"


def arguments(items: int | None) -> list[str]:
    """Build the arguments of the run.

    Args:
        items: how many items, or None for all.
    """
    limit = [] if items is None else ["--limit", str(items * len(VARIANTS))]
    return [
        *("--model", "robust_hf", "--model_args", f"pretrained={TINY_MODEL}", "--tasks", TASK, "--batch_size", "64"),
        *("--gen_kwargs", "max_new_tokens=192", *limit),
    ]


def run(output: Path, items: int | None) -> Path:
    """Run it, the harness's own output going to a file, and its progress to standard error.

    Returns:
        The file with the harness's output.

    Raises:
        RobustError: the harness failed.
    """
    try:
        return evaluate(arguments(items), output, echo=_progress)
    except RobustError as error:
        raise RobustError(f"{error}; `lmms-robust doctor` says what of the environment is at fault") from error


def _progress(chunk: bytes) -> None:
    sys.stderr.buffer.write(chunk)
    sys.stderr.buffer.flush()
