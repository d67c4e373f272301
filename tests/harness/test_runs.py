"""What a user relies on when lmms-eval runs our tasks, seen through its command line."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from lmms_robust.perturbations import VARIANTS
from lmms_robust.report.logs import read_runs
from tests.conftest import cut, row, rows
from tests.harness.conftest import Run, arguments, environment
from tests.harness.qwen import make as make_qwen

pytestmark = pytest.mark.harness

PROBABILITIES = re.compile("<backend_report>.*?</backend_report>")

TWO_RANKS = (
    *("-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2", "--num_machines", "1"),
    *("--main_process_port", "0", "--mixed_precision", "no", "--dynamo_backend", "no"),
)
SHORT = ("--gen_kwargs", "max_new_tokens=96")
USERS_TASK = """\
task: users_own_task
dataset_path: parquet
dataset_kwargs: {data_files: {test: rows.parquet}}
test_split: test
output_type: generate_until
doc_to_visual: !function lmms_robust.harness.lmms_eval.doc_to_visual
doc_to_text: !function lmms_robust.harness.lmms_eval.doc_to_text
doc_to_messages: !function lmms_robust.harness.lmms_eval.doc_to_messages
doc_to_target: answer
process_docs: !function lmms_robust.harness.lmms_eval.scenes__base
process_results: !function lmms_robust.harness.lmms_eval.process_results
metric_list:
  - {metric: acc, aggregation: !function lmms_robust.harness.aggregation.aggregate, higher_is_better: true}
"""


def users_folder(folder: Path, *made: dict) -> Path:
    folder.mkdir()
    (folder / "own.yaml").write_text(USERS_TASK)
    rows(*made).to_parquet(folder / "rows.parquet")
    return folder


def same(one: Run, other: Run, task: str) -> None:
    """Same metrics and, sample by sample, the same responses and records; probabilities but for rounding."""
    assert near(one.results["results"][task], other.results["results"][task])
    for mine, theirs in zip(one.samples(task), other.samples(task), strict=True):
        assert mine["doc_id"] == theirs["doc_id"]
        assert near(mine["record"], theirs["record"])
        words, others = (PROBABILITIES.sub("", str(found["filtered_resps"])) for found in (mine, theirs))
        assert words == others


def near(one: Any, other: Any) -> bool:
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(near(value, other[name]) for name, value in one.items())
    return one == (pytest.approx(other, abs=1e-5, nan_ok=True) if isinstance(other, float) else other)


def test_the_wildcard_runs_every_leaf_once_beside_a_users_own_tasks(lmms_eval, tmp_path) -> None:
    users = users_folder(tmp_path / "users", row(0), row(1))
    run = lmms_eval("out", "robust_scenes_*,users_own_task", "--limit", "2", *SHORT, "--include_path", str(users))
    assert run.status == 0, run.text
    expected = {f"robust_scenes_{variant}" for variant in VARIANTS} | {"users_own_task"}
    assert set(run.results["results"]) == expected
    assert len(list(run.folder.rglob("*_samples_*.jsonl"))) == len(expected)
    for task in expected:
        assert [sample["doc_id"] for sample in run.samples(task)] == [0, 1]
        assert run.text.count(f"docs for {task}/none ") == 1
    (found,) = [made for made in read_runs(run.folder) if len(made.records) > 4]
    assert {record.variant for record in found.records} == set(VARIANTS)


def test_every_sample_says_how_its_words_were_injected(lmms_eval) -> None:
    run = lmms_eval("out", "robust_scenes_wrong_think,robust_scenes_wrong_caption", "--limit", "3", *SHORT)
    assert run.status == 0, run.text
    continued = run.samples("robust_scenes_wrong_think")
    assert {sample["record"]["injection"] for sample in continued} == {"prefill"}
    for sample in continued:
        prefill = sample["input"].partition("[assistant]\n")[2]
        assert prefill.startswith("<think>")
        assert sample["filtered_resps"].startswith(prefill)
        assert len(sample["filtered_resps"]) > len(prefill) + 30
    assert {sample["record"]["injection"] for sample in run.samples("robust_scenes_wrong_caption")} == {"none"}
    moved = lmms_eval("inline", "robust_scenes_wrong_think", "--limit", "3", *SHORT, model_args="injection=inline")
    assert {sample["record"]["injection"] for sample in moved.samples("robust_scenes_wrong_think")} == {"inline"}


def test_suite_metrics_are_those_of_its_records_and_equal_under_two_ranks(lmms_eval) -> None:
    limit = ("--limit", str(5 * 12), *SHORT)
    one = lmms_eval("one", "robustness_scenes", *limit)
    assert one.status == 0, one.text
    two = lmms_eval("two", "robustness_scenes", *limit, launcher=TWO_RANKS, variables={"ACCELERATE_USE_CPU": "true"})
    assert two.status == 0, two.text
    assert "Running on rank 1" in two.text
    same(one, two, "robustness_scenes")
    found = one.results["results"]["robustness_scenes"]
    records = [sample["record"] for sample in one.samples("robustness_scenes")]
    answered = {(r["item"], r["variant"]): r["answer"] == r["gold"] for r in records if r["answer"]}
    for variant in VARIANTS:
        mine = [right for (_, name), right in answered.items() if name == variant]
        assert found[f"acc_{variant},none"] == pytest.approx(sum(mine) / len(mine))
        assert found[f"acc_{variant}_n,none"] == len(mine)
    pairs = [(right, answered[item, "wrong_think"]) for (item, name), right in answered.items()
             if name == "base" and (item, "wrong_think") in answered]  # fmt: skip
    assert found["drop_wrong_think,none"] == pytest.approx(sum(a - b for a, b in pairs) / len(pairs))
    assert found["drop_wrong_think_n,none"] == len(pairs)
    kept = [after for before, after in pairs if before]
    assert found["survival_wrong_think,none"] == pytest.approx(sum(kept) / len(kept))


def test_the_response_cache_is_used_again_and_is_not_stale_after_a_template_changed(lmms_eval, tmp_path) -> None:
    cached = ("--limit", "4", *SHORT, "--use_cache", str(tmp_path / "cache"))
    first = lmms_eval("first", "robust_scenes_correct_think", *cached)
    again = lmms_eval("again", "robust_scenes_correct_think", *cached)
    assert "all 4 requests served from cache" in again.text, again.text
    same(first, again, "robust_scenes_correct_think")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "reasoning.jinja").write_text(
        "<think>It is clear to me. {{ asserted.statement }} So: {{ asserted.text }}"
    )
    changed = {"LMMS_ROBUST_TEMPLATES": str(tmp_path / "mine")}
    other = lmms_eval("other", "robust_scenes_correct_think", *cached, variables=changed)
    assert "served from cache" not in other.text
    for sample in other.samples("robust_scenes_correct_think"):
        assert sample["filtered_resps"].startswith("<think>It is clear to me.")


def test_a_rank_that_the_response_cache_serves_does_not_keep_the_others_waiting(lmms_eval, tmp_path) -> None:
    """Of four rows the first three are cached: nothing is left to answer for the rank that has the first and third."""
    cache, cpu = ("--use_cache", str(tmp_path / "cache")), {"ACCELERATE_USE_CPU": "true"}
    first = lmms_eval("first", "robust_scenes_base", "--limit", "3", *SHORT, *cache, launcher=TWO_RANKS, variables=cpu)
    assert first.status == 0, first.text
    more = lmms_eval("more", "robust_scenes_base", "--limit", "4", *SHORT, *cache, launcher=TWO_RANKS, variables=cpu)
    assert more.status == 0, more.text
    assert "all 2 requests served from cache" in more.text
    assert "1/2 cache hits" in more.text
    whole = lmms_eval("whole", "robust_scenes_base", "--limit", "4", *SHORT)
    same(whole, more, "robust_scenes_base")


def test_an_interrupted_run_goes_on_where_it_stopped(lmms_eval, tmp_path) -> None:
    tasks, limit = "robust_scenes_base", ("--limit", "64", *SHORT)
    journal = tmp_path / "journal" / "rank0.jsonl"
    resume = f"resume={journal.parent}"
    command = [sys.executable, *arguments(tmp_path / "cut", tasks, *limit, model_args=resume)]
    with subprocess.Popen(
        command, env=environment(), cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as cut:
        while cut.poll() is None and not (journal.exists() and journal.stat().st_size):
            time.sleep(0.02)
        cut.send_signal(signal.SIGKILL)
    stored = journal.read_text().splitlines()
    assert 0 < len(stored) < 64
    resumed = lmms_eval("resumed", tasks, *limit, model_args=resume)
    assert resumed.status == 0, resumed.text
    after = journal.read_text().splitlines()
    assert after[: len(stored)] == stored
    assert len(after) == 64
    whole = lmms_eval("whole", tasks, *limit)
    same(whole, resumed, tasks)
    for mine, theirs in zip(resumed.samples(tasks), whole.samples(tasks), strict=True):
        assert mine["token_counts"] == theirs["token_counts"] != [None]


BAD = {
    "unknown task": (
        *("robust_scenes_wrong_thinking", row(0), {}),
        "Tasks were not found: robust_scenes_wrong_thinking",
    ),
    "undefined name in a template": (
        *("robust_scenes_wrong_caption", row(0), {"caption.jinja": "{{ oops }}"}),
        "'oops' is undefined",
    ),
    "unknown template": ("robust_scenes_base", row(0), {"capt.jinja": "x"}, "unknown template 'capt.jinja'"),
    "one option": (
        *("users_own_task", row(7, options=["left"], statements=["It is left."]), {}),
        "item 'scenes-x-0007': 1 option(s); allowed: 2 to 9",
    ),
    "template that renders to nothing": (
        *("robust_scenes_wrong_caption", row(0), {"caption.jinja": ""}),
        "template caption.jinja: renders to nothing",
    ),
    "cut picture": (
        *("users_own_task", row(7, image={"bytes": cut("JPEG"), "path": None}), {}),
        "item 'scenes-x-0007': unreadable",
    ),
    "equal options": (
        *("users_own_task", row(7, options=["left", "left"]), {}),
        "item 'scenes-x-0007': two options are equal",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_ends_the_run_in_one_line_before_weights_are_loaded(lmms_eval, tmp_path, case: str) -> None:
    task, bad, templates, message = BAD[case]
    users = users_folder(tmp_path / "users", bad)
    (tmp_path / "templates").mkdir()
    for name, text in templates.items():
        (tmp_path / "templates" / name).write_text(text)
    variables = {"LMMS_ROBUST_TEMPLATES": str(tmp_path / "templates")}
    run = lmms_eval("out", task, "--limit", "1", "--include_path", str(users), variables=variables)
    (line,) = [line for line in run.text.splitlines() if message in line and not line.startswith("ValueError")]
    assert "robust_hf: " not in run.text, "weights were loaded"
    if "Tasks were not found" not in message:
        assert line.startswith("lmms-robust: ")
        assert run.status == 1
        assert "Traceback" not in run.text


def test_a_stock_backend_runs_with_inline_injection_and_its_samples_say_so(lmms_eval, tmp_path) -> None:
    qwen = make_qwen(tmp_path / "qwen")
    model_args = f"pretrained={qwen},device=cpu,device_map=cpu,attn_implementation=sdpa"
    more = ("--limit", "2", "--gen_kwargs", "max_new_tokens=4")
    run = lmms_eval("out", "robust_scenes_wrong_think", *more, model="qwen2_5_vl", model_args=model_args)
    assert run.status == 0, run.text
    for sample in run.samples("robust_scenes_wrong_think"):
        assert sample["record"]["injection"] == "inline"
        before, _, words = sample["input"].partition("</answer>\n\n")
        assert before.startswith("How many diamonds") or "?" in before
        assert words.startswith("<think>Let me look")


def test_a_probe_on_a_stock_backend_ends_in_one_line_that_names_those_that_can(lmms_eval, tmp_path) -> None:
    qwen = make_qwen(tmp_path / "qwen")
    model_args = f"pretrained={qwen},device=cpu,device_map=cpu,attn_implementation=sdpa"
    run = lmms_eval("out", "robustprobe_scenes", "--limit", "2", model="qwen2_5_vl", model_args=model_args)
    assert run.status == 1
    (line,) = [line for line in run.text.splitlines() if line.startswith("lmms-robust: ")]
    assert "robustprobe_scenes: this model does not continue a prefill" in line
    assert "robust_hf" in line
    assert "Traceback" not in run.text
