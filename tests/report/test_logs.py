"""Reading runs back: what belongs together is paired, and what does not is told."""

import json
from pathlib import Path

import pytest

from lmms_robust.errors import RobustError
from lmms_robust.report.logs import read_runs
from lmms_robust.transport import Report, seal
from tests.report.samples import line, log, record

HF = {"model": "robust_hf", "model_args": "pretrained=x,dtype=float32", "gen_kwargs": "max_new_tokens=64"}
BASE, WRONG = record("w", "base", "A", True), record("w", "wrong_think", "B", True)


def test_runs_are_kept_apart_by_model_and_date(tmp_path: Path) -> None:
    for model, date in (("one", "d1"), ("one", "d2"), ("two", "d1")):
        log(tmp_path / model, date, "robust_scenes_base", line(BASE, f"{model} {date}"))
    log(tmp_path / "one", "d1", "somebody_elses_task", json.dumps({"doc_id": 0}))
    assert [(run.date, run.model) for run in read_runs(tmp_path)] == [("d1", "one"), ("d1", "two"), ("d2", "one")]


def test_variants_from_separate_runs_with_equal_arguments_are_paired(tmp_path: Path) -> None:
    log(tmp_path / "one", "d1", "robust_scenes_base", line(BASE), config=HF)
    log(tmp_path / "one", "d2", "robust_scenes_wrong_think", line(WRONG),
        config=HF | {"model_args": "pretrained=x,dtype=float32,batch_size=8,resume=kept"})  # fmt: skip
    (run,) = read_runs(tmp_path)
    assert (run.date, run.notes) == ("d1 + d2", ())
    assert {found.variant for found in run.records} == {"base", "wrong_think"}


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (HF | {"model_args": "pretrained=x,dtype=bfloat16"}, "dtype differs ('float32' there, 'bfloat16' here)"),
        (HF | {"gen_kwargs": None}, "gen_kwargs differs ({'max_new_tokens': '64'} there, {} here)"),
        (None, "no results file beside the samples tells its arguments"),
    ],
)
def test_why_variants_from_separate_runs_are_not_paired_is_said(tmp_path: Path, config, reason: str) -> None:
    log(tmp_path / "one", "d1", "robust_scenes_base", line(BASE), config=HF)
    log(tmp_path / "one", "d2", "robust_scenes_wrong_think", line(WRONG), config=config)
    first, second = read_runs(tmp_path)
    assert (len(first.records), len(second.records)) == (1, 1)
    assert second.notes == (f"not paired with the run of d1: {reason}",)


def test_the_same_run_again_counts_once_and_one_with_other_responses_by_itself(tmp_path: Path) -> None:
    for date, text in (("d1", "same"), ("d2", "same"), ("d3", "other")):
        log(tmp_path / "one", date, "robust_scenes_base", line(BASE, text), config=HF)
    first, third = read_runs(tmp_path)
    assert (first.date, len(first.records)) == ("d1 + d2", 1)
    assert first.notes == ("1 response(s) were logged twice with equal texts and count once",)
    assert third.notes == ("not paired with the run of d1 + d2: it has other responses to the same prompts",)


def test_equal_texts_are_equal_whatever_the_backend_reports_beside_them(tmp_path: Path) -> None:
    for date, tokens in (("d1", 7), ("d2", 8)):
        sealed = line(BASE, seal("<answer>A</answer>", Report(output_tokens=tokens)))
        log(tmp_path / "one", date, "robust_scenes_base", "", sealed, config=HF)
    (run,) = read_runs(tmp_path)
    assert run.notes == ("1 response(s) were logged twice with equal texts and count once",)


@pytest.mark.parametrize("change", [{"templates": "1234abcd"}])
def test_variants_written_by_other_templates_are_not_paired(tmp_path: Path, change: dict) -> None:
    log(tmp_path / "one", "d1", "robust_scenes_base", line(BASE), config=HF)
    log(tmp_path / "one", "d2", "robust_scenes_wrong_think", line(record("w", "wrong_think", "B", **change)), config=HF)
    assert [run.notes for run in read_runs(tmp_path)] == [(), ("not paired with the run of d1: templates differ",)]


def test_a_leaf_and_a_suite_of_one_run_count_once(tmp_path: Path) -> None:
    log(tmp_path / "one", "d1", "robust_scenes_base", line(BASE, "same"))
    log(tmp_path / "one", "d1", "robustness_scenes", line(BASE, "same"), line(WRONG))
    (run,) = read_runs(tmp_path)
    assert [found.variant for found in run.records] == ["base", "wrong_think"]
    assert run.notes == ("1 response(s) were logged twice with equal texts and count once",)


def test_different_responses_under_one_key_are_an_error_that_names_both_files(tmp_path: Path) -> None:
    paths = [
        log(tmp_path / "one", "d1", task, line(BASE, task)) for task in ("robust_scenes_base", "robustness_scenes")
    ]
    with pytest.raises(RobustError, match="two different responses to scenes item 'w', base, repeat 0") as raised:
        read_runs(tmp_path)
    assert all(str(path) in str(raised.value) for path in paths)
    assert "\n" not in str(raised.value)


def test_repeats_plant_seeds_and_probes_are_no_second_responses(tmp_path: Path) -> None:
    repeated = json.dumps(
        {"filtered_resps": [["x", "y"]], "record": [json.loads(line(BASE))["record"], json.loads(
            line(record("w", "base", "B", repeat=1)))["record"]]}
    )  # fmt: skip
    log(tmp_path / "one", "d1", "robust_scenes_base", repeated)
    log(tmp_path / "one", "d1", "robust_more_base", line(record("w", "base", "A", seed=1), "z"))
    log(tmp_path / "one", "d1", "robustprobe_scenes", line(record("w", "base", "A", injection="probe"), "p"))
    found = {(run.seed, run.probe): len(run.records) for run in read_runs(tmp_path)}
    assert found == {(0, False): 2, (1, False): 1, (0, True): 1}


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{", ":1: not JSON"),
        ("[" * 100_000, ":1: not JSON"),
        ('{"record": {"item": "x"}}', ":1: not a record of this version"),
        ('{"record": 3}', ":1: not a record of this version"),
        (line(BASE).replace('"red", "blue"', "5"), ":1: not a record of this version"),
        (line(BASE).replace('"gold": "A"', '"gold": ["A"]'), ":1: not a record of this version"),
    ],
)
def test_a_log_that_cannot_be_read_is_named(tmp_path: Path, written: str, message: str) -> None:
    log(tmp_path, "d", "robust_scenes_base", written)
    with pytest.raises(RobustError, match=message):
        read_runs(tmp_path)


def test_a_folder_without_samples_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RobustError, match="no samples of robust tasks"):
        read_runs(tmp_path)
    with pytest.raises(RobustError, match="is not a folder"):
        read_runs(tmp_path / "none")
