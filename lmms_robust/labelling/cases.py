"""The responses that a person is asked about: drawn from every variant and every verdict of the rules alike."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from io import BytesIO
from itertools import zip_longest
from pathlib import Path

import pyarrow as pa

from lmms_robust.consistency.judge import Asked, asked
from lmms_robust.consistency.verdicts import Vote, append, path_for, read
from lmms_robust.errors import RobustError
from lmms_robust.harness.docs import picture
from lmms_robust.harness.reading import task_config, task_docs
from lmms_robust.report.columns import codes, equals
from lmms_robust.report.logs import Run
from lmms_robust.report.responses import shown

UNSURE = "unsure"
"""Why a person names nothing."""

logger = logging.getLogger(__name__)
Pictures = Mapping[tuple[str, str], Callable[[], bytes]]
"""Benchmark and id of an item -> its picture as PNG."""


@dataclass(frozen=True, slots=True)
class Case:
    """One response that a person is asked about, and those that look the same.

    Attributes:
        about: what is shown of it: neither answer nor right option nor any verdict.
        vote: what is written of it, without a verdict.
        log: its sample log.
        benchmark: name of its benchmark.
        stratum: its variant, and what the rules say of it.
        alike: sample logs and votes, without a verdict, of the others, to which its verdict goes, too.
    """

    about: Asked
    vote: Vote
    log: Path
    benchmark: str
    stratum: tuple[str, bool | None]
    alike: tuple[tuple[Path, Vote], ...] = ()

    @property
    def file(self) -> Path:
        """Where its verdict goes."""
        return path_for(self.log, self.vote.decider)

    def kept(self, conclusion: str | None, failed: str | None) -> Vote:
        """Keep a verdict on it and on those that look the same, each of which is on the disk when this returns.

        Raises:
            RobustError: a file cannot be written.
        """
        found = [
            (path_for(log, vote.decider), replace(vote, conclusion=conclusion, failed=failed))
            for log, vote in (*self.alike, (self.log, self.vote))
        ]
        for path, vote in found:
            append(path, vote)
        return found[-1][1]


def draw(runs: Sequence[Run], decider: str, count: int, seed: int = 0) -> list[Case]:
    """Draw cases in turn from the strata, variant by verdict of the rules, in an order that tells none of them.

    Args:
        runs: logged runs, with the rules' own verdicts.
        decider: whose verdicts they will be.
        count: how many, or fewer where there are no more.
        seed: of the draw; a person who draws again with the same goes on with the same.

    Raises:
        RobustError: there is no response with reasoning and an answer apart.
    """
    strata: dict[tuple[str, bool | None], list[Case]] = {}
    for case in _once(_cases(runs, decider)):
        strata.setdefault(case.stratum, []).append(case)
    if not strata:
        raise RobustError("no response with reasoning and answer apart; allowed: a run in which the model reasons")
    ranked = [sorted(strata[name], key=lambda case: _rank(case, seed)) for name in sorted(strata, key=repr)]
    turns = [case for turn in zip_longest(*ranked) for case in turn if case is not None]
    return sorted(turns[:count], key=lambda case: _rank(case, seed))


def _once(cases: Iterator[Case]) -> list[Case]:
    """Cases that look the same as one, of the stratum of the first."""
    found: dict[tuple[object, ...], list[Case]] = {}
    for case in cases:
        found.setdefault((case.benchmark, case.vote.item, replace(case.about, seed="")), []).append(case)
    return [replace(first, alike=tuple((one.log, one.vote) for one in others)) for first, *others in found.values()]


def labelled(cases: Sequence[Case]) -> dict[int, Vote]:
    """The verdicts that stand in the files already, by number of the case."""
    files = {case.file: read(case.file).found if case.file.exists() else {} for case in cases}
    found = {number: files[case.file].get(case.vote.key) for number, case in enumerate(cases)}
    return {
        number: vote
        for number, vote in found.items()
        if vote is not None and vote.response == cases[number].vote.response
    }


def pictures_of(cases: Sequence[Case], folder: Path) -> Pictures:
    """The pictures of cases, from the tasks of their benchmarks; where there are none, a warning says why.

    Args:
        cases: the cases.
        folder: of task files.
    """
    found: dict[tuple[str, str], Callable[[], bytes]] = {}
    for benchmark in dict.fromkeys(case.benchmark for case in cases):
        wanted = {case.vote.item for case in cases if case.benchmark == benchmark}
        try:
            docs = task_docs(task_config(f"robust_{benchmark}_base", folder))
        except (RobustError, SystemExit) as error:  # a task's own function ends the run with a line
            logger.warning("no pictures of %s: %s", benchmark, str(error).removeprefix("lmms-robust: "))
            continue
        for place, item in enumerate(docs["id"]):
            if item in wanted:
                found[benchmark, item] = _png(docs, place)
    return found


def _png(docs: Sequence[Mapping[str, object]], place: int) -> Callable[[], bytes]:
    def made() -> bytes:
        buffer = BytesIO()
        picture(docs[place]).save(buffer, "PNG")
        return buffer.getvalue()

    return made


def _cases(runs: Sequence[Run], decider: str) -> Iterator[Case]:
    for run in runs:
        for log in codes(run.table["file"])[1] if not run.probe else ():
            for one in shown(run.table.filter(pa.array(equals(run.table, "file", log)))):
                about, record = asked(one.record, one.turn, one.prefill), one.record
                if about is not None:
                    key = record.item, record.digest, record.variant, record.repeat
                    vote = Vote(*key, one.digest.hex(), decider)
                    yield Case(about, vote, Path(log), run.benchmark, (record.variant, record.consistent))


def _rank(case: Case, seed: int) -> str:
    return sha256(f"{seed}\n{case.log.name}\n{case.vote.key}".encode("utf-8", "surrogatepass")).hexdigest()
