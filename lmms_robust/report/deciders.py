"""Who decides consistency: the rules, as records have it, or those whose verdicts stand beside the sample logs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lmms_robust.consistency.audits import audit_of, left_out, told
from lmms_robust.consistency.verdicts import RULES, Key, Vote, Votes, beside, checked_name, decided, majority, read
from lmms_robust.errors import RobustError
from lmms_robust.record import NOT_APPLICABLE
from lmms_robust.schema import letters

JOINS = "+"
"""Between the names of several deciders, in :attr:`lmms_robust.record.Record.decided_by`."""


@dataclass(frozen=True, slots=True)
class Deciders:
    """Whose verdicts count: more than half of those that have one on a response; where none has, the record's own.

    Attributes:
        names: of judges or people; None for every judge that has verdicts beside a log and did not fail its audit.
        rules_first: only where the rules are undecided.
    """

    names: tuple[str, ...] | None = None
    rules_first: bool = False


JUDGES = Deciders()
ONLY_RULES = Deciders(names=())


def read_deciders(given: str | None) -> Deciders:
    """Read what a user names: ``rules``, names of deciders, or both for the rules first; None for every judge.

    Raises:
        RobustError: a name that none can have, or no name.

    >>> read_deciders("rules"), read_deciders("rules,qwen")
    (Deciders(names=(), rules_first=False), Deciders(names=('qwen',), rules_first=True))
    """
    if given is None:
        return JUDGES
    names = [name.strip() for name in given.split(",")]
    others = tuple(dict.fromkeys(checked_name(name) for name in names if name != RULES))
    return Deciders(others, bool(others) and RULES in names)


class Panel:
    """The verdicts beside one sample log.

    Attributes:
        found: names of all deciders that have some there.
        judges: how far each judge whose verdicts are asked for is to be trusted, a line each.
    """

    def __init__(self, log: Path, wanted: Deciders) -> None:
        self._log, self._wanted = log, wanted
        self._faults: list[str] = []
        self._files: dict[str, Path] = {}
        self._votes: dict[str, Mapping[Key, Vote]] = {}
        self._met: Counter[str] = Counter()
        self._stale: Counter[str] = Counter()
        self.judges: list[str] = []
        self.found = beside(log)
        for name, path in self.found.items():
            if wanted.names is None or name in wanted.names:
                self._take(name, path, read(path))

    def decide(self, record: Mapping[str, Any], response: bytes) -> dict[str, Any]:
        """A record as the deciders have it.

        Args:
            record: as its log holds it.
            response: digest of the response.
        """
        values = dict(record)
        self._meet(values.get("decided_by", RULES))
        votes = [*self._of(values, response.hex())] if self._votes else []
        if not votes or (self._wanted.rules_first and values["consistent"] is not None):
            return values
        conclusion, why = majority(votes)
        return values | decided(values, conclusion, why, JOINS.join(vote.decider for vote in votes))

    def faults(self) -> Iterator[str]:
        """What of the verdicts is left out and why, once all records of the log were decided."""
        yield from self._faults
        for name, votes in self._votes.items():
            about = f"{str(self._files[name])!r}"
            if self._stale[name]:
                yield f"{about}: {self._stale[name]} verdict(s) on other responses than its sample log has now"
            foreign = len(votes) - self._met[name] - self._stale[name]
            if foreign:
                yield f"{about}: {foreign} verdict(s) on no response of its sample log, or for no option of it"
        for name in self._wanted.names or ():
            if name not in self.found:
                yield f"{str(self._log)!r}: no verdicts of {name} beside it; the records' own count there"

    def _take(self, name: str, path: Path, found: Votes) -> None:
        votes = found.found
        if self._wanted.names is None:  # labels of people are a sample, to hold others against, and so is behaviour
            votes = {key: vote for key, vote in votes.items() if vote.by_a_judge}
        judged = [vote for vote in votes.values() if vote.by_a_judge]
        if judged:
            audit = audit_of(self._log, judged)
            self.judges.append(told(name, audit))
            if audit is not None and audit.failed and self._wanted.names is None:
                self.judges[-1] += left_out(name)
                self._faults.append(f"{str(path)!r}: {len(votes)} verdict(s) of a judge that failed its audit")
                votes = {}
        if votes:
            self._votes[name], self._files[name] = votes, path
        if found.fault:
            self._faults.append(found.fault)

    def _meet(self, decider: str) -> None:
        """Note a judge that decided while the run went on."""
        note = told(decider, None)
        if decider != RULES and note not in self.judges:
            self.judges.append(note)

    def _of(self, record: Mapping[str, Any], response: str) -> Iterator[Vote]:
        """The votes on a response."""
        if record.get("undecided") == NOT_APPLICABLE:
            return
        key = record["item"], record["digest"], record["variant"], record.get("repeat", 0)
        allowed = (None, *letters(len(record["options"])))
        for name, votes in self._votes.items():
            vote = votes.get(key)
            if vote is None or vote.conclusion not in allowed:
                continue
            if vote.response != response:
                self._stale[name] += 1
                continue
            self._met[name] += 1
            yield vote


def refuse_absent(wanted: Deciders, logs: Iterable[Path], folder: Path) -> None:
    """Refuse names of deciders that have no verdicts beside any of the logs below a folder.

    Raises:
        RobustError: names one of them, and those that there are.
    """
    if not wanted.names:
        return
    found = {name for log in logs for name in beside(log)}
    for name in wanted.names:
        if name not in found:
            listed = ", ".join([RULES, *sorted(found)])
            raise RobustError(f"no verdicts of {name!r} beside the logs below {str(folder)!r}; allowed: {listed}")
