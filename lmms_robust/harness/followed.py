"""What the tasks call that ask again about logged responses: from rows to docs, from answers to what is logged.

A doc is a probe whose forced start is a reasoning of the model's own; what it asks about stands in its ``followup``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from datasets import Dataset

from lmms_robust.consistency.followups import original_letter
from lmms_robust.harness.docs import held
from lmms_robust.harness.lmms_eval import records
from lmms_robust.perturbations.shorten import SHARES

PICTURE, DOCS = "image", "docs"
"""Columns of the rows: a picture, and the docs about it, each as JSON."""


def docs(dataset: Dataset) -> Dataset:
    """The docs of all rows, those about one picture beside each other."""
    made = [json.loads(text) | {"row": row} for row, texts in enumerate(dataset[DOCS]) for text in texts]
    source = held(f"{made[0]['benchmark']}-followup", dataset, [PICTURE], dict.fromkeys(doc["picture"] for doc in made))
    return Dataset.from_list([doc | {"source": source} for doc in made])


def same_after(share: float) -> str:
    """Name of the metric of a chain that is cut: the logged answer is given after this share of it."""
    return f"same_{round(100 * share)}"


METRICS: Mapping[str, Mapping[str, bool | None]] = {
    "reordered": {"same": True, "no_answer": False},
    "cut": {same_after(share): None for share in SHARES} | {"no_answer": False},
}
"""Kind of follow-up -> metric of its task -> whether more of it is better."""


def process_results(doc: Mapping[str, Any], results: Sequence[str]) -> dict[str, Any]:
    """Metrics of one follow-up, and what is logged of it, its answer in the letters that the logged response saw."""
    (found,) = records(doc, results[:1])
    about = json.loads(doc["followup"])
    answer = original_letter(found.answer, about["order"])
    same = float(answer == about["answered"])
    name = "same" if about["kind"] == "reordered" else same_after(about["share"])
    values = dict.fromkeys(METRICS[about["kind"]]) | {name: same, "no_answer": float(answer is None)}
    return {"followup": about | {"answer": answer, "problem": found.problem}, **values}
