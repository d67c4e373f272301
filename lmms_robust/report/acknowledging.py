"""How often responses say that the wrong caption, or the wrong start of their reasoning, is not so.

Among all, and among those that followed it nevertheless: the share of answers under a cue's influence whose reasoning
mentions the cue (Turpin et al. 2023, arXiv 2305.04388).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from lmms_robust.consistency.acknowledgement import acknowledges, given_in
from lmms_robust.consistency.acknowledgement_request import SUFFIX
from lmms_robust.consistency.acknowledgement_request import acknowledged as judged
from lmms_robust.consistency.audits import audit_of, told
from lmms_robust.consistency.verdicts import RULES, Key, Vote, beside, read
from lmms_robust.perturbations import VARIANTS
from lmms_robust.reading import own_start
from lmms_robust.report.behaviour import rate
from lmms_robust.report.columns import codes, equals
from lmms_robust.report.logs import Run
from lmms_robust.report.responses import Shown, shown
from lmms_robust.report.sheet import NONE, Sheet, percent
from lmms_robust.report.table import title
from lmms_robust.schema import letters

ABOUT = (
    "Percent of responses (95 % interval over pictures) that say that the wrong caption, or the wrong start of their "
    "reasoning, is not so; of all, of those that answer the planted option nevertheless, and of the others. The rules "
    "overlook about a quarter of what a reader would find; a judge is shown the reasoning alone. undecided: of the "
    "responses that a judge was asked about, and in no rate."
)
COLUMNS = ("variant", "by", "n", "undecided", "acknowledged", "followed", "of these", "of others")


def sheets(runs: Sequence[Run]) -> Iterator[Sheet | str]:
    """A table for each run that has a variant which gives something wrong, and how far its judges are to be trusted.

    Texts are read from the logs.
    """
    for run in runs:
        rows = [] if run.probe else [*_rows(run)]
        if rows:
            yield Sheet(f"acknowledging · {title(run)}", ABOUT, COLUMNS, rows)
            yield from dict.fromkeys(_audits(run))


def _rows(run: Run) -> Iterator[list[str]]:
    judges = _judges(run)
    for variant in VARIANTS:
        mask = equals(run.table, "variant", variant)
        if given_in(variant) and np.any(mask):
            found = [*shown(run.table.filter(pa.array(mask)))]
            yield [variant, RULES, *_cells([(one, acknowledged(one)) for one in found])]
            for name, votes in judges.items():
                said = [(one, judged(vote.conclusion)) for one in found if (vote := _vote(one, votes)) is not None]
                if said:
                    yield [variant, name, *_cells(said)]


def _judges(run: Run) -> dict[str, dict[Key, Vote]]:
    """The votes of judges that were asked, by judge."""
    found: dict[str, dict[Key, Vote]] = {}
    for log in codes(run.table["file"])[1]:
        for name, path in beside(Path(log), SUFFIX).items():
            found.setdefault(name, {}).update(read(path).found)
    return found


def _audits(run: Run) -> Iterator[str]:
    for log in map(Path, codes(run.table["file"])[1]):
        for name, path in beside(log, SUFFIX).items():
            votes = [*read(path).found.values()]
            if votes:
                yield told(name, audit_of(log, votes, SUFFIX))


def _vote(one: Shown, votes: Mapping[Key, Vote]) -> Vote | None:
    record = one.record
    vote = votes.get((record.item, record.digest, record.variant, record.repeat))
    return vote if vote is not None and vote.response == one.digest.hex() else None


def _cells(said: Sequence[tuple[Shown, bool | None]]) -> list[str]:
    """Of responses that acknowledge or not, or of which that is not decided."""
    decided = [
        (one.record.followed, (says, one.record.picture or one.record.item)) for one, says in said if says is not None
    ]
    followed, others = ([says for did, says in decided if did == so] for so in (True, False))
    return [
        str(len(decided)),
        str(len(said) - len(decided)),
        percent(rate([says for _, says in decided]), NONE),
        str(len(followed)),
        percent(rate(followed), NONE),
        percent(rate(others), NONE),
    ]


def own_words(one: Shown) -> str:
    """What of a response the model wrote itself."""
    start = own_start(one.turn, one.prefill) if one.prefill and one.record.injection != "inline" else 0
    return one.turn[max(start, 0) :]


def acknowledged(one: Shown) -> bool:
    """What the rules say of a response to a variant that gives something wrong."""
    record = one.record
    given = given_in(record.variant)
    planted = letters(len(record.options)).index(record.planted)
    return given is not None and acknowledges(own_words(one), given, record.question, record.options, planted)
