"""Real runs of lmms-eval in a process of its own, with the embedded model on the CPU."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from lmms_robust.embedded import TINY_MODEL
from tests.harness import forked


@dataclass(frozen=True)
class Run:
    status: int
    text: str
    folder: Path

    @property
    def results(self) -> dict:
        return json.loads(self._one("*_results.json").read_text())

    def samples(self, task: str) -> list[dict]:
        lines = self._one(f"*_samples_{task}.jsonl").read_text().splitlines()
        return sorted((json.loads(line) for line in lines), key=lambda sample: sample["doc_id"])

    def records(self, task: str) -> list[dict]:
        return [sample["record"] for sample in self.samples(task)]

    def _one(self, pattern: str) -> Path:
        (found,) = self.folder.rglob(pattern)
        return found


def environment(**changes: str) -> dict[str, str]:
    """Offline, one thread a process: two test processes share two cores."""
    offline = {
        "HF_HUB_OFFLINE": "1",
        "HF_DATASETS_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }
    return os.environ | offline | changes


def arguments(folder: Path, tasks: str, *more: str, model_args: str = "", model: str = "robust_hf") -> list[str]:
    chosen = f"pretrained={TINY_MODEL},device=cpu" if model == "robust_hf" else ""
    joined = ",".join(part for part in (chosen, model_args) if part)
    return [
        *("-m", "lmms_eval", "--model", model, "--model_args", joined, "--tasks", tasks, "--batch_size", "16"),
        *("--output_path", str(folder), "--log_samples", *more),
    ]


@pytest.fixture
def lmms_eval(tmp_path: Path):
    """Run lmms-eval and collect what it printed and wrote.

    ``fresh`` starts a Python of its own: for variables that other libraries read when they are imported.
    """

    def run(
        name: str,
        tasks: str,
        *more: str,
        launcher: tuple[str, ...] = (),
        python: str = sys.executable,
        fresh: bool = False,
        **changes,
    ) -> Run:
        variables = environment(**changes.pop("variables", {}))
        folder = tmp_path / name
        given = arguments(folder, tasks, *more, **changes)
        if fresh or launcher or python != sys.executable:
            command = [python, *launcher, *given]
            done = subprocess.run(
                command, env=variables, cwd=tmp_path, text=True, capture_output=True, timeout=600, check=False
            )
        else:
            done = forked.run(given[1], given[2:], tmp_path, variables)
        text = done.stdout + done.stderr
        status = done.returncode or int("Error during evaluation" in text)  # lmms-eval ends such runs with status 0
        return Run(status, text, folder)

    return run
