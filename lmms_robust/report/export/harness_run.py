"""What a harness says of a run in the results file beside its samples, as far as others may know it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from math import isfinite
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lmms_robust.errors import RobustError
from lmms_robust.report.sample_log import pairs, place_of_log, results

ENGINES = {"robust_hf": "transformers", "robust_vllm": "vllm", "hf": "transformers", "hf-multimodal": "transformers"}
"""Model of a harness -> what computes."""
TOLD = ("revision", "dtype", "attn_implementation", "injection")
"""Model arguments that are told: others may be paths and addresses of a machine."""
MODEL = ("pretrained", "model", "model_version", "model_name")
"""Model arguments that name the model, the first that there is counts."""
_SAMPLING = ("temperature", "top_p", "top_k")
_MAX_TOKENS = ("max_new_tokens", "max_gen_toks")


@dataclass(frozen=True)
class HarnessRun:
    """A results file.

    Attributes:
        said: all that it holds; nothing where there is none, or none that can be read.
        harness: ``"lmms_eval"`` or ``"lm_eval"``.
    """

    said: Mapping[str, Any]
    harness: str

    @cached_property
    def config(self) -> Mapping[str, Any]:
        """How the harness was called."""
        return _object(self.said.get("config"))

    @property
    def tasks(self) -> list[str]:
        """Tasks and groups that it has results of."""
        return list(_object(self.said.get("results")))

    @property
    def version(self) -> str:
        """Of the harness; ``"unknown"`` where it names a commit of whatever folder it ran in."""
        found = str(self.said.get(f"{self.harness}_version") or "")
        return found if found[:1].isdigit() else "unknown"

    @property
    def engine(self) -> str | None:
        """What computes, where the harness's model tells."""
        return ENGINES.get(str(self.config.get("model")))

    @property
    def model_name(self) -> str:
        """The model as its arguments name it: an id on the hub, a folder, a name on a server; ``""`` without any."""
        given = pairs(self.config.get("model_args"))
        return next((given[name] for name in MODEL if given.get(name)), "")

    @property
    def model_details(self) -> dict[str, str]:
        """What else is known of the model."""
        given = pairs(self.config.get("model_args"))
        deployed = {"deployment_type": "self_deployed" if self.engine else "unknown", "model_availability": "unknown"}
        backend = {"backend": str(self.config["model"])} if self.config.get("model") else {}
        return deployed | backend | {name: given[name] for name in TOLD if name in given}

    def of_task(self, part: str, name: str) -> Mapping[str, Any]:
        """What a part of the results says of a task."""
        return _object(_object(self.said.get(part)).get(name))

    def source(self, name: str, task: str) -> dict[str, Any]:
        """Where a task's rows are from.

        Args:
            name: of the dataset.
            task: name of the task.
        """
        config = self.of_task("configs", task)
        path, split = config.get("dataset_path"), config.get("test_split") or config.get("validation_split")
        if not isinstance(path, str) or path.count("/") != 1 or path.startswith(("/", ".", "~")):
            return {"dataset_name": name, "source_type": "other"}
        return {"dataset_name": name, "source_type": "hf_dataset", "hf_repo": path} | _known({"hf_split": split})

    def generation(self, task: str) -> dict[str, Any]:
        """Settings of generation, as the schema wants them; empty where none are told."""
        given = self.of_task("configs", task).get("generation_kwargs")
        called = self.config.get("gen_kwargs")
        settings = {**_object(given), **_object(called)}
        arguments: dict[str, Any] = {name: _float(settings.get(name)) for name in _SAMPLING}
        limits = (_float(settings.get(name)) for name in _MAX_TOKENS)
        limit = next((int(found) for found in limits if found and found >= 1), None)
        others = {
            name: value if isinstance(value, str) else json.dumps(value, default=str)
            for name, value in settings.items()
            if name not in (*_SAMPLING, *_MAX_TOKENS)
        }
        shown = {"generation_args": _known({**arguments, "max_tokens": limit}), "additional_details": others}
        return {name: values for name, values in shown.items() if values}


def beside(log: Path) -> HarnessRun:
    """What stands beside a sample log."""
    folder, date = place_of_log(log)
    name = f"results_{date}.json" if log.name.startswith("samples_") else f"{date}_results.json"
    return harness_run(folder / name)


def harness_run(path: Path) -> HarnessRun:
    """What a results file says; nothing where it cannot be read."""
    harness = "lm_eval" if path.name.startswith("results_") else "lmms_eval"
    try:
        return HarnessRun(results(path), harness)
    except RobustError:
        return HarnessRun({}, harness)


def task_of(log: Path) -> str:
    """Name of the task whose samples a log holds."""
    if log.name.startswith("samples_"):
        return log.stem.removeprefix("samples_").rpartition("_")[0]
    return log.stem.partition("_samples_")[2]


def started(date: str, run: HarnessRun) -> str:
    """When a run began: seconds since 1970, or as the harness writes it where that tells no time.

    lmms-eval writes the time of the place that its ``--timezone`` names.
    """
    zone = str(_object(run.config.get("resolved_cli_args")).get("timezone"))
    try:
        at = datetime.strptime(date.partition(" + ")[0], "%Y%m%d_%H%M%S")
        return str(int(at.replace(tzinfo=ZoneInfo(zone)).timestamp()))
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return date


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _float(value: Any) -> float | None:
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if isfinite(found) else None
