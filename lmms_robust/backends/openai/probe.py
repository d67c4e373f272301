"""Finds out, before work starts, whether a server really continues a trailing assistant message."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from loguru import logger
from PIL import Image

from lmms_robust.backends.openai.client import Messages
from lmms_robust.backends.openai.errors import RefusedError
from lmms_robust.backends.openai.picture_urls import data_url
from lmms_robust.backends.replies import Reply
from lmms_robust.errors import RobustError
from lmms_robust.reading.tags import first_think_tag, open_thought
from lmms_robust.transport import Injection

CONTINUE = {"continue_final_message": True, "add_generation_prompt": False}
"""The fields that vLLM, SGLang and others take; unknown to the API itself."""

Asked = Literal["auto", "prefill", "inline"]
Ask = Callable[[Messages, Mapping[str, Any]], Awaitable[Reply]]

_QUESTION = "Name a famous tower and the city where it stands."
# Both stop within a word: nothing but its end goes on from here, and nothing that starts anew begins with that.
_OPEN, _CLOSED = "<think>The Eiffel Tower stands in Par", "<think>It is the Eiffel Tower.</think>It stands in Par"
_END_OF_WORD = re.compile(r"is(?![a-z])")
_LIMITS = {"max_tokens": 16, "temperature": 0}
_THOUGHT = 1024
"""Tokens in which a thought about such a question ends."""
# Tokens that may join differently where two texts meet.
_SLACK = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """How injected words are delivered.

    Attributes:
        injection: ``"prefill"`` or ``"inline"``.
        echoes: the server repeats the words at the start of its reply.
        why: what shows it, for the log.
        opened: the thought that the chat template opens for a new turn, or ``""``.
    """

    injection: Injection
    echoes: bool
    why: str
    opened: str


async def examine(ask: Ask, asked: Asked) -> Finding:
    """Ask a server for a few words, with and without a start of its turn.

    Only clear evidence counts as continued: the rendered prompt where the server shows it, else the end of a word that
    was cut in the middle, else the length of the prompt, which is shorter if the turn is left open. A template may add
    an empty block of reasoning before the words; the first and the last show that too.

    Args:
        ask: sends messages with other fields of the request.
        asked: what the user wants; ``"prefill"`` takes unclear evidence for enough.

    Raises:
        RobustError: ``"prefill"`` is wanted and the server refuses it, or is seen to rewrite it.
    """
    if asked == "inline":
        return Finding("inline", False, "as asked for", await _opened(ask))
    found = [await _try(ask, prefill) for prefill in (_OPEN, _CLOSED)]
    against = next((one for one in found if one.state in ("refused", "rewritten")), None)
    unclear = next((one for one in found if one.state == "unclear"), None)
    if asked == "prefill" and against:
        raise RobustError(f"injection=prefill: {against.why}; allowed: injection=inline, or another server or template")
    if asked == "auto" and (against or unclear):
        return Finding("inline", False, (against or unclear or found[0]).why, await _opened(ask))
    return Finding("prefill", any(one.echoes for one in found), (unclear or found[0]).why, await _opened(ask))


async def _opened(ask: Ask) -> str:
    """The thought that the chat template opens for a new turn, where the model's reply does not hold its tag.

    The rendered prompt shows it where the server shows that, else a reply that closes a thought which it never opened.
    A wrong key or model is found by this too; whether other requests are refused as well is left to them.
    """
    try:
        reply = await _showing(ask, _messages(), {})
        if reply.reasoning or not reply.text:  # the server keeps thoughts apart
            return ""
        if reply.prompt_text is not None:
            return open_thought(reply.prompt_text.rpartition(_QUESTION)[2])
        if reply.cut and first_think_tag(reply.text) == "":
            reply = await ask(_messages(), {**_LIMITS, "max_tokens": _THOUGHT})
    except RefusedError as error:
        logger.warning(f"robust_openai: a short question with a picture is refused: {error}")
        return ""
    return "<think>" if first_think_tag(reply.text) == "closes" else ""


@dataclass(frozen=True, slots=True)
class _Trial:
    state: Literal["continued", "rewritten", "refused", "unclear"]
    why: str
    echoes: bool = False


async def _try(ask: Ask, prefill: str) -> _Trial:
    messages = _messages(prefill)
    try:
        reply = await _showing(ask, messages, CONTINUE)
    except RefusedError as error:
        return _Trial("refused", f"the server refuses to continue a turn ({error})")
    written = reply.reasoning + reply.text
    echoes = written.startswith(prefill)
    if reply.prompt_text is not None:
        return _shown(reply.prompt_text, prefill, echoes)
    if await _adds(ask, reply, prefill):
        return _Trial("rewritten", "the prompt grows by more than the start of the turn", echoes)
    if _END_OF_WORD.match(written.removeprefix(prefill)):
        return _Trial("continued", "a word that was cut in the middle was completed", echoes)
    if await _leaves_open(ask, reply, messages):
        return _Trial("continued", "the prompt is shorter by the end of the turn", echoes)
    return _Trial("unclear", f"nothing shows that the start of a turn is continued; reply: {written[:40]!r}", echoes)


async def _showing(ask: Ask, messages: Messages, extra: Mapping[str, Any]) -> Reply:
    """The reply, with the rendered prompt if the server shows it."""
    try:
        return await ask(messages, {**_LIMITS, "extra_body": {**extra, "return_prompt_text": True}})
    except RefusedError:  # perhaps because of the second wish alone
        return await ask(messages, {**_LIMITS, "extra_body": extra} if extra else _LIMITS)


def _shown(prompt: str, prefill: str, echoes: bool) -> _Trial:
    before = prompt.removesuffix(prefill)
    if before == prompt or "think>" in before.rpartition(_QUESTION)[2]:
        return _Trial("rewritten", f"the server's chat template rewrites the start of a turn: {prompt[-80:]!r}", echoes)
    return _Trial("continued", "the rendered prompt ends in the start of the turn", echoes)


async def _adds(ask: Ask, reply: Reply, prefill: str) -> bool:
    """Whether more was added to an opened turn than the words, by their length at the end of a user turn."""
    opened = await _length(ask, reply, _messages(), {})
    longer = await _length(ask, reply, _messages(more=prefill), {})
    if reply.prompt_tokens is None or opened is None or longer is None:
        return False
    return reply.prompt_tokens - opened > longer - opened + _SLACK


async def _leaves_open(ask: Ask, reply: Reply, messages: Messages) -> bool:
    closed = await _length(ask, reply, messages, {"extra_body": {"add_generation_prompt": False}})
    return reply.prompt_tokens is not None and closed is not None and reply.prompt_tokens < closed


async def _length(ask: Ask, reply: Reply, messages: Messages, fields: Mapping[str, Any]) -> int | None:
    """Length of a prompt, where the server told that of the first."""
    if reply.prompt_tokens is None:
        return None
    try:
        return (await ask(messages, {**_LIMITS, **fields})).prompt_tokens
    except RefusedError:
        return None


def _messages(prefill: str = "", more: str = "") -> Messages:
    text = f"{_QUESTION}\n{more}" if more else f"{_QUESTION}\n"
    picture = {"type": "image_url", "image_url": {"url": data_url(Image.new("RGB", (112, 112), "gray"))}}
    user = {"role": "user", "content": [picture, {"type": "text", "text": text}]}
    turn: Sequence[Mapping[str, Any]] = [{"role": "assistant", "content": prefill}] if prefill else []
    return [user, *turn]
