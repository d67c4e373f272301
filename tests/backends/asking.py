"""Requests as lmms-eval hands them to a model, about the docs that come with the package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any

from lmms_robust.harness import lmms_eval as task
from lmms_robust.harness.plugin import task_folder
from lmms_robust.harness.reading import task_config, task_docs

SETTINGS = {"max_new_tokens": 64, "temperature": 0, "do_sample": False, "until": []}


def scenes(name: str = "robustness_scenes", items: int = 2) -> Any:
    """The docs of the first items of a task that has all variants of each."""
    return _docs(name).select(range(12 * items))


@cache
def _docs(name: str) -> Any:
    """All 7200 docs of a task, which take a second to make."""
    return task_docs(task_config(name, task_folder()))


def requests(model: Any, docs: Sequence[Mapping[str, Any]], messages: Any = None, **settings: Any) -> list[Any]:
    """One request a doc."""
    model.task_dict = {"robust": {"test": docs}}

    def continued(doc: Mapping[str, Any]) -> list[dict[str, Any]]:
        return task.doc_to_messages(doc, {"injection": "prefill"})

    def request(number: int) -> SimpleNamespace:
        arguments = (f"{number}", messages or continued, {**SETTINGS, **settings}, number, "robust", "test")
        return SimpleNamespace(args=arguments, arguments=arguments)

    return [request(number) for number in range(len(docs))]
