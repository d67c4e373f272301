"""Figures about the probabilities of the option letters in one run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import altair as alt

from lmms_robust.pages.confidence import BINS
from lmms_robust.pages.figure import (
    Figure,
    Numbers,
    data,
    labels,
    said_injections,
    said_items,
    said_without,
    sentences,
    small,
)

EDGE = "#888888"
"""Around cells: seen on a light and on a dark ground, where the ends of the scale are not."""

NO_PROBS = "without probabilities"


def figures(run: Numbers, confidence: Sequence[Mapping[str, Any]]) -> Iterator[Figure]:
    """The figures about a run's probabilities; none where the backend gave none.

    Args:
        run: its numbers.
        confidence: what :func:`lmms_robust.pages.confidence.confidence` gives for it.
    """
    found = _by_way(run, confidence)
    if found:
        yield _probabilities(run, found)
    if any(one["curve"] for _, _, one in found):
        yield _curves(run, found)


def _by_way(run: Numbers, confidence: Sequence[Mapping[str, Any]]) -> list[tuple[str, Numbers, Mapping[str, Any]]]:
    """What there is beyond single numbers, with the name and the numbers of its row."""
    known = {tuple(one["way"]): one for one in confidence}
    ways = [(row["variant"], row["injection"], row["caption_source"]) for row in run["variants"]]
    found = zip(labels(run), run["variants"], ways, strict=True)
    return [(label, row, known[way]) for label, row, way in found if way in known]


def _probabilities(run: Numbers, found: Sequence[tuple[str, Numbers, Mapping[str, Any]]]) -> Figure:
    rows, wanted = [], []
    for label, row, one in found:
        changed = row["estimates"]["p_correct_change"]
        low, high = _ends(changed, "+z.2f")
        title = f"{label}|{changed['value']:+z.2f} ({low}, {high})"
        wanted.append(title)
        rows += [
            {"row": title, "x": x / BINS, "x2": (x + 1) / BINS, "y": y / BINS, "y2": (y + 1) / BINS, "responses": n}
            for x, y, n in one["cells"]
        ]
    cells = (
        alt.Chart()
        .mark_rect(stroke=EDGE, strokeWidth=1)
        .encode(
            x=alt.X("x:Q", title="p right before", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(values=[0, 0.5, 1])),
            x2="x2:Q",
            y=alt.Y("y:Q", title="p right here", scale=alt.Scale(domain=[0, 1])), y2="y2:Q",
            color=alt.Color("responses:Q", scale=alt.Scale(type="log", scheme="viridis"), title="responses",
                            legend=alt.Legend(orient="top", gradientLength=160)),
            tooltip=["row:N", "x:Q", "x2:Q", "y:Q", "y2:Q", "responses:Q"],
        )
    )  # fmt: skip
    items = [row["estimates"]["p_correct_change"]["n"] for _, row, _ in found]
    about = sentences(
        "The probability of the right option's letter, before (base, or abstain_base) and here: responses by tenths. "
        "On the rising diagonal nothing changed; below it the model got less sure. In the titles: the mean change and "
        "its 95 % interval",
        said_items(items),
        said_injections(run["variants"]),
        said_without((one for one in labels(run) if one not in {"base", *(label for label, _, _ in found)}), NO_PROBS),
    )
    title = "How sure the model is of the right option, before and here"
    return Figure("confidence", title, about, small(cells, rows, wanted))


def _ends(one: Numbers, form: str) -> list[str]:
    """Both ends of an interval."""
    return [format(one[end], form) if one[end] is not None else "–" for end in ("interval_low", "interval_high")]


def _curves(run: Numbers, found: Sequence[tuple[str, Numbers, Mapping[str, Any]]]) -> Figure:
    rows, wanted, items, lacking = [], [], [], []
    for label, row, one in found:
        area = row["auroc"].get("p_correct")
        if not one["curve"] or not area or area["value"] is None:
            lacking.append(label)
            continue
        low, high = _ends(area, ".2f")
        title = f"{label}|{area['value']:.2f} ({low}, {high})"
        wanted.append(title)
        items.append(area["survived"] + area["fell"])
        rows += [
            {"row": title, "fell": round(x, 4), "survived": round(y, 4), "still": area["survived"], "n": items[-1]}
            for x, y in one["curve"]
        ]
    share = alt.Scale(domain=[0, 1])
    base = alt.Chart().encode(
        x=alt.X("fell:Q", title="of those that fell (%)", scale=share, axis=alt.Axis(format="%", values=[0, 0.5, 1])),
        y=alt.Y("survived:Q", title="of those still right (%)", scale=share, axis=alt.Axis(format="%")),
        order="survived:Q",
        tooltip=["row:N", "fell:Q", "survived:Q", "still:Q", "n:Q"],
    )
    about = sentences(
        "ROC curves: going down from the items of which the model was surest before, which share of those still right "
        "here, and of those that fell, has been passed. In the titles: the area and its 95 % interval; 0.5, the "
        "diagonal, is chance",
        said_items(items, "items right before"),
        said_injections(run["variants"]),
        said_without(lacking, "since none fell, or none stayed"),
    )
    curve = base.mark_line(color="#1F83C4", strokeWidth=2)
    ends = [{"x": 0, "y": 0}, {"x": 1, "y": 1}]
    chance = alt.Chart(data(ends)).mark_line(color="#999999", strokeDash=[4, 4]).encode(x="x:Q", y="y:Q")
    title = "Does the model's certainty before tell which answers fall?"
    return Figure("auroc", title, about, small(alt.layer(chance, curve), rows, wanted))
