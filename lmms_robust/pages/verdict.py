"""What the numbers of a benchmark say, in five sentences for somebody who never heard of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lmms_robust.pages.figure import Numbers, names, order
from lmms_robust.perturbations import ADVERSARIAL, VARIANTS
from lmms_robust.report.series import step

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
    # One run needs no name beside its numbers.
    shown = dict(zip(names(runs) if len(runs) > 1 else [""], runs, strict=True))
    who = f"{len(runs)} models were" if len(runs) > 1 else f"{names(runs)[0]} was"
    return _sentences(who, runs, shown)


def verdict_of_training(checkpoints: Sequence[Numbers]) -> list[str]:
    """The same of the checkpoints of one training, in the order of their steps: the first is compared with the last."""
    first, last = (f"step {step(checkpoints[end]['model'])}" for end in (0, -1))
    who = f"{len(checkpoints)} checkpoints of one training ({first} to {last}) were"
    if len(checkpoints) == 1:
        who = f"1 checkpoint of one training ({first}) was"
    return _sentences(who, checkpoints, {first: checkpoints[0], last: checkpoints[-1]})


def _sentences(who: str, runs: Sequence[Numbers], shown: Mapping[str, Numbers]) -> list[str]:
    """Sentences about all runs, with the numbers of those that are shown, by name."""
    return [_asked(who, runs), _plainly(shown), _misled(shown), _at_once(shown), _sure(runs)]


def _asked(who: str, runs: Sequence[Numbers]) -> str:
    rows = [row for run in runs for row in run["variants"]]
    conditions = order(row["variant"] for row in rows)
    items = max(row["estimates"]["acc"]["n"] for row in rows)
    how = f"under {len(conditions)} conditions: {_listed(_ways(conditions), 'and')}"
    how = how if len(conditions) > 1 else "in one way"
    asked = "forced to the letter of an answer on" if runs[0]["probe"] else "asked"
    return f"{who} {asked} {items:,} multiple-choice questions about pictures ({runs[0]['benchmark']}), {how}."


def _ways(conditions: Sequence[str]) -> list[str]:
    """What was done under some conditions, in words."""
    known = [VARIANTS[name] for name in conditions]
    words = {
        "mislead": any(one.asserts == "planted" for one in known),
        "help": any(one.asserts == "correct" for one in known),
        "say nothing": any(one.asserts is None and one.caption for one in known),
    }
    added = [name for name, there in words.items() if there]
    ways = {
        "the question alone": "base" in conditions,
        f"with words added that {_listed(added, 'or')}": bool(added),
        "with the reasoning cut off": any(not one.own_reasoning for one in known),
        "with an option to abstain": any(one.abstain for one in known),
    }
    return [way for way, there in ways.items() if there]


def _listed(parts: Sequence[str], last: str) -> str:
    """Words as a list.

    >>> _listed(["a", "b", "c"], "or"), _listed(["a"], "or")
    ('a, b or c', 'a')
    """
    return f" {last} ".join(filter(None, [", ".join(parts[:-1]), parts[-1]])) if parts else ""


def _plainly(shown: Mapping[str, Numbers]) -> str:
    found = {name: _row(run, "base") for name, run in shown.items()}
    known = {name: row["estimates"]["acc"] for name, row in found.items() if row}
    if not known:
        return "They were not asked plainly (base), so nothing can be said of what is lost."
    shares = _each(known, _percent, lambda name: _interval(known[name]))
    return f"Asked plainly, the answer is right for {shares} of the questions."


def _misled(shown: Mapping[str, Numbers]) -> str:
    worst: dict[str, Numbers] = {}
    for name, run in shown.items():
        rows = [row for row in run["variants"] if row["variant"] in ADVERSARIAL and row["estimates"].get("drop")]
        rows = [row for row in rows if row["estimates"]["drop"]["value"] is not None]
        if rows:
            worst[name] = max(rows, key=lambda row: row["estimates"]["drop"]["value"])
    if not worst:
        return "Of no misleading condition it can be said what it costs."

    def condition(name: str) -> str:
        variant, followed = worst[name]["variant"], worst[name]["estimates"]["followed"]
        return f"{variant}: {MEANS[variant]}; {_percent(followed)} of the answers are then the option suggested"

    fallen = {name: row["estimates"]["drop"] for name, row in worst.items()}
    return f"What misleads most costs {_each(fallen, _points, condition)} of right answers."


def _points(one: Numbers) -> str:
    return f"{100 * one['value']:.1f} percentage points"


def _at_once(shown: Mapping[str, Numbers]) -> str:
    joint = {name: run["joint"]["estimates"] for name, run in shown.items() if run["joint"]}
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


def _each(known: Mapping[str, Any], said: Callable[[Any], str], more: Callable[[str], str] = lambda name: "") -> str:
    """A number of each model, with its name and more in parentheses; of many, the lowest and the highest."""
    ordered = sorted(known, key=lambda name: known[name]["low"])
    shown = list(known) if len(known) <= MOST else [ordered[0], ordered[-1]]
    told = []
    for name in shown:
        about = "; ".join(filter(None, [name, more(name)]))
        told.append(f"{said(known[name])} ({about})" if about else said(known[name]))
    return (" and " if len(known) <= MOST else " to ").join(told)
