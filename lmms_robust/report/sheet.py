"""A table of texts, for a terminal or as Markdown; and how numbers are written in its cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from textwrap import wrap

from rich import box
from rich.console import Group
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from lmms_robust.metrics.estimate import Estimate
from lmms_robust.writing import printable

WIDTH = 100
"""Characters that a table takes at most."""
NONE = "–"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of texts.

    Attributes:
        title: what it is about.
        about: what its cells mean.
        columns: heads; the first column names the rows.
        rows: cells.
    """

    title: str
    about: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def rich(self) -> Group:
        """For a terminal; where the table would be too wide, heads are broken and cells are not."""
        table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=0)
        widths = [max(len(line) for row in self.rows for line in [*row[place].splitlines(), ""])
                  for place in range(len(self.columns))] if self.rows else [0] * len(self.columns)  # fmt: skip
        wide = sum(max(width + 1, len(head) + 1) for width, head in zip(widths, self.columns, strict=True)) > WIDTH
        for place, (head, width) in enumerate(zip(self.columns, widths, strict=True)):
            lines = wrap(head, max(width, 1), break_long_words=False) if wide and place else [head]
            shown = escape("\n".join(map(printable, lines)))
            table.add_column(shown, overflow="fold", justify="right" if place else "left")
        for row in self.rows:
            table.add_row(*(escape(printable(cell)) for cell in row))
        return Group(Text(printable(self.title), style="bold"), table, Text(self.about, style="dim"), "")

    def markdown(self) -> str:
        """As Markdown; what stands in a cell stays text."""
        head = [in_markdown(column) for column in self.columns]
        rows = [[in_markdown(cell) for cell in row] for row in self.rows]
        lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        return f"**{in_markdown(self.title)}**\n\n{table}\n\n{in_markdown(self.about)}\n"


def in_markdown(text: str) -> str:
    """A text that Markdown shows as it is."""
    kept = "".join(f"\\{one}" if one in "\\`*_[]<>|" else one for one in printable(text))
    return " ".join(kept.split())


def percent(estimate: Estimate | None, nothing: str = "") -> str:
    r"""A share in percent, its 95 % interval in round brackets; where something is unknown, its bounds in square ones.

    The interval of what has bounds covers both, and stands in a line below them.

    >>> percent(Estimate(0.5, 4, 0.5, 0.5, (0.15, 0.85))), percent(Estimate(float("nan"), 4, 0.25, 0.5, (0.04, 0.85)))
    ('50.0 (15,85)', '[25.0,50.0]\n(4,85)')
    >>> percent(Estimate(0.99, 100, 0.98, 0.99)), percent(None, "–")
    ('99.0 [98.0,99.0]', '–')
    """
    if estimate is None or not estimate.n:
        return nothing
    low, high = estimate.interval
    interval = "" if isnan(low) else f"({_rounded(low, 0)},{_rounded(high, 0)})"
    known = bare(estimate)
    if not (estimate.exact or isnan(estimate.value)):
        known = f"{known} {_bounds(estimate)}"
    return (" " if estimate.exact else "\n").join(filter(None, (known, interval)))


def bare(estimate: Estimate | None, nothing: str = "") -> str:
    """A share in percent without its interval, or its bounds."""
    if estimate is None or not estimate.n:
        return nothing
    return _bounds(estimate) if isnan(estimate.value) else _rounded(estimate.value)


def _bounds(estimate: Estimate) -> str:
    return f"[{_rounded(estimate.low)},{_rounded(estimate.high)}]"


def _rounded(share: float, digits: int = 1) -> str:
    """Percent, without a sign of zero."""
    return f"{round(100 * share, digits) + 0.0:.{digits}f}"


def number(estimate: Estimate | None, signed: bool = False) -> str:
    """A number that is no share."""
    if estimate is None or not estimate.n:
        return NONE
    return f"{estimate.value:{'+' if signed else ''}.3f}"


def _short(value: float) -> str:
    return f"{value:.2f}".replace("0.", ".", 1) if value < 1 else f"{value:.1f}"


def area(value: float, low: float, high: float) -> str:
    """An area under a curve with its interval.

    >>> area(0.7, 0.372, 1.0)
    '.70 (.37,1.0)'
    """
    return f"{_short(value)} ({_short(low)},{_short(high)})"


def coefficient(estimate: Estimate | None) -> str:
    """A coefficient of agreement with its interval.

    >>> coefficient(Estimate(-0.051, 9, -0.051, -0.051, (-0.2, 0.1))), coefficient(Estimate(float("nan"), 9, 0, 0))
    ('-.05 (-.20,.10)', '–')
    """
    if estimate is None or not estimate.n or isnan(estimate.value):
        return NONE
    return area(estimate.value, *estimate.interval)


def p_value(p: float) -> str:
    """A p value.

    >>> p_value(0.0312), p_value(1e-9), p_value(float("nan"))
    ('0.031', '<0.001', '')
    """
    if isnan(p):
        return ""
    return "<0.001" if p < 0.001 else f"{p:.3f}"
