"""Reads our task files without a harness: which tasks there are, and the docs of one."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml
from datasets import Dataset, load_dataset

from lmms_robust.errors import RobustError, unknown


class _Loader(yaml.SafeLoader):
    """YAML with ``!function`` read as the dotted name that it is, and nothing run."""


def _dotted_name(loader: _Loader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


_Loader.add_constructor("!function", _dotted_name)


def task_paths(folder: Path) -> dict[str, Path]:
    """Task name -> its file, for every task and group below a folder."""
    found = {}
    for path in sorted(folder.rglob("*.yaml")):
        content = _read(path)
        name = content.get("group") or content.get("task")
        if isinstance(name, str):
            found[name] = path
    return found


def task_descriptions(folder: Path) -> dict[str, str]:
    """Task name -> one sentence about it."""
    return {name: _read(path).get("metadata", {}).get("about", "") for name, path in task_paths(folder).items()}


def task_config(name: str, folder: Path) -> dict[str, Any]:
    """Read a task's settings, those that it includes among them.

    Raises:
        RobustError: no task file below ``folder`` has this name.
    """
    paths = task_paths(folder)
    if name not in paths:
        raise unknown("task", name, paths, where=str(folder))
    content = _read(paths[name])
    if "include" in content:
        content = _read(paths[name].parent / content["include"]) | content
    content["folder"] = paths[name].parent
    return content


def task_docs(config: dict[str, Any]) -> Dataset:
    """Load a task's rows and turn them into docs, as the harness does.

    Raises:
        RobustError: the config is of a group.
    """
    if "process_docs" not in config:
        raise RobustError(f"{config.get('group')!r} is a group; allowed: one of its tasks: {', '.join(config['task'])}")
    process_docs = _function(config["process_docs"])
    docs: Dataset = process_docs(_rows(config))
    return docs


def _rows(config: dict[str, Any]) -> Dataset:
    options = dict(config.get("dataset_kwargs") or {})
    files = options.pop("data_files", None)
    if files is not None:
        options["data_files"] = {split: _resolved(config["folder"], name) for split, name in files.items()}
    return load_dataset(config["dataset_path"], config.get("dataset_name"), split=config["test_split"], **options)


def _resolved(folder: Path, name: str) -> str:
    return str(folder / name) if (folder / name).exists() else name


def _function(dotted: str) -> Callable[[Dataset], Dataset]:
    module, _, name = dotted.rpartition(".")
    if not module.startswith("lmms_robust."):
        raise RobustError(f"function {dotted!r}; allowed: functions of lmms_robust")
    function: Callable[[Dataset], Dataset] = getattr(import_module(module), name)
    return function


def _read(path: Path) -> dict[str, Any]:
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # a SafeLoader
    return content if isinstance(content, dict) else {}
