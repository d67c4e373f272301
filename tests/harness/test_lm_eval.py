"""The same tasks in lm-eval: the same answers from the same model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lmms_robust.embedded import TINY_MODEL
from lmms_robust.harness import lm_eval
from lmms_robust.harness.plugin import task_folder
from lmms_robust.harness.reading import task_config, task_docs
from lmms_robust.report.estimates import rows
from lmms_robust.report.grid import of_run
from lmms_robust.report.logs import read_runs
from tests.harness import forked
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


def run_lm_eval(folder: Path, tasks: str, *more: str) -> str:
    """Run lm-eval on the embedded model, and return what it printed."""
    arguments = [
        *("run", "--model", "hf-multimodal", "--device", "cpu"),
        *("--model_args", f"pretrained={TINY_MODEL},dtype=float32", "--tasks", tasks),
        *("--include_path", str(task_folder("lm_eval")), "--batch_size", "16"),
        *("--output_path", str(folder / "lm"), "--log_samples", *more),
    ]
    done = forked.run("lm_eval", arguments, folder, environment())
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def records(folder: Path, task: str) -> list[dict]:
    (log,) = (folder / "lm").rglob(f"samples_{task}_*.jsonl")
    return [json.loads(line)["record"] for line in log.read_text().splitlines()]


@pytest.mark.harness
def test_the_default_limit_of_tokens_leaves_room_for_the_prompt(tmp_path: Path) -> None:
    text = run_lm_eval(tmp_path, "robustness_scenes", "--limit", "12", "--apply_chat_template")
    assert "robustness_scenes: 1024 new tokens, not 4096: the model's context has 2048" in text
    found = records(tmp_path, "robustness_scenes")
    assert len([record for record in found if record.get("answer")]) == 12
    assert {record.get("injection", "none") for record in found} == {"none", "prefill"}
    (run,) = read_runs(tmp_path)
    assert {row.variant for row in rows(of_run(run.table))} == {record["variant"] for record in found}


@pytest.mark.harness
def test_both_harnesses_agree_on_every_answer(lmms_eval, tmp_path: Path) -> None:
    tasks = ",".join(f"robust_scenes_{variant}" for variant in VARIANTS)
    run_lm_eval(tmp_path, tasks, "--limit", "16", "--apply_chat_template", "--gen_kwargs", "max_gen_toks=96")
    ours = lmms_eval("lmms", tasks, "--limit", "16", "--gen_kwargs", "max_new_tokens=96")
    for variant in VARIANTS:
        logged = (records(tmp_path, f"robust_scenes_{variant}"), ours.records(f"robust_scenes_{variant}"))
        theirs, mine = (
            [{name: value for name, value in found.items() if name not in OF_OUR_BACKEND} for found in one]
            for one in logged
        )
        assert sorted(theirs, key=lambda r: r["item"]) == sorted(mine, key=lambda r: r["item"])
        assert len(mine) == 16
