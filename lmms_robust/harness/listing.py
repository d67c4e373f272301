"""The tasks of a folder by benchmark, and whether each benchmark's rows and pictures are on this machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import datasets.config
from datasets.packaged_modules.cache.cache import Cache
from rich.markup import escape
from rich.table import Table

from lmms_robust.benchmarks import MODULES, benchmark
from lmms_robust.benchmarks import mapping as mappings
from lmms_robust.benchmarks.reading import FORMATS
from lmms_robust.errors import RobustError
from lmms_robust.harness import unprepared
from lmms_robust.harness.plugin import BACKENDS
from lmms_robust.harness.reading import config_in, resolved, task_paths
from lmms_robust.harness.wrap import MAPPING_FILE
from lmms_robust.perturbations import VARIANTS

Here = Literal["yes", "hub", "no"]
"""Whether a benchmark runs here now: yes, with rows that the hub gives, or not before something is done."""


SUITES = {
    "robustness": "every variant of every item, with paired metrics",
    "robustprobe": f"the same, the reply forced up to the answer letter; with {', '.join(BACKENDS)}",
}
"""Tasks of all variants: how their names begin, and what they run."""


NOT_FETCHED, FILES_INSTEAD = "not fetched yet", "`lmms-robust local BENCHMARK` takes files"
INSTALLED_BY = {"lmms_eval": "pip install lmms-eval", "lm_eval": "pip install 'lmms-robust[lm-eval]'"}


@dataclass(frozen=True, slots=True)
class Listed:
    """One benchmark of a folder of task files.

    Attributes:
        benchmark: its name.
        here: whether it runs here now.
        rows: where its rows are; where it does not run, what is missing and what to do.
        leaves: variant -> name of its task.
        suites: names of the tasks with every variant.
    """

    benchmark: str
    here: Here
    rows: str
    leaves: Mapping[str, str]
    suites: tuple[str, ...]


def listed(folder: Path, harness: str) -> list[Listed]:
    """Look at every benchmark of a folder, in the order of our own; those that are none of ours stand last.

    Args:
        folder: of task files.
        harness: whose they are.

    Raises:
        RobustError: no such folder, a task file that is not YAML, or no suite in it.
    """
    paths = task_paths(folder)
    order = {name: place for place, name in enumerate(MODULES)}
    names = [name.removeprefix("robustness_") for name in paths if name.startswith("robustness_")]
    if not names:
        raise RobustError(f"no tasks of lmms-robust below {folder}; allowed: a folder by `local` or `wrap`, or our own")
    found = []
    for name in sorted(names, key=lambda name: (order.get(name, len(order)), name)):
        here, rows = _state(name, paths[f"robustness_{name}"], harness)
        leaves = {variant: f"robust_{name}_{variant}" for variant in VARIANTS if f"robust_{name}_{variant}" in paths}
        suites = (f"robustness_{name}", f"robustprobe_{name}")
        found.append(Listed(name, here, rows, leaves, tuple(suite for suite in suites if suite in paths)))
    return found


def overview(found: Sequence[Listed]) -> Iterator[Table | str]:
    """What there is, in at most 100 columns: the forms of names, and a line for each benchmark."""
    kinds = _table("task", "what it runs")
    kinds.add_row("robust_BENCHMARK_VARIANT", "one variant of every item")
    made = [name for name in MODULES if benchmark(name).source.made_by]
    for suite, about in SUITES.items():
        having = {one.benchmark for one in found if f"{suite}_{one.benchmark}" in one.suites}
        if having:
            kinds.add_row(f"{suite}_BENCHMARK", about)
        if having >= set(MODULES):
            kinds.add_row(suite, f"these of all benchmarks but {', '.join(made)}")
    yield kinds
    yield ""
    rows = _table("benchmark", "runs here", "rows")
    for one in found:
        rows.add_row(one.benchmark, one.here, escape(one.rows))
    yield rows
    yield ""
    if any(one.here == "hub" for one in found):
        yield f"hub: the first run fetches the rows, if the hub answers; {FILES_INSTEAD}"
    if any(one.rows.endswith(NOT_FETCHED) for one in found):
        yield f"{NOT_FETCHED}: HF_HUB_OFFLINE is set; unset it, or {FILES_INSTEAD}"
    yield f"VARIANT: {', '.join(VARIANTS)}"
    yield "names and what they are: --benchmark BENCHMARK, --variant VARIANT"


def names(found: Sequence[Listed], variants: Sequence[str]) -> Iterator[Table | str]:
    """The tasks of some benchmarks, a line each.

    Args:
        found: the benchmarks.
        variants: variants whose tasks are listed; all, and the suites, where none is named.
    """
    for variant in variants:
        yield f"{variant}: {VARIANTS[variant].about}"
    table = _table("task", "runs here", *([] if variants else ["what it runs"]))
    for one in found:
        for variant, name in one.leaves.items():
            if not variants:
                table.add_row(name, one.here, VARIANTS[variant].about)
            elif variant in variants:
                table.add_row(name, one.here)
        for name in () if variants else one.suites:
            table.add_row(name, one.here, SUITES[name.partition("_")[0]])
    yield table


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for place, name in enumerate(columns):
        table.add_column(name, no_wrap=place + 1 < len(columns), overflow="fold")
    return table


def _state(name: str, path: Path, harness: str) -> tuple[Here, str]:
    if find_spec(harness) is None:
        return "no", f"{harness} is not installed: {INSTALLED_BY[harness]}"
    try:
        return _here(name, config_in(path, f"robustness_{name}"))
    except RobustError as error:  # one that is broken hides no other
        return "no", str(error)


def _here(name: str, config: Mapping[str, Any]) -> tuple[Here, str]:
    if config["process_docs"].startswith(f"{unprepared.__name__}."):
        return "no", benchmark(name).source.made_by
    if "dataset_path" not in config:
        return "yes", "with the package"
    path, files = config["dataset_path"], (config.get("dataset_kwargs") or {}).get("data_files")
    if path not in FORMATS.values() and not Path(path).is_absolute():
        return _on_the_hub(config)
    given = [str(one) for names in (files or {}).values() for one in ([names] if isinstance(names, str) else names)]
    places = [resolved(config["folder"], one) for one in given] if given else [path]
    mapping = config["folder"] / MAPPING_FILE
    images = mappings.read(mapping).images if mapping.is_file() else None
    for place in [*places, *([str(images)] if images else [])]:
        if not Path(place).exists():
            return "no", f"{place} is not there: put it back, or write these tasks again"
    return "yes", ", ".join(one if Path(one).is_absolute() else f"{one} with the task files" for one in given) or path


def _on_the_hub(config: Mapping[str, Any]) -> tuple[Here, str]:
    path = config["dataset_path"]
    if _is_fetched(config):
        return "yes", f"{path}, fetched before"
    if not datasets.config.HF_HUB_OFFLINE:
        return "hub", path
    return "no", f"{path}, {NOT_FETCHED}"


def _is_fetched(config: Mapping[str, Any]) -> bool:
    """Whether `datasets` would find the rows without asking the hub."""
    path, options = config["dataset_path"], config.get("dataset_kwargs") or {}
    files = {"data_files": options["data_files"]} if "data_files" in options else {}
    try:
        found = Cache(
            dataset_name=path.rpartition("/")[2], repo_id=path, config_name=config.get("dataset_name"), version="auto",
            hash="auto", **files,
        )  # fmt: skip
    except (ValueError, OSError, KeyError):
        return False
    return config["test_split"] in (found.info.splits or {})
