"""A judge on an OpenAI-compatible server."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from loguru import logger

from lmms_robust.backends.openai.client import Session
from lmms_robust.backends.openai.errors import RefusedError
from lmms_robust.backends.openai.server import Server, together
from lmms_robust.backends.replies import Reply
from lmms_robust.consistency.judge import Request
from lmms_robust.errors import RobustError
from lmms_robust.judges.naming import Answer, Answered, Limits, Named

KEY_VARIABLE = "OPENAI_API_KEY"
KEPT = "what judges replied is kept"
FEWEST_REFUSALS = 8
"""Work ends after so many refusals in a row, or as many as may be under way at a time if that is more."""


class ServerJudge:
    """Asks with a JSON schema for the reply, as long as the server takes one; temperature 0.

    The key is that in ``OPENAI_API_KEY_NAME``, NAME being the judge's in capitals, else in ``OPENAI_API_KEY``.

    Args:
        named: which judge.
        limits: how it is asked.
    """

    def __init__(self, named: Named, limits: Limits) -> None:
        self.named, self._limits = named, limits
        own = f"{KEY_VARIABLE}_{named.name.upper().replace('-', '_')}"
        key = os.environ.get(own) or os.environ.get(KEY_VARIABLE) or "none"
        who = f"judge {named.name}"
        self._server = Server(named.model, named.base_url, key, limits.timeout, limits.retries, KEPT, who)
        self._takes_schema = True
        self._in_a_row, self._said = 0, False

    @property
    def settings(self) -> Mapping[str, object]:
        """What its replies depend on beside the request."""
        limits = self._limits
        return {
            "at": [self.named.base_url, self.named.model],
            "max_tokens": limits.max_tokens,
            "extra_body": dict(limits.extra_body),
        }

    def answer(self, requests: Sequence[Request], answered: Answered) -> None:
        """Answer every request, many at a time.

        Raises:
            RobustError: the server cannot be reached, or refuses everything.
        """
        asyncio.run(self._answer(requests, answered))

    async def _answer(self, requests: Sequence[Request], answered: Answered) -> None:
        waiting = iter(enumerate(requests))
        async with self._server.connected() as session:
            many = min(self._limits.concurrency, len(requests))
            await together([self._work(session, waiting, answered) for _ in range(many)])

    async def _work(self, session: Session, waiting: Iterator[tuple[int, Request]], answered: Answered) -> None:
        for number, request in waiting:  # shared by all workers
            try:
                reply = await self._ask(session, request)
            except RefusedError as error:
                answered(number, self._refused(error))
                continue
            self._in_a_row = 0
            counts = reply.prompt_tokens, reply.output_tokens, reply.price
            answered(number, Answer(reply.text, None, bool(reply.cut), *counts))

    async def _ask(self, session: Session, request: Request) -> Reply:
        messages = [{"role": "user", "content": request.text}]
        fields: dict[str, Any] = {"max_tokens": self._limits.max_tokens, "temperature": 0.0}
        if self._limits.extra_body:
            fields["extra_body"] = dict(self._limits.extra_body)
        if not self._takes_schema:
            return await session.ask(messages, fields)
        schema = {"name": "verdict", "strict": True, "schema": request.schema}
        try:
            return await session.ask(
                messages, {**fields, "response_format": {"type": "json_schema", "json_schema": schema}}
            )
        except RefusedError as error:
            reply = await session.ask(messages, fields)  # where this is refused too, it was not for the schema
            if self._takes_schema:
                logger.info(f"judge {self.named.name}: no JSON schema ({error}); requests go without")
            self._takes_schema = False
            return reply

    def _refused(self, error: RefusedError) -> Answer:
        if not self._said:
            logger.warning(f"judge {self.named.name}: a request is refused: {error}; further ones are counted")
        self._said = True
        self._in_a_row += 1
        if self._in_a_row >= max(FEWEST_REFUSALS, self._limits.concurrency):
            raise RobustError(
                f"judge {self.named.name}: {self._in_a_row} requests in a row are refused, the last one with "
                f"{str(error)!r}; allowed: requests that the server answers; {KEPT}"
            )
        return Answer("", "refused")
