import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from lmms_robust.benchmarks import MODULES
from lmms_robust.benchmarks.captions import CallFailed
from lmms_robust.cli import main
from lmms_robust.harness.plugin import task_folder
from lmms_robust.perturbations import VARIANTS
from lmms_robust.schema import Item
from tests.report.samples import line, log, record

FIXTURES = Path(__file__).parent / "fixtures"
VSTAR = str(FIXTURES / "vstar.parquet")
WRAPPED = ["--split", "test", "--name", "own", "--mapping"]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def lines_of(*arguments: str) -> list[str]:
    result = run("tasks", *arguments)
    assert result.exit_code == 0, result.output
    assert all(len(line) <= 100 for line in result.output.splitlines())
    return [line.rstrip() for line in result.output.splitlines()]


@pytest.mark.parametrize("harness", ["lmms_eval", "lm_eval"])
def test_tasks_fit_a_screen_and_say_what_runs_here(harness: str) -> None:
    lines = lines_of(harness)
    assert len(lines) <= 30
    first = [line.split()[0] for line in lines if line]
    assert [name for name in first if name in MODULES] == list(MODULES)
    assert any(line.split()[:2] == ["scenes", "yes"] for line in lines)
    assert any(line.split()[:2] == ["spatial_mm_multihop", "no"] for line in lines)
    assert ("robustprobe_BENCHMARK" in first) == (harness == "lmms_eval")


def test_tasks_of_a_benchmark_and_of_a_variant_are_listed_by_name() -> None:
    names = [line.split()[0] for line in lines_of("--benchmark", "vstar") if line.startswith("robust")]
    assert names == [*(f"robust_vstar_{variant}" for variant in VARIANTS), "robustness_vstar", "robustprobe_vstar"]
    lines = lines_of("--variant", "wrong_think", "--variant", "base")
    assert lines[0] == "wrong_think: the reply starts with reasoning for a wrong option"
    names = {line.split()[0] for line in lines if line.startswith("robust")}
    assert names == {f"robust_{name}_{variant}" for name in MODULES for variant in ("base", "wrong_think")}
    both = [line for line in lines_of("--variant", "base", "--benchmark", "scenes") if line.startswith("robust")]
    assert [line.split() for line in both] == [["robust_scenes_base", "yes"]]


def test_tasks_of_a_folder_of_ones_own_are_listed(tmp_path: Path) -> None:
    run("local", "vstar", "--data-files", VSTAR, "--output", str(tmp_path))
    lines = lines_of("--include-path", str(tmp_path))
    assert [line.split()[:2] for line in lines if line.startswith("vstar")] == [["vstar", "yes"]]
    assert not any(line.startswith("scenes") for line in lines)


def test_tasks_path_is_a_folder_for_include_path() -> None:
    folder = Path(run("tasks", "--path").output.strip())
    assert (folder / "scenes" / "robust_scenes_base.yaml").is_file()


def test_model_prints_a_folder_that_from_pretrained_takes() -> None:
    assert (Path(run("model").output.strip()) / "config.json").is_file()


def test_show_prints_messages_prefill_planted_option_and_picture_size() -> None:
    shown = run("show", "robust_scenes_wrong_think", "-n", "2").output
    assert shown.count("=== scenes-test-") == 2
    assert shown.count("[image 448x448, in row ") == 2
    assert "injection: prefill" in shown
    assert "planted option: " in shown
    last = shown.strip().splitlines()
    assert last[-2] == "--- assistant"
    assert last[-1].startswith("<think>")
    inline = run("show", "robust_scenes_wrong_think", "--injection", "inline").output
    assert "--- assistant" not in inline
    assert "injection: inline" in inline


def test_show_of_a_suite_has_every_variant_of_each_item() -> None:
    shown = run("show", "robustness_scenes", "-n", "2").output.splitlines()
    assert shown[2] == "600 items, 7200 docs"
    heads = [line.split(" · ")[:2] for line in shown if line.startswith("=== ")]
    items = ("=== scenes-test-0000", "=== scenes-test-0001")
    assert heads == [[item, variant] for item in items for variant in VARIANTS]


def test_show_says_where_the_picture_lies(tmp_path: Path) -> None:
    shutil.copytree(FIXTURES / "spatial_mm_pictures", tmp_path / "pictures")
    picture = next((tmp_path / "pictures").rglob("*.*"))
    name = picture.relative_to(tmp_path / "pictures").as_posix()
    question = {"question": "Where is the dog?", "options": ["left", "right"], "answer": "A"}
    rows = [question | {"image": name}, question | {"image": name, "question": "Where is the cat?"}]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "m.yaml").write_text(
        "{picture: image, question: question, options: options, answer: answer, images: pictures}"
    )
    given = ["--dataset-path", "json", "--data-files", str(tmp_path / "rows.jsonl"), *WRAPPED, str(tmp_path / "m.yaml")]
    assert run("wrap", *given, "--output", str(tmp_path / "tasks")).exit_code == 0
    shown = run("show", "robustness_own", "--include-path", str(tmp_path / "tasks")).output
    with Image.open(picture) as image:
        width, height = image.size
    assert shown.count(f"[image {width}x{height}, file {picture}]") == 12
    assert "Where is the cat?" not in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "robust_scenes_wrong_thing"], "unknown task 'robust_scenes_wrong_thing'; did you mean 'robust_sc"),
        (["show", "robustness"], "'robustness' is a group; allowed: one of its tasks: robustness_scenes"),
        (["summary", "/nowhere"], "'/nowhere' is not a folder"),
        (["tasks", "lm_harness"], "unknown harness 'lm_harness'"),
        (["tasks", "--benchmark", "vstr"], "unknown benchmark 'vstr'; did you mean 'vstar'?"),
        (["tasks", "--variant", "wrong_thin"], "unknown variant 'wrong_thin'; did you mean 'wrong_think'?"),
        (["tasks", "--include-path", str(FIXTURES)], "no tasks of lmms-robust below "),
        (["items", "vstr", "--output", "o"], "unknown benchmark 'vstr'; did you mean 'vstar'?"),
        (["show", "robust_scenes_base", "--include-path", "/nowhere"], "'/nowhere' is not a folder; allowed: a folder"),
        (["local", "vstar", "--data-files", str(FIXTURES), "--output", "o"], "--data-files: File "),
        (["local", "vstar", "--data-files", "/nowhere.parquet", "--output", "o"], "'/nowhere.parquet' does not exist"),
        (["local", "vstar", "--data-files", VSTAR, "--output", __file__], "--output: Directory"),
        (["local", "vstar", "--data-files", VSTAR, "--output", f"{__file__}/o"], "cannot write "),
        (["demo", "--limit", "0"], "Invalid value for '--limit': 0 is not in the range 1<=x<=600."),
        (["demo", "--limit", "two"], "Invalid value for '--limit': 'two' is not a valid integer range."),
        (["demo", "--limit", "2", "--full"], "--full and --limit 2; allowed: one of them"),
        (["audit", "mmbench", "--data-files", VSTAR, "--output", "o"], "missing column(s) A, "),
    ],
)  # fmt: skip
def test_a_users_error_is_one_line_and_status_2(arguments: list[str], message: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in result.output
    assert len(result.output.strip().splitlines()) == 1


@pytest.mark.parametrize("harness", ["lmms_eval", "lm_eval"])
def test_an_unknown_task_says_what_lists_them_in_a_short_line(harness: str) -> None:
    said = run("show", "robust_scenes_wrong_thing", "--include-path", str(task_folder(harness))).output
    assert f"did you mean 'robust_scenes_wrong_think'? allowed: those that `lmms-robust tasks {harness}` lists" in said
    assert len(said) < 200


@pytest.mark.parametrize(("failing", "status"), [((), 0), (("0",), 1), (tuple("0123456789"), 1)])
def test_captions_end_with_status_1_where_an_item_has_none(
    tmp_path: Path, monkeypatch, failing: tuple[str, ...], status: int
) -> None:
    def some_captions(item: Item, ask: object) -> list[str]:
        if item.id.rpartition("-")[2] in failing:
            raise CallFailed("no")
        return ["A caption."] * len(item.options)

    monkeypatch.setattr("lmms_robust.benchmarks.captions.captions_of", some_captions)
    server = ["--model", "m", "--base-url", "http://127.0.0.1:9/v1"]
    result = run("captions", "vstar", "--data-files", VSTAR, *server, "--output", str(tmp_path / "c.jsonl"))
    assert result.exit_code == status, result.output
    assert ("failed; run the same command again, which asks only for those" in result.output) == bool(status)
    assert (tmp_path / "c.jsonl").exists() == (len(failing) < 10)


def test_official_files_that_are_to_be_prepared_first_say_so(tmp_path: Path) -> None:
    given = ["--data-files", str(FIXTURES / "multihop.json"), "--output", str(tmp_path / "o")]
    line = run("items", "spatial_mm_multihop", *given).output.strip().splitlines()[-1]
    assert "missing column(s) answer_type, image, index, options; found: " in line
    assert "; such rows are made first: `lmms-robust prepare spatial_mm` makes them of the official files" in line
    assert "--images" not in line


def test_show_names_the_hub_before_it_asks_for_rows_and_says_what_to_do_without_one(monkeypatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)
    result = run("show", "robustness_vstar")
    assert result.exit_code == 2
    first, *_, last = result.output.strip().splitlines()
    assert first == "robustness_vstar: lmms-lab-encoder/vstar-bench (older id: lmms-lab/vstar-bench), split test"
    assert "cannot load lmms-lab-encoder/vstar-bench (older id: lmms-lab/vstar-bench), split test (" in last
    assert "`lmms-robust local`" in last


@pytest.mark.parametrize("command", ["items", "audit", "captions", "local", "wrap"])
def test_a_command_that_needs_the_hub_says_so_in_one_line_without_it(tmp_path: Path, monkeypatch, command: str) -> None:
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)
    (tmp_path / "m.yaml").write_text("picture: image\nquestion: q\noptions: o\nanswer: a\n")
    given = ["vstar"] if command != "wrap" else ["--dataset-path", "a/b", *WRAPPED, str(tmp_path / "m.yaml")]
    server = ["--model", "m", "--base-url", "http://127.0.0.1:9/v1"] if command == "captions" else []
    result = run(command, *given, *server, "--output", str(tmp_path / "out"))
    (line,) = result.output.strip().splitlines()
    assert result.exit_code == 2
    assert line.startswith("lmms-robust: ")
    assert "--data-files" in line
    assert not (tmp_path / "out").exists()


def test_nothing_but_the_error_is_printed(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text('{"a": [')
    (tmp_path / "latin.csv").write_bytes("a,image\nf\xfcnf,x\n".encode("latin-1"))
    columns = [str(FIXTURES / "cv_bench.parquet"), "missing column(s)"]
    for path, message in (
        [str(tmp_path / "broken.json"), "as json: "],
        [str(tmp_path / "latin.csv"), "utf-8"],
        columns,
    ):
        command = ["-m", "lmms_robust.cli", "items", "vstar", "--data-files", path, "--output", str(tmp_path / "o")]
        done = subprocess.run([sys.executable, *command], text=True, capture_output=True, check=False)
        (line,) = (done.stdout + done.stderr).strip().splitlines()
        assert line.startswith("lmms-robust: ")
        assert message in line.replace("UTF-8", "utf-8")
        assert done.returncode == 2


@pytest.mark.parametrize("name", [name for name in MODULES if name != "scenes"])
def test_items_of_every_benchmark_are_written_from_local_files(tmp_path: Path, name: str) -> None:
    fixture = FIXTURES / f"{name}.parquet"
    result = run("items", name, "--data-files", str(fixture), "--output", str(tmp_path / "o.jsonl"))
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in (tmp_path / "o.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(lines) >= 10
    assert {line["benchmark"] for line in lines} == {name}
    assert all(len(line["statements"]) == len(line["options"]) > 1 for line in lines)
    assert f"{len(lines)} written, 0 left out for an unreadable picture" in result.output


@pytest.mark.parametrize(
    ("task", "source"),
    [
        ("robustness_vstar", "lmms-lab-encoder/vstar-bench"),
        ("robust_cv_bench_wrong_think", "nyu-visionx/CV-Bench"),
        ("robust_3dsrbench_base", "oscarqjh/3DSRBench_lmmseval"),
        ("robust_whatsup_base", "ServiceNow/whatsup_all"),
        ("robust_mme_realworld_lite_base", "yifanzhang114/MME-RealWorld-lite-lmms-eval"),
        ("robust_mmbench_base", "lmms-lab-encoder/MMBench"),
    ],
)
def test_show_names_the_whole_hub_path(monkeypatch, task: str, source: str) -> None:
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)
    for harness in ([], ["--include-path", run("tasks", "lm_eval", "--path").output.strip()]):
        first = run("show", task, *harness).output.splitlines()[0]
        assert first.startswith(f"{task}: {source}")
        assert ", split " in first


def test_show_reads_the_tasks_of_the_other_harness(tmp_path: Path) -> None:
    ours = run("show", "robust_scenes_wrong_think").output
    theirs = run(
        "show", "robust_scenes_wrong_think", "--include-path", run("tasks", "lm_eval", "--path").output.strip()
    )
    assert theirs.output.splitlines()[1:] == ours.splitlines()[1:]


def test_show_reads_local_and_wrapped_tasks(tmp_path: Path) -> None:
    run("local", "vstar", "--data-files", VSTAR, "--output", str(tmp_path / "local"))
    shown = run("show", "robust_vstar_wrong_caption", "--include-path", str(tmp_path / "local"))
    assert "Image caption: " in shown.output, shown.output
    mapping = "picture: image\nquestion: text\noptions: {inside: text}\nanswer: label\n"
    (tmp_path / "mapping.yaml").write_text(mapping)
    wrapped = run(
        *("wrap", "--dataset-path", "parquet", "--data-files", VSTAR, "--split", "test", "--name", "mine"),
        *("--mapping", str(tmp_path / "mapping.yaml"), "--output", str(tmp_path / "wrapped")),
    )
    assert wrapped.exit_code == 0, wrapped.output
    shown = run("show", "robust_mine_wrong_think", "--include-path", str(tmp_path / "wrapped"))
    assert "--- assistant" in shown.output, shown.output


def test_a_summary_prints_what_can_be_read_and_names_the_rest_on_standard_error(tmp_path: Path) -> None:
    sample = record("w", "base", "A", True, decided_by="rules \ud800", benchmark="scénes")
    log(tmp_path / "model", "d1", "robust_scenes_base", line(sample))
    log(tmp_path / "model", "d2", "robust_scenes_base", "{")
    command = [sys.executable, "-m", "lmms_robust.cli", "summary", str(tmp_path)]
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, text=True, capture_output=True, check=False, env=ascii_only)
    assert done.returncode == 0
    assert "sc\\xe9nes" in done.stdout
    named, counted = done.stderr.splitlines()
    assert "d2_samples_robust_scenes_base.jsonl': 1 of 1 line(s), line 1: not JSON (" in named
    assert counted == "left out: 1, each named above; sample logs read whole: 1, in part: 0, not at all: 1"
    (tmp_path / "model" / "d1_samples_robust_scenes_base.jsonl").unlink()
    result = run("summary", str(tmp_path))
    assert (result.exit_code, len(result.output.splitlines())) == (2, 1)


def test_scenes_writes_training_data(tmp_path: Path) -> None:
    result = run("scenes", "--split", "train", "-n", "18", "--output", str(tmp_path))
    assert result.exit_code == 0, result.output
    assert (tmp_path / "train.parquet").is_file()
    again = run("scenes", "--split", "train", "-n", "18", "--output", str(tmp_path))
    assert again.exit_code == 2
    assert "exists" in again.output


def test_consistency_reads_and_writes_lines_and_prints_how_right_it_is(tmp_path: Path) -> None:
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
        "concluded_in": "own",
        "decided_by": "rules",
        "problem": None,
    }
    assert "inconsistent right   100.0% [20.7, 100.0] (1/1)" in result.output


@pytest.mark.harness
def test_doctor_makes_a_real_run_and_says_what_it_found() -> None:
    result = run("doctor")
    assert result.exit_code == 0, result.output
    states = {line.partition(":")[0].split(maxsplit=1)[1]: line.split()[0] for line in result.output.splitlines()}
    assert {state for name, state in states.items() if name != "vllm"} == {"ok"}
    assert "ok      run of lmms-eval: robust_hf with the embedded model on c" in result.output
    assert f"ok      transformers: {version('transformers')}" in result.output
