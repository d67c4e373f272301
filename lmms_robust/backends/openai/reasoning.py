"""Reasoning in the places where servers put it beside the text, and whether it is the model's own or a summary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from openai import BaseModel

from lmms_robust.backends.openai.errors import encodable

_NAMED = ("reasoning", "summary", "thinking")
"""What the names of fields with reasoning begin with; by their order, text goes before objects of it."""
_INNER = ("thinking", "text", "reasoning", "content", "summary")
_DEEPEST = 4


def reasoning_of(message: Any) -> tuple[str, bool]:
    """The reasoning that a message shows, and whether that is a summary.

    Servers give it as text, as objects with a type, or as parts of the content that are not its text. Where one gives
    the same in several fields, the first counts; a closed model's summary is called one somewhere.

    Args:
        message: of a reply, as the client hands it over.
    """
    content = getattr(message, "content", None)
    parts = [part for part in content if _kind(part) != "text"] if isinstance(content, list) else []
    fields = dict(message) if isinstance(message, BaseModel) else {}
    places = [*((name, fields[name]) for name in sorted(fields) if name.startswith(_NAMED)), ("", parts)]
    found = [(encodable("".join(_texts(value))), name) for name, value in places]
    said = next(((text, name) for text, name in found if text.strip()), None)
    if said is None:
        return "", False
    kinds = {_kind(entry) for _, value in places if isinstance(value, list) for entry in value}
    summary = "summary" in said[1] or any("summary" in kind for kind in kinds)
    return said[0], summary and not any(kind.endswith("text") and "summary" not in kind for kind in kinds)


def _kind(entry: Any) -> str:
    if not isinstance(entry, Mapping):
        return ""
    return "summary" if "summary" in entry else str(entry.get("type", ""))


def _texts(value: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and depth < _DEEPEST:
        for entry in value:
            yield from _texts(entry, depth + 1)
    elif isinstance(value, Mapping) and depth < _DEEPEST:
        yield from _texts(next((value[name] for name in _INNER if value.get(name)), None), depth + 1)
