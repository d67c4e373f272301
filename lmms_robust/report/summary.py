"""What `lmms-robust summary` prints: tables and sentences, or every number as CSV or JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from io import StringIO

from lmms_robust.report.joint import joint_estimates
from lmms_robust.report.logs import Run
from lmms_robust.report.numbers import ALL, COLUMNS, Part, flat, nested, parts
from lmms_robust.report.seeds import spreads
from lmms_robust.report.series import series
from lmms_robust.report.sheet import Sheet, bare, percent
from lmms_robust.report.table import sentences, sheets, title
from lmms_robust.writing import csv_cell


def pieces(runs: Sequence[Run], by_category: bool = False) -> Iterator[Sheet | str]:
    """Tables, and below those of a run what is said of it."""
    return told(list(parts(runs, by_category)))


def told(found: Sequence[Part]) -> Iterator[Sheet | str]:
    """The same of numbers that are there already."""
    yield from series(found)
    yield from spreads(found)
    for part in found:
        if part.category == ALL:
            yield from sheets(part)
            yield from sentences(part)
            named = [one for one in found if one.run is part.run and one.category != ALL]
            if named:
                yield _by_category(part.run, named)


def numbers(runs: Sequence[Run], form: str, by_category: bool = False) -> str:
    """Every number, as ``"csv"`` or ``"json"``."""
    return written(list(parts(runs, by_category)), form)


def written(found: Sequence[Part], form: str) -> str:
    """The same of numbers that are there already."""
    if form == "json":
        return json.dumps([nested(part) for part in found], indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    text = StringIO()
    table = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    table.writeheader()
    for part in found:
        table.writerows({name: csv_cell(cell) for name, cell in one.columns().items()} for one in flat(part))
    return text.getvalue()


ABOUT_CATEGORIES = (
    "Percent of items, (95 % interval). accuracy and consistent at base; then accuracy under each wrong_* that was "
    "run, and what holds under all of them."
)


def _by_category(run: Run, named: Sequence[Part]) -> Sheet:
    wrong = sorted({row.variant for part in named for row in part.rows if row.variant.startswith("wrong_")})
    heads = ("category", "items", "base", *(name.replace("_", " ") for name in wrong), "worst", "joint")
    return Sheet(f"categories · {title(run)}", ABOUT_CATEGORIES, heads, [_cells(part, wrong) for part in named])


def _cells(part: Part, wrong: Sequence[str]) -> list[str]:
    by_name = {row.variant: row.estimates["acc"] for row in part.rows}
    joint = joint_estimates(part.joint, part.run.probe)
    base = by_name.get("base")
    return [
        part.category,
        str(max(estimate.n for estimate in by_name.values())),
        percent(base),
        *(bare(by_name.get(name)) for name in wrong),
        percent(joint.get("worst_acc")),
        percent(joint.get("joint_acc")),
    ]
