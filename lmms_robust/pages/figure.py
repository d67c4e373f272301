"""What a figure of the page is, and what all of them have in common: names, colours, sentences about their numbers.

Figures are drawn from the numbers as :func:`lmms_robust.report.numbers.nested` gives them, which `lmms-robust summary
--format json` prints; none of them computes a rate of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from lmms_robust.perturbations import VARIANTS
from lmms_robust.report.series import before_step, step

Numbers = Mapping[str, Any]
"""The numbers of one run, or of one category of it."""

# Okabe and Ito, "Color Universal Design": told apart by people of any colour vision.
PALETTE = ("#1F83C4", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8F7700", "#999999")
OUTCOMES = {
    "right": "#009E73", "planted": "#D55E00", "other": "#E69F00", "abstained": "#56B4E9", "no_answer": "#999999",
}  # fmt: skip
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left")

CELL = 150
"""Width of a small picture in pixels; the page puts as many beside each other as it has room for."""
Mark = alt.Chart | alt.LayerChart | alt.FacetChart

INJECTED = {"prefill": "as the start of the reply", "inline": "at the end of the question"}
"""Where injected words stand."""

INJECTIONS = {**INJECTED, "probe": "up to the letter", "unknown": "nobody saw how"}
"""How injected words reach a model."""

INTERVAL = "Lines are 95 % intervals."


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with what must be said of it.

    Attributes:
        name: short, of letters and hyphens; figures of one run have different ones.
        title: what it shows, as a sentence a stranger understands.
        about: what its marks are, on how many items it rests, and what was left out.
        spec: Vega-Lite, as JSON.
    """

    name: str
    title: str
    about: str
    spec: Mapping[str, Any]


def data(rows: Iterable[Mapping[str, Any]]) -> alt.InlineData:
    """Rows as the data of a chart."""
    return alt.InlineData(values=list(rows))


def percent(share: float | None) -> float | None:
    """A share in percent, rounded as far as anybody can see."""
    return None if share is None else round(100 * share, 3)


def labels(numbers: Numbers) -> list[str]:
    """Names of the rows of a run: the variant, and how its words came where that differs within the variant."""
    several = Counter(row["variant"] for row in numbers["variants"])
    return [_label(row, several[row["variant"]] > 1) for row in numbers["variants"]]


def _label(row: Numbers, several: bool) -> str:
    ways = [row["injection"], f"captions by {row['caption_source']}" if row["caption_source"] else ""]
    return f"{row['variant']} ({', '.join(filter(None, ways))})" if several else str(row["variant"])


def named(runs: Sequence[Numbers]) -> Iterator[tuple[str, str, Numbers]]:
    """Every row of some runs with the name of its run, and its own."""
    for run, name in zip(runs, names(runs), strict=True):
        yield from zip([name] * len(run["variants"]), labels(run), run["variants"], strict=True)


def names(runs: Sequence[Numbers]) -> list[str]:
    """Names of runs of one benchmark, which tell them apart."""
    return [run["model"] for run in runs]


def trainings(runs: Sequence[Numbers]) -> tuple[dict[str, list[Numbers]], list[str]]:
    """Checkpoints by the name of their training, in the order of their steps; and names of runs without a step."""
    found: dict[str, list[Numbers]] = {}
    without = [run["model"] for run in runs if step(run["model"]) is None]
    for run in sorted(runs, key=lambda run: step(run["model"]) or 0):
        if run["model"] not in without:
            found.setdefault(before_step(run["model"]).strip("_-/. "), []).append(run)
    return dict(sorted(found.items())), without


def order(rows: Iterable[str]) -> list[str]:
    """Each name once, in the order of their first appearance."""
    return list(dict.fromkeys(rows))


def said_items(counts: Iterable[int], what: str = "items") -> str:
    """On how many items something rests.

    >>> said_items([120, 120]), said_items([120, 80])
    ('n = 120 items', 'n = 80 to 120 items')
    """
    least, most = min(found := list(counts)), max(found)
    return f"n = {most:,} {what}" if least == most else f"n = {least:,} to {most:,} {what}"


def said_injections(rows: Iterable[Numbers]) -> str:
    """How the words of variants reached the model."""
    ways: dict[str, list[str]] = {}
    for row in rows:
        ways.setdefault(row["injection"], []).append(row["variant"])
    found = [f"{way} ({INJECTIONS[way]}): {', '.join(order(ways[way]))}" for way in sorted(ways) if way in INJECTIONS]
    return f"Injected words: {'; '.join(found)}." if found else "No words were put into the reply."


def said_missing(rows: Sequence[tuple[str, str, Numbers]], estimate: str) -> str:
    """Rows that have no such number."""
    lacking = order(label for _, label, row in rows if not row["estimates"].get(estimate, {}).get("n"))
    return said_without(lacking, "since it does not apply or was not measured")


def said_without(lacking: Iterable[str], why: str) -> str:
    """Rows that a figure has not, and why."""
    found = order(lacking)
    return f"Left out, {why}: {', '.join(found)}." if found else "Nothing was left out."


def words(runs: Sequence[Numbers]) -> dict[str, str]:
    """What stands in the figures of some runs by short names, in words: their conditions, and what else there is."""
    rows = [row for run in runs for row in run["variants"]]
    run = {row["variant"] for row in rows}
    found = {name: variant.about for name, variant in VARIANTS.items() if name in run}
    ways = {row["injection"] for row in rows}
    found |= {name: f"the added words stand {where}" for name, where in INJECTED.items() if name in ways}
    if any("p_correct" in row["estimates"] for row in rows):
        found["p right"] = "the probability that the model gives to the letter of the right option, 0 to 1"
    return found


def sentences(*parts: str) -> str:
    """Sentences as one text; each ends in a full stop."""
    return " ".join(part if part.endswith(".") else f"{part}." for part in parts if part)


def small(
    mark: alt.Chart | alt.LayerChart | alt.FacetChart, rows: list[dict[str, Any]], wanted: Sequence[str]
) -> dict[str, Any]:
    """A small picture for each row of the tables."""
    facet = alt.Facet(
        "row:N",
        sort=list(wanted),
        title=None,
        header=alt.Header(labelLimit=CELL + 20, labelExpr="split(datum.label, '|')"),
    )
    assert not isinstance(mark, alt.FacetChart)  # what Altair's layers are typed as too
    chart = mark.properties(width=CELL, height=CELL)
    found: dict[str, Any] = chart.facet(facet, columns=4, data=data(rows)).resolve_axis(x="independent").to_dict()
    return found
