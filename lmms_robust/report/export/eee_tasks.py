"""Any other task of lmms-eval as a record of Every Eval Ever: the harness's own numbers, and its samples."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from lmms_robust.report.export import eee
from lmms_robust.report.export.harness_run import HarnessRun, harness_run, started
from lmms_robust.report.sample_log import place_of_results, prompt, responses, samples

ERRORS = {"stderr": None, "stderr_clustered": "clustered", "stderr_clt": "analytic"}
"""Standard errors of lmms-eval, the first that is known is taken -> how it is made."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Task:
    """One task of one run.

    Attributes:
        name: of the task.
        folder: that the harness made for the model.
        date: of the run, as the harness writes it.
        run: the results that hold it.
        log: its samples, or None.
    """

    name: str
    folder: str
    date: str
    run: HarnessRun
    log: Path | None


@dataclass(frozen=True, slots=True)
class _Metric:
    """A number of a task.

    Attributes:
        name: as in its results: ``METRIC,FILTER``.
        value: of it.
        error: its standard error, or None.
        method: how that was made, or None.
    """

    name: str
    value: float
    error: float | None
    method: str | None

    @property
    def metric(self) -> str:
        """Without the filter: what samples name their own values by."""
        return self.name.partition(",")[0]

    @property
    def id(self) -> str:
        """As the package's converter for lm-eval names them."""
        metric, _, chosen = self.name.partition(",")
        return metric if chosen in ("", "none") else f"{metric}:{chosen}"


def tasks(results: Path, logs: Mapping[str, Path]) -> Iterator[Task]:
    """The tasks and groups of a results file that have numbers.

    Args:
        results: the file.
        logs: logs of the same run by task.
    """
    run, (_, date) = harness_run(results), place_of_results(results)
    for name in run.tasks:
        if any(_metrics(run.of_task("results", name))):
            yield Task(name, results.parent.name, date, run, logs.get(name))


def write(task: Task, publisher: eee.Publisher, root: Path) -> int:
    """Write the record of a task; returns how many samples it has.

    Samples without a number of their own are left out, and counted in a warning: the schema wants one, and whether it
    is right.

    Raises:
        RobustError: the model has no id.
    """
    model = eee.model_of(task.folder, publisher, task.run)
    entry = eee.Entry(task.name, task.name, model, (task.folder, task.date, str(task.log)), publisher)
    metrics = list(_metrics(task.run.of_task("results", task.name)))
    if task.log:
        silent = 0
        with ExitStack() as files:
            for _, sample in samples(task.log):
                rows = list(_rows(sample, metrics))
                silent += not rows
                for row in rows:
                    entry.add(row, root, files)
        if silent:
            logger.warning("%s: %d sample(s) left out: they have no number of their own", task.log, silent)
    entry.close(_aggregate(task, entry, metrics, publisher), root)
    return entry.rows


def _metrics(values: Mapping[str, Any]) -> Iterator[_Metric]:
    for name, value in values.items():
        metric, comma, chosen = name.partition(",")
        if comma and _is_number(value) and not metric.endswith(tuple(f"_{kind}" for kind in ERRORS)):
            known = {kind: values.get(f"{metric}_{kind},{chosen}") for kind in ERRORS}
            kind = next((kind for kind, error in known.items() if _is_number(error)), "")
            yield _Metric(name, float(value), known.get(kind), ERRORS.get(kind))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _rows(sample: Mapping[str, Any], metrics: list[_Metric]) -> Iterator[dict[str, Any]]:
    raw, reference = prompt(sample), [str(sample.get("target", ""))]
    texts = responses(sample)
    answer = {
        "turn_idx": 0,
        "source": "output.raw",
        "extracted_value": texts[0] if texts else "",
        "extraction_method": "none",
        "is_terminal": True,
    }
    for metric in metrics:
        own = sample.get(metric.metric)
        score: Any = own.get("score") if isinstance(own, dict) else own
        if isinstance(score, bool) or _is_number(score):
            yield {
                "evaluation_result_id": metric.id,
                "sample_id": str(sample.get("doc_id", "")),
                "sample_hash": eee.sample_hash(raw, reference),
                "input": {"raw": raw, "reference": reference},
                "output": {"raw": texts},
                "answer_attribution": [answer],
                "evaluation": {"score": float(score), "is_correct": score == 1},
                "metadata": {"doc_hash": str(sample.get("doc_hash", ""))},
            }


def _aggregate(task: Task, entry: eee.Entry, metrics: list[_Metric], publisher: eee.Publisher) -> dict[str, Any]:
    generation = task.run.generation(task.name)
    shared = {
        "evaluation_name": task.name,
        "source_data": task.run.source(task.name, task.name),
        **({"generation_config": generation} if generation else {}),
    }
    return {
        "evaluation_timestamp": started(task.date, task.run),
        "source_metadata": eee.source(publisher, task.date),
        "eval_library": eee.library(task.run),
        "model_info": eee.model_info(entry.model, task.folder, task.run),
        "evaluation_results": [{"evaluation_result_id": one.id, **shared, **_result(task, one)} for one in metrics],
    }


def _result(task: Task, metric: _Metric) -> dict[str, Any]:
    better = task.run.of_task("higher_is_better", task.name).get(metric.metric)
    unknown = {"bounds_status": "unknown", **({} if isinstance(better, bool) else {"polarity": "unknown"})}
    count = task.run.of_task("n-samples", task.name).get("effective")
    uncertainty: dict[str, Any] = {"num_samples": count} if isinstance(count, int) else {}
    if metric.error is not None:
        method = {"method": metric.method} if metric.method else {}
        uncertainty["standard_error"] = {"value": metric.error, **method}
    return {
        "metric_config": {
            "evaluation_description": metric.name,
            "metric_id": f"lmms-eval.{metric.metric}",
            "metric_name": metric.metric,
            "lower_is_better": better is False,
            "additional_details": unknown,
        },
        "score_details": {"score": metric.value, **({"uncertainty": uncertainty} if uncertainty else {})},
    }
