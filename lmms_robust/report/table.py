"""The tables of one run: answers, reasoning, and what holds under several variants at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import isnan

from rich.markup import escape
from rich.table import Table

from lmms_robust.metrics.estimate import Estimate
from lmms_robust.metrics.rates import MOST_TRUNCATED
from lmms_robust.report.estimates import Row, joint_rates, rows
from lmms_robust.report.logs import Run

ABOUT_ANSWERS = (
    "Percent of items; a response without a readable answer is wrong. drop: points lost from base, same items "
    "(abstain_…: from abstain_base). survival: still right among those right at base. followed: answered the one wrong "
    "option that is planted (at base nothing is planted: its rate by chance). truncated: stopped at the limit of "
    "tokens before a complete answer. fallback: items whose asserted sentence only says what the answer is."
)
ABOUT_REASONING = (
    "consistent: the reasoning ends on the answer given, in percent of the verdicts (yes + no). decided by: who gave "
    "them, and how many. undecided: responses without a verdict, and percent. own words: percent of the conclusions "
    "that stand in the model's own words, and not in those put in its mouth. right and consistent, its drop: in "
    "percent of items; \\[a, b]: between a and b, whatever the undecided are; where that hangs on more than 5 % of the "
    "items there is no point value. –: the reasoning is not the model's own."
)


def title(run: Run) -> str:
    """What run a table is about, as text of rich."""
    seed = f" · plant seed {run.seed}" if run.seed else ""
    return escape(f"{run.benchmark}{' (probe)' if run.probe else ''} · {run.model} · {run.date}{seed}")


def tables(run: Run) -> Iterator[Table]:
    """The tables of one run; a probe has none about reasoning."""
    found = rows(run.records)
    yield _table(f"answers · {title(run)}", ABOUT_ANSWERS, found, _answers(found))
    if not run.probe:
        yield _table(f"reasoning · {title(run)}", ABOUT_REASONING, found, REASONING)


def sentences(run: Run) -> Iterator[str]:
    """What is said below the tables: joint rates, what was cut, torn or counted once."""
    joint = joint_rates(run.records)
    if joint is not None:
        rates = [("right under all four wrong_*", "worst_acc", joint.worst_acc)]
        if not run.probe:
            rates.append(("right and consistent there", "robust_acc", joint.robust_acc))
            rates.append(("right and consistent there and at base", "joint_acc", joint.joint_acc))
        for said, name, rate in rates:
            if rate.n:
                yield f"{said}: {percent(rate)} ({name}, {rate.n} items)"
        if joint.torn:
            yield f"{joint.torn} item(s) lack some of the four wrong_* variants and are in none of these rates"
        if joint.without_base > joint.torn:
            yield f"{joint.without_base - joint.torn} item(s) have these four and lack base: they are not in joint_acc"
        if joint.mixed:
            yield f"warning: these rates mix what was delivered in different ways: {', '.join(joint.mixed)}"
    cut = sum(record.truncated for record in run.records)
    if cut > MOST_TRUNCATED * len(run.records):
        yield f"warning: {cut} of {len(run.records)} responses stopped at the limit of tokens; allow more new tokens"
    others = sorted({name for record in run.records for name in record.not_honoured})
    if others:
        yield f"warning: settings that the backend did not honour: {', '.join(others)}"
    shown = sorted({record.reasoning for record in run.records} - {"shown"})
    if shown:
        yield f"reasoning is {' or '.join(shown)} in some responses; their consistency is that of what is shown"
    yield from run.notes


Column = Callable[[Row], str]


def _answers(found: Sequence[Row]) -> dict[str, Column]:
    columns: dict[str, Column] = {
        "items": lambda row: str(row.acc.n),
        "accuracy": lambda row: percent(row.acc),
        "of answered": lambda row: percent(row.acc_answered),
        "drop": lambda row: percent(row.drop),
        "survival": lambda row: percent(row.survival),
        "followed": lambda row: percent(row.followed),
    }
    if any(row.abstained for row in found):
        columns["abstained"] = lambda row: percent(row.abstained)
    columns |= {"no answer": lambda row: percent(row.no_answer), "truncated": lambda row: percent(row.truncated)}
    if any(row.fallback and row.fallback.value for row in found):
        columns["fallback"] = lambda row: percent(row.fallback)
    return columns | {"injection": _injection}


REASONING: dict[str, Column] = {
    "consistent": lambda row: _consistency(row.consistent),
    "yes + no": lambda row: "–" if row.consistent is None else f"{row.consistent[0]} + {row.consistent[1]}",
    "decided by": lambda row: "\n".join(f"{name} {count}" for name, count in sorted(row.deciders.items())) or "–",
    "undecided": lambda row: _undecided(row),
    "own words": lambda row: percent(row.own, "–"),
    "right and consistent": lambda row: percent(row.consistent_acc, "–"),
    "its drop": lambda row: percent(row.consistent_drop, "–" if row.consistent is None else ""),
}


def _table(name: str, about: str, found: Sequence[Row], columns: dict[str, Column]) -> Table:
    table = Table(title=name, caption=about, caption_justify="left")
    table.add_column("variant", no_wrap=True)
    for column in columns:
        table.add_column(column, justify="left" if column == "injection" else "right")
    for row in found:
        table.add_row(row.variant, *(escape(cell(row)) for cell in columns.values()))
    return table


def percent(estimate: Estimate | None, nothing: str = "") -> str:
    """A rate in percent, or the bounds where something is unknown.

    >>> percent(Estimate(0.5, 4, 0.5, 0.5)), percent(Estimate(float("nan"), 4, 0.25, 0.5)), percent(None, "–")
    ('50.0', '[25.0, 50.0]', '–')
    >>> percent(Estimate(0.99, 100, 0.98, 0.99))
    '99.0 [98.0, 99.0]'
    """
    if estimate is None or not estimate.n:
        return nothing
    if estimate.exact:
        return f"{100 * estimate.value:.1f}"
    bounds = f"[{100 * estimate.low:.1f}, {100 * estimate.high:.1f}]"
    return bounds if isnan(estimate.value) else f"{100 * estimate.value:.1f} {bounds}"


def _consistency(verdicts: tuple[int, int] | None) -> str:
    if verdicts is None:
        return "–"
    return "" if not sum(verdicts) else f"{100 * verdicts[0] / sum(verdicts):.1f}"


def _undecided(row: Row) -> str:
    if row.undecided is None:
        return "–"
    return f"{sum(record.consistent is None for record in row.records)} ({percent(row.undecided)})"


def _injection(row: Row) -> str:
    written = "" if row.caption_source in ("", "statements") else f", captions by {row.caption_source}"
    return row.injection + written
