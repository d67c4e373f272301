"""The functions that lm-eval task files name: those of lmms-eval, in the form lm-eval calls them.

lm-eval continues ``gen_prefix`` itself (with ``--apply_chat_template`` as the start of the assistant's turn) and
returns what follows it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from datasets import Dataset, DatasetDict, load_dataset
from PIL import Image

from lmms_robust.harness import docs, lmms_eval, suite
from lmms_robust.harness.judging import judged
from lmms_robust.harness.lmms_eval import Doc, logged
from lmms_robust.perturbations.columns import variant_of
from lmms_robust.record import Record
from lmms_robust.scenes.dataset import TEST_FILE
from lmms_robust.scoring import score
from lmms_robust.transport import Report

EveryResponse = lmms_eval.EveryResponse
PLACEHOLDER = "<image>"
CONTINUES = "continues"
"""Key under which :class:`~lmms_robust.harness.lm_eval_task.VariantTask` tells whether the model continues it."""


def __getattr__(name: str) -> Callable[[Dataset], Dataset]:
    return lmms_eval.__getattr__(name)


def scenes_rows(**_: object) -> DatasetDict:
    """Rows of the embedded benchmark: lm-eval does not read file names relative to a task file."""
    return DatasetDict({"test": load_dataset("parquet", data_files=str(TEST_FILE), split="train")})


def doc_to_image(doc: Doc) -> list[Image.Image]:
    """The picture, in a list."""
    return [docs.picture(doc)]


def doc_to_text(doc: Doc) -> str:
    """The user turn after a placeholder for the picture; one within the question would ask for a second picture."""
    return PLACEHOLDER + str(doc["prompt"]).replace(PLACEHOLDER, "")


def process_results(doc: Doc, results: Sequence[str | Sequence[str]]) -> dict[str, Any]:
    """Metrics of one sample of a leaf task, and its record."""
    found = records(doc, results)
    return logged(found) | suite.contributions(found, suite.leaf(doc["variant"]))


def process_suite_results(doc: Doc, results: Sequence[str | Sequence[str]]) -> dict[str, Any]:
    """Metrics of one sample of a suite, and its record: the same keys for every doc, as lm-eval's ranks need it."""
    found = records(doc, results)
    return logged(found) | suite.contributions(found, suite.SUITE, every=True)


def records(doc: Doc, results: Sequence[str | Sequence[str]]) -> list[Record]:
    """The records of a sample's responses, one for each repeat; lm-eval gives what follows the prefill."""
    (found,) = results
    variant = variant_of(doc)
    opened = "<think>" if doc["opened_think"] and not variant.prefill else ""
    continued = bool(variant.prefill) and doc.get(CONTINUES, False)
    report = Report("prefill" if continued else None)  # whatever report a model writes itself is text
    turns = [(variant.prefill or opened) + text for text in ([found] if isinstance(found, str) else found)]
    return [
        judged(score(variant, turn, report, repeat=repeat), turn, variant.prefill) for repeat, turn in enumerate(turns)
    ]
