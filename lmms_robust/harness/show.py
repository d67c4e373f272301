"""Prints exactly what a model would be sent for the first items of a task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lmms_robust.harness.docs import picture_place
from lmms_robust.harness.lmms_eval import doc_to_messages
from lmms_robust.harness.reading import task_config, task_docs, task_source


def show(task: str, folder: Path, n: int, injection: str) -> Iterator[str]:
    """Describe what is sent for the first ``n`` items of a task, one text a doc: of a suite, every variant of each.

    Args:
        task: task name.
        folder: where its file is.
        n: how many items.
        injection: ``"prefill"`` or ``"inline"``, see :func:`lmms_robust.harness.lmms_eval.doc_to_messages`.
    """
    config = task_config(task, folder)
    yield f"{task}: {task_source(config)}"
    docs = task_docs(config)
    ids = list(docs["id"])
    every = list(dict.fromkeys(ids))
    yield f"{len(every)} items, {len(ids)} docs"
    chosen = set(every[:n])
    for doc in docs.select([index for index, name in enumerate(ids) if name in chosen]):
        yield _described(doc, doc_to_messages(doc, {"injection": injection}))


def _described(doc: Mapping[str, Any], messages: list[dict[str, Any]]) -> str:
    lines = [
        f"=== {doc['id']} · {doc['variant']} · {doc['category']}",
        f"right option: {doc['answer']} · planted option: {doc['planted']} · injection: {_injection(doc, messages)}",
    ]
    for message in messages:
        lines.append(f"--- {message['role']}")
        lines += [_part(part, doc) for part in message["content"]]
    return "\n".join(lines)


def _injection(doc: Mapping[str, Any], messages: list[dict[str, Any]]) -> str:
    if not doc["prefill"]:
        return "none"
    return "prefill" if messages[-1]["role"] == "assistant" else "inline"


def _part(part: Mapping[str, Any], doc: Mapping[str, Any]) -> str:
    if part["type"] == "image":
        width, height = part["url"].size
        return f"[image {width}x{height}, {picture_place(doc)}]"
    return str(part["text"])
