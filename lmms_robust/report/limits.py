"""What a model's rates must not fall below, and its drops not exceed, for use in CI."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from math import nan

from lmms_robust.errors import RobustError
from lmms_robust.metrics.estimate import Estimate
from lmms_robust.report.compare import Comparison


def limits(texts: Sequence[str], option: str, allowed: Collection[str]) -> dict[str, float]:
    """``NAME=X`` by name, X a share.

    Raises:
        RobustError: one is not so.

    >>> limits(["joint_acc=0.6"], "--fail-under", ["joint_acc", "base"])
    {'joint_acc': 0.6}
    """
    found = {}
    for text in texts:
        name, _, value = text.partition("=")
        try:
            found[name] = float(value)
        except ValueError:
            found[name] = nan
        if name not in allowed or not 0 <= found[name] <= 1:
            raise RobustError(f"{option} {text!r}; allowed: NAME=X with X from 0 to 1 and one of {', '.join(allowed)}")
    return found


def failures(found: Sequence[Comparison], under: Mapping[str, float], drops: Mapping[str, float]) -> Iterator[str]:
    """Where a second model's rates are below, or its drops above, what is allowed, on the items that are compared.

    Args:
        found: comparisons, of any benchmarks.
        under: least rate by name of a joint rate, or by variant for its accuracy; what is undecided counts as no.
        drops: greatest drop of accuracy by variant.
    """
    measured: set[tuple[str, str, str]] = set()
    for pair in found:
        for row in pair.rows:
            about = f"{pair.second}, {pair.run.asked}"
            if row.name in under:
                measured.add((pair.second, "rate", row.name))
                if row.second.low < under[row.name]:
                    yield f"{about}: {row.name} is {_told(row.second)}; wanted: at least {under[row.name]:g}"
            if row.name in drops and row.lost is not None:
                measured.add((pair.second, "drop", row.name))
                if row.lost.high > drops[row.name]:
                    yield f"{about}: drop under {row.name} is {_told(row.lost)}; wanted: at most {drops[row.name]:g}"
    for name in dict.fromkeys(pair.second for pair in found):
        wanted = [("rate", key) for key in under] + [("drop", key) for key in drops]
        yield from (f"{name}: {key} was not measured" for kind, key in wanted if (name, kind, key) not in measured)


def _told(estimate: Estimate) -> str:
    unknown = "" if estimate.exact else f" (undecided as no; at most {estimate.high:.3f})"
    return f"{estimate.low:.3f}{unknown} on {estimate.n} items"
