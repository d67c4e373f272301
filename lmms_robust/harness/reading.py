"""Reads our task files without a harness: which tasks there are, and the docs of one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml
from datasets import Dataset, load_dataset
from datasets.exceptions import DatasetsError

from lmms_robust.errors import RobustError, unknown
from lmms_robust.harness.wrapped import docs


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
        RobustError: no task file below ``folder`` has this name, or it is a group's.
    """
    paths = task_paths(folder)
    if name not in paths:
        raise unknown("task", name, paths, where=str(folder))
    content = _read(paths[name])
    if "include" in content:
        content = _read(paths[name].parent / content["include"]) | content
    if "process_docs" not in content:
        raise RobustError(f"{name!r} is a group; allowed: one of its tasks: {', '.join(content['task'])}")
    content["folder"] = paths[name].parent
    return content


def task_docs(config: dict[str, Any]) -> Dataset:
    """Load a task's rows and turn them into docs, as the harness does.

    Raises:
        RobustError: the rows cannot be loaded, or a function that is none of ours makes the docs.
    """
    process_docs = _function(config["process_docs"], config["folder"])
    return process_docs(_rows(config))


def task_source(config: dict[str, Any]) -> str:
    """Where a task's rows come from, in words."""
    name = f", config {config['dataset_name']}" if config.get("dataset_name") else ""
    files = (config.get("dataset_kwargs") or {}).get("data_files")
    return f"{config['dataset_path']}{name}, split {config['test_split']}" + (f", files {files}" if files else "")


def _rows(config: dict[str, Any]) -> Dataset:
    options = dict(config.get("dataset_kwargs") or {})
    files = options.pop("data_files", None)
    if files is not None:
        options["data_files"] = {split: _resolved(config["folder"], names) for split, names in files.items()}
    try:
        return load_dataset(config["dataset_path"], config.get("dataset_name"), split=config["test_split"], **options)
    except (DatasetsError, OSError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise RobustError(
            f"{config['task']}: cannot load {task_source(config)} ({reason}); allowed: a hub that can be reached, or "
            "local files by `lmms-robust local`"
        ) from error


def _resolved(folder: Path, names: str | list[str]) -> str | list[str]:
    if isinstance(names, list):
        return [str(_resolved(folder, name)) for name in names]
    return str(folder / names) if (folder / names).exists() else names


def _function(dotted: str, folder: Path) -> Callable[[Dataset], Dataset]:
    module, _, name = dotted.rpartition(".")
    if (folder / "mapping.yaml").is_file():
        return partial(docs, folder / "mapping.yaml", name)
    if not module.startswith("lmms_robust."):
        raise RobustError(f"function {dotted!r}; allowed: functions of lmms_robust")
    function: Callable[[Dataset], Dataset] = getattr(import_module(module), name)
    return function


def _read(path: Path) -> dict[str, Any]:
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # a SafeLoader
    return content if isinstance(content, dict) else {}
