"""What the answers to follow-ups say, as tables: whether reasoning leads to its answer again, and from where on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from lmms_robust.consistency.followups import fixed_from
from lmms_robust.metrics import rates
from lmms_robust.metrics.estimate import FALSE, TRUE, Estimate, Units
from lmms_robust.perturbations import VARIANTS
from lmms_robust.perturbations.shorten import SHARES
from lmms_robust.report.followed import Answer, Followed, joined, read_answers, write_verdicts
from lmms_robust.report.logs import Run
from lmms_robust.report.sheet import NONE, Sheet, percent

ABOUT_REORDERED = (
    "The model's own reasoning under its options in another order; 95 % intervals over pictures. same option: the "
    "option that was answered before is answered again, in percent of those with an answer. with rules: of the "
    "responses for which rules know a conclusion too, the percent in which it is the option answered now."
)
ABOUT_CUT = (
    "The model's own chain cut short. Percent of chains (95 % interval over pictures) after whose start, of so long a "
    "share, the answer is that after the whole chain and stays so. as logged: the whole chain, given back, leads to "
    "the answer logged."
)
ALL = "all"


def rate(found: Sequence[tuple[bool, str]]) -> Estimate:
    """The share of responses of which something is so, with Wilson's interval over pictures.

    Args:
        found: for each response whether it is so, and its picture.
    """
    outcomes = np.array([TRUE if so else FALSE for so, _ in found], np.int8)
    pictures = np.unique([picture for _, picture in found], return_inverse=True)[1]
    return rates.rate(outcomes, Units(np.arange(len(found)), pictures))


def pieces(runs: Sequence[Run], folder: Path) -> Iterator[Sheet | str]:
    """Tables and sentences about the follow-ups in a folder; verdicts of the reordered are written beside the runs.

    Raises:
        RobustError: no answers to follow-ups, or a file that cannot be written.
    """
    answers, bad = read_answers(folder)
    if bad:
        yield f"{bad} line(s) of follow-ups cannot be read"
    reordered, cut = (joined(runs, answers, kind) for kind in ("reordered", "cut"))
    if reordered:
        yield Sheet("reordered", ABOUT_REORDERED, COLUMNS, list(_by_variant(reordered, _reordered)))
        for path, count in write_verdicts(reordered).items():
            yield f"{count} verdict(s): {path}"
    whole = [one for one in cut if len(one.answers) == len(SHARES)]
    if whole:
        yield Sheet("cut short", ABOUT_CUT, CUT_COLUMNS, list(_by_variant(whole, _cut)))
    yield from _unmatched(runs, answers, reordered, cut, whole)


def _unmatched(
    runs: Sequence[Run],
    answers: Sequence[Answer],
    reordered: Sequence[Followed],
    cut: Sequence[Followed],
    whole: Sequence[Followed],
) -> Iterator[str]:
    lost = len(answers) - sum(len(one.answers) for one in (*reordered, *cut))
    if lost:
        yield f"{lost} of {len(answers)} answer(s) are about no response of these runs"
    if len(whole) < len(cut):
        yield f"{len(cut) - len(whole)} of {len(cut)} chain(s) were not asked about at every share: not in the table"
    before, after = ({one.model for one in found} for found in (runs, answers))
    if before != after:
        yield f"warning: the runs are of {', '.join(sorted(before))}, the follow-ups of {', '.join(sorted(after))}"


def _by_variant(found: Sequence[Followed], cells: Callable[[Sequence[Followed]], list[str]]) -> Iterator[list[str]]:
    names = [name for name in VARIANTS if any(one.variant == name for one in found)]
    for name in names:
        yield [name, *cells([one for one in found if one.variant == name])]
    if len(names) > 1:
        yield [ALL, *cells(found)]


COLUMNS = ("variant", "responses", "no answer", "same option", "with rules")


def _reordered(found: Sequence[Followed]) -> list[str]:
    read = [(one, one.answers[0].answer) for one in found if one.answers[0].answer is not None]
    both = [(one, answer) for one, answer in read if one.conclusion is not None]
    return [
        str(len(found)),
        str(len(found) - len(read)),
        percent(rate([(answer == one.answered, one.picture) for one, answer in read]), NONE),
        percent(rate([(answer == one.conclusion, one.picture) for one, answer in both]), NONE),
    ]


CUT_COLUMNS = ("variant", "chains", *(f"{share:.0%}" for share in SHARES[:-1]), "as logged")


def _cut(found: Sequence[Followed]) -> list[str]:
    fixed = [(fixed_from([answer.answer for answer in one.answers]), one.picture) for one in found]
    known = [(share, picture) for share, picture in fixed if share is not None]
    by_then = [rate([(one <= share, picture) for one, picture in known]) for share in SHARES[:-1]]
    logged = rate([(one.answers[-1].answer == one.answered, one.picture) for one in found])
    return [str(len(known)), *(percent(one, NONE) for one in by_then), percent(logged, NONE)]
