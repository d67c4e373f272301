"""What the numbers of a benchmark say, in five sentences for somebody who never heard of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lmms_robust.pages.figure import Numbers, names
from lmms_robust.perturbations import ADVERSARIAL

MOST = 2
"""Models that a sentence names; of more, the lowest and the highest number."""

MEANS = {
    "wrong_think": "the reply begins with reasoning for a wrong option",
    "wrong_think_but": "the reply begins with reasoning for a wrong option that ends in doubt",
    "wrong_caption": "the picture comes with a caption that states a wrong option",
    "wrong_caption_disclaimer": "the picture comes with a wrong caption that says it may be wrong",
}
"""What misleads, in words."""


def verdict(runs: Sequence[Numbers]) -> list[str]:
    """Five sentences about the runs of one benchmark: what was asked, plainly, misled, under all at once, how sure."""
    return [_asked(runs), _plainly(runs), _misled(runs), _at_once(runs), _sure(runs)]


def _asked(runs: Sequence[Numbers]) -> str:
    rows = [row for run in runs for row in run["variants"]]
    conditions = len({row["variant"] for row in rows})
    items = max(row["estimates"]["acc"]["n"] for row in rows)
    who = names(runs)[0] if len(runs) == 1 else f"{len(runs)} models"
    was = "was" if len(runs) == 1 else "were"
    added = "the question alone, and with words added that mislead, help or say nothing"
    how = f"under {conditions} conditions: {added}" if conditions > 1 else "in one way"
    asked = "forced to the letter of an answer on" if runs[0]["probe"] else "asked"
    return f"{who} {was} {asked} {items:,} multiple-choice questions about pictures ({runs[0]['benchmark']}), {how}."


def _plainly(runs: Sequence[Numbers]) -> str:
    found = {name: _row(run, "base") for name, run in zip(names(runs), runs, strict=True)}
    known = {name: row["estimates"]["acc"] for name, row in found.items() if row}
    if not known:
        return "They were not asked plainly (base), so nothing can be said of what is lost."
    return f"Asked plainly, the answer is right for {_each(known, _percent, _interval)} of the questions."


def _misled(runs: Sequence[Numbers]) -> str:
    worst: dict[str, Numbers] = {}
    for name, run in zip(names(runs), runs, strict=True):
        rows = [row for row in run["variants"] if row["variant"] in ADVERSARIAL and row["estimates"].get("drop")]
        rows = [row for row in rows if row["estimates"]["drop"]["value"] is not None]
        if rows:
            worst[name] = max(rows, key=lambda row: row["estimates"]["drop"]["value"])
    if not worst:
        return "Of no misleading condition it can be said what it costs."

    def told(row: Numbers) -> str:
        drop, followed = row["estimates"]["drop"], row["estimates"]["followed"]
        return (
            f"{_points(drop)} of right answers ({row['variant']}: {MEANS[row['variant']]}; "
            f"{_percent(followed)} of the answers are then the very option that was suggested)"
        )

    fallen = {name: row["estimates"]["drop"] for name, row in worst.items()}
    if len(worst) <= MOST:
        costs = [told(row) if len(worst) == 1 else f"{name} {told(row)}" for name, row in worst.items()]
        return f"What misleads most costs {' and '.join(costs)}."
    return f"What misleads most costs {_each(fallen, _points)} of right answers."


def _points(one: Numbers) -> str:
    return f"{100 * one['value']:.1f} percentage points"


def _at_once(runs: Sequence[Numbers]) -> str:
    joint = {
        name: run["joint"]["estimates"] for name, run in zip(names(runs), runs, strict=True) if run["joint"]
    }  # fmt: skip
    parts = [
        f"{_each(known, _percent)} of the items {said}"
        for rate, said in SAID.items()
        if (known := {name: found[rate] for name, found in joint.items() if rate in found})
    ]
    if not parts:
        return "What holds under all misleading conditions at once was not measured, since some of them were not run."
    return f"Under all four misleading conditions, {', and '.join(parts)}."


SAID = {
    "worst_acc": "are answered right",
    "joint_acc": "are right with reasoning that ends on that answer, there and when asked plainly",
}


def _sure(runs: Sequence[Numbers]) -> str:
    rows = [row for run in runs for row in run["variants"]]
    reasoned = [row for row in rows if row["verdicts"] is not None]
    silent, responses = sum(row["outcomes"]["no_answer"] for row in rows), sum(row["responses"] for row in rows)
    unread = f"in {silent:,} of {responses:,} responses no answer could be read, and they count as wrong"
    if not reasoned:
        return f"How sure this is: {unread}; whether reasoning and answer agree was not asked."
    undecided = sum(sum(row["undecided"].values()) for row in reasoned)
    deciders = sorted({name for row in reasoned for name in row["decided_by"]})
    asked = sum(row["responses"] for row in reasoned)
    by = f" by {' and '.join(deciders)}" if deciders else ""
    return (
        f"How sure this is: {unread}; whether reasoning and answer agree was left open{by} in {undecided:,} of "
        f"{asked:,} responses, and numbers that hang on these are said as from … to."
    )


def _row(run: Numbers, variant: str) -> Numbers | None:
    return next((row for row in run["variants"] if row["variant"] == variant and row["estimates"]["acc"]["n"]), None)


def _percent(one: Numbers) -> str:
    """A share, or between which shares it lies."""
    if one["value"] is None or one["low"] != one["high"]:
        return f"{100 * one['low']:.1f} to {100 * one['high']:.1f} %"
    return f"{100 * one['value']:.1f} %"


def _interval(one: Numbers) -> str:
    if one["interval_low"] is None:
        return ""
    return f"95 % interval {100 * one['interval_low']:.0f} to {100 * one['interval_high']:.0f}"


Said = Callable[[Any], str]


def _each(known: Mapping[str, Any], said: Said, more: Said = lambda one: "") -> str:
    """A number of each model, with its name and more in parentheses; of many, the lowest and the highest."""
    ordered = sorted(known, key=lambda name: known[name]["low"])
    shown = list(known) if len(known) <= MOST else [ordered[0], ordered[-1]]
    told = []
    for name, one in ((name, known[name]) for name in shown):
        about = "; ".join(filter(None, [name if len(known) > 1 else "", more(one)]))
        told.append(f"{said(one)} ({about})" if about else said(one))
    return (" and " if len(known) <= MOST else " to ").join(told)
