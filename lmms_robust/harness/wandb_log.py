"""lmms-eval's logger for Weights & Biases, which takes what tasks like ours log.

lmms-eval 0.7.3 writes an empty array among a task's results for everything that samples log and nothing aggregates, as
our records, and its logger formats each of them as a number. Samples lack their prompts by then, which were taken off
for the log file, and those of a suite have the metrics of their variant alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import wraps
from typing import Any

import numpy as np

Sample = Mapping[str, Any]


def mend() -> None:
    """Let every logger of this process take them.

    Raises:
        ImportError, AttributeError: lmms-eval has changed so that this is not possible.
    """
    from lmms_eval.loggers.wandb_logger import WandbLogger

    post_init, log_eval_samples = WandbLogger.post_init, WandbLogger.log_eval_samples
    if "lmms_robust" in post_init.__dict__:
        return

    @wraps(post_init)
    def takes_results(self: Any, results: Mapping[str, Any]) -> None:
        post_init(self, {**results, "results": {task: _told(found) for task, found in results["results"].items()}})

    @wraps(log_eval_samples)
    def takes_samples(self: Any, samples: Mapping[str, Sequence[Sample]]) -> None:
        log_eval_samples(self, {task: completed(found, _metrics(self, task)) for task, found in samples.items()})

    takes_results.__dict__["lmms_robust"] = True
    WandbLogger.post_init, WandbLogger.log_eval_samples = takes_results, takes_samples


def completed(samples: Sequence[Sample], metrics: Sequence[str]) -> list[dict[str, Any]]:
    """Samples with all that the logger reads, each value of a metric a number or a text.

    >>> completed([{"input": "Where?", "filtered_resps": "Left.", "drop": ["x", [True]]}], ["acc", "drop"])
    [{'input': 'Where?', 'filtered_resps': ['Left.'], 'drop': '["x", [true]]', 'acc': None, 'arguments': [['Where?']], \
'resps': [['Left.']]}]
    """
    return [_completed(sample, metrics) for sample in samples]


def _completed(sample: Sample, metrics: Sequence[str]) -> dict[str, Any]:
    texts = sample["filtered_resps"] if isinstance(sample["filtered_resps"], list) else [sample["filtered_resps"]]
    values = {name: _plain(sample.get(name)) for name in metrics}
    shown = {"arguments": [[sample.get("input", "")]], "resps": [texts], "filtered_resps": texts}
    return {**sample, **values, **({} if "arguments" in sample else shown)}


def _plain(value: Any) -> Any:
    return json.dumps(value, default=str) if isinstance(value, list | tuple | dict) else value


def _told(found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if np.size(value)}


def _metrics(logger: Any, task: str) -> list[str]:
    listed = logger.task_configs.get(task, {}).get("metric_list") or ()
    return [str(one["metric"]) for one in listed]
