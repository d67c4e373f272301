import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lmms_robust.benchmarks import MODULES
from lmms_robust.cli import main
from lmms_robust.perturbations import VARIANTS


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def test_tasks_lists_every_task_with_a_sentence() -> None:
    lines = run("tasks").output.splitlines()
    names = {line.split()[0] for line in lines}
    leaves = {f"robust_{name}_{variant}" for name in MODULES for variant in VARIANTS}
    assert names == leaves | {f"robustness_{name}" for name in MODULES} | {"robustness"}
    assert all(len(line.split()) > 3 for line in lines)


def test_tasks_path_is_a_folder_for_include_path() -> None:
    folder = Path(run("tasks", "--path").output.strip())
    assert (folder / "scenes" / "robust_scenes_base.yaml").is_file()


def test_model_prints_a_folder_that_from_pretrained_takes() -> None:
    assert (Path(run("model").output.strip()) / "config.json").is_file()


def test_show_prints_messages_prefill_planted_option_and_picture_size() -> None:
    shown = run("show", "robust_scenes_wrong_think", "-n", "2").output
    assert shown.count("=== scenes-test-") == 2
    assert shown.count("[image 448x448]") == 2
    assert "injection: prefill" in shown
    assert "planted option: " in shown
    last = shown.strip().splitlines()
    assert last[-2] == "--- assistant"
    assert last[-1].startswith("<think>")
    inline = run("show", "robust_scenes_wrong_think", "--injection", "inline").output
    assert "--- assistant" not in inline
    assert "injection: inline" in inline


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "robust_scenes_wrong_thing"], "unknown task 'robust_scenes_wrong_thing'; did you mean 'robust_sc"),
        (["show", "robustness"], "'robustness' is a group; allowed: one of its tasks: robustness_scenes"),
        (["summary", "/nowhere"], "'/nowhere' is not a folder"),
        (["tasks", "lm_harness"], "unknown harness 'lm_harness'"),
    ],
)  # fmt: skip
def test_a_users_error_is_one_line_and_status_2(arguments: list[str], message: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in result.output
    assert len(result.output.strip().splitlines()) == 1


def test_show_names_the_hub_before_it_asks_for_rows_and_says_what_to_do_without_one(monkeypatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)
    result = run("show", "robustness_vstar")
    assert result.exit_code == 2
    first, *_, last = result.output.strip().splitlines()
    assert first == "robustness_vstar: lmms-lab-encoder/vstar-bench, split test"
    assert "lmms-robust: robustness_vstar: cannot load lmms-lab-encoder/vstar-bench" in last
    assert "`lmms-robust local`" in last


def test_show_reads_local_and_wrapped_tasks(tmp_path: Path) -> None:
    fixture = Path(__file__).parent / "fixtures" / "vstar.parquet"
    run("local", "vstar", "--data-files", str(fixture), "--output", str(tmp_path / "local"))
    shown = run("show", "robust_vstar_wrong_caption", "--include-path", str(tmp_path / "local"))
    assert "Image caption: " in shown.output, shown.output
    mapping = "picture: image\nquestion: text\noptions: {inside: text}\nanswer: label\n"
    (tmp_path / "mapping.yaml").write_text(mapping)
    wrapped = run(
        *("wrap", "--dataset-path", "parquet", "--data-files", str(fixture), "--split", "test", "--name", "mine"),
        *("--mapping", str(tmp_path / "mapping.yaml"), "--output", str(tmp_path / "wrapped")),
    )
    assert wrapped.exit_code == 0, wrapped.output
    shown = run("show", "robust_mine_wrong_think", "--include-path", str(tmp_path / "wrapped"))
    assert "--- assistant" in shown.output, shown.output


def test_scenes_writes_training_data(tmp_path: Path) -> None:
    result = run("scenes", "--split", "train", "-n", "18", "--output", str(tmp_path))
    assert result.exit_code == 0, result.output
    assert (tmp_path / "train.parquet").is_file()
    again = run("scenes", "--split", "train", "-n", "18", "--output", str(tmp_path))
    assert again.exit_code == 2
    assert "exists" in again.output


def test_consistency_reads_and_writes_lines_and_prints_accuracy_against_labels(tmp_path: Path) -> None:
    line = {"id": "1", "question": "Where is it?", "options": ["left", "right"],
            "response": "<think>It is on the left.</think><answer>B</answer>"}  # fmt: skip
    labelled = line | {"expected": {"answer": "B", "conclusion": "A"}}
    (tmp_path / "in.jsonl").write_text(json.dumps(labelled) + "\n")
    result = run("consistency", "--input", str(tmp_path / "in.jsonl"), "--output", str(tmp_path / "out.jsonl"))
    assert result.exit_code == 0, result.output
    (out,) = [json.loads(text) for text in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert out == {
        "id": "1",
        "answer": "B",
        "conclusion": "A",
        "consistent": False,
        "decided_by": "rules",
        "problem": None,
    }
    assert "100" in result.output


@pytest.mark.harness
def test_doctor_finds_the_hook_attached_and_the_backend_able_to_continue() -> None:
    result = run("doctor")
    assert result.exit_code == 0, result.output
    assert "ok      task hook: attached, 118 tasks found by lmms-eval" in result.output
    assert "ok      backend robust_hf: continues a prefill" in result.output
