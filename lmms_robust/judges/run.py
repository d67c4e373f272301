"""Asks judges about the responses of sample logs, and writes their verdicts beside these.

What a judge replies is kept as soon as it is there, so an interrupted run goes on where it stopped and a second one
asks nothing. The verdicts of a log appear when they are complete, the same whether or not the work was interrupted.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
from tqdm import tqdm

from lmms_robust.backends.journal import Journal, Kept, request_key
from lmms_robust.consistency import judge as asking
from lmms_robust.consistency.judge import Request, read_reply, template_digest
from lmms_robust.consistency.verdicts import Vote, derive, path_for, read, write
from lmms_robust.errors import RobustError
from lmms_robust.judges.naming import Answer, Judge
from lmms_robust.record import Record
from lmms_robust.report.columns import Columns
from lmms_robust.report.logs import sample_logs
from lmms_robust.report.responses import Shown, shown
from lmms_robust.transport import Report, seal, unseal

CACHE = "judge_cache"
"""Folder beside the sample logs in which replies are kept, a folder in it for each judge."""
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
    """

    name: str
    files: int = 0
    asked: int = 0
    kept: int = 0
    verdicts: Counter[bool | None] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    tokens: Counter[str] = field(default_factory=Counter)
    price: float | None = None

    def line(self) -> str:
        """In words."""
        yes, no, unknown = (self.verdicts[one] for one in (True, False, None))
        told = f"{self.name}: {yes} consistent, {no} inconsistent, {unknown} undecided"
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


def judge(folders: Sequence[Path], judges: Sequence[Judge], rules_first: bool = False) -> list[Told]:
    """Ask judges about every logged response of which there is something to ask, and write what they say.

    Args:
        folders: output folders of a harness.
        judges: each writes a file beside each log.
        rules_first: ask only where the rules are undecided; elsewhere no verdict is written, and the rules' stands.

    Raises:
        RobustError: no folder, no sample of ours, a judge that cannot be asked, or a file that cannot be written, or
            holds a person's labels.
    """
    tables = [*_tables(folders)]
    if not tables:
        listed = ", ".join(repr(str(folder)) for folder in folders)
        raise RobustError(f"no samples of robust tasks below {listed}; allowed: a run with --log_samples")
    for log, _ in tables:
        for one in judges:
            _refuse_labels(path_for(log, one.named.name))
    total = len(judges) * sum(len(table) for _, table in tables)
    with tqdm(total=total, desc="judge", unit="response", mininterval=1) as progress:
        works = [_Work(one, rules_first, progress) for one in judges]
        for log, table in tables:
            for work in works:
                write(path_for(log, work.told.name), work.votes(log, shown(table)))
                work.told.files += 1
    return [work.told for work in works]


def _refuse_labels(path: Path) -> None:
    """Refuse to write where a person's labels stand.

    Raises:
        RobustError: they do.
    """
    if path.exists() and any(vote.by_a_person for vote in read(path).found.values()):
        raise RobustError(f"{str(path)!r} holds labels of a person; allowed: another name for the judge")


def _tables(folders: Sequence[Path]) -> Iterator[tuple[Path, pa.Table]]:
    """Each log with its records as they are logged; what cannot be read is named in a warning."""
    logs = {log.path.resolve(): log for folder in folders for log in sample_logs(folder)}
    for log in logs.values():
        columns = Columns()
        for record, response, line in log.records():
            columns.add(record, response, str(log.path), line)
        if log.fault:
            logger.warning("left out: %s", log.fault)
        if log.read:
            yield log.path, columns.table()


@dataclass(frozen=True, slots=True)
class _Case:
    """A response that a judge is asked about."""

    shown: Shown
    request: Request
    key: str


class _Work:
    """One judge's work on all logs."""

    def __init__(self, judge: Judge, rules_first: bool, progress: tqdm[Any]) -> None:
        self._judge, self._rules_first, self._progress = judge, rules_first, progress
        self._template = template_digest()
        self._journals: dict[Path, Journal] = {}
        self.told = Told(judge.named.name)

    def votes(self, log: Path, found: Iterable[Shown]) -> Iterator[Vote]:
        """What the judge says of the responses of a log, in their order."""
        folder = log.parent / CACHE / self.told.name
        if folder not in self._journals:
            self._journals[folder] = Journal(folder, 0)
        responses = iter(found)
        while chunk := [*islice(responses, CHUNK)]:
            cases = [*filter(None, map(self._case, chunk))]
            self._progress.update(len(chunk) - len(cases))
            answers = self._answers(cases, self._journals[folder])
            for case in cases:
                yield self._vote(case, answers[case.key])

    def _case(self, one: Shown) -> _Case | None:
        if self._rules_first and one.record.consistent is not None:
            return None
        about = asking.asked(one.record, one.turn, one.prefill)
        if about is None:
            return None
        request = asking.request(about)
        return _Case(one, request, request_key(request.text, [], self._judge.settings))

    def _answers(self, cases: Sequence[_Case], journal: Journal) -> dict[str, Answer]:
        """Answers by key: those that are kept, and those of the judge, which are kept from now on."""
        times = Counter(case.key for case in cases)
        requests = {case.key: case.request for case in cases}
        kept = {key: _of_kept(one) for key in requests if (one := journal.get(key)) is not None}
        self.told.kept += len(kept)
        self._progress.update(sum(times[key] for key in kept))
        missing = [key for key in requests if key not in kept]

        def answered(number: int, answer: Answer) -> None:
            kept[missing[number]] = answer
            self.told.count(answer)
            if answer.failed is None:
                journal.put(missing[number], _to_keep(answer))
            self._progress.set_postfix_str(f"{self.told.name}{self.told.cost()}", refresh=False)
            self._progress.update(times[missing[number]])

        if missing:
            self._judge.answer([requests[key] for key in missing], answered)
        return kept

    def _vote(self, case: _Case, answer: Answer) -> Vote:
        said = read_reply(answer.text, case.request)
        failed = answer.failed or (said.failed and ("cut" if answer.cut else said.failed))
        record: Record = case.shown.record
        self.told.verdicts[derive(said.conclusion, record.answer, self.told.name).consistent] += 1
        if failed:
            self.told.failed[failed] += 1
        return Vote(
            item=record.item,
            digest=record.digest,
            variant=record.variant,
            repeat=record.repeat,
            response=case.shown.digest.hex(),
            decider=self.told.name,
            conclusion=said.conclusion,
            failed=failed,
            model=self._judge.named.model,
            template=self._template,
        )


def _to_keep(answer: Answer) -> Kept:
    report = Report(cut=answer.cut, price=answer.price)
    return Kept(seal(answer.text, report), answer.input_tokens, answer.output_tokens)


def _of_kept(kept: Kept) -> Answer:
    found = unseal(kept.response)
    report = found.report or Report()
    return Answer(found.text, None, bool(report.cut), kept.input_tokens, kept.output_tokens, report.price)
