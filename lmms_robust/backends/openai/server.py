"""One model on one OpenAI-compatible server: how it is connected to, and what it is found to take."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import openai
from loguru import logger

from lmms_robust.backends.openai.client import KEPT, Messages, Session
from lmms_robust.backends.openai.probe import Asked, Finding, examine
from lmms_robust.backends.openai.terms import Terms
from lmms_robust.backends.replies import Reply
from lmms_robust.servers import UNPACKED, abound


class Server:
    """One model on one server, and what it was found to take.

    Args:
        model: the model's name there.
        base_url: address, or None for that of OpenAI.
        key: sent with every request, and never shown.
        timeout: seconds for one attempt.
        retries: how often a request is tried again.
        kept: what is said at the end of an error that ends the work.
        who: asks it; log lines begin with it.
    """

    def __init__(
        self,
        model: str,
        base_url: str | None,
        key: str,
        timeout: float,
        retries: int,
        kept: str = KEPT,
        who: str = "robust_openai",
    ) -> None:
        self.model, self.base_url = model, base_url or "https://api.openai.com/v1"
        self._key, self._timeout, self._retries = key, timeout, retries
        self._terms, self._kept = Terms(who), kept

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Session]:
        """A connection within the running event loop."""
        # A proxy for the world outside does not reach this machine's own servers.
        transport = openai.DefaultAsyncHttpxClient(
            trust_env=not _is_loopback(self.base_url), event_hooks={"response": [abound]}, headers=UNPACKED
        )
        async with openai.AsyncOpenAI(
            base_url=self.base_url, api_key=self._key, timeout=self._timeout, max_retries=0, http_client=transport
        ) as client:
            yield Session(client, self.model, self._retries, self._terms, self._kept)

    async def try_out(self, asked: Asked, top_logprobs: int, extra_body: Mapping[str, Any]) -> Finding:
        """Find out how injected words are delivered, and whether there are letter probabilities.

        Raises:
            RobustError: the server cannot be reached, or refuses the key, the model or what ``asked`` wants.
        """
        wanted = {"logprobs": True, "top_logprobs": top_logprobs} if top_logprobs else {}
        seen: list[Reply] = []
        async with self.connected() as session:

            async def ask(messages: Messages, more: Mapping[str, Any]) -> Reply:
                extra = {**extra_body, **more.get("extra_body", {})}
                seen.append(await session.ask(messages, {**wanted, **more, "extra_body": extra}))
                return seen[-1]

            finding = await examine(ask, asked)
        probabilities = "with" if any(reply.steps for reply in seen) else "without"
        logger.info(
            f"robust_openai: {self.model} at {self.base_url}: injection {finding.injection} ({finding.why}), "
            f"{probabilities} letter probabilities"
        )
        return finding


async def together(work: Sequence[Any]) -> None:
    """Do all at once; the first error ends the others."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
