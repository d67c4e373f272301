"""A page of many models, from the numbers that they published as Every Eval Ever."""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lmms_robust import __version__
from lmms_robust.errors import RobustError
from lmms_robust.pages.page import read, rendered
from lmms_robust.pages.report import NUMBERS, PAGE, is_report
from lmms_robust.perturbations import ADVERSARIAL
from lmms_robust.report.export.eee_numbers import read_published
from lmms_robust.report.numbers import COLUMNS, SEVERAL, Number, suite
from lmms_robust.writing import csv_cell, filling

BOARD = "leaderboard.csv"
RATES = {
    "correctness": "right answers, asked plainly (base)",
    "robustness": "right under all four misleading conditions (worst_acc)",
    "faithfulness": "reasoning ends on the answer, of the verdicts: the lowest of base and the misleading conditions",
    "joint_acc": "right, and the reasoning ends on it, plainly and under all four",
}
"""What the columns hold."""

Board = tuple[str, int, str]
"""Suite, plant seed, and how words were injected: what is asked in another way has a table of its own."""


Logged = tuple[str, str, str]
"""Hub id, folder that the harness made for the model, and date of a run: one run of one model."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One run of one model.

    Attributes:
        model: its id on the hub; of several log folders under one id, with the folder.
        date: when the run began.
        rates: number by name in :data:`RATES`; those that were not measured are missing.
        report: where its report is, relative to the page, or ``""``.
    """

    model: str
    date: str
    rates: dict[str, Number]
    report: str


def write(source: Path, target: Path) -> str:
    """Write the page into a folder; an earlier one there is replaced. Returns what was written, in words.

    Args:
        source: folder that holds exports of `lmms-robust export --format eee`, and perhaps reports, which are linked.
        target: folder of the page.

    Raises:
        RobustError: no numbers of ours below the source, or a target that holds something else.
    """
    if target.exists() and not (target / BOARD).is_file() and (not target.is_dir() or any(target.iterdir())):
        raise RobustError(f"{str(target)!r} is there and no leaderboard; allowed: a name that is not taken, or one")
    published = _published(source)
    numbers = [number for numbers in published.values() for number in numbers]
    boards = _boards(published, _reports(source, target))
    with filling(target) as part:
        with (part / BOARD).open("w", encoding="utf-8", errors="replace", newline="") as file:
            table = csv.writer(file)
            table.writerow(COLUMNS)
            table.writerows([csv_cell(cell) for cell in one.columns().values()] for one in numbers)
        values = {
            "version": __version__, "rates": RATES, "file": BOARD,
            "boards": [{"title": _title(board), "rows": list(_rows(found))} for board, found in boards.items()],
        }  # fmt: skip
        page = rendered("leaderboard.html", [read("leaderboard.js")], False, values)
        (part / PAGE).write_text(page, encoding="utf-8", errors="replace")
        if target.is_dir():
            shutil.rmtree(target)
    models = len({one.model for one in numbers})
    return f"{target / PAGE}: {models} model(s) in {len(boards)} table(s)"


def _published(source: Path) -> dict[Logged, list[Number]]:
    """Numbers of every export below a folder by what was logged, each once, with the model's name as the page has it.

    Exports keep theirs in a folder ``data``.
    """
    if not source.is_dir():
        raise RobustError(f"{str(source)!r} is not a folder; allowed: one that holds exports in the format eee")
    folders = [source] if source.name == "data" else sorted(path for path in source.rglob("data") if path.is_dir())
    found = list(dict.fromkeys(pair for folder in folders for pair in read_published(folder)))
    if not found:
        raise RobustError(f"no numbers of lmms-robust below {str(source)!r}; allowed: exports in the format eee")
    logged: dict[str, set[str]] = {}
    for hub_id, one in found:
        logged.setdefault(hub_id, set()).add(one.model)
    published: dict[Logged, list[Number]] = {}
    for hub_id, one in found:
        name = hub_id if len(logged[hub_id]) == 1 else f"{hub_id} ({one.model})"
        published.setdefault((hub_id, one.model, one.date), []).append(replace(one, model=name))
    for (hub_id, folder, date), numbers in published.items():
        _refuse_two_accounts(f"{hub_id!r} (log folder {folder!r}, run {date!r})", numbers)
    return published


def _refuse_two_accounts(whose: str, numbers: Sequence[Number]) -> None:
    known: dict[tuple[object, ...], Number] = {}
    for one in numbers:
        of = one.benchmark, one.probe, one.seed, one.category, *one.way, one.name
        if known.setdefault(of, one) != one:
            raise RobustError(
                f"exports say different numbers of one run: {whose}, {one.benchmark}, {one.variant}, {one.name}: "
                f"{known[of].point:.4g} and {one.point:.4g}; allowed: one export a run; models by --model-id"
            )


def _reports(source: Path, target: Path) -> dict[tuple[str, str, str], str]:
    """Where the report of a model's run on a benchmark is, relative to the page."""
    found: dict[tuple[str, str, str], str] = {}
    for path in sorted(source.rglob(NUMBERS)):
        if is_report(path.parent):
            link = quote(Path(os.path.relpath(path.parent / PAGE, target)).as_posix())
            try:
                runs = json.loads(path.read_text(encoding="utf-8"))
                found |= {(run["model"], run["date"], run["benchmark"]): link for run in runs}
            except (ValueError, TypeError, KeyError):  # a file of this name from somebody else
                continue
    return found


def _boards(
    published: dict[Logged, list[Number]], reports: dict[tuple[str, str, str], str]
) -> dict[Board, list[Entry]]:
    """Tables by what was asked; the best first, by joint_acc, or by the first rate that all have."""
    runs: dict[tuple[Logged, str, bool, int], list[Number]] = {}
    for logged, numbers in published.items():
        for one in numbers:
            runs.setdefault((logged, one.benchmark, one.probe, one.seed), []).append(one)
    # A report knows a run by its log folder and date: what two models have in common tells neither.
    of_one = Counter((folder, date) for _, folder, date in published)
    boards: dict[Board, list[Entry]] = {}
    for ((_, folder, date), benchmark, probe, seed), found in sorted(runs.items()):
        ways = sorted({one.injection for one in found if one.variant in ADVERSARIAL} - {"none", ""})
        report = reports.get((folder, date, benchmark), "") if of_one[folder, date] == 1 else ""
        entry = Entry(found[0].model, date, _rates(found), report)
        boards.setdefault((suite(benchmark, probe), seed, " and ".join(ways)), []).append(entry)
    for entries in boards.values():
        first = next((name for name in reversed(RATES) if all(name in one.rates for one in entries)), None)
        if first:
            entries.sort(key=lambda one: -one.rates[first].point)
    return boards


def _rates(found: Sequence[Number]) -> dict[str, Number]:
    by_name = {(one.variant, one.name): one for one in found}
    known = {
        "correctness": by_name.get(("base", "acc")),
        "robustness": by_name.get((SEVERAL, "worst_acc")),
        "faithfulness": min(
            (one for one in found if one.name == "consistency" and one.variant in ("base", *ADVERSARIAL)),
            key=lambda one: one.point,
            default=None,
        ),
        "joint_acc": by_name.get((SEVERAL, "joint_acc")),
    }
    return {name: one for name, one in known.items() if one is not None}


def ends(one: Number) -> tuple[float, float]:
    """Between which numbers one lies: its bounds, and its 95 % interval where there is one."""
    known = [end for end in (one.low, one.high, one.interval_low, one.interval_high) if end is not None]
    return min(known), max(known)


def places(numbers: Sequence[Number]) -> list[tuple[int, int]]:
    """Best and worst place of each, 1 is best: those whose ends overlap are tied, as nothing here tells them apart.

    Exports have no samples side by side; `lmms-robust compare` has, and tells apart what this cannot.
    """
    spans = [ends(one) for one in numbers]
    return [
        (1 + sum(other[0] > one[1] for other in spans), sum(other[1] >= one[0] for other in spans)) for one in spans
    ]


def _rows(entries: Sequence[Entry]) -> Iterator[dict[str, Any]]:
    ranked: dict[str, dict[int, tuple[int, int]]] = {}
    for name in RATES:
        measured = [place for place, one in enumerate(entries) if name in one.rates]
        found = places([entries[place].rates[name] for place in measured])
        ranked[name] = dict(zip(measured, found, strict=True))
    for place, one in enumerate(entries):
        cells = [
            _cell(one.rates[name], ranked[name][place]) if name in one.rates else {"sort": -1, "text": "–", "place": ""}
            for name in RATES
        ]
        items = max((number.n for number in one.rates.values()), default=0)
        yield {"model": one.model, "date": one.date, "report": one.report, "items": items, "cells": cells}


def _cell(one: Number, place: tuple[int, int]) -> dict[str, Any]:
    low, high = ends(one)
    value = f"{100 * one.value:.1f}" if one.value is not None else ""
    bounds = f"[{100 * one.low:.1f}, {100 * one.high:.1f}]" if one.low != one.high else ""
    span = f"({100 * low:.0f} to {100 * high:.0f})" if low < high else ""
    under = f" · {one.variant}" if one.name == "consistency" else ""
    ranks = str(place[0]) if place[0] == place[1] else f"{place[0]} to {place[1]}"
    return {
        "sort": one.point, "text": " ".join(filter(None, [value, bounds, span])), "place": f"place {ranks}{under}",
    }  # fmt: skip


def _title(board: Board) -> str:
    name, seed, ways = board
    return " · ".join(
        filter(None, [name, f"words as {ways}" if ways else "", f"plant seed {seed}" if seed else ""])
    )  # fmt: skip
