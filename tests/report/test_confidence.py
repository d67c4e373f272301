import json
import math
from pathlib import Path

import pytest
from click.testing import CliRunner

from lmms_robust.cli import main
from lmms_robust.harness import lmms_eval
from lmms_robust.metrics.confidence import auroc, calibration_error, change
from lmms_robust.record import from_log
from lmms_robust.report.confidence import confidence_table
from lmms_robust.report.logs import Run, read_runs
from tests.harness.samples import made, response, responses

TASKS = {
    "robustness_scenes": (False, lmms_eval.process_suite_results),
    "robustprobe_scenes": (True, lmms_eval.process_probe_results),
}


def write(folder: Path, task: str, **changes: object) -> Path:
    """A log as the harness writes it."""
    probe, process = TASKS[task]
    docs = made(probe)
    samples = [process(doc, [text]) for doc, text in zip(docs, responses(docs), strict=True)]
    for sample in samples:
        sample["record"] |= changes
    folder.mkdir(exist_ok=True)
    lines = [
        json.dumps({"doc_id": number, "filtered_resps": str(number)} | sample) for number, sample in enumerate(samples)
    ]
    (folder / f"20260101_000000_samples_{task}.jsonl").write_text("\n".join(lines) + "\n")
    return folder


def cells(run: Run) -> dict[str, list[str]]:
    table = confidence_table(run)
    columns = [list(column.cells) for column in table.columns]
    return {row[0]: list(row[1:]) for row in zip(*columns, strict=False) if len(row) == len(table.columns)}


def test_a_row_holds_the_metrics_of_its_records(tmp_path: Path) -> None:
    (run,) = read_runs(write(tmp_path / "model", "robustness_scenes"))
    base, mine = ({(r.item, 0): r for r in run.records if r.variant == name} for name in ("base", "wrong_think"))
    known = [record for record in mine.values() if record.letter_probs]
    right, after = ({unit: r.correct for unit, r in one.items()} for one in (base, mine))
    n, bounds, p_correct, entropy, ece, p_change, entropy_change, still, first, second = cells(run)["wrong_think"]
    assert (n, bounds) == (str(len(known)), "0")
    assert p_correct == f"{sum(r.p_correct for r in known) / len(known):.3f}"
    assert entropy == f"{sum(r.letter_entropy for r in known) / len(known):.3f}"
    assert ece == f"{calibration_error({i: r.p_answer for i, r in mine.items()}, after).value:.3f}"
    assert (
        p_change
        == f"{change({i: r.p_correct for i, r in base.items()}, {i: r.p_correct for i, r in mine.items()}).value:+.3f}"
    )
    assert float(entropy_change) == pytest.approx(
        change({i: r.letter_entropy for i, r in base.items()}, {i: r.letter_entropy for i, r in mine.items()}).value,
        abs=6e-4,
    )
    by_p = auroc({i: r.p_correct for i, r in base.items()}, right, after)
    by_entropy = auroc({i: -r.letter_entropy if r.letter_probs else None for i, r in base.items()}, right, after)
    assert still == f"{by_p.survived} of {by_p.n}"
    for cell, area in ((first, by_p), (second, by_entropy)):
        assert not math.isnan(area.low)
        assert cell == f"{area.value:.2f} [{area.low:.2f}, {area.high:.2f}]"


def test_base_is_compared_with_nothing(tmp_path: Path) -> None:
    (run,) = read_runs(write(tmp_path / "model", "robustness_scenes"))
    assert cells(run)["base"][5:] == [""] * 5


def test_items_that_rest_on_bounds_are_counted(tmp_path: Path) -> None:
    (run,) = read_runs(write(tmp_path / "model", "robustness_scenes", probs_at_most="B"))
    for name, (n, bounds, *_, ece, _, _, still, by_p, by_entropy) in cells(run).items():
        assert n == bounds != "0"
        assert ece == "–"
        assert [still, by_p, by_entropy] == ([""] * 3 if name == "base" else ["0 of 0", "–", "–"])


def test_an_area_without_both_groups_is_a_dash() -> None:
    docs = [doc for doc in made() if doc["variant"] in ("base", "wrong_think")]
    values = [lmms_eval.process_results(doc, [response(doc, {"A": 0.5, "B": 0.5}, doc["answer"])]) for doc in docs]
    run = Run("model", "d", "scenes", False, 0, tuple(from_log(value["record"]) for value in values))
    assert cells(run)["wrong_think"] == ["30", "0", "0.500", "0.693", "0.500", "+0.000", "+0.000", "30 of 30", "–", "–"]


def test_the_summary_prints_the_area_with_its_interval_and_the_probe_apart(tmp_path: Path) -> None:
    for task in TASKS:
        write(tmp_path / "model", task)
    assert [run.probe for run in read_runs(tmp_path)] == [False, True]
    result = CliRunner().invoke(main, ["summary", str(tmp_path)])
    assert result.exit_code == 0, result.output
    lines = [line for line in result.output.splitlines() if line.startswith("│ wrong_caption ") and " of " in line]
    for run, line in zip(read_runs(tmp_path), lines, strict=True):
        assert f"confidence · scenes{' (probe)' if run.probe else ''} · model" in result.output
        assert [cell.strip() for cell in line.split("│")[2:-1]] == cells(run)["wrong_caption"]
    assert "auroc_p_correct" in result.output
    assert "auroc_neg_entropy" in result.output


def test_without_probabilities_there_is_no_second_table(tmp_path: Path) -> None:
    write(tmp_path / "model", "robustness_scenes", letter_probs=None)
    result = CliRunner().invoke(main, ["summary", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert "confidence" not in result.output
    assert "auroc" not in result.output
