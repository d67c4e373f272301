"""Figures about one run: what became of the responses of each variant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

import altair as alt

from lmms_robust.pages import figures_of_confidence
from lmms_robust.pages.figure import (
    OUTCOMES,
    Figure,
    Numbers,
    data,
    labels,
    order,
    percent,
    said_injections,
    said_items,
    said_without,
    sentences,
    small,
)

QUADRANTS = {
    ("right", "yes"): ("right, consistent", "#009E73"),
    ("right", "undecided"): ("right, not known", "#A6DCC9"),
    ("right", "no"): ("right, inconsistent", "#0072B2"),
    ("wrong", "no"): ("wrong, inconsistent", "#CC79A7"),
    ("wrong", "undecided"): ("wrong, not known", "#F5C9A8"),
    ("wrong", "yes"): ("wrong, consistent", "#D55E00"),
}
STEPS = 9
"""Points of the edge of a ribbon."""


def figures(run: Numbers, by_category: Sequence[Numbers], confidence: Sequence[Mapping[str, Any]]) -> Iterator[Figure]:
    """The figures about a run.

    Args:
        run: its numbers.
        by_category: the numbers of each of its categories.
        confidence: what :func:`lmms_robust.pages.confidence.confidence` gives for it.
    """
    if len(by_category) > 1:
        yield _categories(by_category)
    if any(row["quadrants"] for row in run["variants"]):
        yield _quadrants(run)
    if any(row["transitions"] for row in run["variants"]):
        yield _flows(run)
    if any(row["quadrants"] for row in run["variants"]):
        yield _deciders(run)
    yield from figures_of_confidence.figures(run, confidence)


def _categories(found: Sequence[Numbers]) -> Figure:
    rows = [
        {"category": one["category"], "row": label, "value": percent(acc["value"]), "n": acc["n"],
         "from": percent(acc["interval_low"]), "to": percent(acc["interval_high"]), "injection": row["injection"]}
        for one in found
        for label, row in zip(labels(one), one["variants"], strict=True)
        if (acc := row["estimates"]["acc"])["n"]
    ]  # fmt: skip
    base = alt.Chart(data(rows)).encode(
        x=alt.X("row:N", sort=order(row["row"] for row in rows), title=None, axis=alt.Axis(labelAngle=-40)),
        y=alt.Y("category:N", title="category", axis=alt.Axis(labelLimit=160)),
        tooltip=["category:N", "row:N", "value:Q", "from:Q", "to:Q", "n:Q", "injection:N"],
    )
    cells = base.mark_rect().encode(
        color=alt.Color(
            "value:Q", scale=alt.Scale(scheme="viridis", domain=[0, 100]), title="right answers (%)",
            legend=alt.Legend(orient="top", gradientLength=160),
        )
    )  # fmt: skip
    ink = alt.when("datum.value > 55").then(alt.value("black")).otherwise(alt.value("white"))
    texts = base.mark_text(fontSize=11).encode(text=alt.Text("value:Q", format=".0f"), color=ink)
    about = sentences(
        "Percent of right answers by category and variant; the intervals show at the pointer",
        f"{said_items(row['n'] for row in rows)} a cell",
        said_injections(row for one in found for row in one["variants"]),
        "Cells without items are empty",
    )
    least = 130 + 36 * len({row["row"] for row in rows})
    layers = alt.layer(cells, texts, usermeta={"least": least})
    spec = layers.properties(width="container", height=alt.Step(24))
    return Figure("categories", "Which kinds of questions suffer", about, spec.to_dict())


def _bars(rows: list[dict[str, Any]], wanted: Sequence[str], colors: Mapping[str, str], about: str) -> dict[str, Any]:
    """One bar a variant, of parts that make it up."""
    found: dict[str, Any] = (
        alt.Chart(data(rows))
        .mark_bar()
        .encode(
            y=alt.Y("row:N", sort=list(wanted), title=None, axis=alt.Axis(labelLimit=260)),
            x=alt.X("n:Q", stack="normalize", title="responses (%)", axis=alt.Axis(format="%")),
            color=alt.Color(
                "part:N", scale=alt.Scale(domain=list(colors), range=list(colors.values())), title=about,
                legend=alt.Legend(orient="top", labelLimit=220),
            ),
            order="place:Q",
            tooltip=["row:N", "part:N", "n:Q", "of:Q"],
        )
        .properties(width="container", height=alt.Step(24))
        .to_dict()
    )  # fmt: skip
    return found


def _quadrants(run: Numbers) -> Figure:
    rows, lacking = [], []
    for label, row in zip(labels(run), run["variants"], strict=True):
        counts = {(one["answer"], one["verdict"]): one["n"] for one in row["quadrants"]}
        if not counts:
            lacking.append(label)
        for place, (key, (part, _)) in enumerate(QUADRANTS.items()):
            if counts.get(key):
                rows.append({"row": label, "part": part, "n": counts[key], "of": sum(counts.values()), "place": place})
    about = sentences(
        "All responses of a variant, by whether the answer is right and whether the reasoning ends on it. These are "
        "counts; intervals of the rates stand in the tables",
        said_items((row["of"] for row in rows), "responses a bar"),
        said_injections(run["variants"]),
        said_without(lacking, "since the reasoning is not the model's own"),
    )
    colors = {part: color for part, color in QUADRANTS.values() if any(row["part"] == part for row in rows)}
    spec = _bars(rows, labels(run), colors, "answer, reasoning")
    return Figure("quadrants", "Right answers, and whether the reasoning leads to them", about, spec)


def _deciders(run: Numbers) -> Figure:
    rows: list[dict[str, Any]] = []
    lacking: list[str] = []
    parts: list[str] = []
    for label, row in zip(labels(run), run["variants"], strict=True):
        if row["verdicts"] is None:
            lacking.append(label)
            continue
        counts = {f"by {name}": n for name, n in row["decided_by"].items()}
        counts |= {f"open: {_words(name)}": n for name, n in row["undecided"].items()}
        parts += counts
        rows += [{"row": label, "part": part, "n": n, "of": row["responses"]} for part, n in counts.items()]
    known = sorted(order(parts))
    for row in rows:
        row["place"] = known.index(row["part"])
    decided = [part for part in known if part.startswith("by ")]
    colors = dict(zip(decided, _cycle(DECIDED, len(decided)), strict=True))
    colors |= dict(zip(known[len(decided) :], _cycle(OPEN, len(known) - len(decided)), strict=True))
    about = sentences(
        "All responses of a variant, by who decided whether reasoning and answer agree, or why nobody did. These are "
        "counts; intervals of the rates stand in the tables",
        said_items((row["of"] for row in rows), "responses a bar"),
        said_injections(run["variants"]),
        said_without(lacking, "since the reasoning is not the model's own"),
    )
    spec = _bars(rows, labels(run), colors, "decided, or left open")
    return Figure("deciders", "Who decided whether reasoning and answer agree", about, spec)


DECIDED = ("#0072B2", "#009E73", "#56B4E9", "#004B75")
OPEN = ("#E69F00", "#D55E00", "#CC79A7", "#999999", "#8F7700", "#F0E442", "#555555")


def _cycle(colors: Sequence[str], count: int) -> list[str]:
    return [colors[place % len(colors)] for place in range(count)]


def _flows(run: Numbers) -> Figure:
    rows = [
        point
        for label, row in zip(labels(run), run["variants"], strict=True)
        for point in _ribbons(label, row["transitions"])
    ]
    wanted = [label for label in labels(run) if any(row["row"] == label for row in rows)]
    scale = alt.Scale(domain=[*map(_words, OUTCOMES)], range=list(OUTCOMES.values()))
    share = alt.Scale(domain=[0, 1])
    base = alt.Chart().encode(
        y=alt.Y("top:Q", title="items (%)", scale=share, axis=alt.Axis(format="%", grid=False)),
        y2="bottom:Q",
        tooltip=["row:N", "from:N", "to:N", "n:Q", "of:Q"],
    )
    ends = alt.Axis(values=[0, 1], labelExpr="datum.value == 0 ? 'before' : 'here'", title=None, grid=False)
    ribbons = base.mark_area(opacity=0.8).encode(
        x=alt.X("x:Q", axis=ends, scale=alt.Scale(domain=[-0.1, 1.1])),
        detail="from:N",
        color=alt.Color("to:N", scale=scale, title="answer", legend=alt.Legend(orient="top")),
    )
    sides = [
        base.transform_filter(f"datum.x == {side}")
        .mark_rect(stroke=None)
        .encode(x=alt.datum(side), x2=alt.datum(beyond), color=alt.Color(f"{end}:N", scale=scale))
        for side, beyond, end in ((0, -0.1, "from"), (1, 1.1, "to"))
    ]
    area = alt.layer(ribbons, *sides)
    spec = small(area, rows, wanted)
    alone = [label for label in labels(run) if label not in {*wanted, "base"}]
    about = sentences(
        "Each ribbon is the items that had one outcome before (base; for abstain_wrong_…: abstain_base) and one here. "
        "The bars at the sides are the outcomes, a ribbon has the colour of that here; from top to bottom: right, "
        "planted, other, abstained, no answer. These are counts of pairs, without intervals",
        said_items((row["of"] for row in rows), "pairs a picture"),
        said_injections(run["variants"]),
        said_without(alone, "since there is nothing to pair them with"),
    )
    return Figure("flows", "What becomes of each answer when words are added", about, spec)


def _ribbons(label: str, transitions: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Points of the edges of each ribbon: it keeps its width, and falls or rises smoothly from the one side's order."""
    total = sum(one["n"] for one in transitions)
    places = list(OUTCOMES)
    left = sorted(transitions, key=lambda one: (places.index(one["base"]), places.index(one["here"])))
    right = sorted(transitions, key=lambda one: (places.index(one["here"]), places.index(one["base"])))
    starts = [
        dict(zip(map(_pair, side), accumulate((one["n"] for one in side), initial=0), strict=False))
        for side in (left, right)
    ]
    for one in left:
        before, after = (side[_pair(one)] for side in starts)
        for number in range(STEPS):
            x = number / (STEPS - 1)
            from_top = before + (after - before) * x * x * (3 - 2 * x)
            yield {
                "row": label, "from": _words(one["base"]), "to": _words(one["here"]), "n": one["n"], "of": total,
                "x": round(x, 3),
                "top": round(1 - from_top / total, 4), "bottom": round(1 - (from_top + one["n"]) / total, 4),
            }  # fmt: skip


def _words(name: str) -> str:
    return name.replace("_", " ")


def _pair(one: Mapping[str, Any]) -> tuple[str, str]:
    return one["base"], one["here"]
