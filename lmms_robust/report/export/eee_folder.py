"""Every run below a folder as records of Every Eval Ever: our own, and those of any other task of lmms-eval."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path

from lmms_robust.errors import RobustError
from lmms_robust.report.deciders import JUDGES, Deciders
from lmms_robust.report.export import eee, eee_tasks, eee_variants
from lmms_robust.report.export.harness_run import beside, task_of
from lmms_robust.report.logs import read_runs
from lmms_robust.report.sample_log import place_of_log, place_of_results, samples

OURS = ("robust_", "robustness_", "robustprobe_")
"""Starts of the names of our tasks."""

logger = logging.getLogger(__name__)


def write(folder: Path, publisher: eee.Publisher, root: Path, deciders: Deciders = JUDGES) -> str:
    """Write all records; returns what was written, in words.

    Args:
        folder: an ``--output_path`` of a harness.
        publisher: what no log says.
        root: folder of the export; it must be there.
        deciders: whose verdicts on consistency count.

    Raises:
        RobustError: nothing to export, several models for one id, or a model without one.
    """
    if not folder.is_dir():
        raise RobustError(f"{str(folder)!r} is not a folder; allowed: an --output_path of a harness")
    logs = {path: _ours(path) for path in sorted(folder.rglob("*samples_*.jsonl")) if path.is_file()}
    results = sorted([*folder.rglob("*_results.json"), *folder.rglob("results_*.json")])
    places = {place_of_log(log) for log, ours in logs.items() if ours}
    others = {log for log, ours in logs.items() if not ours} | {
        path for path in results if place_of_results(path) not in places
    }
    runs = read_runs(folder, others, deciders) if places else []
    tasks = [task for path in results for task in _tasks(path, logs)]
    if not runs and not tasks:
        raise RobustError(f"no results of lmms-eval below {str(folder)!r}; allowed: an --output_path of a harness")
    models = {
        **{run.model: beside(Path(run.table["file"][0].as_py())) for run in runs},
        **{task.folder: task.run for task in tasks},
    }
    if publisher.model and len(models) > 1:
        raise RobustError(f"--model-id {publisher.model!r} for {len(models)} models: {', '.join(sorted(models))}")
    ids = sorted({eee.model_of(model, publisher, harness) for model, harness in models.items()})
    for log, ours in logs.items():
        if not ours and task_of(log).startswith(OURS):
            told = (
                "%r: its samples of our task %s hold no records, as of an older version: exported as a foreign task's"
            )
            logger.warning(told, str(log), task_of(log))
    made = [eee_variants.write(run, number, publisher, root) for number, run in enumerate(runs)]
    made += [(1, eee_tasks.write(task, publisher, root)) for task in tasks]
    records, count = (sum(numbers) for numbers in zip(*made, strict=True))
    return f"{records} records and {count} samples of {', '.join(ids)}"


def _ours(log: Path) -> bool:
    """Whether the first sample of a log has a record; a log without one is read with our own, which tells why."""
    try:
        return "record" in next((sample for _, sample in samples(log)), {"record": None})
    except RobustError:
        return True


def _tasks(results: Path, logs: Mapping[Path, bool]) -> Iterator[eee_tasks.Task]:
    """The tasks of one results file whose samples are not our own, or which have none."""
    beside = {task_of(log): log for log in logs if place_of_log(log) == place_of_results(results)}
    for task in eee_tasks.tasks(results, beside):
        if task.log is None or not logs[task.log]:
            yield task
