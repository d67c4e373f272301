"""Asks judges about the responses of sample logs, and writes their verdicts beside these.

What a judge replies is kept as soon as it is there, so an interrupted run goes on where it stopped and a second one
asks nothing. The verdicts of a log appear when they are complete, the same whether or not the work was interrupted.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
from tqdm import tqdm

from lmms_robust.consistency.audits import Audited, audit_by, audit_path, keep_audit, left_out, read_audit, told
from lmms_robust.consistency.judge import Request
from lmms_robust.consistency.verdicts import SUFFIX, Vote, path_for, read, write
from lmms_robust.errors import RobustError
from lmms_robust.judges.asks import ASKS, Ask, ask_named
from lmms_robust.judges.kept import Replies, said
from lmms_robust.judges.naming import Answer, Judge, Named
from lmms_robust.record import Record
from lmms_robust.report.columns import completed
from lmms_robust.report.deciders import ONLY_RULES
from lmms_robust.report.log_tables import look, read_log
from lmms_robust.report.responses import Shown, shown

CHUNK = 1_000
"""Responses whose requests are made at a time."""

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Told:
    """What became of one judge's work.

    Attributes:
        name: of the judge.
        files: of verdicts that were written.
        asked: replies that the judge was asked for.
        kept: replies that were kept from earlier.
        verdicts: how many are True, False and None.
        failed: why it failed, and how often.
        tokens: lengths of requests and replies that it was asked for, where the server tells.
        price: of these in US dollars; None where the server does not tell.
        words: see :class:`lmms_robust.judges.asks.Ask`.
        audits: how far it is to be trusted, a line each.
    """

    name: str
    files: int = 0
    asked: int = 0
    kept: int = 0
    verdicts: Counter[bool | None] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    tokens: Counter[str] = field(default_factory=Counter)
    price: float | None = None
    words: tuple[str, str] = ("consistent", "inconsistent")
    audits: dict[str, None] = field(default_factory=dict)

    def line(self) -> str:
        """What it said, in words."""
        yes, no, unknown = (self.verdicts[one] for one in (True, False, None))
        told = f"{self.name}: {yes} {self.words[0]}, {no} {self.words[1]}, {unknown} undecided"
        if self.failed:
            told += f" (of these failed: {', '.join(f'{why} {n}' for why, n in sorted(self.failed.items()))})"
        return f"{told}; {self.asked} asked, {self.kept} kept from before{self.cost()}; {self.files} file(s)"

    def cost(self) -> str:
        """Tokens and dollars, as far as they are known."""
        tokens = f", {self.tokens['in']:,} + {self.tokens['out']:,} tokens" if self.tokens else ""
        return tokens + (f", {self.price:.4f} USD" if self.price is not None else "")

    def count(self, answer: Answer) -> None:
        """Count what a reply cost."""
        self.asked += 1
        for name, length in (("in", answer.input_tokens), ("out", answer.output_tokens)):
            if length is not None:
                self.tokens[name] += length
        if answer.price is not None:
            self.price = (self.price or 0.0) + answer.price


@dataclass(frozen=True, slots=True)
class Logged:
    """A sample log.

    Attributes:
        path: the file.
        table: its records as they are logged.
        before: by judge how many verdicts stand beside it.
    """

    path: Path
    table: pa.Table
    before: Mapping[str, int]


def logged(
    folders: Sequence[Path], judges: Sequence[Named], ask: str = "conclusion", replace: bool = False
) -> list[Logged]:
    """The logs that judges can be asked about.

    Args:
        folders: output folders of a harness.
        judges: each writes a file beside each log.
        ask: one of :data:`lmms_robust.judges.asks.ASKS`.
        replace: another model's verdicts under a judge's name may be replaced.

    Raises:
        RobustError: no folder, no sample of ours, or a file that holds a person's labels or another model's verdicts.
    """
    suffix = ask_named(ask).suffix
    tables = [*_tables(folders)]
    if not tables:
        listed = ", ".join(repr(str(folder)) for folder in folders)
        raise RobustError(f"no samples of robust tasks below {listed}; allowed: a run with --log_samples")
    return [
        Logged(log, table, {one.name: _before(path_for(log, one.name, suffix), one, replace) for one in judges})
        for log, table in tables
    ]


def homes(folders: Sequence[Path]) -> list[Path]:
    """Where sample logs are, below some folders; those folders themselves where there is none.

    Raises:
        RobustError: there is no such folder.
    """
    found = [path.parent for folder in folders for path in look(folder).logs]
    return [*dict.fromkeys(found or folders)]


def refuse_others(where: Sequence[Path], judges: Sequence[Named], ask: str) -> None:
    """Refuse to try judges under whose names other models were tried, whose verdicts may still stand.

    Raises:
        RobustError: there is such an audit.
    """
    for path, judge in ((audit_path(home, one.name, ask_named(ask).suffix), one) for one in judges for home in where):
        found = read_audit(path)
        if found is not None and found.model not in ("", judge.model):
            raise RobustError(
                f"{str(path)!r} holds the audit of {found.model!r}, not of {judge.model!r}; allowed: another name for "
                "the judge, or --replace"
            )


def keep(found: Audited, where: Sequence[Path], ask: str) -> list[Audited]:
    """Keep an audit in folders of sample logs; returns what is known in each now, of earlier audits too.

    Raises:
        RobustError: a file cannot be written.
    """
    return [keep_audit(audit_path(home, found.judge, ASKS[ask].suffix), found) for home in where]


def judge(
    tables: Sequence[Logged], judges: Sequence[Judge], rules_first: bool = False, ask: str = "conclusion"
) -> list[Told]:
    """Ask judges about every logged response of which there is something to ask, and write what they say.

    Args:
        tables: the logs, see :func:`logged`.
        judges: each writes a file beside each log.
        rules_first: ask only where the rules are undecided; elsewhere no verdict is written, and the rules' stands.
        ask: one of :data:`ASKS`.

    Raises:
        RobustError: a judge that cannot be asked, or a file that cannot be written.
    """
    total = len(judges) * sum(len(one.table) for one in tables)
    with tqdm(total=total, desc="judge", unit="response", mininterval=1) as progress:
        works = [_Work(one, rules_first, progress, ASKS[ask]) for one in judges]
        for one in tables:
            for work in works:
                path, before = path_for(one.path, work.told.name, ASKS[ask].suffix), one.before[work.told.name]
                now = write(path, work.votes(one.path, shown(one.table)))
                if now < before:
                    logger.warning("%s: %d verdict(s) stood here and are not asked for now: gone", path, before - now)
                work.told.files += 1
                work.told.audits[work.trust(one.path)] = None
    return [work.told for work in works]


def _before(path: Path, judge: Named, replace: bool) -> int:
    """How many verdicts stand where a judge is to write.

    Raises:
        RobustError: they are a person's, or another model's and not to be replaced.
    """
    votes = read(path).found.values() if path.exists() else ()
    if any(vote.by_a_person for vote in votes):
        raise RobustError(f"{str(path)!r} holds labels of a person; allowed: another name for the judge")
    others = sorted({vote.model for vote in votes if vote.model is not None} - {judge.model})
    if others and not replace:
        raise RobustError(
            f"{str(path)!r} holds verdicts of {', '.join(map(repr, others))}, not of {judge.model!r}; allowed: another "
            "name for the judge, or --replace"
        )
    return len(votes)


def _tables(folders: Sequence[Path]) -> Iterator[tuple[Path, pa.Table]]:
    """Each log; what cannot be read is named in a warning."""
    paths = {path.resolve(): path for folder in folders for path in look(folder).logs}
    for path in paths.values():
        found = read_log(path, ONLY_RULES)
        if found.log.fault:
            logger.warning("left out: %s", found.log.fault)
        if found.log.read:
            yield path, completed([found.table])


@dataclass(frozen=True, slots=True)
class _Case:
    """A response that a judge is asked about."""

    shown: Shown
    request: Request
    key: str


class _Work:
    """One judge's work on all logs."""

    def __init__(self, judge: Judge, rules_first: bool, progress: tqdm[Any], ask: Ask) -> None:
        self._ask = ask
        self._judge, self._rules_first, self._progress = judge, rules_first, progress
        self._replies: dict[Path, Replies] = {}
        self.told = Told(judge.named.name, words=ask.words)

    def votes(self, log: Path, found: Iterable[Shown]) -> Iterator[Vote]:
        """What the judge says of the responses of a log, in their order."""
        if log.parent not in self._replies:
            self._replies[log.parent] = Replies(self._judge, log.parent)
        replies = self._replies[log.parent]
        responses = iter(found)
        while chunk := [*islice(responses, CHUNK)]:
            cases = [*filter(None, (self._case(one, replies) for one in chunk))]
            self._progress.update(len(chunk) - len(cases))
            answers = self._answers(cases, replies)
            for case in cases:
                yield self._vote(case, answers[case.key])

    def trust(self, log: Path) -> str:
        """How far the judge is to be trusted, by what stands beside a log."""
        named, suffix = self._judge.named, self._ask.suffix
        found = audit_by(log.parent, named.name, named.model, self._ask.digest, suffix)
        failed = found is not None and found.failed and suffix == SUFFIX
        return told(named.name, found) + (left_out(named.name) if failed else "")

    def _case(self, one: Shown, replies: Replies) -> _Case | None:
        if self._rules_first and one.record.consistent is not None:
            return None
        request = self._ask.request(one)
        if request is None:
            return None
        return _Case(one, request, replies.key(request))

    def _answers(self, cases: Sequence[_Case], replies: Replies) -> dict[str, Answer]:
        """Answers by key."""
        times = Counter(case.key for case in cases)

        def found(key: str) -> None:
            self.told.kept += 1
            self._progress.update(times[key])

        def came(key: str, answer: Answer) -> None:
            self.told.count(answer)
            self._progress.set_postfix_str(f"{self.told.name}{self.told.cost()}", refresh=False)
            self._progress.update(times[key])

        return replies.of({case.key: case.request for case in cases}, found, came)

    def _vote(self, case: _Case, answer: Answer) -> Vote:
        found = said(answer, case.request)
        record: Record = case.shown.record
        self.told.verdicts[self._ask.verdict(found.conclusion, record)] += 1
        if found.failed:
            self.told.failed[found.failed] += 1
        return Vote(
            item=record.item,
            digest=record.digest,
            variant=record.variant,
            repeat=record.repeat,
            response=case.shown.digest.hex(),
            decider=self.told.name,
            conclusion=found.conclusion,
            failed=found.failed,
            model=self._judge.named.model,
            template=self._ask.digest,
        )
