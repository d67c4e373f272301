"""Replies of judges, each kept as soon as it is there, so that nothing is asked twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from lmms_robust.backends.journal import Journal, Kept, request_key
from lmms_robust.consistency import judge as asking
from lmms_robust.consistency.judge import Request, Said, read_reply
from lmms_robust.judges.attacked import Ask
from lmms_robust.judges.naming import Answer, Judge
from lmms_robust.transport import Report, seal, unseal

CACHE = "judge_cache"
"""Folder beside the sample logs in which replies are kept, a folder in it for each judge."""


class Replies:
    """What one judge replies, with what it replied before.

    Args:
        judge: who is asked.
        folder: where its sample logs are; replies are kept below it. None: they are kept as long as this process runs.
        rank: of this process among those that write there at the same time.
    """

    def __init__(self, judge: Judge, folder: Path | None, rank: int = 0) -> None:
        self._judge = judge
        self._journal = None if folder is None else Journal(folder / CACHE / judge.named.name, rank)
        self._in_memory: dict[str, Answer] = {}

    def key(self, request: Request) -> str:
        """Digest of everything that a reply depends on."""
        return request_key(request.text, [], self._judge.settings)

    def get(self, key: str) -> Answer | None:
        """The reply that is kept under a key, or None."""
        if self._journal is None:
            return self._in_memory.get(key)
        kept = self._journal.get(key)
        return None if kept is None else _of_kept(kept)

    def put(self, key: str, answer: Answer) -> None:
        """Keep a reply from now on; where the judge gave none, it is asked again the next time."""
        if answer.failed is not None:
            return
        if self._journal is None:
            self._in_memory[key] = answer
        else:
            self._journal.put(key, _to_keep(answer))

    def of(
        self,
        requests: Mapping[str, Request],
        found: Callable[[str], None],
        came: Callable[[str, Answer], None],
    ) -> dict[str, Answer]:
        """Answers by key: those that are kept, and those of the judge, which are kept from now on.

        Args:
            requests: by their keys.
            found: is told the key of a reply that was kept.
            came: is told the key of any other, and the reply.

        Raises:
            RobustError: the judge cannot be asked.
        """
        kept = {key: one for key in requests if (one := self.get(key)) is not None}
        for key in kept:
            found(key)
        missing = [key for key in requests if key not in kept]

        def answered(number: int, answer: Answer) -> None:
            kept[missing[number]] = answer
            self.put(missing[number], answer)
            came(missing[number], answer)

        if missing:
            self._judge.answer([requests[key] for key in missing], answered)
        return kept


def requester(judge: Judge, folder: Path) -> Callable[[Sequence[Request]], list[Said]]:
    """What sends a judge requests, and shows how far it is.

    Args:
        judge: who is asked.
        folder: where its replies are kept, see :class:`Replies`.
    """
    replies = Replies(judge, folder)

    def send(requests: Sequence[Request]) -> list[Said]:
        keys = [replies.key(one) for one in requests]
        with tqdm(total=len({*keys}), desc=f"audit of {judge.named.name}", unit="question", mininterval=1) as progress:
            found = replies.of(
                dict(zip(keys, requests, strict=True)), lambda key: _step(progress), lambda key, answer: _step(progress)
            )
        return [said(found[key], request) for key, request in zip(keys, requests, strict=True)]

    return send


def asker(judge: Judge, folder: Path) -> Ask:
    """What asks a judge about conclusions, see :func:`requester`."""
    send = requester(judge, folder)
    return lambda questions: send([asking.request(one) for one in questions])


def said(answer: Answer, request: Request) -> Said:
    """What an answer says; where there is none, or it was cut off before it said anything, the judge has failed."""
    found = read_reply(answer.text, request)
    failed = answer.failed or (found.failed and ("cut" if answer.cut else found.failed))
    return Said(found.conclusion, failed)


def _step(progress: tqdm[Any]) -> None:
    progress.update(1)


def _to_keep(answer: Answer) -> Kept:
    report = Report(cut=answer.cut, price=answer.price)
    return Kept(seal(answer.text, report), answer.input_tokens, answer.output_tokens)


def _of_kept(kept: Kept) -> Answer:
    found = unseal(kept.response)
    report = found.report or Report()
    return Answer(found.text, None, bool(report.cut), kept.input_tokens, kept.output_tokens, report.price)
