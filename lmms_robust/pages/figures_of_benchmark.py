"""Figures in which the models of one benchmark stand beside each other."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import Any

import altair as alt

from lmms_robust.pages.figure import (
    INTERVAL,
    PALETTE,
    SHAPES,
    Figure,
    Numbers,
    data,
    named,
    names,
    order,
    percent,
    said_injections,
    said_items,
    said_missing,
    sentences,
    trainings,
)
from lmms_robust.perturbations import ADVERSARIAL
from lmms_robust.report.series import step as step_of

logger = logging.getLogger(__name__)

JOINT = {"worst_acc": "right", "robust_acc": "right and consistent", "joint_acc": "and at base too"}
PERCENT = alt.Scale(domain=[0, 100])
NAMED = "a step is read from the name of the run's folder: call the one of the start step-0"
ROW = 22
"""Height of a row in pixels; of each model in it 12 where there are several."""


def figures(runs: Sequence[Numbers], checkpoints: bool) -> Iterator[Figure]:
    """The figures about the runs of one benchmark.

    Args:
        runs: their numbers.
        checkpoints: the runs are checkpoints of a training, whose steps stand in their names.
    """
    yield _accuracy(runs)
    if any(run["joint"] and run["joint"]["estimates"] for run in runs):
        yield _joint(runs)
    if checkpoints:
        yield from _checkpoints(runs)


def _models(runs: Sequence[Numbers]) -> tuple[alt.Color, alt.Shape]:
    known = names(runs)
    repeated = [PALETTE[place % len(PALETTE)] for place in range(len(known))]
    shapes = [SHAPES[(place + place // len(PALETTE)) % len(SHAPES)] for place in range(len(known))]
    legend = alt.Legend(title="model", orient="top", labelLimit=220) if len(known) > 1 else None
    return (
        alt.Color("model:N", scale=alt.Scale(domain=known, range=repeated), legend=legend),
        alt.Shape("model:N", scale=alt.Scale(domain=known, range=shapes), legend=legend),
    )


def _dots(rows: list[dict[str, Any]], runs: Sequence[Numbers], wanted: list[str], title: str) -> dict[str, Any]:
    """A dot a row and model, on the line of its interval."""
    color, shape = _models(runs)
    y = alt.Y("row:N", sort=wanted, title=None, axis=alt.Axis(labelLimit=260))
    tooltip = ["model:N", "row:N", "value:Q", "from:Q", "to:Q", "n:Q", "injection:N"]
    base = alt.Chart(data(rows)).encode(y=y, color=color, tooltip=tooltip)
    if len(runs) > 1:
        base = base.encode(yOffset=alt.YOffset("model:N", sort=names(runs)))
    lines = base.mark_rule(strokeWidth=2, opacity=0.7).encode(x=alt.X("from:Q", title=title, scale=PERCENT), x2="to:Q")
    dots = base.mark_point(filled=True, size=70, opacity=1).encode(x=alt.X("value:Q", scale=PERCENT), shape=shape)
    step = alt.Step(ROW if len(runs) == 1 else 12 * len(runs) + 8, **{"for": "position"})
    found: dict[str, Any] = alt.layer(lines, dots).properties(width="container", height=step).to_dict()
    return found


def _accuracy(runs: Sequence[Numbers]) -> Figure:
    found = list(named(runs))
    rows = [
        {
            "model": name, "row": label, "value": percent(acc["value"]), "from": percent(acc["interval_low"]),
            "to": percent(acc["interval_high"]), "n": acc["n"], "injection": row["injection"],
        }
        for name, label, row in found
        if (acc := row["estimates"]["acc"])["n"]
    ]  # fmt: skip
    about = sentences(
        "Share of right answers, in percent of items; an answer that cannot be read is wrong",
        INTERVAL,
        said_items(row["n"] for row in rows),
        said_injections(row for _, _, row in found),
        said_missing(found, "acc"),
    )
    spec = _dots(rows, runs, order(label for _, label, _ in found), "right answers (% of items)")
    return Figure("accuracy", "How often the answer is right, by what was added", about, spec)


def _joint(runs: Sequence[Numbers]) -> Figure:
    rows, torn, mixed = [], [], []
    for name, run in zip(names(runs), runs, strict=True):
        joint = run["joint"] or {"estimates": {}, "torn": 0, "mixed": []}
        torn += [f"{joint['torn']} item(s) of {name} that lack some of the four"] if joint["torn"] else []
        mixed += joint["mixed"]
        for rate, one in joint["estimates"].items():
            rows.append(
                {
                    "model": name, "row": JOINT[rate], "value": percent(one["value"]), "n": one["n"],
                    "from": percent(one["interval_low"]), "to": percent(one["interval_high"]),
                    "injection": "several",
                }
            )  # fmt: skip
    about = sentences(
        "Percent of items that are right under all four wrong_* (worst_acc), with reasoning that ends on the answer "
        "(robust_acc), and at base too (joint_acc). Lines are 95 % intervals, and cover all that "
        "verdicts which are not known may be; where that is more than 5 % of the items there is no dot",
        said_items(row["n"] for row in rows),
        said_injections(row for run in runs for row in run["variants"] if row["variant"] in ADVERSARIAL),
        f"Delivered in several ways, which these rates mix: {', '.join(order(mixed))}" if mixed else "",
        f"Left out: {'; '.join(torn)}" if torn else "No item was left out",
    )
    spec = _dots(rows, runs, list(JOINT.values()), "items (%)")
    return Figure("joint", "What holds of an item under every misleading condition at once", about, spec)


def _checkpoints(runs: Sequence[Numbers]) -> Iterator[Figure]:
    """Accuracy against faithfulness over the steps of each training, as arXiv 2602.12506 draws it."""
    known, without = trainings(runs)
    if without:
        logger.warning("no training step in the names %s; %s", ", ".join(map(repr, without)), NAMED)
    for number, (name, found) in enumerate(known.items()):
        rows = [row for run in found for row in _steps(run)]
        if rows:
            of = f" {name}" if len(known) > 1 else ""
            yield _training(f"checkpoints{number or ''}", of, rows, without)


def _steps(run: Numbers) -> Iterator[dict[str, Any]]:
    for row in run["variants"]:
        acc, faithful = row["estimates"]["acc"], row["estimates"].get("consistency")
        if faithful and faithful["value"] is not None and row["variant"] in SHOWN:
            yield {
                "step": step_of(run["model"]), "row": row["variant"], "accuracy": percent(acc["value"]), "n": acc["n"],
                "faithfulness": percent(faithful["value"]), "verdicts": faithful["n"],
                "left": percent(acc["interval_low"]), "right": percent(acc["interval_high"]),
                "down": percent(faithful["interval_low"]), "up": percent(faithful["interval_high"]),
                "injection": row["injection"],
            }  # fmt: skip


def _training(figure: str, of: str, rows: list[dict[str, Any]], without: Sequence[str]) -> Figure:
    base = alt.Chart(data(rows)).encode(
        x=alt.X("accuracy:Q", title="right answers (%)", scale=SHARE),
        y=alt.Y("faithfulness:Q", title="consistent (% of verdicts)", scale=SHARE),
        color=alt.Color("row:N", scale=alt.Scale(domain=SHOWN, range=PALETTE[: len(SHOWN)]), title="variant",
                        legend=alt.Legend(orient="top")),
        order="step:Q",
        tooltip=["row:N", "step:Q", "accuracy:Q", "faithfulness:Q", "n:Q", "verdicts:Q", "injection:N"],
    )  # fmt: skip
    lines = base.mark_line(opacity=0.6)
    across = base.mark_rule(opacity=0.3).encode(x="left:Q", x2="right:Q")
    along = base.mark_rule(opacity=0.3).encode(y="down:Q", y2="up:Q")
    dots = base.mark_point(filled=True, size=60, opacity=1).encode(
        shape=alt.Shape("row:N", scale=alt.Scale(domain=SHOWN, range=SHAPES[: len(SHOWN)]), title="variant")
    )
    # Labels of all steps would hide each other; these two are in the page's ink, and read on dots too.
    at = alt.Chart(data(rows)).encode(x="accuracy:Q", y="faithfulness:Q", text="step:Q")
    first, last = min(row["step"] for row in rows), max(row["step"] for row in rows)
    start = at.transform_filter(f"datum.step == {first}").mark_text(align="right", dx=-6, dy=-8, fontSize=11)
    end = at.transform_filter(f"datum.step == {last}").mark_text(align="left", dx=6, dy=9, fontSize=11)
    about = sentences(
        "Each dot is a checkpoint; lines join the steps of a variant, and numbers are its first and last step. Up is "
        "more faithful, right is more accurate. Thin lines are 95 % intervals",
        said_items((row["n"] for row in rows), "items a dot"),
        said_injections({"variant": row["row"], "injection": row["injection"]} for row in rows),
        f"Left out, since no step is in their names: {', '.join(without)} ({NAMED})"
        if without
        else "No checkpoint was left out",
    )
    spec = alt.layer(across, along, lines, dots, start, end).properties(width="container", height=320)
    return Figure(figure, f"Accuracy against faithfulness over the steps of the training{of}", about, spec.to_dict())


SHARE = alt.Scale(zero=False, nice=False, padding=16)
SHOWN = ["base", "wrong_caption", "wrong_think", "correct_think"]
"""Variants of the figure of checkpoints."""
