"""From chat messages to the exact text a processor is given, with a trailing assistant message left open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lmms_robust.backends.messages import Message, pictures_of, text_of
from lmms_robust.errors import RobustError
from lmms_robust.generation.prompt import Prompt


def to_prompt(processor: Any, messages: Sequence[Message], name: str) -> Prompt:
    """Render messages with the processor's chat template.

    Args:
        processor: a transformers processor with a chat template.
        messages: chat messages whose content is a list of text and image parts.
        name: the checkpoint, for error messages.

    Raises:
        RobustError: content other than text and images, or a template that rewrites the prefill.
    """
    pictures = pictures_of(messages)
    conversation = [
        {"role": message["role"], "content": [_part(part) for part in message["content"]]} for message in messages
    ]
    prefill = text_of(messages[-1]) if messages[-1]["role"] == "assistant" else ""
    if not prefill:
        return Prompt(_template(processor, conversation, add_generation_prompt=True), pictures, "")
    text = _continued(processor, conversation, prefill, name)
    return Prompt(text, pictures, prefill)


def check_prefill(processor: Any, name: str) -> None:
    """Render a trial prefill, so that a template that rewrites it is found before any weights are loaded.

    Raises:
        RobustError: the processor has no chat template, or it rewrites a trailing assistant message.
    """
    if not getattr(processor, "chat_template", None):
        raise RobustError(f"{name}: no chat template; allowed: a checkpoint whose processor has one")
    question = {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "What is this?"}]}
    for prefill in ("<think>It is a cat.", "<think>It is a cat.</think>"):
        answer = {"role": "assistant", "content": [{"type": "text", "text": prefill}]}
        _continued(processor, [question, answer], prefill, name)


def _continued(processor: Any, conversation: list[dict[str, Any]], prefill: str, name: str) -> str:
    try:
        text = _template(processor, conversation, continue_final_message=True)
    except ValueError:  # transformers' own check: the message does not stand in the rendered text
        text = _template(processor, conversation)
    before = text.removesuffix(prefill)
    if before == text or before.count("<think>") > _template(processor, conversation[:-1]).count("<think>"):
        opened = _template(processor, conversation[:-1], add_generation_prompt=True)
        raise RobustError(
            f"{name}: the chat template rewrites a trailing assistant message; sent {prefill[:60]!r}, rendered "
            f"{text[-80:]!r}, a new turn would start with {opened[-40:]!r}; allowed: a template that keeps it, or "
            "model_args injection=inline"
        )
    return text


def _template(processor: Any, conversation: list[dict[str, Any]], **flags: bool) -> str:
    text: str = processor.apply_chat_template(conversation, tokenize=False, **flags)
    return text


def _part(part: Mapping[str, Any]) -> dict[str, Any]:
    if part["type"] not in ("text", "image"):
        raise RobustError(f"robust_hf: content of type {part['type']!r}; allowed: text, image")
    return {"type": "image"} if part["type"] == "image" else {"type": "text", "text": part["text"]}
