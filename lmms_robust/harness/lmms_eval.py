"""The functions that lmms-eval task files name. One of each serves every task, since a doc carries all it needs.

Functions for ``process_docs``, named ``<benchmark>__<variant>``, ``<benchmark>__suite`` and ``<benchmark>__probe``, are
made when asked for.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from datasets import Dataset
from PIL import Image

from lmms_robust.errors import RobustError
from lmms_robust.harness import docs, suite
from lmms_robust.harness.judging import judged
from lmms_robust.harness.plugin import BACKENDS
from lmms_robust.perturbations import VARIANTS
from lmms_robust.perturbations.columns import variant_of
from lmms_robust.prompts import render
from lmms_robust.record import Record, to_log
from lmms_robust.report.sample_log import ASSISTANT
from lmms_robust.scoring import score
from lmms_robust.transport import Report, Response, unseal

Doc = Mapping[str, Any]
_ASKED = {"continues": True}
"""Whether the run's backend is one of ours, which the harness tells the functions that ask and not those that read."""
Result = TypeVar("Result")


def __getattr__(name: str) -> Callable[[Dataset], Dataset]:
    benchmark, found, variant = name.partition("__")
    if not benchmark or not found or not variant:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    variants = tuple(VARIANTS) if variant in ("suite", "probe") else (variant,)

    def process_docs(dataset: Dataset) -> Dataset:
        return _or_exit(lambda: docs.variant_docs(benchmark, variants, dataset, probe=variant == "probe"))

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
    if _injection(doc, lmms_eval_specific_kwargs) == "inline":
        return _user_turn(doc)
    return f"{doc['source']}\n{doc['prompt']}{ASSISTANT}{doc['prefill']}"


def doc_to_messages(doc: Doc, lmms_eval_specific_kwargs: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """Chat messages; a prefill is a trailing assistant message, for models that continue one, else inline."""
    prefilled = bool(doc["prefill"]) and _injection(doc, lmms_eval_specific_kwargs) == "prefill"
    text = doc["prompt"] if prefilled else _user_turn(doc)
    content = [{"type": "image", "url": docs.picture(doc)}, {"type": "text", "text": text}]
    messages: list[dict[str, Any]] = [{"role": "user", "content": content}]
    if prefilled:
        messages.append({"role": "assistant", "content": [{"type": "text", "text": doc["prefill"]}]})
    return messages


def process_results(doc: Doc, results: Sequence[str]) -> dict[str, Any]:
    """Metrics of one sample of a leaf task, and its record.

    ``score`` is what the harness's ``--baseline`` compares.
    """
    found = records(doc, results)
    values = suite.contributions(found, suite.leaf(doc["variant"]))
    return logged(found) | {"score": values["acc"]} | values


def process_suite_results(doc: Doc, results: Sequence[str]) -> dict[str, Any]:
    """What one sample contributes to a suite's metrics, and its record."""
    found = records(doc, results)
    return logged(found) | suite.contributions(found, suite.SUITE)


def process_probe_results(doc: Doc, results: Sequence[str]) -> dict[str, Any]:
    """What one sample contributes to a probe's metrics, and its record."""
    found = records(doc, results)
    return logged(found) | suite.contributions(found, suite.PROBE)


def records(doc: Doc, results: Sequence[str]) -> list[Record]:
    """The records of a sample's responses, one for each repeat.

    A backend that is none of ours closes a prefill, so it was sent the words inline; it reports nothing, the thought
    that its chat template may have opened among it.
    """
    variant = variant_of(doc)
    found = [_reported(doc, text) for text in results]
    scored = [score(variant, one.text, one.report, repeat=repeat) for repeat, one in enumerate(found)]
    return [judged(record, one.text, variant.prefill) for record, one in zip(scored, found, strict=True)]


def logged(found: Sequence[Record]) -> dict[str, Any]:
    """What a sample's log holds of its records: one, or a list where a request was repeated."""
    written = [to_log(record) for record in found]
    return {"record": written[0] if len(written) == 1 else written}


class EveryResponse:
    """Filter that hands on every response to a request; the harness's own default takes the first of repeated ones."""

    def apply(self, resps: Iterable[Sequence[str]], docs: object) -> list[str | list[str]]:
        """Give a text where there is one, else a list."""
        return [responses[0] if len(responses) == 1 else list(responses) for responses in resps]


def _reported(doc: Doc, text: str) -> Response:
    """A response with the report of its backend: of one that is none of ours, what is known of it anyway.

    Whatever report a model of such a backend writes itself is taken off and not believed.
    """
    sealed = unseal(text)
    if _ASKED["continues"] and sealed.report is not None:
        return sealed
    opened = doc["opened_think"] and not text.lstrip().startswith("<think>")
    return Response(f"<think>{sealed.text}" if opened else sealed.text, Report("inline" if doc["prefill"] else None))


def _injection(doc: Doc, lmms_eval_specific_kwargs: Mapping[str, str] | None) -> str:
    chosen = (lmms_eval_specific_kwargs or {}).get("injection", "inline")
    _ASKED["continues"] = chosen == "prefill"
    if doc["probe"] and chosen != "prefill":
        sys.exit(
            f"lmms-robust: {doc['benchmark']}: this model does not continue a prefill, and a probe or follow-up is "
            f"nothing else; allowed: {', '.join(BACKENDS)}"
        )
    return chosen


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
