"""Reading logs into tables: the same rows and counts, whichever process reads them."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from lmms_robust.consistency.verdicts import Vote, path_for, response_digest, write
from lmms_robust.report import log_tables
from lmms_robust.report.columns import RAW, completed, record_at
from lmms_robust.report.deciders import JUDGES
from lmms_robust.report.log_tables import read_logs
from lmms_robust.report.logs import read_runs
from tests.report.samples import line, log, record

PROBS = {"A": 0.75, "B": 0.25}
KEPT = [
    record("one", "base", "A", True, letter_probs=PROBS, mass=1, price=0.5, not_honoured=("top_k",), picture="p"),
    record("two", "wrong_think", None, None, problem="truncated", truncated=True, injection="prefill", repeat=3),
]


def both(folder: Path) -> list[Path]:
    """Two logs of which not every line is a record."""
    odd = json.dumps(json.loads(line(KEPT[0])) | {"filtered_resps": "\ud800"})
    half = line(record("half", "base", "B")).replace('"half"', '"half \\ud800"')
    return [
        log(folder / "a", "d", "robustness_scenes", *map(line, KEPT), half, "{"),
        log(folder / "b", "d", "robustness_scenes", odd, "[]", line(KEPT[1])),
    ]


def test_large_logs_are_read_in_processes_to_the_same_rows_and_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = both(tmp_path)
    vote = Vote("two", "d", "wrong_think", 3, response_digest("two wrong_think None"), "judge", "B", None, "m", "t")
    write(path_for(paths[0], "judge"), [vote, replace(vote, response=response_digest("another"), item="one")])
    here = read_logs(paths, JUDGES)
    assert {*here[paths[0]].table["decided_by"].to_pylist()} == {"rules", "judge"}
    assert here[paths[0]].useless
    assert here[paths[0]].judges == ["judge judge: not audited"]
    monkeypatch.setattr(log_tables, "LARGE", 0)
    monkeypatch.setattr(log_tables, "read_log", None)  # nothing is read in this process
    apart = read_logs(paths, JUDGES)
    for path in paths:
        assert replace(apart[path], table=None) == replace(here[path], table=None)
        assert apart[path].table.schema == here[path].table.schema == RAW
        assert apart[path].table.to_pylist() == here[path].table.to_pylist()
    first, second = (one.log for one in apart.values())
    assert (first.lines, first.bad, second.lines, second.bad) == (4, 1, 3, 1)
    assert second.reason == "line 2: a JSON list, no object"


def test_records_come_back_as_they_were_written(tmp_path: Path) -> None:
    path, _ = both(tmp_path)
    table = completed([read_logs([path], JUDGES)[path].table])
    assert [record_at(table, row) for row in (0, 1)] == KEPT
    assert record_at(table, 2).item == "half ?"
    assert table["line"].to_pylist() == [1, 2, 3]
    assert set(table["file"].to_pylist()) == {str(path)}
    assert table["p_correct"].to_pylist() == [0.75, None, None]


def test_what_no_process_can_be_started_for_is_read_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = both(tmp_path)
    here = read_logs(paths, JUDGES)
    monkeypatch.setattr(log_tables, "LARGE", 0)
    for program in ("/bin/false", "/no/such/program"):
        monkeypatch.setattr(sys, "executable", program)
        found = read_logs(paths, JUDGES)
        assert [(one.log, one.table.to_pylist()) for one in found.values()] == [
            (one.log, one.table.to_pylist()) for one in here.values()
        ]


def test_benchmarks_of_one_log_are_runs_that_know_nothing_of_each_other(tmp_path: Path) -> None:
    found = [record("x", "base", "A", benchmark=name, caption_source=name) for name in ("one", "two", "one")]
    log(tmp_path, "d", "robustness_all", *(line(one, f"{place}") for place, one in enumerate(found[:2])))
    for run in read_runs(tmp_path):
        assert run.table["caption_source"].combine_chunks().dictionary.to_pylist() == [run.benchmark]
        assert [one.benchmark for one in run.records] == [run.benchmark]


def test_a_process_that_reads_loads_neither_torch_nor_a_harness() -> None:
    told = "import lmms_robust.report.log_tables, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "transformers", "datasets", "scipy", "lmms_eval", "lm_eval"} & set(loaded)
