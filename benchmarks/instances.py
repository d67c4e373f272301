"""Requests as lmms-eval makes them, for a backend called without the harness around it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from lmms_eval.api.instance import Instance

from lmms_robust.harness import lmms_eval as tasks

PREFILL, INLINE = {"injection": "prefill"}, {"injection": "inline"}


def rank() -> tuple[int, int]:
    """Number of this process and of all, as ``accelerate launch`` sets them."""
    return int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))


def instances(
    name: str, docs: Iterable[Mapping[str, Any]], kwargs: Mapping[str, str], new_tokens: int
) -> tuple[dict[str, Any], list[Instance]]:
    """Return the tasks that a backend looks docs up in, and this process's requests.

    Args:
        name: of the task.
        docs: of all processes; the harness deals them out in turn.
        kwargs: the task's ``lmms_eval_specific_kwargs`` for the backend.
        new_tokens: most tokens of a response.
    """
    settings = {"max_new_tokens": new_tokens, "temperature": 0, "do_sample": False, "until": []}
    rows, (mine, processes) = list(docs), rank()

    def messages(doc: Mapping[str, Any]) -> list[dict[str, Any]]:
        return tasks.doc_to_messages(doc, kwargs)

    requests = [
        Instance(
            "generate_until", (tasks.doc_to_text(doc, kwargs), messages, settings, number, name, "test"), 0,
            {"task": name, "doc_id": number, "repeats": 1},
        )
        for number, doc in enumerate(rows) if number % processes == mine
    ]  # fmt: skip
    return {name: {"test": rows}}, requests
