"""The same tasks in lm-eval: the same answers from the same model."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lmms_robust.embedded import TINY_MODEL
from lmms_robust.harness import lm_eval
from lmms_robust.harness.plugin import task_folder
from lmms_robust.harness.reading import task_config, task_docs
from tests.harness.conftest import environment

OF_OUR_BACKEND = ("letter_probs", "mass", "output_tokens")
"""What hf-multimodal does not give."""
VARIANTS = ("base", "wrong_caption", "wrong_think")


def doc(variant: str) -> dict:
    return task_docs(task_config(f"robust_scenes_{variant}", task_folder()))[0]


def test_a_placeholder_within_a_question_asks_for_no_second_picture() -> None:
    sample = doc("base") | {"prompt": "What does the sign <image> say?"}
    assert lm_eval.doc_to_text(sample) == "<image>What does the sign  say?"
    assert len(lm_eval.doc_to_image(sample)) == 1


@pytest.mark.harness
def test_both_harnesses_agree_on_every_answer(lmms_eval, tmp_path: Path) -> None:
    tasks = ",".join(f"robust_scenes_{variant}" for variant in VARIANTS)
    command = [
        *(sys.executable, "-m", "lm_eval", "run", "--model", "hf-multimodal", "--device", "cpu"),
        *("--model_args", f"pretrained={TINY_MODEL},dtype=float32", "--tasks", tasks, "--limit", "16"),
        *("--include_path", str(task_folder("lm_eval")), "--apply_chat_template", "--batch_size", "16"),
        *("--gen_kwargs", "max_gen_toks=96", "--output_path", str(tmp_path / "lm"), "--log_samples"),
    ]
    done = subprocess.run(command, env=environment(), cwd=tmp_path, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    ours = lmms_eval("lmms", tasks, "--limit", "16", "--gen_kwargs", "max_new_tokens=96")
    for variant in VARIANTS:
        (log,) = (tmp_path / "lm").rglob(f"samples_robust_scenes_{variant}_*.jsonl")
        theirs = [json.loads(line)["record"] for line in log.read_text().splitlines()]
        mine = [
            {name: value for name, value in sample["record"].items() if name not in OF_OUR_BACKEND}
            for sample in ours.samples(f"robust_scenes_{variant}")
        ]
        assert sorted(theirs, key=lambda r: r["item"]) == sorted(mine, key=lambda r: r["item"])
        assert len(mine) == 16
