"""What rules, judges and people say of each response of a run; those of the last two stand beside its logs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lmms_robust.consistency.audits import audit_of, told
from lmms_robust.consistency.verdicts import (
    HUMAN,
    JUDGE_FAILED,
    REORDERED,
    RULES,
    Key,
    Vote,
    beside,
    derive,
    majority,
    read,
)
from lmms_robust.errors import RobustError, unknown
from lmms_robust.metrics.agreement import MISSING, Votes
from lmms_robust.metrics.estimate import ABSENT, Outcomes, Units
from lmms_robust.record import NOT_APPLICABLE
from lmms_robust.report.columns import equals, joined, missing
from lmms_robust.report.grid import of_rows
from lmms_robust.report.logs import Run
from lmms_robust.schema import letters

VERDICTS = ("consistent", "inconsistent", "undecided")
"""By their numbers as votes."""
MAJORITY = "majority"
"""Of the judges that did not fail their audits: what more than half of those that did not fail to reply say."""
_NUMBER = {True: 0, False: 1, None: 2}
_OUTCOME = np.array([1, 0, -1, ABSENT], np.int8)
"""By the number of a vote, the missing one last."""


@dataclass(frozen=True, eq=False)
class Ballots:
    """The votes on the responses that have an answer and could have reasoning of the model's own.

    Attributes:
        table: these responses, columns as in :data:`lmms_robust.report.columns.SCHEMA`.
        units: their items and pictures.
        names: deciders: the rules, then judges, then people.
        people: those of them that are people.
        votes: (responses, deciders) places in :data:`VERDICTS`; missing where a decider was not asked, or failed.
        said: (responses, deciders) the conclusion that each names: a letter, ``"none"``, or ``""`` for a missing vote.
        judges: (responses,) the vote of the judges' majority.
        faults: what of the verdicts is left out and why, a line each.
        audits: how far each judge is to be trusted, a line each.
        named: the deciders were chosen by a user.
    """

    table: pa.Table
    units: Units
    names: tuple[str, ...]
    people: frozenset[str]
    votes: Votes
    said: NDArray[np.str_]
    judges: Votes
    faults: tuple[str, ...] = ()
    audits: tuple[str, ...] = ()
    named: bool = False

    def of(self, name: str) -> Votes:
        """The votes of one decider, or of the majority."""
        if name == MAJORITY:
            return self.judges
        return self.votes[:, self.names.index(name)] if name in self.names else np.full(len(self.votes), MISSING)

    def outcomes(self, name: str) -> Outcomes:
        """The same, as outcomes: absent where the vote is missing."""
        return np.asarray(_OUTCOME[self.of(name)])

    def where(self, chosen: NDArray[np.bool_]) -> Ballots:
        """Some of the responses, and the deciders that have a vote on any of them."""
        votes = self.votes[chosen]
        there = (votes != MISSING).any(0)
        names = tuple(name for name, has in zip(self.names, there, strict=True) if has)
        units = Units(self.units.item[chosen], self.units.picture[chosen])
        rows = self.table.filter(pa.array(chosen))
        kept = votes[:, there], self.said[chosen][:, there], self.judges[chosen]
        return Ballots(rows, units, names, self.people & {*names}, *kept, self.faults, self.audits, self.named)

    def only(self, names: Sequence[str]) -> Ballots:
        """The votes of some deciders."""
        places = [place for place, name in enumerate(self.names) if name in names]
        chosen = tuple(self.names[place] for place in places)
        columns = self.votes[:, places], self.said[:, places], self.judges
        return Ballots(
            self.table, self.units, chosen, self.people & {*chosen}, *columns, self.faults, self.audits, self.named
        )

    @property
    def counted(self) -> tuple[str, ...]:
        """Those whose agreement all together is taken: the model asked again is none of them unless it is named."""
        return tuple(name for name in self.names if self.named or name != REORDERED)

    @property
    def rules_first(self) -> Mapping[str, int]:
        """The judges that were asked only where the rules are undecided, and on how many responses they voted there."""
        rules = self.of(RULES)
        decided = (rules != MISSING) & (rules != _NUMBER[None])
        there = {name: self.of(name) != MISSING for name in self.asked}
        return {name: int(has.sum()) for name, has in there.items() if decided.any() and not (has & decided).any()}

    @property
    def asked(self) -> tuple[str, ...]:
        """The judges."""
        return tuple(name for name in self.names if name not in (RULES, REORDERED) and name not in self.people)

    def person(self, name: str) -> str:
        """The decider that somebody who labelled responses is, named as such or as for `lmms-robust label`.

        Raises:
            RobustError: nobody of this name did.
        """
        if not self.people:
            read = f"only {', '.join(self.names)} are read" if self.named else "nobody has labelled these runs"
            allowed = f"--deciders with {HUMAN}{name}" if self.named else "`lmms-robust label` first"
            raise RobustError(f"--labels {name!r}: {read}; allowed: {allowed}")
        for known in (name, f"{HUMAN}{name}"):
            if known in self.people:
                return known
        raise unknown("person", name, self.people, "--labels")


def ballots(table: pa.Table, chosen: Sequence[str] | None = None) -> Ballots:
    """Read the verdicts beside the logs of a table of records, whose own are the rules', or those of the run's judge.

    Args:
        table: the records.
        chosen: the deciders; all if None.

    Raises:
        RobustError: nobody but the rules has decided anything, or one that is chosen has not.
    """
    asked = ~equals(table, "undecided", NOT_APPLICABLE) & ~missing(table, "answer")
    table = table.filter(pa.array(asked))
    files = _Files()
    found = [[*_of_record(row), *files.on(row)] for row in _rows(table)]
    models = {vote.decider: vote.by_a_person for votes in found for vote in votes}
    if not models:
        raise RobustError("no verdicts beside the logs; allowed: runs that `lmms-robust judge` or `label` has been at")
    names = (RULES, *sorted(models, key=lambda name: (models[name], name)))
    places = {name: place for place, name in enumerate(names)}
    votes = np.full((len(table), len(names)), MISSING)
    said = np.full(votes.shape, "", dtype="<U4")
    judges = np.full(len(table), MISSING)
    for number, (row, mine) in enumerate(zip(_rows(table), found, strict=True)):
        if row["decided_by"] == RULES:
            votes[number, 0], said[number, 0] = _NUMBER[row["consistent"]], row["conclusion"] or "none"
        mine = [*{vote.decider: vote for vote in mine}.values()]  # what stands beside the log replaces the record's
        for vote in mine:
            if vote.failed is None:
                place = places[vote.decider]
                votes[number, place] = _against(vote.conclusion, row["answer"])
                said[number, place] = vote.conclusion or "none"
        conclusion, why = majority([vote for vote in mine if vote.by_a_judge and files.trusted(row, vote)])
        if why != JUDGE_FAILED:
            judges[number] = _against(conclusion, row["answer"])
    people = frozenset(name for name, person in models.items() if person)
    told_of = tuple(files.faults()), tuple(files.audits(name for name in models if name not in people))
    whole = Ballots(table, of_rows(table), names, people, votes, said, judges, *told_of, chosen is not None)
    there = whole.where(np.ones(len(table), bool))
    for name in chosen or ():
        if name not in there.names:
            raise unknown("decider", name, there.names, "--deciders")
    return there if chosen is None else there.only(chosen)


def of_runs(runs: Sequence[Run], chosen: Sequence[str] | None = None) -> list[tuple[Run, Ballots]]:
    """The votes on each run that others than the rules have decided on.

    Args:
        runs: the runs.
        chosen: the deciders; all if None.

    Raises:
        RobustError: there is none, or none of those chosen.
    """
    found, faults = [], []
    for run in runs:
        try:
            found.append((run, ballots(run.table, chosen)))
        except RobustError as error:
            faults.append(error)
    if not found:
        raise faults[0]
    return found


def together(parts: Sequence[Ballots]) -> Ballots:
    """The votes on several runs."""
    names = sorted({name for part in parts for name in part.names}, key=lambda name: _rank(name, parts))
    found = []
    for part in parts:
        votes = np.full((len(part.votes), len(names)), MISSING)
        said = np.full(votes.shape, "", part.said.dtype)
        places = [names.index(name) for name in part.names]
        votes[:, places], said[:, places] = part.votes, part.said
        found.append((votes, said, part.judges))
    votes, said, judges = (np.concatenate(one) for one in zip(*found, strict=True))
    table = joined([part.table for part in parts])
    people = frozenset().union(*(part.people for part in parts))
    named = any(part.named for part in parts)
    return Ballots(table, of_rows(table), tuple(names), people, votes, said, judges, named=named)


def _rank(name: str, parts: Sequence[Ballots]) -> tuple[bool, bool, str]:
    """Rules, then judges, then people."""
    return name != RULES, any(name in part.people for part in parts), name


def _of_record(row: Mapping[str, Any]) -> Iterator[Vote]:
    """The vote of a judge that decided while the run went on."""
    if row["decided_by"] != RULES:
        about = (row["item"], row["digest"], row["variant"], row["repeat"], row["response"].hex(), row["decided_by"])
        failed = JUDGE_FAILED if row["undecided"] == JUDGE_FAILED else None
        yield Vote(*about, conclusion=row["conclusion"], failed=failed, model=row["decided_by"])


def _against(conclusion: str | None, answer: str) -> int:
    return _NUMBER[derive(conclusion, answer, "").consistent]


def _rows(table: pa.Table) -> Iterator[Mapping[str, Any]]:
    names = ("item", "digest", "variant", "repeat", "response", "file", "options", "answer", "conclusion",
             "consistent", "undecided", "decided_by")  # fmt: skip
    for batch in table.select(names).to_batches(max_chunksize=10_000):
        yield from batch.to_pylist()


class _Files:
    """Files of verdicts, each read once."""

    def __init__(self) -> None:
        self._beside: dict[str, Sequence[Mapping[Key, Vote]]] = {}
        self._faults: list[str] = []
        self._others: dict[str, int] = {}
        self._audits: dict[str, dict[str, None]] = {}
        self._failed: set[tuple[str, str]] = set()

    def on(self, row: Mapping[str, Any]) -> Iterator[Vote]:
        """The votes on a response as it is now."""
        if row["file"] not in self._beside:
            self._beside[row["file"]] = [*self._read(row["file"])]
        key = row["item"], row["digest"], row["variant"], row["repeat"]
        for votes in self._beside[row["file"]]:
            vote = votes.get(key)
            if vote is None:
                continue
            if vote.response == row["response"].hex() and vote.conclusion in (None, *letters(len(row["options"]))):
                yield vote
            else:
                self._others[vote.decider] = self._others.get(vote.decider, 0) + 1

    def trusted(self, row: Mapping[str, Any], vote: Vote) -> bool:
        """Whether who gave a vote did not fail an audit."""
        return (row["file"], vote.decider) not in self._failed

    def faults(self) -> Iterator[str]:
        """What is left out and why."""
        yield from self._faults
        for name, count in self._others.items():
            yield f"{count} verdict(s) of {name} on other responses than the sample logs have now, or on no option"

    def audits(self, judges: Iterable[str]) -> Iterator[str]:
        """How far each of some deciders is to be trusted, those that are judges."""
        for name in judges:
            if name != REORDERED:
                yield from self._audits.get(name, (told(name, None),))

    def _read(self, log: str) -> Iterator[Mapping[Key, Vote]]:
        for name, path in beside(Path(log)).items():
            found = read(path)
            if found.fault:
                self._faults.append(found.fault)
            yield found.found
            judged = [vote for vote in found.found.values() if vote.by_a_judge]
            if judged:
                audit = audit_of(Path(log), judged)
                failed = audit is not None and bool(audit.failed)
                line = told(name, audit) + ("; it has no part in the majority of the judges" if failed else "")
                self._audits.setdefault(name, {})[line] = None
                if failed:
                    self._failed.add((log, name))
