"""The functions that lmms-eval task files name. One of each serves every task, since a doc carries all it needs.

Functions named ``<benchmark>__<variant>`` and ``<benchmark>__suite``, for ``process_docs``, are made when asked for.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

from datasets import Dataset
from PIL import Image

from lmms_robust.errors import RobustError
from lmms_robust.harness import docs, scoring
from lmms_robust.metrics import robustness
from lmms_robust.metrics.estimate import Estimate, mean
from lmms_robust.perturbations import VARIANTS
from lmms_robust.prompts import render
from lmms_robust.schema import Record

Doc = Mapping[str, Any]
Pairable = tuple[str, str, bool | None]
Result = TypeVar("Result")


def __getattr__(name: str) -> Callable[[Dataset], Dataset]:
    benchmark, found, variant = name.partition("__")
    if not benchmark or not found or not variant:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    variants = tuple(VARIANTS) if variant == "suite" else (variant,)

    def process_docs(dataset: Dataset) -> Dataset:
        return _or_exit(lambda: docs.variant_docs(benchmark, variants, dataset))

    process_docs.__name__ = process_docs.__qualname__ = name
    return process_docs


def doc_to_visual(doc: Doc) -> list[Image.Image]:
    """The picture, in a list."""
    return [docs.picture(doc)]


def doc_to_text(doc: Doc, lmms_eval_specific_kwargs: Mapping[str, str] | None = None) -> str:
    """All text that is sent.

    Simple models are sent this; for chat models it is the key of the harness's response cache, so it holds the prefill
    and a digest of the pictures too.
    """
    if _injection(lmms_eval_specific_kwargs) == "inline":
        return _user_turn(doc)
    return f"{doc['source']}\n{doc['prompt']}\n\n[assistant]\n{doc['prefill']}"


def doc_to_messages(doc: Doc, lmms_eval_specific_kwargs: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """Chat messages; a prefill is a trailing assistant message, for models that continue one, else inline."""
    prefilled = bool(doc["prefill"]) and _injection(lmms_eval_specific_kwargs) == "prefill"
    text = doc["prompt"] if prefilled else _user_turn(doc)
    content = [{"type": "image", "url": docs.picture(doc)}, {"type": "text", "text": text}]
    messages: list[dict[str, Any]] = [{"role": "user", "content": content}]
    if prefilled:
        messages.append({"role": "assistant", "content": [{"type": "text", "text": doc["prefill"]}]})
    return messages


def process_results(doc: Doc, results: Sequence[str]) -> dict[str, Any]:
    """Metrics of one sample of a leaf task, and its record."""
    sample = scoring.record(doc, results[0])
    return {"record": asdict(sample)} | {name: scoring.rate(sample, name) for name in scoring.rates(sample.variant)}


def process_suite_results(doc: Doc, results: Sequence[str]) -> dict[str, Any]:
    """Metrics of one sample of a suite: the same keys for every doc, None where a metric does not rest on this doc."""
    sample = scoring.record(doc, results[0])
    values: dict[str, Any] = {"record": asdict(sample)}
    for metric, variant in suite_metrics():
        values[_name(metric, variant)] = values[_name(metric, variant) + "_n"] = _suite_value(sample, metric, variant)
    return values


def suite_metrics() -> list[tuple[str, str | None]]:
    """Metrics of a suite: name, and variant that it is about or None if it is about all.

    Each has a twin that ends in ``_n``, the number of items it rests on.
    """
    rates = [(metric, variant) for variant in VARIANTS for metric in scoring.rates(variant)]
    paired = [(metric, variant) for variant in VARIANTS if variant != "base" for metric in ("drop", "survival")]
    return [*rates, *paired, ("worst_acc", None), ("robust_acc", None)]


def aggregate(values: Sequence[float | None]) -> float:
    """Mean of the known values."""
    return mean(values).value


def aggregate_n(values: Sequence[float | None]) -> float:
    """Count of the known values."""
    return float(mean(values).n)


def drop(values: Sequence[Pairable | None]) -> float:
    """Paired drop from base, see :func:`lmms_robust.metrics.robustness.drop`."""
    return _paired(robustness.drop, values).value


def drop_n(values: Sequence[Pairable | None]) -> float:
    """Items that the drop rests on."""
    return float(_paired(robustness.drop, values).n)


def survival(values: Sequence[Pairable | None]) -> float:
    """Survival, see :func:`lmms_robust.metrics.robustness.survival`."""
    return _paired(robustness.survival, values).value


def survival_n(values: Sequence[Pairable | None]) -> float:
    """Items that survival rests on."""
    return float(_paired(robustness.survival, values).n)


def worst_case(values: Sequence[Pairable | None]) -> float:
    """Worst case over variants, see :func:`lmms_robust.metrics.robustness.worst_case`."""
    return robustness.worst_case(list(_by_variant(values).values())).value


def worst_case_n(values: Sequence[Pairable | None]) -> float:
    """Items that the worst case rests on."""
    return float(robustness.worst_case(list(_by_variant(values).values())).n)


def _suite_value(sample: Record, metric: str, variant: str | None) -> float | Pairable | None:
    if metric in scoring.RATES:
        return scoring.rate(sample, metric) if sample.variant == variant else None
    if metric in ("drop", "survival"):
        return (sample.item, sample.variant, sample.correct) if sample.variant in ("base", variant) else None
    if not VARIANTS[sample.variant].adversarial:
        return None
    return (sample.item, sample.variant, sample.correct if metric == "worst_acc" else sample.correct_and_consistent)


def _paired(
    measure: Callable[[robustness.Outcomes, robustness.Outcomes], Estimate], values: Sequence[Pairable | None]
) -> Estimate:
    outcomes = _by_variant(values)
    base = outcomes.pop("base", {})
    return measure(base, next(iter(outcomes.values()), {}))


def _by_variant(values: Sequence[Pairable | None]) -> dict[str, dict[str, bool | None]]:
    outcomes: dict[str, dict[str, bool | None]] = {}
    for item, variant, outcome in filter(None, values):
        outcomes.setdefault(variant, {})[item] = outcome
    return outcomes


def _name(metric: str, variant: str | None) -> str:
    return metric if variant is None else f"{metric}_{variant}"


def _injection(lmms_eval_specific_kwargs: Mapping[str, str] | None) -> str:
    return (lmms_eval_specific_kwargs or {}).get("injection", "inline")


def _user_turn(doc: Doc) -> str:
    if not doc["prefill"]:
        return str(doc["prompt"])
    return _or_exit(lambda: render("inline", {"prompt": doc["prompt"], "prefill": doc["prefill"]}))


def _or_exit(work: Callable[[], Result]) -> Result:
    """Turn a user's error into one line and an exit: the harness would retry it five times and show a stack instead."""
    try:
        return work()
    except RobustError as error:
        sys.exit(f"lmms-robust: {error}")
