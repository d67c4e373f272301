"""What a model's rates must not fall below, and its drops not exceed, for use in CI."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from math import nan

from lmms_robust.errors import RobustError
from lmms_robust.report.joint import joint_estimates
from lmms_robust.report.logs import Run
from lmms_robust.report.numbers import parts


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


def failures(name: str, runs: Sequence[Run], under: Mapping[str, float], drops: Mapping[str, float]) -> Iterator[str]:
    """Where a model's rates are below, or its drops above, what is allowed, by the worse end where there are bounds.

    Args:
        name: of the model.
        runs: its runs.
        under: least rate by name of a joint rate, or by variant for its accuracy.
        drops: greatest drop of accuracy by variant.
    """
    measured: set[tuple[str, str]] = set()
    for run in runs if under or drops else ():
        part = next(parts([run]))
        rates, fallen = dict[str, float](), dict[str, float]()
        for row in part.rows:  # of a variant that was delivered in several ways, the worst
            rates[row.variant] = min(row.estimates["acc"].low, rates.get(row.variant, 1.0))
            if "drop" in row.estimates:
                fallen[row.variant] = max(row.estimates["drop"].high, fallen.get(row.variant, -1.0))
        rates |= {key: rate.low for key, rate in joint_estimates(part.joint, run.probe).items()}
        for rate in under.keys() & rates.keys():
            measured.add(("rate", rate))
            if rates[rate] < under[rate]:
                yield f"{name}, {run.benchmark}: {rate} is {rates[rate]:.3f}; wanted: at least {under[rate]:g}"
        for variant in drops.keys() & fallen.keys():
            measured.add(("drop", variant))
            if fallen[variant] > drops[variant]:
                told = f"drop under {variant} is {fallen[variant]:.3f}"
                yield f"{name}, {run.benchmark}: {told}; wanted: at most {drops[variant]:g}"
    wanted = [("rate", key) for key in under] + [("drop", key) for key in drops]
    yield from (f"{name}: {key} was not measured" for kind, key in wanted if (kind, key) not in measured)
