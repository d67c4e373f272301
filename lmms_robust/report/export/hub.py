"""Evaluation results of a model repository on Hugging Face: ``.eval_results/*.yaml``, one scalar an entry."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import yaml
from huggingface_hub import EvalResultEntry, eval_result_entries_to_yaml, parse_eval_result_entries

from lmms_robust.benchmarks import MODULES, benchmark
from lmms_robust.errors import RobustError
from lmms_robust.report.logs import Run
from lmms_robust.report.numbers import SEVERAL, Number, numbers, suite
from lmms_robust.writing import file_name

OF_VARIANTS = ("acc", "consistent_acc", "drop")
"""What a suite's table has of each variant; beside it the joint rates."""

logger = logging.getLogger(__name__)


def write(runs: Sequence[Run], folder: Path, dataset: str = "") -> str:
    """Write ``MODEL/.eval_results/SUITE_DATE.yaml`` for each run; returns what was written, in words.

    A value is a share from 0 to 1, or a difference of two. Task ids are ``SUITE_METRIC``, with the names of the suite's
    metrics. The hub shows entries of datasets that list these ids in their ``eval.yaml``. A variant that was delivered
    in several ways has no entries: one id can have one value.

    Args:
        runs: the runs; those of a benchmark that has no dataset on the hub are left out with a warning.
        folder: it must be there.
        dataset: hub id of the dataset, where not the benchmark's own.

    Raises:
        RobustError: no run's benchmark has a dataset.
    """
    count = files = 0
    for run in runs:
        where = dataset or _dataset(run.benchmark)
        if not where:
            logger.warning("left out: %s of %s: the benchmark has no dataset on the hub", run.benchmark, run.model)
            continue
        entries = [_entry(number, where) for number in _wanted(run)]
        path = _free(folder / file_name(run.model) / ".eval_results", run)
        path.parent.mkdir(parents=True, exist_ok=True)
        made = yaml.safe_dump(eval_result_entries_to_yaml(entries), sort_keys=False, allow_unicode=True, width=1000)
        path.write_text(made, encoding="utf-8")
        count, files = count + len(entries), files + 1
    if not files:
        names = ", ".join(sorted({run.benchmark for run in runs}))
        raise RobustError(f"no dataset on the hub for {names}; allowed: --dataset-id with the id of yours")
    return f"{count} entries in {files} file(s)"


def read(path: Path) -> dict[str, float]:
    """The values of a file by task id.

    Raises:
        RobustError: it holds no entries.
    """
    try:
        entries = parse_eval_result_entries(yaml.safe_load(path.read_text(encoding="utf-8")))
        return {entry.task_id: float(entry.value) for entry in entries}
    except (yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise RobustError(f"{str(path)!r} holds no evaluation results ({error!r})") from error


def task_id(number: Number) -> str:
    """Name of a number: the suite, and the number's name there."""
    suffix = "" if number.variant == SEVERAL else f"_{number.variant}"
    return f"{suite(number.benchmark, number.probe)}_{number.name}{suffix}"


def _wanted(run: Run) -> list[Number]:
    found = [number for number in numbers(run) if number.variant == SEVERAL or number.name in OF_VARIANTS]
    ways: dict[str, set[tuple[str, str, str]]] = {}
    for number in found:
        ways.setdefault(number.variant, set()).add(number.way)
    mixed = sorted(variant for variant, known in ways.items() if len(known) > 1)
    if mixed:
        logger.warning("left out: %s of %s: delivered in several ways", ", ".join(mixed), run.model)
    return [number for number in found if number.variant not in mixed]


def _dataset(name: str) -> str:
    path = benchmark(name).source.path if name in MODULES else ""
    return path if path.count("/") == 1 else ""


def _entry(number: Number, dataset: str) -> EvalResultEntry:
    return EvalResultEntry(dataset, task_id(number), number.point, notes="; ".join(_notes(number)))


def _notes(number: Number) -> list[str]:
    said = [f"{number.name}, variant {number.variant}"]
    if number.injection:
        said.append(f"injection {number.injection}")
    if number.caption_source not in ("", "statements"):
        said.append(f"captions by {number.caption_source}")
    said += [f"plant seed {number.seed}", f"n = {number.n}"]
    if number.value is None:
        said.append("lower bound, more than 5 % unknown")
    if number.low != number.high:
        said.append(f"bounds [{number.low:.4f}, {number.high:.4f}]")
    if number.interval_low is not None and number.interval_high is not None:
        said.append(f"95 % interval [{number.interval_low:.4f}, {number.interval_high:.4f}]")
    return [*said, f"run {number.date}", "lmms-robust"]


def _free(folder: Path, run: Run) -> Path:
    """A name that tells the run, and none of another run."""
    seed = f"_seed_{run.seed}" if run.seed else ""
    stem = file_name(f"{suite(run.benchmark, run.probe)}_{run.date.replace(' + ', '+').replace(':', '-')}{seed}")
    taken = len(list(folder.glob(f"{stem}*.yaml")))
    return folder / f"{stem}{f'_{taken + 1}' if taken else ''}.yaml"
