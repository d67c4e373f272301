"""The table of one run: a row a variant, paired with base by item."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from lmms_robust.metrics.estimate import Estimate, mean
from lmms_robust.metrics.robustness import Outcomes, drop, survival
from lmms_robust.perturbations import VARIANTS
from lmms_robust.report.logs import Run
from lmms_robust.schema import Record

CAPTION = (
    "Percent; in parentheses the items a number rests on. drop: points lost from base, same items. survival: still "
    "right among those right at base. consistent: the reasoning ends on the answer given. right and consistent: "
    "both at once. followed: answered the one wrong option that is planted (at base nothing is planted: its rate by "
    "chance). no answer: no readable answer; those count in no other column."
)
ABOUT_OWN_WORDS = ("consistent", "right and consistent")
"""Columns that a probe has nothing for: its reasoning is not the model's own."""


def title(run: Run) -> str:
    """What run a table is about."""
    return f"{run.benchmark}{' (probe)' if run.probe else ''} · {run.model} · {run.date}"


def variant_table(run: Run) -> Table:
    """Build the table of one run."""
    by_variant = {name: [record for record in run.records if record.variant == name] for name in VARIANTS}
    base = _correct(by_variant["base"])
    rows = {name: _cells(found, base, name) for name, found in by_variant.items() if found}
    table = Table(title=title(run), caption=CAPTION, caption_justify="left")
    table.add_column("variant", no_wrap=True)
    columns = [name for name in next(iter(rows.values()), {}) if not (run.probe and name in ABOUT_OWN_WORDS)]
    for column in columns:
        table.add_column(column, justify="left" if column == "injection" else "right")
    for name, cells in rows.items():
        table.add_row(name, *(cells[column] for column in columns))
    return table


def _cells(found: Sequence[Record], base: Outcomes, name: str) -> dict[str, str]:
    correct = _correct(found)
    paired = name != "base" and bool(base)
    return {
        "items": str(len(found)),
        "accuracy": _percent(mean(correct.values())),
        "drop": _percent(drop(base, correct)) if paired else "",
        "survival": _percent(survival(base, correct)) if paired else "",
        "consistent": _percent(mean(record.consistent for record in found)),
        "right and consistent": _percent(mean(record.correct_and_consistent for record in found)),
        "followed": _percent(mean(record.followed for record in found)),
        "no answer": _percent(mean(record.no_answer for record in found), counted=False),
        "injection": _injections(found),
    }


def _correct(records: Sequence[Record]) -> dict[str, bool | None]:
    return {record.item: record.correct for record in records}


def _percent(estimate: Estimate, counted: bool = True) -> str:
    if not estimate.n:
        return "– (0)"
    return f"{100 * estimate.value:.1f}" + (f" ({estimate.n})" if counted else "")


def _injections(records: Sequence[Record]) -> str:
    return "+".join(sorted({record.injection for record in records}))
