import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from lmms_robust.errors import RobustError
from lmms_robust.report.logs import read_runs
from lmms_robust.report.table import variant_table

FIXED = {
    "benchmark": "scenes", "category": "color", "question": "What color?", "options": ["red", "blue"],
    "injection": "none", "gold": "A", "planted": "B", "abstain": None, "caption_source": "",
    "decided_by": "rules",
}  # fmt: skip


def sample(item: str, variant: str, answer: str | None, conclusion: str | None) -> str:
    known = answer is not None and conclusion is not None
    record = FIXED | {
        "item": item, "variant": variant, "answer": answer, "conclusion": conclusion,
        "consistent": answer == conclusion if known else None, "problem": None if known else "no_answer",
    }  # fmt: skip
    return json.dumps({"doc_id": 0, "record": record})


def log(folder: Path, date: str, task: str, *lines: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{date}_samples_{task}.jsonl").write_text("\n".join(lines) + "\n")


def text(run) -> list[list[str]]:
    console = Console(width=200, record=True, file=StringIO())
    console.print(variant_table(run))
    rows = [line.split("│") for line in console.export_text().splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in row[1:-1]] for row in rows]


def test_a_table_pairs_variants_with_base_by_item(tmp_path: Path) -> None:
    base = [sample(item, "base", "A", "A") for item in "wxyz"]
    wrong = [sample("w", "wrong_think", "A", "B"), sample("x", "wrong_think", "B", "B"),
             sample("y", "wrong_think", None, None), sample("z", "wrong_think", "A", "A")]  # fmt: skip
    log(tmp_path / "model", "d1", "robust_scenes_base", *base)
    log(tmp_path / "model", "d1", "robust_scenes_wrong_think", *wrong)
    (run,) = read_runs(tmp_path)
    first, second = text(run)
    assert first[:3] == ["base", "4", "100.0 (4)"]
    assert first[3:5] == ["", ""]
    assert second == [
        "wrong_think",
        "4",
        "66.7 (3)",
        "33.3 (3)",
        "66.7 (3)",
        "66.7 (3)",
        "33.3 (3)",
        "33.3 (3)",
        "25.0",
        "none",
    ]


def test_runs_are_kept_apart_by_model_and_date(tmp_path: Path) -> None:
    for model, date in (("one", "d1"), ("one", "d2"), ("two", "d1")):
        log(tmp_path / model, date, "robust_scenes_base", sample("w", "base", "A", "A"))
    log(tmp_path / "one", "d1", "somebody_elses_task", json.dumps({"doc_id": 0}))
    assert [(run.date, run.model) for run in read_runs(tmp_path)] == [("d1", "one"), ("d1", "two"), ("d2", "one")]


def test_records_of_a_probe_are_kept_apart_and_have_no_columns_of_reasoning(tmp_path: Path) -> None:
    probed = sample("w", "base", "A", None).replace('"injection": "none"', '"injection": "probe"')
    log(tmp_path / "one", "d1", "robust_scenes_base", sample("w", "base", "A", "A"))
    log(tmp_path / "one", "d1", "robustprobe_scenes", probed)
    plain, probe = read_runs(tmp_path)
    assert (plain.probe, probe.probe) == (False, True)
    assert variant_table(probe).title == "scenes (probe) · one · d1"
    (row,) = text(probe)
    assert row == ["base", "1", "100.0 (1)", "", "", "0.0 (1)", "0.0", "probe"]


def test_a_log_holds_probabilities_and_one_of_an_earlier_version_need_not(tmp_path: Path) -> None:
    line = json.loads(sample("w", "base", "A", "A"))
    line["record"] |= {"letter_probs": {"A": 0.75, "B": 0.25}, "probs_at_most": "B"}
    log(tmp_path, "d", "robust_scenes_base", json.dumps(line), sample("x", "base", "A", "A"))
    (run,) = read_runs(tmp_path)
    assert [record.p_correct for record in run.records] == [0.75, None]
    assert [record.probs_at_most for record in run.records] == ["B", ""]


def test_a_column_that_rests_on_nothing_says_so(tmp_path: Path) -> None:
    log(tmp_path, "d", "robust_scenes_stop_think", sample("w", "stop_think", "A", None))
    (row,) = text(read_runs(tmp_path)[0])
    assert row[2] == "100.0 (1)"
    assert row[5] == "– (0)"


@pytest.mark.parametrize(
    ("line", "message"), [("{", ":1: not JSON"), ('{"record": {"item": "x"}}', ":1: not a record of this version")]
)
def test_a_log_that_cannot_be_read_is_named(tmp_path: Path, line: str, message: str) -> None:
    log(tmp_path, "d", "robust_scenes_base", line)
    with pytest.raises(RobustError, match=message):
        read_runs(tmp_path)


def test_a_folder_without_samples_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RobustError, match="no samples of robust tasks"):
        read_runs(tmp_path)
    with pytest.raises(RobustError, match="is not a folder"):
        read_runs(tmp_path / "none")
