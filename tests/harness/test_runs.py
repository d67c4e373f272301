"""What a user relies on when lmms-eval runs our tasks, seen through its command line."""

from __future__ import annotations

import json
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
  - {metric: acc, aggregation: !function lmms_robust.harness.aggregation.mean, higher_is_better: true}
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
    right = {(r["item"], r["variant"]): r.get("answer") == r["gold"] for r in records}
    for variant in VARIANTS:
        mine = [value for (_, name), value in right.items() if name == variant]
        assert found[f"acc_{variant},none"] == pytest.approx(sum(mine) / len(mine))
    pairs = [(before, right[item, "wrong_think"]) for (item, name), before in right.items() if name == "base"]
    assert found["drop_wrong_think,none"] == pytest.approx(sum(a - b for a, b in pairs) / len(pairs))
    rows = {name for name, value in found.items() if isinstance(value, float) and "_stderr" not in name}
    assert len(rows) <= 40
    for line in next(one.folder.rglob("*_samples_*.jsonl")).read_text().splitlines():
        sample = json.loads(line)
        record = sample["record"]
        texts = (sample["input"], sample["filtered_resps"], record["question"], *record["options"])
        assert len(line.encode()) - sum(len(json.dumps(text)) for text in texts) < 2048


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
    assert f"resume: {len(stored)} of 64 responses kept from {journal.parent}" in resumed.text
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
        "item 'scenes-x-0007': 1 option(s); allowed: 2 to 10",
    ),
    "cut picture": (
        *("users_own_task", row(7, image={"bytes": cut("JPEG"), "path": None}), {}),
        "item 'scenes-x-0007': unreadable",
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
    assert "scenes: this model does not continue a prefill" in line
    assert "robust_hf" in line
    assert "Traceback" not in run.text


def test_repeated_responses_are_records_of_their_own_and_are_averaged(lmms_eval) -> None:
    sampled = ("--limit", "2", "--repeats", "3", "--gen_kwargs", "max_new_tokens=96,temperature=1.5,do_sample=true")
    run = lmms_eval("out", "robust_scenes_wrong_think", *sampled)
    assert run.status == 0, run.text
    samples = run.samples("robust_scenes_wrong_think")
    assert [len(sample["record"]) for sample in samples] == [3, 3]
    means = [sum(r.get("answer") == r["gold"] for r in sample["record"]) / 3 for sample in samples]
    assert run.results["results"]["robust_scenes_wrong_think"]["acc,none"] == pytest.approx(sum(means) / 2)
    (found,) = read_runs(run.folder)
    assert sorted(record.repeat for record in found.records) == [0, 0, 1, 1, 2, 2]


def test_a_baseline_of_an_earlier_run_is_compared_sample_by_sample(lmms_eval) -> None:
    task, limit = "robust_scenes_base", ("--limit", "4", "--gen_kwargs", "max_new_tokens=96")
    first = lmms_eval("first", task, *limit)
    (log,) = first.folder.rglob(f"*_samples_{task}.jsonl")
    second = lmms_eval("second", task, "--limit", "4", "--gen_kwargs", "max_new_tokens=8", "--baseline", str(log))
    found = second.results["results"][task]
    assert found["paired_baseline_score"] == 100 * first.results["results"][task]["acc,none"]
    assert found["acc,none"] == 0.0


FILTERED_TASK = """\
task: filtered_task
dataset_path: json
dataset_kwargs: {data_files: {test: rows.jsonl}}
test_split: test
output_type: generate_until
doc_to_visual: !function lmms_robust.harness.lmms_eval.doc_to_visual
doc_to_text: question
doc_to_messages: !function task.doc_to_messages
doc_to_target: answer
reasoning_tags: none
filter_list:
  - name: letter
    filter:
      - function: !function lmms_robust.consistency.filters.AnswerLetter
      - function: take_first
metric_list:
  - {metric: exact_match, aggregation: mean, higher_is_better: true}
"""
FILTERED_MODULE = """\
def doc_to_messages(doc, lmms_eval_specific_kwargs=None):
    return [{"role": "user", "content": [{"type": "text", "text": doc["question"]}]},
            {"role": "assistant", "content": [{"type": "text", "text": f"<answer>{doc['word']}</answer>"}]}]
"""


@pytest.mark.parametrize("launcher", [(), TWO_RANKS], ids=["one", "two"])
def test_filters_know_the_options_of_each_doc_with_a_limit_and_on_several_ranks(lmms_eval, tmp_path, launcher) -> None:
    users = tmp_path / "users"
    users.mkdir()
    (users / "task.yaml").write_text(FILTERED_TASK)
    (users / "task.py").write_text(FILTERED_MODULE)
    docs = [{"question": "Where?", "word": "left", "answer": "AB"[turned],
             "options": json.dumps(dict(zip("AB", ("right", "left") if turned else ("left", "right"), strict=True)))}
            for turned in (0, 1, 1, 0, 1, 0, 0)]  # fmt: skip
    (users / "rows.jsonl").write_text("\n".join(map(json.dumps, docs)))
    run = lmms_eval("out", "filtered_task", "--limit", "5", "--gen_kwargs", "max_new_tokens=1", "--include_path",
                    str(users), launcher=launcher, variables={"ACCELERATE_USE_CPU": "true"})  # fmt: skip
    assert run.status == 0, run.text
    assert [sample["filtered_resps"] for sample in run.samples("filtered_task")] == ["A", "B", "B", "A", "B"]


def test_a_plant_seed_of_the_command_line_stands_in_every_record(lmms_eval) -> None:
    more = ("--limit", "3", "--gen_kwargs", "max_new_tokens=8")
    run = lmms_eval("out", "robust_scenes_wrong_caption", *more, variables={"LMMS_ROBUST_SEED": "5"})
    assert run.status == 0, run.text
    assert {sample["record"]["seed"] for sample in run.samples("robust_scenes_wrong_caption")} == {5}
