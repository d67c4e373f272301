"""The tables of one run: answers, what became of them, reasoning, confidence, and what holds under several variants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np
import pyarrow.compute as pc

from lmms_robust.consistency.verdicts import RULES
from lmms_robust.metrics.confidence import Auroc
from lmms_robust.metrics.rates import MOST_TRUNCATED
from lmms_robust.report.columns import asked, codes, equals
from lmms_robust.report.deciders import JOINS
from lmms_robust.report.estimates import AREAS, UNDECIDED, Row
from lmms_robust.report.joint import joint_estimates
from lmms_robust.report.logs import Run
from lmms_robust.report.numbers import Part
from lmms_robust.report.sheet import NONE, Sheet, area, bare, number, p_value, percent

ABOUT = {
    "accuracy": "right answers; a response without a readable answer is wrong",
    "drop": "points lost from base, same items (abstain_…: from abstain_base)",
    "survival": "still right among those right at base",
    "followed": "answered the one wrong option that is planted (at base nothing is: its rate by chance)",
    "p": "exact McNemar test against base, adjusted for the variants (Holm)",
    "of answered": "right ones among the readable answers",
    "followed more": "than the same option is answered at base",
    "of wrong": "share of the planted option among the wrong answers, above that of a random wrong one; of items with "
    "three options or more",
    "truncated": "stopped at the limit of tokens before a complete answer",
    "fallback": "items whose asserted sentence only says what the answer is",
    "own words": "of the conclusions, those in the model's own words",
    "majority": "of k responses to each item, items whose most frequent answer is right",
    "pass@k": "items with a right answer among all k",
    "consistent": "the reasoning ends on the answer given, in percent of the verdicts (yes+no, by whom)",
    "undecided": "responses without a verdict, and percent",
    "right and consistent": f"in percent of items, as its drop; {UNDECIDED}. [a,b]: between a and b, whatever the "
    "undecided are; the interval below covers both, and where that hangs on more than 5 % of the items there is no "
    "point value",
    "p right": "probability of the right option",
    "entropy": "in nats, 0 is certain",
    "ece": "calibration error of the answers given; few items alone make it high",
    "p change": "from base, same items, as entropy change",
    "auroc by p right": "how well p right, or certainty, at base tells the items still right from those that fell, of "
    "those with exact probabilities; 0.5 is chance",
}
"""What is in a column, by its head."""


def _about(start: str, columns: Iterable[str]) -> str:
    """What is in those columns that a table has."""
    return " ".join([start, *(f"{head}: {ABOUT[head]}." for head in columns if head in ABOUT)])


PERCENT = "Percent of items, (95 % interval)."
REASONED = "Percent, (95 % interval). –: the reasoning is not the model's own."
LETTERS = "Option letters' probabilities at the answer letter, for the n items where the backend gave them."


def title(run: Run) -> str:
    """What run a table is about."""
    seed = f" · plant seed {run.seed}" if run.seed else ""
    return f"{run.benchmark}{' (probe)' if run.probe else ''} · {run.model} · {run.date}{seed}"


Column = Callable[[Row], str]


def sheets(part: Part) -> Iterator[Sheet]:
    """The tables of one run; a probe has none about reasoning."""
    run, found = part.run, part.rows
    yield _sheet(f"answers · {title(run)}", PERCENT, found, ANSWERS)
    yield _sheet(f"outcomes · {title(run)}", "Percent of items.", found, _used(found))
    if not run.probe:
        yield _sheet(f"reasoning · {title(run)}", REASONED, found, REASONING)
    if any("p_correct" in row.estimates for row in found):
        yield _sheet(f"confidence · {title(run)}", LETTERS, found, CONFIDENCE)


def _sheet(name: str, about: str, found: Sequence[Row], columns: Mapping[str, Column]) -> Sheet:
    several = Counter(row.variant for row in found)
    cells = [[_named(row, several[row.variant] > 1), *(cell(row) for cell in columns.values())] for row in found]
    return Sheet(name, _about(about, columns), ["variant", *columns], cells)


def _named(row: Row, several: bool) -> str:
    """A variant, and how its words were delivered where that differs within the variant."""
    ways = [row.injection, f"captions by {row.caption_source}" if row.caption_source else ""]
    return f"{row.variant} ({', '.join(filter(None, ways))})" if several else row.variant


def _of(name: str, nothing: str = "") -> Column:
    return lambda row: percent(row.estimates.get(name), nothing)


def _bare(name: str) -> Column:
    return lambda row: bare(row.estimates.get(name))


ANSWERS: dict[str, Column] = {
    "items": lambda row: str(row.estimates["acc"].n),
    "accuracy": _of("acc"),
    "drop": _of("drop"),
    "survival": _of("survival"),
    "followed": _of("followed"),
    "p": lambda row: p_value(row.p),
}
OUTCOMES: dict[str, tuple[str, Column]] = {
    "of answered": ("acc_answered", _bare("acc_answered")),
    "followed more": ("followed_more", _bare("followed_more")),
    "of wrong": ("followed_of_wrong", _bare("followed_of_wrong")),
    "abstained": ("abstained", _bare("abstained")),
    "no answer": ("no_answer", _bare("no_answer")),
    "truncated": ("truncated", _bare("truncated")),
    "fallback": ("fallback", _bare("fallback")),
    "own words": ("own", _bare("own")),
    "majority": ("majority", _bare("majority")),
    "pass@k": ("pass_at", _bare("pass_at")),
}
ALWAYS = ("acc_answered", "no_answer", "truncated", "majority", "pass_at")
"""Shown wherever there are such numbers, zeros too."""


def _used(found: Sequence[Row]) -> dict[str, Column]:
    """Columns of outcomes that say something in some row."""
    return {
        head: cell
        for head, (name, cell) in OUTCOMES.items()
        if any(name in ALWAYS or row.estimates[name].value for row in found if name in row.estimates)
    }


REASONING: dict[str, Column] = {
    "consistent": lambda row: NONE if row.verdicts is None else percent(row.estimates["consistency"]),
    "yes+no": lambda row: NONE if row.verdicts is None else f"{row.verdicts[0]}+{row.verdicts[1]}",
    "by": lambda row: "\n".join(f"{_who(name)} {count}" for name, count in sorted(row.deciders.items())) or NONE,
    "undecided": lambda row: _undecided(row),
    "right and consistent": _of("consistent_acc", NONE),
    "its drop": lambda row: percent(row.estimates.get("consistent_drop"), NONE if row.verdicts is None else ""),
}


def _who(name: str) -> str:
    """Who gave verdicts, in few letters; the names are said below the table."""
    several = name.count(JOINS)
    return f"majority of {several + 1}" if several else name


def _undecided(row: Row) -> str:
    if row.verdicts is None:
        return NONE
    return f"{sum(row.undecided.values())} ({bare(row.estimates['undecided'])})"


CONFIDENCE: dict[str, Column] = {
    "n": lambda row: str(row.estimates["p_correct"].n) if "p_correct" in row.estimates else "0",
    "p right": lambda row: number(row.estimates.get("p_correct")),
    "entropy": lambda row: number(row.estimates.get("letter_entropy")),
    "ece": lambda row: number(row.estimates.get("ece")),
    "p change": lambda row: number(row.estimates.get("p_correct_change"), signed=True),
    "entropy change": lambda row: number(row.estimates.get("entropy_change"), signed=True),
    "still right": lambda row: _still(row.auroc.get(AREAS[0])),
    "auroc by p right": lambda row: _area(row.auroc.get(AREAS[0])),
    "by certainty": lambda row: _area(row.auroc.get(AREAS[1]), interval=False),
}


def _still(found: Auroc | None) -> str:
    return f"{found.survived}/{found.n}" if found else ""


def _area(found: Auroc | None, interval: bool = True) -> str:
    if found is None:
        return ""
    if not (found.survived and found.fell):
        return NONE
    return area(found.value, found.low, found.high) if interval else f"{found.value:.2f}"


SAID = {
    "worst_acc": "right under all four wrong_*",
    "robust_acc": "right and consistent there",
    "joint_acc": "right and consistent there and at base",
}


def sentences(part: Part) -> Iterator[str]:
    """What is said below the tables: joint rates, how words were delivered, what was cut, torn or counted once."""
    run, joint = part.run, part.joint
    if joint is not None:
        for name, rate in joint_estimates(joint, run.probe).items():
            yield f"{SAID[name]}: {' '.join(percent(rate).split())} ({name}, {rate.n} items)"
        if joint.torn:
            yield f"{joint.torn} item(s) lack some of the four wrong_* variants and are in none of these rates"
        if joint.without_base > joint.torn:
            yield f"{joint.without_base - joint.torn} item(s) have these four and lack base: they are not in joint_acc"
        if joint.mixed:
            yield f"warning: these rates mix what was delivered in different ways: {', '.join(joint.mixed)}"
    yield from _delivered(run)
    yield from _decided(run)
    bounds = int(np.count_nonzero(~equals(run.table, "probs_at_most", "")))
    if bounds:
        yield f"{bounds} response(s) have letters whose probability is known as an upper bound: not in ece and auroc"
    cut = int(np.count_nonzero(np.asarray(run.table["truncated"])))
    if cut > MOST_TRUNCATED * len(run.table):
        yield f"warning: {cut} of {len(run.table)} responses stopped at the limit of tokens; allow more new tokens"
    others = sorted(pc.list_flatten(run.table["not_honoured"]).unique().to_pylist())
    if others:
        yield f"warning: settings that the backend did not honour: {', '.join(others)}"
    shown = sorted(set(run.table["reasoning"].unique().to_pylist()) - {"shown"})
    if shown:
        yield f"reasoning is {' or '.join(shown)} in some responses; their consistency is that of what is shown"
    yield from run.notes


def _decided(run: Run) -> Iterator[str]:
    """Who was asked for verdicts, where that is not the rules alone."""
    told = asked(run.table)
    if told.keys() - {RULES}:
        counts = ", ".join(f"{name} {count}" for name, count in told.items())
        yield f"verdicts asked of, by responses: {counts} (several joined by + decide by majority)"
    yield from run.judges


def _delivered(run: Run) -> Iterator[str]:
    """How injected words reached the model, and what wrote the captions."""
    numbers, known = codes(run.table["injection"])
    counts = {name: int(count) for name, count in zip(known, np.bincount(numbers, minlength=len(known)), strict=True)}
    told = [f"{name} {counts[name]}" for name in sorted(counts) if name not in ("none", "probe")]
    if told:
        yield f"injected words, by responses: {', '.join(told)}"
    written = sorted({*codes(run.table["caption_source"])[1]} - {"", "statements"})
    if written:
        yield f"captions by {', '.join(written)}"
