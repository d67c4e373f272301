"""From chat messages to the exact text a processor is given, with a trailing assistant message left open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import TemplateError

from lmms_robust.backends.messages import Message, pictures_of, text_of
from lmms_robust.errors import RobustError
from lmms_robust.generation.prompt import Prompt
from lmms_robust.reading.tags import open_thought, within_thought

_LONGEST = 64
"""Characters within which the start of a turn opens a thought."""


def to_prompt(processor: Any, messages: Sequence[Message], name: str) -> Prompt:
    """Render messages with the processor's chat template.

    Where the template opens a thought for a new turn, or rewrites an assistant message, a trailing one goes after the
    start of a new turn instead, without the tag that is open there already.

    Args:
        processor: a transformers processor with a chat template.
        messages: chat messages whose content is a list of text and image parts.
        name: the checkpoint, for error messages.

    Raises:
        RobustError: content other than text and images, or a template from which no start of a turn can be had.
    """
    pictures = pictures_of(messages)
    conversation = [
        {"role": message["role"], "content": [_part(part) for part in message["content"]]} for message in messages
    ]
    injected = text_of(messages[-1]) if messages[-1]["role"] == "assistant" else ""
    asked = conversation[:-1] if injected else conversation
    try:
        opened = _template(processor, asked, add_generation_prompt=True)
    except (TemplateError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise RobustError(f"{name}: its chat template fails: {reason}; allowed: one for these messages") from error
    thought = open_thought(_generation_prompt(processor, asked, opened))
    if not injected:
        return Prompt(opened, pictures, thought)
    kept = None if thought else _kept(processor, conversation, injected)
    if kept is not None:
        return Prompt(kept, pictures, injected)
    turn = within_thought(thought, injected)
    return Prompt(_started(processor, asked, opened, thought, name) + turn, pictures, turn)


def check_prefill(processor: Any, name: str) -> None:
    """Render a trial prefill, so that a template that takes none is found before any weights are loaded.

    Raises:
        RobustError: the processor has no chat template, or no start of a turn can be had from it.
    """
    if not getattr(processor, "chat_template", None):
        raise RobustError(f"{name}: no chat template; allowed: a checkpoint whose processor has one")
    question = {"role": "user", "content": [{"type": "text", "text": "What is this?"}]}
    for prefill in ("<think>It is a cat.", "<think>It is a cat.</think>"):
        to_prompt(processor, [question, {"role": "assistant", "content": [{"type": "text", "text": prefill}]}], name)


def _generation_prompt(processor: Any, asked: list[dict[str, Any]], opened: str) -> str:
    """What starts a new turn; only looked up where it may open a thought."""
    if not open_thought(opened[-_LONGEST:]):
        return ""
    closed = _template(processor, asked)
    return opened.removeprefix(closed) if opened.startswith(closed) else opened[-_LONGEST:]


def _kept(processor: Any, conversation: list[dict[str, Any]], injected: str) -> str | None:
    """The conversation up to the end of the trailing message, if the template leaves that as it is."""
    try:
        text = _template(processor, conversation, continue_final_message=True)
    except (TemplateError, ValueError):  # ValueError: the message does not stand in the rendered text
        return None
    before = text.removesuffix(injected)
    rewrites = before == text or before.count("<think>") > _template(processor, conversation[:-1]).count("<think>")
    return None if rewrites else text


def _started(processor: Any, asked: list[dict[str, Any]], opened: str, thought: str, name: str) -> str:
    """The conversation up to the first word of a new turn's thought, or of the turn."""
    closed = _template(processor, asked)
    start = opened.removeprefix(closed)
    if opened.startswith(closed) and start and not ("<think>" in start and not thought):
        return opened.removesuffix(thought)
    raise RobustError(
        f"{name}: the chat template rewrites a trailing assistant message, and starts a new turn with {start[-40:]!r}; "
        "allowed: a template that keeps the message or starts a turn without a closed thought, or model_args "
        "injection=inline"
    )


def _template(processor: Any, conversation: list[dict[str, Any]], **flags: bool) -> str:
    text: str = processor.apply_chat_template(conversation, tokenize=False, **flags)
    return text


def _part(part: Mapping[str, Any]) -> dict[str, Any]:
    if part["type"] not in ("text", "image"):
        raise RobustError(f"robust_hf: content of type {part['type']!r}; allowed: text, image")
    return {"type": "image"} if part["type"] == "image" else {"type": "text", "text": part["text"]}
