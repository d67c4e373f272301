"""Numbers back from records of Every Eval Ever that :mod:`lmms_robust.report.export.eee_variants` wrote."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from math import isfinite, nan
from pathlib import Path
from typing import Any, TypeVar

from lmms_robust.errors import RobustError
from lmms_robust.report.numbers import ALL, Number
from lmms_robust.report.sample_log import results

Kind = TypeVar("Kind")
KINDS = {str: "a text", bool: "true or false", int: "a whole number", dict: "an object", list: "a list"}

logger = logging.getLogger(__name__)


def read_eee(folder: Path | str) -> list[Number]:
    """The numbers of all records of ours below a folder, as :func:`read_published`, of runs as their logs name them."""
    return [number for _, number in read_published(folder)]


def read_published(folder: Path | str) -> list[tuple[str, Number]]:
    """The same numbers, each with the hub id of the model that it was published for, in the order of their paths.

    The model of a number is the folder that the harness made, which runs of several models may have in common.
    Records of others are passed over. What cannot be read is named in a warning, and hides no other.

    Raises:
        RobustError: no such folder.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise RobustError(f"{str(folder)!r} is not a folder; allowed: one by `lmms-robust export --format eee`")
    found: list[tuple[str, Number]] = []
    for path in sorted(folder.rglob("*.json")):
        try:
            record = results(path)
            if "lmms_robust" in _inner(record.get("eval_library"), "additional_details"):
                found += _numbers(record)
        except RobustError as error:
            logger.warning("left out: %r: %s", str(path), error)
    return found


def _numbers(record: Mapping[str, Any]) -> list[tuple[str, Number]]:
    info = _of(record, "model_info", dict)
    hub_id, folder = _of(info, "id", str), _of(_inner(info, "additional_details"), "folder", str)
    date = _of(_inner(_of(record, "source_metadata", dict), "additional_details"), "run", str)
    return [(hub_id, _number(one, folder, date)) for one in _of(record, "evaluation_results", list)]


def _number(result: Any, model: str, date: str) -> Number:
    if not isinstance(result, dict):
        raise RobustError(f"evaluation_results holds {str(result)[:80]!r}; allowed: objects")
    said = _of(_of(result, "metric_config", dict), "metric_parameters", dict)
    score = _of(result, "score_details", dict)
    sure = _of(score, "uncertainty", dict)
    value, bounds = _float(score, "score"), _inner(score, "details")
    interval = sure.get("confidence_interval")
    low, high = (_float(interval, end) for end in ("lower", "upper")) if isinstance(interval, dict) else (None, None)
    return Number(
        model=model,
        date=date,
        benchmark=_of(_of(result, "source_data", dict), "dataset_name", str),
        probe=_of(said, "probe", bool),
        seed=_of(said, "plant_seed", int),
        category=ALL,
        variant=_of(said, "variant", str),
        injection=_of(said, "injection", str),
        caption_source=_of(said, "caption_source", str),
        name=_of(result, "evaluation_result_id", str),
        n=_of(sure, "num_samples", int),
        value=None if "point" in bounds else value,
        low=_bound(bounds, "low", value),
        high=_bound(bounds, "high", value),
        interval_low=low,
        interval_high=high,
    )


def _bound(bounds: Mapping[str, Any], end: str, value: float) -> float:
    """A bound, which the schema has as a text; the value itself where none is told."""
    try:
        found = float(bounds.get(end, value))
    except (TypeError, ValueError):
        found = nan
    if not isfinite(found):
        raise RobustError(f"{end} is {str(bounds[end])[:80]!r}; allowed: a number")
    return found


def _inner(values: Any, name: str) -> Mapping[str, Any]:
    """An object within another; empty where there is none."""
    found = values.get(name) if isinstance(values, dict) else None
    return found if isinstance(found, dict) else {}


def _of(values: Mapping[str, Any], name: str, kind: type[Kind]) -> Kind:
    value = values.get(name)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise RobustError(f"{name} is {str(value)[:80]!r}; allowed: {KINDS[kind]}")
    return value


def _float(values: Mapping[str, Any], name: str) -> float:
    value = values.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not isfinite(value):
        raise RobustError(f"{name} is {str(value)[:80]!r}; allowed: a number")
    return float(value)
