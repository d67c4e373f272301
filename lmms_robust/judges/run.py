"""Asks judges about the responses of sample logs, and writes their verdicts beside these.

What a judge replies is kept as soon as it is there, so an interrupted run goes on where it stopped and a second one
asks nothing. The verdicts of a log appear when they are complete, the same whether or not the work was interrupted.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
from tqdm import tqdm

from lmms_robust.consistency import acknowledgement_request, verdicts
from lmms_robust.consistency import judge as asking
from lmms_robust.consistency.judge import Request
from lmms_robust.consistency.verdicts import Vote, derive, path_for, read, write
from lmms_robust.errors import RobustError, unknown
from lmms_robust.judges.kept import Replies, said
from lmms_robust.judges.naming import Answer, Judge
from lmms_robust.prompts import template_digest
from lmms_robust.record import Record
from lmms_robust.report.acknowledging import own_words
from lmms_robust.report.columns import completed
from lmms_robust.report.deciders import ONLY_RULES
from lmms_robust.report.log_tables import look, read_log
from lmms_robust.report.responses import Shown, shown

CHUNK = 1_000
"""Responses whose requests are made at a time."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ask:
    """What judges are asked about a response.

    Attributes:
        template: name of the template of a request.
        suffix: of the files of verdicts.
        request: what is sent about a response; None where there is nothing to ask.
        verdict: what a letter, or none, means for a response.
        words: what it is called to be True, and to be False.
    """

    template: str
    suffix: str
    request: Callable[[Shown], Request | None]
    verdict: Callable[[str | None, Record], bool | None]
    words: tuple[str, str]


def _about_conclusion(one: Shown) -> Request | None:
    about = asking.asked(one.record, one.turn, one.prefill)
    return None if about is None else asking.request(about)


def _about_acknowledging(one: Shown) -> Request | None:
    given = "" if one.record.injection == "inline" else one.prefill
    return acknowledgement_request.request(one.record, one.prompt, given, own_words(one))


ASKS = {
    "conclusion": Ask(
        asking.TEMPLATE,
        verdicts.SUFFIX,
        _about_conclusion,
        lambda letter, record: derive(letter, record.answer, "").consistent,
        ("consistent", "inconsistent"),
    ),
    "acknowledged": Ask(
        acknowledgement_request.TEMPLATE,
        acknowledgement_request.SUFFIX,
        _about_acknowledging,
        lambda letter, record: acknowledgement_request.acknowledged(letter),
        ("acknowledge", "do not"),
    ),
}
"""What judges can be asked, by name."""


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
        words: see :class:`Ask`.
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

    def line(self) -> str:
        """In words."""
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


Logged = tuple[Path, pa.Table]
"""A sample log, and its records as they are logged."""


def logged(folders: Sequence[Path], names: Sequence[str], ask: str = "conclusion") -> list[Logged]:
    """The logs that judges can be asked about.

    Args:
        folders: output folders of a harness.
        names: of the judges, each of which writes a file beside each log.
        ask: one of :data:`ASKS`.

    Raises:
        RobustError: no folder, no sample of ours, or a file that holds a person's labels.
    """
    if ask not in ASKS:
        raise unknown("ask", ask, ASKS)
    tables = [*_tables(folders)]
    if not tables:
        listed = ", ".join(repr(str(folder)) for folder in folders)
        raise RobustError(f"no samples of robust tasks below {listed}; allowed: a run with --log_samples")
    for log, _ in tables:
        for name in names:
            _refuse_labels(path_for(log, name, ASKS[ask].suffix))
    return tables


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
    total = len(judges) * sum(len(table) for _, table in tables)
    with tqdm(total=total, desc="judge", unit="response", mininterval=1) as progress:
        works = [_Work(one, rules_first, progress, ASKS[ask]) for one in judges]
        for log, table in tables:
            for work in works:
                path = path_for(log, work.told.name, ASKS[ask].suffix)
                before = len(read(path).found) if path.exists() else 0
                now = write(path, work.votes(log, shown(table)))
                if now < before:
                    logger.warning("%s: %d verdict(s) stood here and are not asked for now: gone", path, before - now)
                work.told.files += 1
    return [work.told for work in works]


def _refuse_labels(path: Path) -> None:
    """Refuse to write where a person's labels stand.

    Raises:
        RobustError: they do.
    """
    if path.exists() and any(vote.by_a_person for vote in read(path).found.values()):
        raise RobustError(f"{str(path)!r} holds labels of a person; allowed: another name for the judge")


def _tables(folders: Sequence[Path]) -> Iterator[Logged]:
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
        self._template = template_digest(ask.template)
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
            template=self._template,
        )
