"""The summary in its forms, by category, and of a series of checkpoints."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner

from lmms_robust.cli import main
from tests.report.samples import line, log, record

RECORDS = [
    record("w", "base", "A", True), record("x", "base", "B", True, category="shape"),
    record("w", "wrong_think", "B", True),
    record("x", "wrong_think", "B", undecided="ambiguous", category="shape"),
]  # fmt: skip


def summary(folder: Path, *arguments: str) -> str:
    result = CliRunner().invoke(main, ["summary", str(folder), *arguments])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    log(tmp_path / "=model", "d1", "robustness_scenes", *map(line, RECORDS))
    return tmp_path


def test_json_has_every_number_counts_and_transitions(folder: Path) -> None:
    (found,) = json.loads(summary(folder, "--format", "json"))
    base, wrong = found["variants"]
    assert (found["model"], found["category"], base["responses"]) == ("=model", "", 2)
    assert base["estimates"]["acc"] | {"interval_low": 0, "interval_high": 0} == {
        "value": 0.5, "n": 2, "low": 0.5, "high": 0.5, "interval_low": 0, "interval_high": 0,
    }  # fmt: skip
    assert wrong["estimates"]["consistent_acc"]["value"] == 0.0
    assert wrong["outcomes"] == {"right": 0, "planted": 2, "other": 0, "abstained": 0, "no_answer": 0}
    assert wrong["transitions"] == [
        {"base": "right", "here": "planted", "n": 1},
        {"base": "planted", "here": "planted", "n": 1},
    ]
    assert (wrong["verdicts"], wrong["undecided"]) == ({"yes": 1, "no": 0}, {"ambiguous": 1})
    assert (wrong["against_base"]["lost"], wrong["against_base"]["won"], wrong["against_base"]["p"]) == (1, 0, 1.0)
    assert base["against_base"] is None


def test_csv_has_a_row_a_number_and_no_formulas(folder: Path) -> None:
    rows = list(csv.DictReader(StringIO(summary(folder, "--format", "csv", "--by", "category"))))
    assert {row["model"] for row in rows} == {"'=model"}
    drops = {row["category"]: row["value"] for row in rows if row["name"] == "drop"}
    assert drops == {"": "0.5", "color": "1.0", "shape": "0.0"}


def test_markdown_shows_what_the_terminal_does(folder: Path) -> None:
    text = summary(folder, "--format", "md")
    assert "| variant | items | accuracy | drop | survival | followed | p |" in text
    assert "| wrong\\_think | 2 | 0.0 (0,66) |" in text


def test_what_is_undecided_counts_as_no_in_every_form(tmp_path: Path) -> None:
    # of 50 items 40 are right and consistent, 2 right and undecided, 8 wrong: 80 %, and at most 84
    said = ["A"] * 42 + ["B"] * 8
    made = [record(str(n), "base", answer, None if n < 2 else True, undecided="ambiguous" if n < 2 else None,
                   digest=str(n)) for n, answer in enumerate(said)]  # fmt: skip
    log(tmp_path / "model", "d1", "robustness_scenes", *map(line, made))
    (found,) = json.loads(summary(tmp_path, "--format", "json"))
    number = found["variants"][0]["estimates"]["consistent_acc"]
    assert (number["value"], number["n"], number["low"], number["high"]) == (0.8, 50, 0.8, 0.84)
    rows = csv.DictReader(StringIO(summary(tmp_path, "--format", "csv")))
    (row,) = (one for one in rows if one["name"] == "consistent_acc")
    assert (row["value"], row["n"], row["low"], row["high"]) == ("0.8", "50", "0.8", "0.84")
    for form in ("table", "md"):
        text = summary(tmp_path, "--format", form).replace("\\", "")
        assert "80.0 [80.0,84.0]" in text
        assert "what is undecided counts as no" in " ".join(text.split())


def test_categories_have_a_table(folder: Path) -> None:
    lines = summary(folder, "--by", "category").splitlines()
    start = next(number for number, one in enumerate(lines) if one.startswith("categories · scenes"))
    assert lines[start + 3].split()[:3] == ["color", "1", "100.0"]
    assert lines[start + 4].split()[:3] == ["shape", "1", "0.0"]


def test_checkpoints_stand_in_one_table_in_the_order_of_their_steps(tmp_path: Path) -> None:
    for step in (1000, 50, 200):
        log(tmp_path / f"run__checkpoint-{step}", "d1", "robustness_scenes", *map(line, RECORDS))
    lines = summary(tmp_path).splitlines()
    assert lines[0].strip() == "scenes"
    named = [one.split()[0] for one in lines if one.startswith("run__checkpoint")]
    assert named == ["run__checkpoint-50", "run__checkpoint-200", "run__checkpoint-1000"]


@pytest.mark.parametrize("folder", ["checkpoint-{}", "step_{}", "global_step_{}", "run/step-{}/logs"])
def test_checkpoints_of_one_name_are_told_by_their_folders(tmp_path: Path, folder: str) -> None:
    for step in (1000, 50, 200):
        log(tmp_path / folder.format(step) / "org__model", "d1", "robustness_scenes", *map(line, RECORDS))
    lines = summary(tmp_path).splitlines()
    named = [one.split()[0] for one in lines[: lines.index("")] if "org__model" in one]
    below = folder.removeprefix("run/")
    assert named == [f"{below.format(step)}/org__model" for step in (50, 200, 1000)]


def test_runs_of_one_name_in_one_folder_are_told_by_their_dates(tmp_path: Path) -> None:
    for date in ("d1", "d2"):
        log(tmp_path / "model", date, "robustness_scenes", *(line(one, date) for one in RECORDS))
    lines = summary(tmp_path).splitlines()
    assert [one.split()[:2] for one in lines[: lines.index("")] if "model d" in one] == [
        ["model", "d1"],
        ["model", "d2"],
    ]


def test_several_folders_are_read(tmp_path: Path) -> None:
    for name in ("one", "other"):
        log(tmp_path / name / name, "d1", "robust_scenes_base", line(record("w", "base", "A", True)))
    assert "answers · scenes · other" in summary(tmp_path / "one", str(tmp_path / "other"))


def test_plant_seeds_of_one_model_have_a_table_of_their_spread(tmp_path: Path) -> None:
    for seed, answers in enumerate(("AB", "BB", "AA")):
        said = zip("wx", answers, strict=True)
        records = [record(item, "wrong_think", answer, True, seed=seed) for item, answer in said]
        log(tmp_path / "model", f"d{seed}", "robust_scenes_wrong_think", *map(line, records))
    lines = summary(tmp_path).splitlines()
    start = lines.index("scenes · model · plant seeds 0, 1, 2")
    assert lines[start + 3].split() == ["wrong_think", *["0.0", "to", "100.0"] * 3]


def test_a_category_may_be_called_all(tmp_path: Path) -> None:
    log(tmp_path / "model", "d1", "robust_scenes_base", line(record("w", "base", "A", True, category="all")))
    lines = summary(tmp_path, "--by", "category").splitlines()
    assert sum(one.startswith("answers ·") for one in lines) == 1
    assert any(one.split()[:2] == ["all", "1"] for one in lines)


def test_items_without_a_category_are_no_second_whole(tmp_path: Path) -> None:
    found = [record("w", "base", "A", True, category=""), record("x", "base", "A", True)]
    log(tmp_path / "model", "d1", "robust_scenes_base", *map(line, found))
    parts = json.loads(summary(tmp_path, "--format", "json", "--by", "category"))
    counts = {one["category"]: one["variants"][0]["responses"] for one in parts}
    assert counts == {"": 2, "(none)": 1, "color": 1}


def test_a_folder_without_samples_hides_no_other(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    log(tmp_path / "good" / "model", "d1", "robust_scenes_base", line(record("w", "base", "A", True)))
    assert "answers · scenes · model" in summary(tmp_path / "empty", str(tmp_path / "good"))


def test_what_is_printed_steers_no_terminal_in_any_form(tmp_path: Path) -> None:
    odd = "m\x1b[2J\x9b2J"
    log(tmp_path / odd, "d1", "robustness_scenes", *map(line, RECORDS), '{"record": 1}')
    for form in ("table", "md", "csv", "json"):
        result = CliRunner().invoke(main, ["summary", str(tmp_path), "--format", form])
        assert result.exit_code == 0
        assert not {"\x1b", "\x9b"} & {*result.output}, form
        assert "[2J" in result.output
    assert json.loads(result.stdout)[0]["model"] == odd


def test_no_message_steers_a_terminal(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["summary", str(tmp_path), "--format", "\x1b[2J"])
    assert result.exit_code == 2
    assert "\x1b" not in result.output
    log(tmp_path, "d1", "robustness_scenes", "no record")
    command = [sys.executable, "-m", "lmms_robust.cli", "summary", str(tmp_path / "\x1b[2J"), str(tmp_path)]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    assert "\x1b" not in told
    assert "[2J" in told
