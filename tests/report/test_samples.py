"""Responses picked from logs."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from lmms_robust.cli import main
from lmms_robust.report.logs import read_runs
from lmms_robust.report.samples import Wanted, samples
from tests.report.samples import line, log, record

ONE = [
    record("w", "base", "A", True),
    record("x", "base", "A", False, category="shape"),
    record("w", "wrong_think", "B", True),
    record("x", "wrong_think", "A", None, undecided="no_conclusion", category="shape"),
    record("y", "wrong_think", None, None, problem="no_answer", undecided="no_answer"),
]
OTHER = [record("w", "base", "B", True), record("x", "base", "A", True, category="shape")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    log(tmp_path / "one", "d1", "robustness_scenes", *(line(one, f"says {one.item}\x1b[2J") for one in ONE))
    log(tmp_path / "other", "d1", "robustness_scenes", *map(line, OTHER))
    return tmp_path


def picked(folder: Path, **wanted: object) -> list[tuple[str, str, str]]:
    found = samples(read_runs(folder), Wanted(**wanted))
    return [(sample.model, sample.record.item, sample.record.variant) for sample in found]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"outcome": "planted"}, [("one", "w", "wrong_think"), ("other", "w", "base")]),
        ({"outcome": "no_answer"}, [("one", "y", "wrong_think")]),
        ({"consistent": "no"}, [("one", "x", "base")]),
        ({"consistent": "undecided", "categories": ["shape"]}, [("one", "x", "wrong_think")]),
        ({"changed": True}, [("one", "w", "wrong_think")]),  # x is right in both, y has no base
        ({"won": ("one", "other")}, [("one", "w", "base"), ("other", "w", "base")]),
        ({"won": ("other", "one")}, []),
        ({"variants": ["wrong_think"], "outcome": "right"}, [("one", "x", "wrong_think")]),
    ],
)
def test_responses_are_picked_by_what_became_of_them(folder: Path, wanted: dict, expected: list) -> None:
    assert picked(folder, **wanted) == expected


def test_texts_are_those_of_the_log_also_of_repeats(tmp_path: Path) -> None:
    twice = [record("w", "base", "A", True), record("w", "base", "B", True, repeat=1)]
    logged = [json.loads(line(one))["record"] for one in twice]
    log(tmp_path, "d1", "robust_scenes_base", json.dumps({"filtered_resps": ["first", "second"], "record": logged}))
    found = samples(read_runs(tmp_path), Wanted())
    assert [(sample.record.repeat, sample.response) for sample in found] == [(0, "first"), (1, "second")]


def test_the_command_prints_texts_that_steer_no_terminal(folder: Path) -> None:
    result = CliRunner().invoke(main, ["samples", str(folder), "--followed", "--variant", "wrong_think"])
    assert result.exit_code == 0, result.output
    assert "says w\\x1b[2J" in result.output
    assert "gold A · planted B · answer B (planted)" in result.output
    assert result.output.endswith("1 sample(s)\n")


@pytest.mark.parametrize("name", ["out.jsonl", "out.csv"])
def test_the_command_writes_them(folder: Path, tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    result = CliRunner().invoke(main, ["samples", str(folder), "--changed-from", "base", "--output", str(target)])
    assert result.exit_code == 0, result.output
    with target.open(newline="") as file:
        (found,) = map(json.loads, file) if name.endswith("jsonl") else csv.DictReader(file)
    assert (found["item"], found["variant"], found["outcome"]) == ("w", "wrong_think", "planted")
    assert found["response"] == "says w\x1b[2J"
    options = found["options"] if name.endswith("jsonl") else json.loads(found["options"])
    assert options == ["red", "blue"]
    told = {name: found[name] for name in ("date", "seed", "picture", "templates", "digest")}
    assert {key: str(value) for key, value in told.items()} == {
        "date": "d1", "seed": "0", "picture": "", "templates": "", "digest": "d",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["out.jsonl", "out.csv"])
def test_half_a_surrogate_pair_in_a_response_is_written_as_its_escape(tmp_path: Path, name: str) -> None:
    log(tmp_path / "runs", "d1", "robustness_scenes", line(ONE[0], "says \ud800 so"))
    result = CliRunner().invoke(main, ["samples", str(tmp_path / "runs"), "--output", str(tmp_path / name)])
    assert result.exit_code == 0, result.output
    assert "says \\ud800 so" in (tmp_path / name).read_text(encoding="utf-8")
    if name.endswith("jsonl"):
        assert json.loads((tmp_path / name).read_text(encoding="utf-8"))["response"] == "says \ud800 so"


def test_a_file_that_is_there_is_not_written_over(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text("mine")
    result = CliRunner().invoke(main, ["samples", str(folder), "--output", str(tmp_path / "out.csv")])
    assert result.exit_code == 2
    assert "out.csv' is there already; allowed: a name that is not taken" in result.output
    assert (tmp_path / "out.csv").read_text() == "mine"


def test_without_a_base_nothing_can_have_changed_and_that_is_said(tmp_path: Path) -> None:
    alone = [record("w", "wrong_think", "B", True), record("w", "abstain_wrong_think", "B", True)]
    log(tmp_path / "none", "d1", "robust", *map(line, alone))
    result = CliRunner().invoke(main, ["samples", str(tmp_path / "none"), "--changed-from", "base"])
    said = "(1 of wrong_think lack base, 1 of abstain_wrong_think lack abstain_base); allowed: runs that have both\n"
    assert (result.exit_code, result.output) == (
        2, f"lmms-robust: --changed-from base: nothing to hold against base {said}"
    )  # fmt: skip


def test_responses_without_a_base_beside_others_are_counted(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert picked(folder, changed=True) == [("one", "w", "wrong_think")]
    assert "left out: 1 of wrong_think lack base" in caplog.text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--variant", "wrong_thing"], "variant 'wrong_thing' is in none of these runs; allowed: base, wrong_think"),
        (["--category", "size"], "category 'size' is in none of these runs; allowed: color, shape"),
        (["--won", "one", "third"], "model 'third' is in none of these runs; allowed: one, other"),
        (["--right", "--followed"], "--right, --followed: no response is all of these; allowed: one of them"),
        (["--output", "out.txt"], "'out.txt'; allowed: a name that ends in .jsonl or .csv"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(folder: Path, arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(main, ["samples", str(folder), *arguments])
    assert (result.exit_code, result.output) == (2, f"lmms-robust: {said}\n")
