"""The functions that lm-eval task files name: those of lmms-eval, in the form lm-eval calls them.

lm-eval continues ``gen_prefix`` itself (with ``--apply_chat_template`` as the start of the assistant's turn) and
returns what follows it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from datasets import Dataset, DatasetDict, load_dataset
from PIL import Image

from lmms_robust.harness import docs, lmms_eval
from lmms_robust.harness.lmms_eval import Doc
from lmms_robust.scenes.dataset import TEST_FILE
from lmms_robust.transport import Report, seal

PLACEHOLDER = "<image>"


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


def process_results(doc: Doc, results: Sequence[str]) -> dict[str, Any]:
    """Metrics of one sample of a leaf task, and its record."""
    return lmms_eval.process_results(doc, [_whole_turn(doc, results[0])])


def process_suite_results(doc: Doc, results: Sequence[str]) -> dict[str, Any]:
    """Metrics of one sample of a suite, and its record."""
    return lmms_eval.process_suite_results(doc, [_whole_turn(doc, results[0])])


def _whole_turn(doc: Doc, continuation: str) -> str:
    return seal(doc["prefill"] + continuation, Report("prefill")) if doc["prefill"] else continuation
