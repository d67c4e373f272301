"""Reading runs back: what belongs together is paired, and what does not is told."""

import json
import os
from pathlib import Path

import pytest

from lmms_robust.errors import RobustError
from lmms_robust.report import sample_log
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


def test_logs_of_lm_eval_find_their_results_by_its_names(tmp_path: Path, caplog) -> None:
    for date, task, found in (("d1", "robust_scenes_base", BASE), ("d2", "robust_scenes_wrong_think", WRONG)):
        (tmp_path / f"samples_{task}_{date}.jsonl").write_text(line(found) + "\n")
        (tmp_path / f"results_{date}.json").write_text(json.dumps({"config": HF}))
    (run,) = read_runs(tmp_path)
    assert (run.date, run.notes, caplog.messages) == ("d1 + d2", (), [])


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
    assert run.notes[0] == "1 response(s) were logged twice with equal texts and count once"


def test_equal_texts_with_other_records_count_once_and_what_differs_is_said(tmp_path: Path) -> None:
    kept = [line(record(item, "base", "A"), item) for item in ("w", "x")]
    other = line(record("w", "base", "B", letter_probs={"A": 0.2, "B": 0.8}), "w")
    first = log(tmp_path / "one", "d1", "robust_scenes_base", *kept)
    second = log(tmp_path / "one", "d1", "robustness_scenes", other, kept[1])
    (run,) = read_runs(tmp_path)
    assert [found.answer for found in run.records] == ["A", "A"]
    assert run.notes == (
        "2 response(s) were logged twice with equal texts and count once",
        "the records of 1 of them differ in answer, letter_probs, and the first one counts, such as for item "
        f"'w', base: {first}, not {second}",
    )


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


OLD = {name: value for name, value in json.loads(line(BASE))["record"].items() if name not in ("digest", "question")}
BAD = {
    "nothing": ("", "empty"),
    "no JSON": ("{", "1 of 1 line(s), line 1: not JSON ("),
    "too deep": ("[" * 100_000, "1 of 1 line(s), line 1: not JSON ("),
    "another shape": ("[1]", "1 of 1 line(s), line 1: a JSON list, no object"),
    "a stock task": ('{"doc_id": 0, "score": 1}\n' * 2, "2 of 2 line(s), line 1: no record of lmms-robust, as in "),
    "another plugin": ('{"record": 3}', "line 1: no record of this version (a int)"),
    "an older version": (json.dumps({"record": OLD}), "line 1: no record of this version (lacks digest, question)"),
    "a later version": (line(BASE)[:-2] + ', "more": 1}}', "line 1: no record of this version ('more' is not known)"),
    "a right option that is none": (
        line(BASE).replace('"gold": "A"', '"gold": "Z"'),
        "(gold is 'Z'; allowed: letters of its 2 options, A, B)",
    ),
    "a later variant": (line(BASE).replace('"base"', '"wrong_sound"'), "(variant 'wrong_sound' is not known)"),
    "another kind": (line(BASE).replace('"gold": "A"', '"gold": ["A"]'), "(gold is \"['A']\")"),
    "no number": (line(BASE)[:-2] + ', "mass": NaN}}', "line 1: no record of this version (mass is 'nan')"),
    "bytes": (b"\x89PNG\r\n\x1a\n\xff", "line(s), line 1: not UTF-8 (invalid start byte)"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_log_is_named_and_counted_and_does_not_hide_a_good_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, case: str
) -> None:
    written, reason = BAD[case]
    log(tmp_path, "d1", "robust_scenes_base", line(BASE))
    bad = tmp_path / "d2_samples_robust_scenes_base.jsonl"
    bad.write_bytes(written.encode() if isinstance(written, str) else written)
    (run,) = read_runs(tmp_path)
    assert run.records == (BASE,)
    named, counted = caplog.messages
    assert named.startswith(f"left out: {str(bad)!r}: ")
    assert reason in named
    assert "\n" not in named
    assert counted == "left out: 1, each named above; sample logs read whole: 1, in part: 0, not at all: 1"


def test_of_a_log_that_was_cut_off_the_whole_lines_count(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = log(tmp_path, "d", "robustness_scenes", line(BASE), line(WRONG))
    path.write_bytes(path.read_bytes()[:-20])
    (run,) = read_runs(tmp_path)
    assert run.records == (BASE,)
    named, counted = caplog.messages
    assert "1 of 2 line(s), line 2: not JSON (" in named
    assert counted.endswith("sample logs read whole: 0, in part: 1, not at all: 0")


def test_a_line_that_is_too_long_is_passed_over(tmp_path: Path, caplog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample_log, "MAX_BYTES", 2**20)
    log(tmp_path, "d", "robustness_scenes", "x" * 5 * 2**20, line(BASE), json.dumps("y" * 2**20), line(WRONG))
    (run,) = read_runs(tmp_path)
    assert run.records == (BASE, WRONG)
    assert "2 of 4 line(s), line 1: more than 1 MB" in caplog.messages[0]


def test_what_only_has_the_name_of_a_log_is_named_and_not_waited_for(tmp_path: Path, caplog) -> None:
    log(tmp_path, "d", "robust_scenes_base", line(BASE))
    (tmp_path / "f_samples_a.jsonl").mkdir()
    os.mkfifo(tmp_path / "f_samples_b.jsonl")
    (tmp_path / "f_samples_c.jsonl").symlink_to(tmp_path / "gone")
    (tmp_path / "f_samples_d.jsonl").symlink_to("/dev/zero")
    (run,) = read_runs(tmp_path)
    assert run.records == (BASE,)
    reasons = [message.rpartition(": ")[2] for message in caplog.messages[:-1]]
    missing = "cannot be read (No such file or directory)"
    assert reasons == ["a folder, no file", "a pipe or device, no file", missing, "a pipe or device, no file"]


def test_a_log_that_may_not_be_read_is_named(tmp_path: Path, caplog, monkeypatch: pytest.MonkeyPatch) -> None:
    log(tmp_path, "d", "robust_scenes_base", line(BASE))
    closed = log(tmp_path, "e", "robust_scenes_base", line(BASE))
    opened = Path.open

    def refused(path: Path, *mode: str) -> object:  # whoever runs the tests may read all files
        if path == closed:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *mode)

    monkeypatch.setattr(Path, "open", refused)
    assert len(read_runs(tmp_path)) == 1
    assert caplog.messages[0] == f"left out: {str(closed)!r}: cannot be read (Permission denied)"


@pytest.mark.parametrize(
    ("written", "reason"),
    [("{}", "no samples of its run beside it; allowed: a run with --log_samples"), ("", "not JSON (")],
)
def test_results_that_tell_nothing_are_named(tmp_path: Path, caplog, written: str, reason: str) -> None:
    log(tmp_path, "d1", "robust_scenes_base", line(BASE))
    path = tmp_path / ("d2_results.json" if written else "d1_results.json")
    path.write_text(written)
    assert len(read_runs(tmp_path)) == 1
    assert caplog.messages[0].startswith(f"left out: {str(path)!r}: {reason}")
    assert len(caplog.messages) == 2


def test_a_run_with_different_responses_does_not_hide_another(tmp_path: Path, caplog) -> None:
    for task in ("robust_scenes_base", "robustness_scenes"):
        log(tmp_path / "torn", "d1", task, line(BASE, task))
    log(tmp_path / "good", "d1", "robust_scenes_base", line(BASE))
    assert [run.model for run in read_runs(tmp_path)] == ["good"]
    assert caplog.messages[0].startswith("left out: two different responses to scenes item 'w', base, repeat 0, in ")
    assert len(caplog.messages) == 2


def test_where_nothing_can_be_read_the_one_reason_is_the_error_and_several_are_named(tmp_path: Path, caplog) -> None:
    log(tmp_path, "d1", "robust_scenes_base", "{")
    with pytest.raises(RobustError, match=r"d1_samples_robust_scenes_base.jsonl': 1 of 1 line\(s\), line 1: not JSON"):
        read_runs(tmp_path)
    assert caplog.messages == []
    log(tmp_path, "d2", "robust_scenes_base", "[]")
    with pytest.raises(RobustError, match="no samples of robust tasks below"):
        read_runs(tmp_path)
    assert len(caplog.messages) == 2


def test_a_folder_without_samples_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RobustError, match="no samples of robust tasks"):
        read_runs(tmp_path)
    with pytest.raises(RobustError, match="is not a folder"):
        read_runs(tmp_path / "none")
