"""Requests to an OpenAI-compatible server: tried again, sent without what the server does not take, and read."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isfinite
from typing import Any

import openai
from loguru import logger
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt

from lmms_robust.backends.openai.context import tokens_left
from lmms_robust.backends.openai.errors import BadReplyError, RefusedError, encodable, given_up, meaning, pause, words
from lmms_robust.backends.openai.reasoning import reasoning_of
from lmms_robust.backends.openai.terms import Terms
from lmms_robust.backends.replies import Reply
from lmms_robust.backends.token_probs import Step

_ROUNDING = 0.01
"""What a logarithm of a probability may be above 0."""

KEPT = "finished responses are kept where model_args name a folder, resume=FOLDER"
"""Said at the end of an error that ends a run."""

Messages = Sequence[Mapping[str, Any]]
Fields = Mapping[str, Any]


class Session:
    """Requests to one model, for as long as a connection is open.

    Args:
        client: connection whose own retries are off.
        model: name of the model on the server.
        retries: how often one request is tried again.
        terms: what the server takes; learns more.
        kept: what is said at the end of an error that ends the work.
    """

    def __init__(self, client: openai.AsyncOpenAI, model: str, retries: int, terms: Terms, kept: str = KEPT) -> None:
        self._client, self._model, self._attempts, self._terms = client, model, retries + 1, terms
        self._kept = kept

    async def ask(self, messages: Messages, fields: Fields) -> Reply:
        """Send one request, and read the reply.

        Where the context has no room for as many new tokens as are wanted, it is sent again for as many as there is.

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
                reply = await self._patiently(messages, sent)
                return replace(reply, not_honoured=self._terms.left_out(fields))
            except (openai.APIError, ValueError, TimeoutError) as error:
                if meaning(error) == "refused":
                    self._terms.learn(words(error), sent)
                    fewer = tokens_left(words(error), int(fields.get("max_tokens", 0)))
                    fields = fields if fewer is None else {**fields, "max_tokens": fewer}
                again = self._terms.apply(fields)
                if again == sent:
                    key = self._client.api_key
                    raise given_up(error, self._server, self._model, self._attempts, self._kept, key) from None
                sent = again

    @property
    def _seconds(self) -> float:
        seconds: Any = self._client.timeout
        return float(seconds)

    @property
    def _server(self) -> str:
        return str(self._client.base_url).rstrip("/")

    async def _patiently(self, messages: Messages, fields: Fields) -> Reply:
        retrying = AsyncRetrying(
            stop=stop_after_attempt(self._attempts),
            wait=_wait,
            retry=retry_if_exception(lambda error: meaning(error) == "passing"),
            before_sleep=self._tell,
            reraise=True,
        )
        reply: Reply = await retrying(self._once, messages, fields)
        return reply

    def _tell(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None  # named by kind: its words may hold the key
        logger.trace(f"{self._terms.who}: {type(error).__name__} in attempt {state.attempt_number}, trying again")

    async def _once(self, messages: Messages, fields: Fields) -> Reply:
        create: Any = self._client.chat.completions.create
        asked = create(model=self._model, messages=messages, **fields)
        try:  # the client's own limit is on the silence between two pieces of a reply
            return read(await asyncio.wait_for(asked, self._seconds))
        except RecursionError as error:
            raise BadReplyError("the server's reply is JSON of too many levels") from error


def read(completion: Any) -> Reply:
    """Read a completion; servers send bodies of any shape, and the client does not check them.

    Raises:
        BadReplyError: it holds no message, or one of which no text can be read.
        RefusedError: the server keeps the reply back.
    """
    choices = getattr(completion, "choices", None)
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = getattr(choice, "message", None)
    if message is None:
        said = getattr(completion, "error", None) or completion
        raise BadReplyError(f"the server's reply holds no message: {str(said)[:200]!r}")
    usage = getattr(completion, "usage", None)
    reasoning, summary = reasoning_of(message)
    thought = _count(getattr(usage, "completion_tokens_details", None), "reasoning_tokens")
    end, text = getattr(choice, "finish_reason", None), _content(message)
    if text is None and end == "content_filter":
        raise RefusedError("the server's content filter kept the reply back")
    if text is None and not reasoning and end != "length":
        raise BadReplyError(f"the server's message holds no text: {str(message)[:200]!r}")
    return Reply(
        text=text or "",
        reasoning=reasoning,
        cut={"length": True, "stop": False}.get(str(end)),
        steps=_steps(getattr(choice, "logprobs", None)),
        prompt_tokens=_count(usage, "prompt_tokens"),
        output_tokens=_count(usage, "completion_tokens"),
        prompt_text=_text(completion, "prompt_text") or None,
        reasoning_tokens=thought,
        shows="summarised" if summary else "hidden" if thought and not reasoning and not _thinks(text) else "shown",
        price=_price(usage),
    )


def _thinks(text: str | None) -> bool:
    """Whether a text holds reasoning of its own."""
    return "think>" in (text or "")


def _content(message: Any) -> str | None:
    """What a message says: its text, or that of its parts, or its refusal; None if that is none of these."""
    content = getattr(message, "content", None)
    if isinstance(content, str):
        return _text(message, "content")
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, Mapping) and part.get("type") == "text"]
        texts = [encodable(part) for part in parts if isinstance(part, str)]
        return "".join(texts) if texts else None
    return _text(message, "refusal") or None


def _text(message: Any, name: str) -> str:
    value = getattr(message, name, None)
    return encodable(value) if isinstance(value, str) else ""


def _count(usage: Any, name: str) -> int | None:
    value = usage.get(name) if isinstance(usage, Mapping) else getattr(usage, name, None)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _price(usage: Any) -> float | None:
    value: Any = getattr(usage, "cost", None)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and isfinite(value) and value >= 0 else None


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
    spelled = entry.bytes if isinstance(entry.bytes, list) else None  # of a number, bytes() makes as many zeros
    text = bytes(spelled).decode("utf-8", "ignore") if spelled else str(entry.token)
    logprob = float(entry.logprob)
    if not logprob < _ROUNDING:  # a NaN, too
        raise ValueError(f"logprob {logprob}")
    return text, min(0.0, logprob)


def _wait(state: RetryCallState) -> float:
    return pause(state.outcome.exception() if state.outcome else None, state.attempt_number)
