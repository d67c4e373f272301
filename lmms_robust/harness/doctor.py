"""Says what of the environment works: versions, the hook, the backends, missing extras."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, entry_points, version
from importlib.util import find_spec
from typing import Literal

from lmms_robust.embedded import TINY_MODEL
from lmms_robust.harness import plugin

EXTRAS = {
    "decord": "lmms-eval's qwen2_5_vl, qwen3_vl and llava_hf need it: pip install decord",
    "qwen_vl_utils": "lmms-eval's Qwen backends need it: pip install qwen-vl-utils",
    "lm_eval": "the second harness: pip install 'lmms-robust[lm-eval]'",
    "vllm": "lmms-eval's vllm backend needs it",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; ``"broken"`` means that runs will fail."""

    state: Literal["ok", "absent", "broken"]
    about: str
    detail: str


def examine() -> Iterator[Finding]:
    """Look at everything; takes as long as importing lmms-eval does."""
    for package in ("lmms-robust", "lmms-eval", "lm-eval", "transformers", "torch", "datasets"):
        yield _package(package, needed=package != "lm-eval")
    yield _entry_point()
    yield _hook()
    yield _device()
    yield from _backends()
    for module, reason in EXTRAS.items():
        state: Literal["ok", "absent"] = "ok" if find_spec(module) else "absent"
        yield Finding(state, f"package {module}", "installed" if state == "ok" else reason)


def _package(name: str, needed: bool) -> Finding:
    try:
        return Finding("ok", name, version(name))
    except PackageNotFoundError:
        return Finding("broken" if needed else "absent", name, f"not installed: pip install {name}")


def _entry_point() -> Finding:
    names = [point.name for point in entry_points(group="lmms_eval.models")]
    if "lmms_robust" in names:
        return Finding("ok", "entry point", "lmms_eval.models: lmms_robust")
    return Finding("broken", "entry point", f"lmms-eval will not see our tasks; reinstall, or {plugin.FALLBACK}")


def _hook() -> Finding:
    try:
        import lmms_eval.models
        from lmms_eval.tasks import TaskManager

        from lmms_robust.harness.reading import task_paths
    except ImportError as error:
        return Finding("broken", "task hook", f"lmms-eval does not import: {error}")
    if not plugin.attached(TaskManager.initialize_tasks):
        return Finding("broken", "task hook", f"not attached; {plugin.FALLBACK}")
    ours, theirs = task_paths(plugin.task_folder()), set(TaskManager().all_tasks)
    lost = [name for name in ours if name not in theirs]
    if lost:
        return Finding("broken", "task hook", f"lmms-eval does not find {', '.join(lost)}; {plugin.FALLBACK}")
    known = lmms_eval.models.list_available_models()
    missing = [name for name in plugin.BACKENDS if name not in known]
    if missing:
        return Finding("broken", "task hook", f"models not registered: {', '.join(missing)}")
    return Finding("ok", "task hook", f"attached, {len(ours)} tasks found by lmms-eval")


def _device() -> Finding:
    import torch

    if torch.cuda.is_available():
        return Finding("ok", "CUDA", torch.cuda.get_device_name())
    return Finding("absent", "CUDA", "no device: models run on the CPU in float32")


def _backends() -> Iterator[Finding]:
    from transformers import AutoProcessor

    from lmms_robust.backends.chat import check_prefill
    from lmms_robust.errors import RobustError

    try:
        check_prefill(AutoProcessor.from_pretrained(TINY_MODEL), "embedded model")
        yield Finding("ok", "backend robust_hf", "continues a prefill (tried on the embedded model's chat template)")
    except (OSError, RobustError) as error:
        yield Finding("broken", "backend robust_hf", str(error))
    yield Finding("ok", "other lmms-eval backends", "close a prefill, so its words go inline in the user turn")
