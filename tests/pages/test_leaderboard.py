"""A leaderboard has the numbers that were exported, ties models that nothing tells apart, and links their reports."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from lmms_robust.pages.leaderboard import places
from lmms_robust.report.export.flat import read_numbers
from lmms_robust.report.logs import read_runs
from lmms_robust.report.numbers import Number, numbers
from tests.pages.made import lmms_robust, refused
from tests.report.exported import run
from tests.report.samples import line, log, record

MODELS = ("org__one", "org__two", "org__three")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Exports of three models, and a report of one."""
    place = tmp_path_factory.mktemp("exports")
    for model in MODELS:
        logs = run(place / "logs" / model, model)
        named = "--model-id", model.replace("__", "/")
        lmms_robust("export", logs, "--format", "eee", *named, "--output", place / "all" / model)
    lmms_robust("report", place / "logs" / "org__one", "--output", place / "all" / "a report", "--no-pictures")
    return place / "all"


def test_the_numbers_are_those_that_were_exported(source: Path, tmp_path: Path) -> None:
    told = lmms_robust("leaderboard", source, "--output", tmp_path / "site")
    assert "3 model(s) in 1 table(s)" in told
    found = read_numbers(tmp_path / "site" / "leaderboard.csv")
    measured = [
        replace(one, model=model.replace("__", "/"))
        for model in MODELS
        for one in numbers(read_runs(source.parent / "logs" / model)[0])
    ]
    assert sorted(map(str, found)) == sorted(map(str, measured))


def test_rows_show_rates_bounds_and_the_report(source: Path, tmp_path: Path) -> None:
    lmms_robust("leaderboard", source, "--output", tmp_path / "site")
    page = (tmp_path / "site" / "index.html").read_text()
    (row,) = re.findall(r"<tr><td data-sort=\"org/one\">.*?</tr>", page, re.DOTALL)
    assert "100.0 " in row
    link = re.search(r'href="([^"]*)"', row)
    assert link
    assert (tmp_path / "site" / link[1].replace("%20", " ")).resolve() == (source / "a report" / "index.html").resolve()
    assert "robustness_scenes · words as prefill" in page


def number(low: float, high: float) -> Number:
    return Number(
        "m", "d", "b", False, 0, "", "base", "none", "", "acc", (low + high) / 2, 9, (low + high) / 2, (low + high) / 2,
        low, high,
    )  # fmt: skip


def test_models_whose_intervals_overlap_are_tied() -> None:
    assert places([number(0.8, 0.9), number(0.5, 0.6), number(0.55, 0.7)]) == [(1, 1), (2, 3), (2, 3)]
    chain = [number(0.1, 0.4), number(0.3, 0.6), number(0.5, 0.8)]
    assert places(chain) == [(2, 3), (1, 3), (1, 2)]


def test_bounds_count_where_there_is_no_value() -> None:
    unknown = replace(number(0, 0), value=None, low=0.2, high=0.9, interval_low=None, interval_high=None)
    assert places([unknown, number(0.5, 0.6), number(0.92, 0.99)]) == [(2, 3), (2, 3), (1, 1)]


def test_words_given_in_other_ways_stand_in_other_tables(tmp_path: Path) -> None:
    for model, way in (("org__a", "prefill"), ("org__b", "inline")):
        samples = [line(record("w", name, "A", True, injection=way)) for name in ("wrong_think", "base")]
        log(tmp_path / "logs" / model, "20261126_141442", "robustness_scenes", *samples)
        logs = tmp_path / "logs" / model
        lmms_robust("export", logs, "--format", "eee", "--model-id", "o/m", "--output", tmp_path / "all" / model)
    told = lmms_robust("leaderboard", tmp_path / "all", "--output", tmp_path / "site")
    assert "2 table(s)" in told


def exported(place: Path, name: str, hub_id: str, answer: str, date: str = "20261126_141442", at: str = "tiny") -> Path:
    """An export of a run of one item, whose log folder many models have."""
    logs = place / "logs" / name
    log(logs / at, date, "robust_scenes_base", line(record("w", "base", answer, True)))
    lmms_robust("export", logs, "--format", "eee", "--model-id", hub_id, "--output", place / "all" / name)
    return logs


def test_models_of_one_log_folder_and_date_are_two_models(tmp_path: Path) -> None:
    big = exported(tmp_path, "big", "acme/big", "A")
    exported(tmp_path, "small", "other/small", "B")
    lmms_robust("report", big, "--output", tmp_path / "all" / "report", "--no-pictures")
    told = lmms_robust("leaderboard", tmp_path / "all", "--output", tmp_path / "site")
    assert "2 model(s) in 1 table(s)" in told
    found = read_numbers(tmp_path / "site" / "leaderboard.csv")
    assert {one.model: one.value for one in found if one.name == "acc"} == {"acme/big": 1, "other/small": 0}
    page = (tmp_path / "site" / "index.html").read_text()
    assert 'data-sort="acme/big"' in page
    assert 'data-sort="other/small"' in page
    assert "report/index.html" not in page  # which of the two it is of cannot be told


def test_log_folders_of_one_id_stay_apart(tmp_path: Path) -> None:
    exported(tmp_path, "one", "acme/big", "A", at="step-1")
    exported(tmp_path, "two", "acme/big", "B", at="step-2")
    told = lmms_robust("leaderboard", tmp_path / "all", "--output", tmp_path / "site")
    assert "2 model(s) in 1 table(s)" in told
    page = (tmp_path / "site" / "index.html").read_text()
    assert 'data-sort="acme/big (step-1)"' in page
    assert 'data-sort="acme/big (step-2)"' in page


def test_two_accounts_of_one_run_are_an_error(tmp_path: Path) -> None:
    exported(tmp_path, "one", "acme/big", "A")
    exported(tmp_path, "two", "acme/big", "B")
    said = refused("leaderboard", tmp_path / "all", "--output", tmp_path / "site")
    assert "different numbers of one run: 'acme/big' (log folder 'tiny', run '20261126_141442')" in said
    assert not (tmp_path / "site").exists()


def test_nothing_to_show_is_an_error(tmp_path: Path) -> None:
    assert "no numbers of lmms-robust below" in refused("leaderboard", tmp_path, "--output", tmp_path / "site")
    assert not (tmp_path / "site").exists()
