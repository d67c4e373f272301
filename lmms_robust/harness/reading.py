"""Reads our task files without a harness: which tasks there are, and the docs of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml
from datasets import Dataset, load_dataset
from datasets.exceptions import DatasetsError

from lmms_robust.benchmarks.reading import FORMATS
from lmms_robust.benchmarks.registry import former_ids
from lmms_robust.errors import RobustError, unknown
from lmms_robust.harness.docs import picture_bytes
from lmms_robust.harness.plugin import HARNESSES, task_folder
from lmms_robust.harness.wrapped import docs

NEEDED = (("process_docs",), ("test_split",), ("dataset_path", "custom_dataset"))
"""Settings without which a task's docs cannot be made, each under one of several names."""


class _Loader(yaml.SafeLoader):
    """YAML with ``!function`` read as the dotted name that it is, and nothing run."""


def _dotted_name(loader: _Loader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


_Loader.add_constructor("!function", _dotted_name)


def task_paths(folder: Path) -> dict[str, Path]:
    """Task name -> its file, for every task and group below a folder.

    Raises:
        RobustError: there is no such folder, or a file in it is not YAML.
    """
    if not folder.is_dir():
        raise RobustError(f"{str(folder)!r} is not a folder; allowed: a folder of task files")
    found = {}
    for path in sorted(folder.rglob("*.yaml")):
        content = _read(path)
        name = content.get("group") or content.get("task")
        if isinstance(name, str):
            found[name] = path
    return found


def task_config(name: str, folder: Path) -> dict[str, Any]:
    """Read a task's settings, those that it includes among them.

    Raises:
        RobustError: no task file below ``folder`` has this name, it is a group's, or it is no task of ours.
    """
    paths = task_paths(folder)
    if not paths:
        raise RobustError(f"no task file (*.yaml with a task's name) below {folder}; allowed: a folder of task files")
    if name not in paths:
        packaged = next((harness for harness in HARNESSES if task_folder(harness) == folder), "")
        command = f"those that `lmms-robust tasks {packaged}` lists"
        listed = command if packaged else f"those of the *.yaml files below {folder}"
        raise unknown("task", name, paths, listed=listed)
    return config_in(paths[name], name)


def config_in(path: Path, name: str) -> dict[str, Any]:
    """Read the settings of the task in a file, see :func:`task_config`."""
    content = _read(path)
    if isinstance(content.get("include"), str):
        content = _read(path.parent / content["include"]) | content
    if isinstance(content.get("task"), list):
        raise RobustError(f"{name!r} is a group; allowed: one of its tasks: {', '.join(map(str, content['task']))}")
    lacking = [" or ".join(keys) for keys in NEEDED if not any(isinstance(content.get(key), str) for key in keys)]
    if lacking:
        raise RobustError(f"task {name!r} in {path} has no {', '.join(lacking)}; allowed: a task of lmms-robust")
    content["folder"] = path.parent
    return content


def task_docs(config: dict[str, Any]) -> Dataset:
    """Load a task's rows and turn them into docs, as the harness does.

    Raises:
        RobustError: the rows cannot be loaded, or a function that is none of ours makes the docs.
    """
    process_docs: Callable[[Dataset], Dataset] = _function(config["process_docs"], config["folder"])
    return process_docs(_rows(config))


def task_pictures(benchmark: str, folder: Path) -> Iterator[bytes]:
    """Yield the pictures of the items of a benchmark, as its rows have them, by its task in a folder.

    Raises:
        RobustError: the folder has no such task, or its docs cannot be made.
    """
    try:
        found = task_docs(task_config(f"robust_{benchmark}_base", folder))
    except SystemExit as error:  # a task's own function ends the run with a line
        raise RobustError(str(error).removeprefix("lmms-robust: ")) from error
    yield from map(picture_bytes, found)


def task_source(config: dict[str, Any]) -> str:
    """Where a task's rows come from, in words."""
    name = f", config {config['dataset_name']}" if config.get("dataset_name") else ""
    files = (config.get("dataset_kwargs") or {}).get("data_files")
    path = config.get("dataset_path") or config["custom_dataset"]
    older = "".join(f" (older id: {former})" for former in former_ids(path))
    return f"{path}{older}{name}, split {config['test_split']}" + (f", files {files}" if files else "")


def _rows(config: dict[str, Any]) -> Dataset:
    if "dataset_path" not in config:
        return _function(config["custom_dataset"], config["folder"])()[config["test_split"]]
    options = dict(config.get("dataset_kwargs") or {})
    files = options.pop("data_files", None)
    if files is not None:
        options["data_files"] = {split: _all_resolved(config["folder"], names) for split, names in files.items()}
    try:
        return load_dataset(config["dataset_path"], config.get("dataset_name"), split=config["test_split"], **options)
    except (DatasetsError, OSError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        local = config["dataset_path"] in FORMATS.values()
        allowed = (
            "the files where they were when the task was written, or the task written anew"
            if local
            else "a hub that can be reached, or local files by `lmms-robust local`, which tries older ids too"
        )
        raise RobustError(
            f"{config['task']}: cannot load {task_source(config)} ({reason}); allowed: {allowed}"
        ) from error


def _all_resolved(folder: Path, names: str | list[str]) -> str | list[str]:
    return resolved(folder, names) if isinstance(names, str) else [resolved(folder, name) for name in names]


def resolved(folder: Path, name: str) -> str:
    """A data file as `datasets` is to be told of it: those beside a task file by their path."""
    return str(folder / name) if (folder / name).exists() else name


def _function(dotted: str, folder: Path) -> Callable[..., Any]:
    module, _, name = dotted.rpartition(".")
    if (folder / "mapping.yaml").is_file():
        return partial(docs, folder / "mapping.yaml", name)
    if not module.startswith("lmms_robust."):
        raise RobustError(f"function {dotted!r} (in {folder}); allowed: functions of lmms_robust")
    try:
        function: Callable[..., Any] = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise RobustError(f"no function {dotted!r} (in {folder}); allowed: those of our own task files") from error
    return function


def _read(path: Path) -> dict[str, Any]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # a SafeLoader
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise RobustError(f"cannot read task file {path}: {' '.join(str(error).split())}; allowed: YAML") from error
    return content if isinstance(content, dict) else {}
