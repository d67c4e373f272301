"""What `lmms-robust agreement` writes: every number as CSV or JSON, and the responses on which deciders disagree."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from io import StringIO
from pathlib import Path
from typing import Any

import pyarrow as pa

from lmms_robust.report.agreed import ALL, Corrected, by_variant, correct, disagreeing, in_pairs, rules_against_majority
from lmms_robust.report.ballots import VERDICTS, Ballots, together
from lmms_robust.report.logs import Run
from lmms_robust.report.numbers import values
from lmms_robust.report.responses import shown
from lmms_robust.report.samples import Sample, write_rows
from lmms_robust.writing import csv_cell

NUMBER = ("value", "n", "low", "high", "interval_low", "interval_high")
COLUMNS = ("model", "date", "benchmark", "seed", "variant", "deciders", "name", *NUMBER)
"""Of a flat row: what the number is of, its name, and the number with its bounds and 95 % interval."""


def numbers(found: Sequence[tuple[Run, Ballots]], labels: str | None, form: str) -> str:
    """Every number, as ``"csv"`` or ``"json"``; those of all runs last, where there are several."""
    parts: list[tuple[Run | None, Ballots]] = [*found]
    if len(found) > 1:
        parts.append((None, together([one for _, one in found])))
    if form == "json":
        return json.dumps([_nested(*part, labels) for part in parts], indent=1, ensure_ascii=False) + "\n"
    text = StringIO()
    table = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    table.writeheader()
    for part in parts:
        table.writerows({name: csv_cell(cell) for name, cell in row.items()} for row in _flat(*part, labels))
    return text.getvalue()


def _about(run: Run | None) -> dict[str, Any]:
    names = ("model", "date", "benchmark", "seed")
    return {name: ALL if run is None else getattr(run, name) for name in names}


def _flat(run: Run | None, found: Ballots, labels: str | None) -> Iterator[dict[str, Any]]:
    about = _about(run)
    for row in (*by_variant(found), *in_pairs(found)):
        for name, estimate in row.numbers.items():
            if estimate.n:
                who = {"variant": row.responses, "deciders": "+".join(row.deciders), "name": name}
                yield {**about, **who, **values(estimate)}
    for rate in _corrected(found, labels):
        for name in ("raw", "corrected", "rogan_gladen"):
            estimate = getattr(rate, name)
            if not isinstance(estimate, str) and estimate.n:
                who = {"variant": ALL, "deciders": rate.decider, "name": f"consistency_{name}"}
                yield {**about, **who, **values(estimate)}


def _corrected(found: Ballots, labels: str | None) -> Iterator[Corrected]:
    return correct(found, labels) if labels in found.people and labels is not None else iter(())


def _nested(run: Run | None, found: Ballots, labels: str | None) -> dict[str, Any]:
    counts = rules_against_majority(found).tolist()
    return {
        **_about(run),
        "deciders": list(found.names),
        "people": sorted(found.people),
        "numbers": [_without_about(row) for row in _flat(run, found, labels)],
        "rules_against_majority": {
            verdict: dict(zip(VERDICTS, row, strict=True)) for verdict, row in zip(VERDICTS, counts, strict=True)
        },
        "labels": [
            {
                "decider": rate.decider,
                "given": {
                    verdict: {**asdict(one), "probability": values(one.probability)}
                    for verdict, one in rate.given.items()
                },
                "rogan_gladen": rate.rogan_gladen if isinstance(rate.rogan_gladen, str) else values(rate.rogan_gladen),
            }
            for rate in _corrected(found, labels)
        ],
        "notes": [*found.audits, *found.faults],
    }


def _without_about(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("model", "date", "benchmark", "seed")}


def write_disagreements(found: Sequence[tuple[Run, Ballots]], target: Path) -> int:
    """Write the responses on which two deciders have different verdicts, with all votes; returns how many.

    Raises:
        RobustError: neither ``.jsonl`` nor ``.csv``, or a file that cannot be written.
    """
    names = tuple(dict.fromkeys(name for _, one in found for name in one.names))
    return write_rows((row for run, one in found for row in _rows(run, one, names)), target)


def _rows(run: Run, found: Ballots, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    mask = disagreeing(found)
    part = found.where(mask)
    votes = {name: part.of(name) for name in part.names}
    said = {name: part.said[:, place] for place, name in enumerate(part.names)}
    keys = ("item", "digest", "variant", "repeat")
    place = {tuple(row[name] for name in keys): number for number, row in enumerate(_keys(part.table, keys))}
    for one in shown(part.table):
        record = one.record
        number = place[(record.item, record.digest, record.variant, record.repeat)]
        columns = Sample(run.model, run.date, record, one.text).columns()
        for name in names:
            has = name in votes and said[name][number] != ""
            columns[f"conclusion_{name}"] = str(said[name][number]) if has else None
            columns[f"verdict_{name}"] = VERDICTS[votes[name][number]] if has else None
        yield columns


def _keys(table: pa.Table, names: Sequence[str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.select(names).to_pylist()
    return rows
