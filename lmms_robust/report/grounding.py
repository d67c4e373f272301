"""How much of what responses to `scenes` say about objects is so, by the scene graphs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from lmms_robust.consistency.claims import Claim, claims_in
from lmms_robust.consistency.grounding import Truth, truth
from lmms_robust.errors import RobustError
from lmms_robust.metrics.estimate import NOTHING, Estimate, Units, known
from lmms_robust.metrics.intervals import ratio
from lmms_robust.perturbations import VARIANTS
from lmms_robust.reading import parse_response
from lmms_robust.report.logs import Run
from lmms_robust.report.responses import Shown, shown
from lmms_robust.report.sheet import NONE, Sheet, percent
from lmms_robust.report.table import title
from lmms_robust.scenes.dataset import TEST_FILE
from lmms_robust.scenes.facts import Scene
from lmms_robust.writing import complete

BENCHMARK = "scenes"
ABOUT = (
    "Claims of the reasoning's own words about objects, against the scene graph. true: percent of the claims that are "
    "true or false (95 % interval over pictures). cannot tell: unclear in the scene, or said of several objects of "
    "which it holds for some. unread: sentences about objects in other words. all true: percent of the responses with "
    "a claim in which none is false."
)
ABOUT_KINDS = "Percent of the claims of a kind, in all variants, that are true; in brackets how many are true or false."
COLUMNS = ("variant", "responses", "claims", "true", "cannot tell", "unread", "all true")


@dataclass(frozen=True, slots=True)
class Grounded:
    """What a response claims, and what of it is so.

    Attributes:
        variant: its variant.
        item: id of its item.
        picture: digest of its picture.
        repeat: its number among those to one request.
        claims: each claim, and whether it is true.
        unread: sentences about objects that are not read.
    """

    variant: str
    item: str
    picture: str
    repeat: int
    claims: tuple[tuple[Claim, Truth], ...]
    unread: int

    def count(self, value: Truth) -> int:
        """How many claims are true, false, or cannot be told."""
        return sum(found is value for _, found in self.claims)

    def line(self) -> dict[str, Any]:
        """For JSON; ``rate`` is the share that is true of what is true or false."""
        told = self.count(True) + self.count(False)
        return {
            "item": self.item, "variant": self.variant, "repeat": self.repeat, "true": self.count(True),
            "false": self.count(False), "cannot_tell": self.count(None), "unread": self.unread,
            "rate": self.count(True) / told if told else None,
            "claims": [asdict(claim) | {"true": found} for claim, found in self.claims],
        }  # fmt: skip


def scenes(path: Path = TEST_FILE) -> dict[str, Scene]:
    """Scene graphs by id of their item, from a split that `lmms-robust scenes` wrote.

    Raises:
        RobustError: the file cannot be read, or has none.
    """
    try:
        rows = pq.read_table(path, columns=["id", "scene"]).to_pylist()
        return {row["id"]: Scene.from_dict(json.loads(row["scene"])) for row in rows}
    except (OSError, pa.ArrowException, ValueError, KeyError, TypeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise RobustError(f"{path}: no scene graphs ({reason}); allowed: a file by `lmms-robust scenes`") from error


def grounded(run: Run, facts: Mapping[str, Scene]) -> Iterator[Grounded]:
    """The responses of a run with reasoning of their own, in the order of its logs."""
    for one in shown(run.table):
        record = one.record
        if record.applicable and record.item in facts:
            read = claims_in(_own_reasoning(one))
            found = tuple((claim, truth(claim, facts[record.item])) for claim in read.claims)
            yield Grounded(record.variant, record.item, record.picture, record.repeat, found, read.unread)


def pieces(runs: Sequence[Run], facts: Mapping[str, Scene], output: Path | None = None) -> Iterator[Sheet | str]:
    """Two tables for each run of `scenes`; if a file is named, a line for each response goes there.

    Raises:
        RobustError: no run is of `scenes`, none of their items is among the facts, or the file cannot be written.
    """
    own = [run for run in runs if run.benchmark == BENCHMARK and not run.probe]
    if not own:
        raise RobustError(f"no responses to {BENCHMARK}; allowed: a run of its tasks, for other pictures have no facts")
    lines = []
    for run in own:
        found = [*grounded(run, facts)]
        if not found:
            raise RobustError(f"no item of {title(run)} is among the scenes; allowed: --scenes with those of the run")
        lines += [one.line() | {"model": run.model, "seed": run.seed} for one in found]
        names = [name for name in VARIANTS if any(one.variant == name for one in found)]
        rows = [[name, *_cells([one for one in found if one.variant == name])] for name in names]
        yield Sheet(f"grounding · {title(run)}", ABOUT, COLUMNS, rows)
        yield Sheet(f"kinds of claims · {title(run)}", ABOUT_KINDS, ("kind", "true"), [*_kinds(found)])
    if output:
        with complete(output) as file:
            for line in lines:
                file.write(json.dumps(line) + "\n")
        yield f"{len(lines)} response(s): {output}"


def _own_reasoning(one: Shown) -> str:
    injected = "" if one.record.injection == "inline" else one.prefill
    reading = parse_response(one.turn, one.record.options, injected=injected, question=one.record.question)
    return (reading.think or "")[reading.own :]


def _cells(found: Sequence[Grounded]) -> list[str]:
    with_claims = [one for one in found if one.count(True) + one.count(False)]
    return [
        str(len(found)),
        str(sum(len(one.claims) for one in found)),
        percent(
            _share(found, [one.count(True) for one in found], [len(one.claims) - one.count(None) for one in found])
        ),
        str(sum(one.count(None) for one in found)),
        str(sum(one.unread for one in found)),
        percent(_share(with_claims, [not one.count(False) for one in with_claims], [1] * len(with_claims)), NONE),
    ]


def _share(found: Sequence[Grounded], part: Sequence[float], whole: Sequence[float]) -> Estimate:
    """A ratio of sums with its interval over pictures."""
    if not sum(whole):
        return NOTHING
    pictures = {name: place for place, name in enumerate(dict.fromkeys(one.picture or one.item for one in found))}
    units = Units(
        np.arange(len(found), dtype=np.int64),
        np.array([pictures[one.picture or one.item] for one in found], np.int64),
    )
    tops, bottoms = np.array(part, np.float64), np.array(whole, np.float64)
    value = float(tops.sum() / bottoms.sum())
    return known(value, len(found), ratio(tops, bottoms, units, (0.0, 1.0)))


def _kinds(found: Sequence[Grounded]) -> Iterator[list[str]]:
    told = [(claim.kind, value) for one in found for claim, value in one.claims if value is not None]
    for kind in dict.fromkeys(name for name, _ in told):
        values = [value for name, value in told if name == kind]
        yield [kind, f"{100 * sum(values) / len(values):.1f} ({len(values)})"]
