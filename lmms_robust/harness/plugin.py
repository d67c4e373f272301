"""Entry point in lmms-eval's group ``lmms_eval.models``: our models, and our task folder beside the built-in ones."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from importlib.resources import files
from pathlib import Path
from typing import Any

from loguru import logger  # lmms-eval's own; it turns Python's warnings off

from lmms_robust.errors import unknown
from lmms_robust.harness.after_import import after_import

BACKENDS = {
    "robust_hf": "lmms_robust.backends.hf.RobustHF",
    "robust_openai": "lmms_robust.backends.openai.RobustOpenAI",
    "robust_vllm": "lmms_robust.backends.vllm.RobustVLLM",
}
"""Models that continue a prefill: lmms-eval name -> class."""

FALLBACK = 'pass --include_path "$(lmms-robust tasks --path)" to lmms-eval'


HARNESSES = ("lmms_eval", "lm_eval")


def task_folder(harness: str = "lmms_eval") -> Path:
    """Folder of our task files for a harness.

    Raises:
        RobustError: we have none for this harness.
    """
    if harness not in HARNESSES:
        raise unknown("harness", harness, HARNESSES)
    return Path(str(files("lmms_robust.tasks") / harness))


def manifests() -> list[Any]:
    """Called by lmms-eval while it imports its models: see to the task folder, return the models.

    The tasks' module takes ten seconds to import, so that is left to whoever wants tasks. Never raises: an error here
    would take other people's plugins and runs down with it.
    """
    after_import("lmms_eval.tasks", _attach_or_warn)
    after_import("lmms_eval.loggers.wandb_logger", _mend_or_warn)
    try:
        from lmms_eval.models.registry_v2 import ModelManifest

        return [ModelManifest(model_id=name, chat_class_path=path) for name, path in BACKENDS.items()]
    except Exception as error:
        names = ", ".join(BACKENDS)
        logger.warning(f"lmms-robust cannot add its models ({names}) to this lmms-eval ({error})")
        return []


def _attach_or_warn() -> None:
    try:
        attach()
    except Exception as error:  # whatever a later lmms-eval raises
        logger.warning(f"lmms-robust cannot add its tasks to this lmms-eval ({error}); {FALLBACK}")


def _mend_or_warn() -> None:
    try:
        from lmms_robust.harness.wandb_log import mend

        mend()
    except Exception as error:  # whatever a later lmms-eval raises
        logger.warning(f"lmms-robust leaves this lmms-eval's logger for wandb as it is ({error})")


def attach() -> None:
    """Make every TaskManager of this process index our task folder, after the user's own.

    Raises:
        ImportError, AttributeError, TypeError: lmms-eval has changed so that this is not possible.
    """
    from lmms_eval.tasks import TaskManager

    original: Callable[..., Any] = TaskManager.initialize_tasks
    if attached(original):
        return
    signature = inspect.signature(original)
    if "include_path" not in signature.parameters:
        raise TypeError("TaskManager.initialize_tasks takes no include_path")

    @wraps(original)
    def initialize_tasks(self: Any, *args: Any, **kwargs: Any) -> Any:
        given = signature.bind(self, *args, **kwargs)
        include_path = given.arguments.get("include_path")
        theirs = [include_path] if isinstance(include_path, str) else list(include_path or [])
        given.arguments["include_path"] = [*theirs, str(task_folder())]
        return original(*given.args, **given.kwargs)

    initialize_tasks.__dict__["adds_lmms_robust"] = True
    TaskManager.initialize_tasks = initialize_tasks


def attached(method: Callable[..., Any]) -> bool:
    """Whether a ``TaskManager.initialize_tasks`` is ours."""
    return bool(getattr(method, "adds_lmms_robust", False))
