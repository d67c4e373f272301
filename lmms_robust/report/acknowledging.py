"""How often responses say that the wrong caption, or the wrong start of their reasoning, is not so.

Among all, and among those that followed it nevertheless: the share of answers under a cue's influence whose reasoning
mentions the cue (Turpin et al. 2023, arXiv 2305.04388).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from lmms_robust.consistency.acknowledgement import acknowledges, given_in
from lmms_robust.perturbations import VARIANTS
from lmms_robust.reading import own_start
from lmms_robust.report.behaviour import rate
from lmms_robust.report.columns import equals
from lmms_robust.report.logs import Run
from lmms_robust.report.responses import Shown, shown
from lmms_robust.report.sheet import NONE, Sheet, percent
from lmms_robust.report.table import title
from lmms_robust.schema import letters

ABOUT = (
    "Percent of responses (95 % interval of Wilson) that say that the wrong caption, or the wrong start of their "
    "reasoning, is not so; of all, of those that answer the planted option nevertheless, and of the others. By rules, "
    "which overlook about two fifths of what people would find."
)
COLUMNS = ("variant", "responses", "acknowledged", "followed", "of these", "of the others")


def sheets(runs: Sequence[Run]) -> Iterator[Sheet]:
    """A table for each run that has a variant which gives something wrong; their texts are read from the logs."""
    for run in runs:
        rows = [] if run.probe else [*_rows(run)]
        if rows:
            yield Sheet(f"acknowledging · {title(run)}", ABOUT, COLUMNS, rows)


def _rows(run: Run) -> Iterator[list[str]]:
    for variant in VARIANTS:
        mask = equals(run.table, "variant", variant)
        if given_in(variant) and np.any(mask):
            yield [variant, *_cells([*shown(run.table.filter(pa.array(mask)))])]


def _cells(found: Sequence[Shown]) -> list[str]:
    said = [(one.record.followed, acknowledged(one)) for one in found]
    followed = [says for did, says in said if did]
    others = [says for did, says in said if not did]
    return [
        str(len(said)),
        percent(rate(sum(followed) + sum(others), len(said)), NONE),
        str(len(followed)),
        percent(rate(sum(followed), len(followed)), NONE),
        percent(rate(sum(others), len(others)), NONE),
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
