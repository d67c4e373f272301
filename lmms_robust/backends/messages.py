"""Chat messages: a list of turns, the content of each a list of text and image parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PIL import Image

from lmms_robust.prompts import render

Message = Mapping[str, Any]


def in_parts(messages: Sequence[Message]) -> list[Message]:
    """Messages whose content is a list of parts, where it may have been bare text."""
    return [
        {**message, "content": [{"type": "text", "text": message["content"]}]}
        if isinstance(message["content"], str)
        else message
        for message in messages
    ]


def text_of(message: Message) -> str:
    """The text of a message."""
    return "".join(part["text"] for part in message["content"] if part["type"] == "text")


def pictures_of(messages: Sequence[Message]) -> tuple[Image.Image, ...]:
    """Pictures of a conversation in order."""
    return tuple(part["url"] for message in messages for part in message["content"] if part["type"] == "image")


def to_inline(messages: Sequence[Message]) -> list[Message]:
    """Move the words of a trailing assistant message to the end of the user turn."""
    if messages[-1]["role"] != "assistant":
        return list(messages)
    *before, user, assistant = messages
    pictures = [part for part in user["content"] if part["type"] == "image"]
    text = render("inline", {"prompt": text_of(user), "prefill": text_of(assistant)})
    return [*before, {"role": "user", "content": [*pictures, {"type": "text", "text": text}]}]
