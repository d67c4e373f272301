"""Requests to an OpenAI-compatible server: tried again, sent without what the server does not take, and read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import openai
from loguru import logger
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt

from lmms_robust.backends.openai.errors import BadReplyError, given_up, meaning, pause, words
from lmms_robust.backends.openai.terms import Terms
from lmms_robust.backends.replies import Reply
from lmms_robust.backends.token_probs import Step

Messages = Sequence[Mapping[str, Any]]
Fields = Mapping[str, Any]


class Session:
    """Requests to one model, for as long as a connection is open.

    Args:
        client: connection whose own retries are off.
        model: name of the model on the server.
        retries: how often one request is tried again.
        terms: what the server takes; learns more.
    """

    def __init__(self, client: openai.AsyncOpenAI, model: str, retries: int, terms: Terms) -> None:
        self._client, self._model, self._attempts, self._terms = client, model, retries + 1, terms

    async def ask(self, messages: Messages, fields: Fields) -> Reply:
        """Send one request, and read the reply.

        Args:
            messages: in the form of the API.
            fields: the request's other fields; those that the API does not have are in ``extra_body``.

        Raises:
            RefusedError: the server refuses this request, or fails at it every time.
            RobustError: the server cannot be reached, or refuses everything.
        """
        sent = self._terms.apply(fields)
        while True:
            try:
                return await self._patiently(messages, sent)
            except (openai.APIError, ValueError) as error:
                if meaning(error) == "refused":
                    self._terms.learn(words(error), sent)
                again = self._terms.apply(fields)
                if again == sent:
                    raise self._without_key(given_up(error, self._server, self._model, self._attempts)) from None
                sent = again

    @property
    def _server(self) -> str:
        return str(self._client.base_url).rstrip("/")

    async def _patiently(self, messages: Messages, fields: Fields) -> Reply:
        retrying = AsyncRetrying(
            stop=stop_after_attempt(self._attempts),
            wait=_wait,
            retry=retry_if_exception(lambda error: meaning(error) == "passing"),
            before_sleep=_tell,
            reraise=True,
        )
        reply: Reply = await retrying(self._once, messages, fields)
        return reply

    async def _once(self, messages: Messages, fields: Fields) -> Reply:
        create: Any = self._client.chat.completions.create
        return read(await create(model=self._model, messages=messages, **fields))

    def _without_key(self, error: Exception) -> Exception:
        """Servers repeat the key in their errors."""
        said = str(error)
        return type(error)(said.replace(self._client.api_key, "…")) if len(self._client.api_key) > 8 else error


def read(completion: Any) -> Reply:
    """Read a completion; servers send bodies of any shape, and the client does not check them.

    Raises:
        BadReplyError: it holds no message.
    """
    choices = getattr(completion, "choices", None)
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = getattr(choice, "message", None)
    if message is None:
        raise BadReplyError(f"the server's reply holds no message: {str(completion)[:80]!r}")
    usage = getattr(completion, "usage", None)
    return Reply(
        text=_text(message, "content"),
        reasoning=_text(message, "reasoning") or _text(message, "reasoning_content"),
        cut=getattr(choice, "finish_reason", None) == "length",
        steps=_steps(getattr(choice, "logprobs", None)),
        prompt_tokens=_count(usage, "prompt_tokens"),
        output_tokens=_count(usage, "completion_tokens"),
        prompt_text=_text(completion, "prompt_text") or None,
    )


def _text(message: Any, name: str) -> str:
    value = getattr(message, name, None)
    return value if isinstance(value, str) else ""


def _count(usage: Any, name: str) -> int | None:
    value = getattr(usage, name, None)
    return value if isinstance(value, int) else None


def _steps(logprobs: Any) -> tuple[Step, ...]:
    """The tokens that were written; none where their probabilities are not in the form of the API."""
    try:
        return tuple(
            Step(*_token(entry), tuple(_token(other) for other in entry.top_logprobs or ()))
            for entry in logprobs.content
        )
    except (AttributeError, TypeError, ValueError):
        return ()


def _token(entry: Any) -> tuple[str, float]:
    """A token's text and logprob; ``bytes`` goes first, as some servers spell cut characters out in ``token``."""
    text = bytes(entry.bytes).decode("utf-8", "ignore") if entry.bytes else str(entry.token)
    return text, float(entry.logprob)


def _wait(state: RetryCallState) -> float:
    return pause(state.outcome.exception() if state.outcome else None, state.attempt_number)


def _tell(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None  # named by kind: its words may hold the key
    logger.debug(f"robust_openai: {type(error).__name__} in attempt {state.attempt_number}, trying again")
