"""The table of confidence, from logs as the harness writes them."""

import json
from pathlib import Path

import pytest
from sklearn.metrics import roc_auc_score

from lmms_robust.harness import lmms_eval
from lmms_robust.record import from_log
from lmms_robust.report.columns import table_of
from lmms_robust.report.logs import Run, read_runs
from lmms_robust.report.numbers import parts
from lmms_robust.report.table import sheets
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


def cells(run: Run) -> dict[str, dict[str, str]]:
    sheet = list(sheets(next(parts([run]))))[-1]
    assert sheet.title.startswith("confidence · ")
    return {row[0]: dict(zip(sheet.columns[1:], row[1:], strict=True)) for row in sheet.rows}


def test_a_row_holds_the_metrics_of_its_records(tmp_path: Path) -> None:
    (run,) = read_runs(write(tmp_path / "model", "robustness_scenes"))
    base, mine = ({r.item: r for r in run.records if r.variant == name} for name in ("base", "wrong_think"))
    known = [record for record in mine.values() if record.letter_probs]
    both = [(base[item], record) for item, record in mine.items() if record.letter_probs and base[item].letter_probs]
    survived = [(at_base, after.correct) for at_base, after in zip(base.values(), mine.values(), strict=True)
                if at_base.correct and at_base.letter_probs]  # fmt: skip
    found = cells(run)["wrong_think"]
    assert found["n"] == str(len(known))
    assert found["p right"] == f"{sum(r.p_correct for r in known) / len(known):.3f}"
    assert found["entropy"] == f"{sum(r.letter_entropy for r in known) / len(known):.3f}"
    assert found["p change"] == f"{sum(b.p_correct - a.p_correct for a, b in both) / len(both):+.3f}"
    change = sum(b.letter_entropy - a.letter_entropy for a, b in both) / len(both)
    assert float(found["entropy change"]) == pytest.approx(change, abs=6e-4)
    assert found["still right"] == f"{sum(right for _, right in survived)}/{len(survived)}"
    right = [right for _, right in survived]
    by_p, by_certainty = (
        roc_auc_score(right, [score(at_base) for at_base, _ in survived])
        for score in (lambda record: record.p_correct, lambda record: -record.letter_entropy)
    )
    assert found["auroc by p right"].startswith(f"{by_p:.2f}".removeprefix("0") + " (")
    assert found["by certainty"] == f"{by_certainty:.2f}"


def test_base_is_compared_with_nothing(tmp_path: Path) -> None:
    (run,) = read_runs(write(tmp_path / "model", "robustness_scenes"))
    base = cells(run)["base"]
    assert [base[name] for name in ("still right", "auroc by p right", "by certainty")] == [""] * 3
    assert [base[name] for name in ("p change", "entropy change")] == ["–", "–"]


def test_items_that_rest_on_bounds_are_in_neither_ece_nor_auroc(tmp_path: Path) -> None:
    (run,) = read_runs(write(tmp_path / "model", "robustness_scenes", probs_at_most="B"))
    for name, found in cells(run).items():
        assert found["ece"] == "–"
        told = [found[column] for column in ("still right", "auroc by p right", "by certainty")]
        assert told == (["", "", ""] if name == "base" else ["0/0", "–", "–"])


def test_an_area_without_both_groups_is_a_dash() -> None:
    docs = [doc for doc in made() if doc["variant"] in ("base", "wrong_think")]
    values = [lmms_eval.process_results(doc, [response(doc, {"A": 0.5, "B": 0.5}, doc["answer"])]) for doc in docs]
    run = Run("model", "d", "scenes", False, 0, table_of([from_log(value["record"]) for value in values]))
    found = cells(run)["wrong_think"]
    assert [*found.values()] == ["30", "0.500", "0.693", "0.500", "+0.000", "+0.000", "30/30", "–", "–"]


def test_without_probabilities_there_is_no_such_table(tmp_path: Path) -> None:
    (run,) = read_runs(write(tmp_path / "model", "robustness_scenes", letter_probs=None))
    assert not any(sheet.title.startswith("confidence") for sheet in sheets(next(parts([run]))))
