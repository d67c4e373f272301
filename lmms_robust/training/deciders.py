"""A judge that decides, while training goes on, what the rules leave undecided, or everything."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from lmms_robust.consistency import judge as asking
from lmms_robust.consistency.judge import Request
from lmms_robust.consistency.verdicts import JUDGE_FAILED, NO_CONCLUSION, decided
from lmms_robust.errors import RobustError
from lmms_robust.judges.kept import Replies, said
from lmms_robust.judges.naming import Answer, Judge
from lmms_robust.record import Record
from lmms_robust.training.batch import Judged
from lmms_robust.transport import unseal

logger = logging.getLogger(__name__)


class JudgeDecider:
    """Asks a judge about each different response of a batch once, and about none twice.

    ``JudgedReward(Rewarder(decider=JudgeDecider(ServerJudge(read_name("qwen=Qwen/Qwen3-8B@http://…/v1"), Limits()))))``
    is a reward for TRL. Training goes on where a judge fails: such records are undecided for
    :data:`~lmms_robust.consistency.verdicts.JUDGE_FAILED`, have no reward, and are asked about again when they come up
    again.

    Args:
        judge: a server (:class:`lmms_robust.judges.server.ServerJudge`) or a checkpoint.
        rules_first: ask only where the rules are undecided.
        cache: folder in which replies are kept as ``lmms-robust judge`` keeps them beside the logs of a run, so that a
            training that goes on asks nothing again, and neither does that command with the run's folder. None: they
            are kept as long as this process runs.

    Attributes:
        asked: requests that were answered or failed.

    Raises:
        RobustError: ``cache`` is a file.
    """

    def __init__(self, judge: Judge, rules_first: bool = True, cache: Path | None = None) -> None:
        self._judge, self._rules_first = judge, rules_first
        self._replies = Replies(judge, cache, int(os.environ.get("RANK", "0")))
        self._under_way: dict[str, asyncio.Future[dict[str, Answer]]] = {}
        self.asked, self._said = 0, False

    async def __call__(self, judged: Sequence[Judged]) -> list[Record]:
        """Decide a batch; the trainer's other asynchronous rewards go on meanwhile.

        Returns:
            The records, in their order; those about which there is nothing to ask are as they were.
        """
        requests = [self._request(one) for one in judged]
        keys = [self._replies.key(one) if one else "" for one in requests]
        kept = {key: answer for key in keys if (answer := self._replies.get(key)) is not None}
        fresh = {
            key: one
            for key, one in zip(keys, requests, strict=True)
            if one is not None and key not in kept and key not in self._under_way
        }
        if fresh:
            task = asyncio.ensure_future(asyncio.to_thread(self._answers, fresh))
            self._under_way |= dict.fromkeys(fresh, task)
            task.add_done_callback(lambda _: [self._under_way.pop(key) for key in fresh])
        waited = await asyncio.gather(*{self._under_way[key] for key in keys if key in self._under_way})
        known = kept | {key: answer for found in waited for key, answer in found.items()}
        return [
            one.record if request is None else self._record(one.record, request, known.get(key))
            for one, request, key in zip(judged, requests, keys, strict=True)
        ]

    def _request(self, one: Judged) -> Request | None:
        if self._rules_first and one.record.consistent is not None:
            return None
        about = asking.asked(one.record, unseal(one.response).text, one.variant.prefill)
        return None if about is None else asking.request(about)

    def _answers(self, requests: Mapping[str, Request]) -> dict[str, Answer]:
        """Answers by key, kept as they come."""
        keys, found = [*requests], {}

        def answered(number: int, answer: Answer) -> None:
            found[keys[number]] = answer
            self._replies.put(keys[number], answer)

        try:
            self._judge.answer([*requests.values()], answered)
        except RobustError as error:
            if not self._said:  # the server may be gone for hours, and each batch would say so
                logger.warning(
                    "%d response(s) without a verdict have no reward, and training goes on: %s; further ones are "
                    "counted (robust/judge_failed)", len(keys) - len(found), error,
                )  # fmt: skip
            self._said = True
        self.asked += len(keys)
        return found

    def _record(self, record: Record, request: Request, answer: Answer | None) -> Record:
        conclusion, why = None, JUDGE_FAILED
        if answer is not None:
            found = said(answer, request)
            conclusion, why = found.conclusion, JUDGE_FAILED if found.failed else NO_CONCLUSION
        return replace(record, **decided(asdict(record), conclusion, why, self._judge.named.name))
