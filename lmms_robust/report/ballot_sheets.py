"""The tables that `lmms-robust agreement` prints."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from math import isnan

from lmms_robust.metrics.agreement import MISSING
from lmms_robust.metrics.estimate import Estimate, known
from lmms_robust.report.agreed import (
    ALL,
    Agreed,
    Corrected,
    among_all,
    by_variant,
    correct,
    in_pairs,
    rules_against_majority,
)
from lmms_robust.report.ballots import VERDICTS, Ballots, together
from lmms_robust.report.logs import Run
from lmms_robust.report.sheet import NONE, Sheet, coefficient, percent
from lmms_robust.report.table import title

ABOUT_ALL = (
    "Agreement on consistent, inconsistent or undecided beyond what chance would give: 1 is perfect, 0 is chance; with "
    "95 % intervals over pictures. alpha: Krippendorff's, of responses with two votes or more; kappa: Cohen's of two "
    "deciders, Fleiss' of more, of responses that all voted on. raw: equal votes, of pairs of votes, in percent; it "
    "takes no account of chance."
)
ABOUT_PAIRS = (
    "Cohen's kappa of any two deciders (95 % interval over pictures), then the percent of equal votes; and both again "
    "where neither is undecided."
)
ABOUT_MAJORITY = (
    "Responses by the verdict of the rules and that of more than half of the judges, without those that failed their "
    "audits."
)
ABOUT_LABELS = (
    "What the labels say of the responses with each verdict. neither: the reasoning ends on no option. truly: percent "
    "that is consistent by the labels, of the labelled whose reasoning ends on an option (95 % interval)."
)
ABOUT_RATES = (
    "Consistent, in percent (95 % interval). raw: of the verdicts given. corrected: each verdict counted by what the "
    "labels say of it; of the responses whose reasoning ends on an option. Rogan-Gladen: the same from how many of "
    "either kind the decider finds; only where the labelled were drawn without regard to the verdict."
)


def pieces(found: Sequence[tuple[Run, Ballots]], labels: str | None) -> Iterator[Sheet | str]:
    """Tables of each run, and below them sentences; first all runs, where there are several."""
    if len(found) > 1:
        every = together([one for _, one in found])
        named = [(f"{run.benchmark} · {run.model}", one) for run, one in found] + [(ALL, every)]
        rows = [among_all(one, name) for name, one in named if len(one.counted) > 1]
        if rows:
            yield _agreement("agreement · all runs", "run", rows)
        yield from _details("all runs", every, labels)
    for run, one in found:
        if len(one.counted) > 1:
            yield _agreement(f"agreement · {title(run)}", "variant", [*by_variant(one)])
        yield from _details(title(run), one, labels if labels in one.people else None)
        yield f"deciders: {', '.join(one.names)}; responses without an answer are left out"
        yield from one.audits
        yield from one.faults


def _details(about: str, found: Ballots, labels: str | None) -> Iterator[Sheet | str]:
    if len(found.names) > 1:
        yield _pairs(f"pairs · {about}", [*in_pairs(found)], found.rules_first)
        for name, count in found.rules_first.items():
            yield (
                f"{name} was asked only where the rules are undecided: its {count} verdict(s) say nothing of how far "
                "it agrees with what the rules decided, and every agreement with it rests on them alone"
            )
    if (found.judges != MISSING).any():
        yield _majority(f"rules and judges · {about}", found)
    if labels:
        rates = [*correct(found, labels)]
        yield _labels(f"labels of {labels} · {about}", rates)
        yield _rates(f"corrected by {labels} · {about}", rates)
        for rate in rates:
            if isinstance(rate.rogan_gladen, str):
                yield f"no Rogan-Gladen for {rate.decider}: {rate.rogan_gladen}"


def _agreement(name: str, first: str, rows: Sequence[Agreed]) -> Sheet:
    heads = (first, "responses", "alpha", "all voted", "kappa", "raw")
    return Sheet(name, ABOUT_ALL, heads, [_agreement_cells(row) for row in rows])


def _agreement_cells(row: Agreed) -> list[str]:
    alpha, raw = row.numbers["krippendorffs_alpha"], row.numbers["raw_agreement"]
    kappa = row.numbers.get("cohens_kappa") or row.numbers["fleiss_kappa"]
    return [row.responses, str(alpha.n), coefficient(alpha), str(kappa.n), coefficient(kappa), percent(raw, NONE)]


def _pairs(name: str, rows: Sequence[Agreed], rules_first: Collection[str]) -> Sheet:
    heads = ("pair", "responses", "kappa", "raw", "both decided", "their kappa", "their raw")
    cells = []
    for row in rows:
        part = " (of the undecided)" if {*row.deciders} & {*rules_first} else ""
        line = [" · ".join(row.deciders) + part]
        for suffix in ("", "_decided"):
            kappa, raw = row.numbers[f"cohens_kappa{suffix}"], row.numbers[f"raw_agreement{suffix}"]
            line += [str(kappa.n), coefficient(kappa), percent(raw, NONE)]
        cells.append(line)
    return Sheet(name, ABOUT_PAIRS, heads, cells)


def _majority(name: str, found: Ballots) -> Sheet:
    counts = rules_against_majority(found)
    heads = ("rules", *(f"judges: {verdict}" for verdict in VERDICTS))
    rows = [[verdict, *map(str, row)] for verdict, row in zip(VERDICTS, counts.tolist(), strict=True)]
    return Sheet(name, ABOUT_MAJORITY, heads, rows)


def _labels(name: str, rates: Sequence[Corrected]) -> Sheet:
    heads = ("decider: verdict", "responses", "labelled", "consistent", "inconsistent", "neither", "truly")
    cells = []
    for rate in rates:
        for verdict, one in rate.given.items():
            labelled = one.consistent + one.inconsistent + one.neither
            counts = (one.responses, labelled, one.consistent, one.inconsistent, one.neither)
            cells.append([f"{rate.decider}: {verdict}", *map(str, counts), percent(one.probability, NONE)])
    return Sheet(name, ABOUT_LABELS, heads, cells)


def _rates(name: str, rates: Sequence[Corrected]) -> Sheet:
    heads = ("decider", "raw", "corrected", "Rogan-Gladen")
    cells = []
    for rate in rates:
        found = (rate.raw, rate.corrected, rate.rogan_gladen)
        cells.append([rate.decider, *(NONE if isinstance(one, str) else _with_interval(one) for one in found)])
    return Sheet(name, ABOUT_RATES, heads, cells)


def _with_interval(found: Estimate) -> str:
    """A rate and its interval, which has room for what is unknown; its bounds where that is too much for a value."""
    if not found.n or isnan(found.value):
        low, high = (100 * end for end in found.interval)
        return f"{percent(found, NONE)} ({low:.0f},{high:.0f})" if found.n else NONE
    return percent(known(found.value, found.n, found.interval), NONE)
