"""What is written for others to read: complete or not at all, and the same numbers when it is read back."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner
from huggingface_hub import parse_eval_result_entries
from pyarrow import parquet
from yaml import safe_load

from lmms_robust.cli import main
from lmms_robust.errors import RobustError
from lmms_robust.report.export import flat, hub
from lmms_robust.report.export.eee import Publisher
from lmms_robust.report.export.folder import export
from lmms_robust.report.logs import read_runs
from lmms_robust.report.numbers import Number, numbers
from tests.report.exported import DATE, RECORDS, run
from tests.report.samples import line, log, record

PUBLISHER = Publisher(1_700_000_000)


def exported(tmp_path: Path, form: str, **more: str) -> Path:
    export(run(tmp_path / "logs"), form, tmp_path / "out", PUBLISHER, **more)
    return tmp_path / "out"


def by_name(found: list[Number]) -> dict[tuple[str, str], Number]:
    return {(one.variant, one.name): one for one in found}


def test_the_numbers_of_a_run_are_those_of_its_records(tmp_path: Path) -> None:
    (found,) = read_runs(run(tmp_path))
    named = by_name(list(numbers(found)))
    assert named["base", "acc"].value == 1
    acc = named["wrong_think", "acc"]
    assert (acc.model, acc.date, acc.benchmark, acc.probe, acc.seed) == ("org__one", DATE, "scenes", False, 0)
    assert (acc.injection, acc.n, acc.value, acc.low, acc.high) == ("prefill", 2, 0.5, 0.5, 0.5)
    assert named["wrong_think", "drop"].value == 0.5
    consistent = named["base", "consistent_acc"]
    assert (consistent.value, consistent.low, consistent.high, consistent.point) == (None, 0.5, 1, 0.5)
    joint = named["wrong_*", "joint_acc"]
    assert (joint.injection, joint.n, joint.value, joint.low, joint.high) == ("", 2, None, 0, 0.5)
    assert named["wrong_*", "worst_acc"].value == 0.5
    assert all(one.n for one in named.values())


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_numbers_of_tables_read_back_are_the_same(tmp_path: Path, form: str) -> None:
    folder = exported(tmp_path, form)
    (found,) = read_runs(tmp_path / "logs")
    assert flat.read_numbers(folder / f"numbers.{form}") == list(numbers(found))
    assert flat.read_numbers(str(folder)) == list(numbers(found))


def test_a_csv_has_a_row_a_response_and_no_formulas(tmp_path: Path) -> None:
    folder = exported(tmp_path, "csv")
    with (folder / "records.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["item"], row["variant"], row["answer"]) for row in rows] == [
        (one.item, one.variant, one.answer or "") for one in RECORDS
    ]
    assert rows[0]["model"] == "org__one"
    assert rows[0]["options"] == '["red", "blue"]'
    assert [row["question"] for row in rows[2:4]] == ["What color?", "'=1+1"]
    assert [row["consistent"] for row in rows[:4]] == ["true", "false", "true", ""]


def test_parquet_has_flat_columns_with_types(tmp_path: Path) -> None:
    table = parquet.read_table(exported(tmp_path, "parquet") / "records.parquet")
    assert table["question"].to_pylist()[3] == "=1+1"
    assert table["consistent"].to_pylist() == [one.consistent for one in RECORDS]
    assert not any(str(field.type).startswith(("list", "map", "struct")) for field in table.schema)


def test_entries_of_the_hub_hold_one_scalar_and_say_what_it_is(tmp_path: Path) -> None:
    folder = exported(tmp_path, "hf", dataset="org/scenes")
    (path,) = folder.rglob("*.yaml")
    assert path.parent == folder / "org__one" / ".eval_results"
    entries = {one.task_id: one for one in parse_eval_result_entries(safe_load(path.read_text()))}
    assert {one.dataset_id for one in entries.values()} == {"org/scenes"}
    acc = entries["robustness_scenes_acc_wrong_think"]
    assert acc.value == 0.5
    assert acc.notes.startswith("acc, variant wrong_think; injection prefill; plant seed 0; n = 2; 95 % interval [0.0")
    bounded = entries["robustness_scenes_consistent_acc_base"]
    assert bounded.value == 0.5
    assert "lower bound, more than 5 % unknown; bounds [0.5000, 1.0000]" in bounded.notes
    (found,) = read_runs(tmp_path / "logs")
    named = {hub.task_id(one): one.point for one in numbers(found)}
    read = hub.read(path)
    assert read
    assert read == {name: named[name] for name in read}


def test_names_in_logs_neither_steer_a_terminal_nor_lead_out_of_the_folder(tmp_path: Path) -> None:
    log(tmp_path / "logs" / "one\x1b[2J", "d1", "robustness_x", line(record("w", "base", "A", benchmark="../../x")))
    export(tmp_path / "logs", "hf", tmp_path / "out", PUBLISHER, dataset="org/scenes")
    (path,) = (tmp_path / "out").rglob("*.yaml")
    assert str(path.relative_to(tmp_path / "out")) == "one_[2J/.eval_results/robustness_.._.._x_d1.yaml"


def test_a_benchmark_that_no_hub_has_needs_a_dataset(tmp_path: Path) -> None:
    with pytest.raises(RobustError, match=r"no dataset on the hub for scenes; allowed: --dataset-id"):
        exported(tmp_path, "hf")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("form", ["eee", "hf", "csv", "parquet"])
def test_nothing_is_overwritten(tmp_path: Path, form: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("kept")
    with pytest.raises(RobustError, match=r"out' is there already; allowed: a name that is not taken"):
        exported(tmp_path, form, dataset="org/scenes")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine"]


def test_an_export_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    for path in run(tmp_path / "logs", "a__b").rglob("*_results.json"):
        path.write_text(path.read_text().replace("pretrained=org/one", "pretrained=/runs/a/b"))
    with pytest.raises(RobustError, match=r"model 'a__b': its results name '/runs/a/b', which is no id on the hub"):
        export(tmp_path / "logs", "eee", tmp_path / "out", PUBLISHER)
    assert [path.name for path in tmp_path.iterdir()] == ["logs"]


@pytest.mark.parametrize(
    ("form", "more", "said"),
    [
        ("eee", ["--organization", "Lab"], "7 records and 12 samples"),
        ("hf", ["--dataset-id", "org/scenes"], "entries in 1 file(s)"),
        ("csv", [], "12 records and"),
        ("parquet", [], "12 records and"),
    ],
)
def test_the_command_says_what_it_wrote(tmp_path: Path, form: str, more: list[str], said: str) -> None:
    arguments = ["export", str(run(tmp_path / "logs")), "--format", form, "--output", str(tmp_path / "out"), *more]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert result.output.startswith(f"{tmp_path / 'out'}: ")
    assert said in result.output


@pytest.mark.parametrize(
    ("form", "option", "allowed"),
    [("hf", "--model-id", "eee"), ("csv", "--organization", "eee"), ("eee", "--dataset-id", "hf")],
)
def test_an_option_that_a_format_does_not_read_is_refused(tmp_path: Path, form: str, option: str, allowed: str) -> None:
    arguments = ["export", str(tmp_path), "--format", form, "--output", str(tmp_path / "out"), option, "org/x"]
    result = CliRunner().invoke(main, arguments)
    told = f"lmms-robust: {option} 'org/x' with --format {form}; allowed: with --format {allowed}\n"
    assert (result.exit_code, result.output) == (2, told)
