"""The numbers of a run with their types: what exports hold, and what is read back from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from lmms_robust.report.logs import Run
from lmms_robust.report.numbers import flat, parts

SEVERAL = "wrong_*"
"""Stands for a variant where a number is of several at once, see :data:`lmms_robust.report.joint`."""

AUROC = "auroc_"
"""Starts the names of areas: how well a score at base tells who is still right."""


@dataclass(frozen=True, slots=True)
class Number:
    """One number of one run; its fields are :data:`lmms_robust.report.numbers.COLUMNS`.

    Attributes:
        model: :attr:`lmms_robust.report.logs.Run.model`.
        date: when the run began, as the harness writes it.
        benchmark: name of the benchmark.
        probe: whether it is of the probe.
        seed: plant seed.
        category: name of a category, or :data:`lmms_robust.report.numbers.ALL`.
        variant: name of the variant, or :data:`SEVERAL`.
        injection: as observed; ``""`` where the number is of several variants.
        caption_source: what wrote the captions, or ``""``.
        name: of the number, such as ``"acc"``, or of an area.
        value: None where too much is unknown.
        n: items that it rests on, at least 1.
        low: lower bound, whatever the unknown outcomes are; ``value`` where none is.
        high: upper bound.
        interval_low: lower end of the 95 % interval, or None where there is none.
        interval_high: upper end.
    """

    model: str
    date: str
    benchmark: str
    probe: bool
    seed: int
    category: str
    variant: str
    injection: str
    caption_source: str
    name: str
    value: float | None
    n: int
    low: float
    high: float
    interval_low: float | None
    interval_high: float | None

    @property
    def way(self) -> tuple[str, str, str]:
        """What numbers of one row of a table have in common: variant, injection, source of captions."""
        return self.variant, self.injection, self.caption_source

    @property
    def point(self) -> float:
        """The one number where there is room for one, as in a harness' table: the lower bound if there is no value."""
        return self.low if self.value is None else self.value


def numbers(run: Run) -> Iterator[Number]:
    """Every number of a run that rests on anything, those of a variant next to each other, joint rates last."""
    (part,) = parts([run])
    found = [Number(**row) for row in flat(part) if row["n"] and row["low"] is not None]
    for row in part.rows:
        way = row.variant, row.injection, row.caption_source
        own = [number for number in found if number.way == way]
        yield from own
        for name, area in row.auroc.items():
            if area.survived and area.fell:
                yield replace(
                    own[0], name=f"{AUROC}{name}", value=area.value, n=area.n, low=area.value, high=area.value,
                    interval_low=area.low, interval_high=area.high,
                )  # fmt: skip
    yield from (number for number in found if number.variant == SEVERAL)
