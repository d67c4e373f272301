"""Writes tasks that ask a model again about its logged responses, with its own reasoning as the start of its turn.

Prompts and pictures come from the tasks of the run, whose docs are made anew: a response that was asked otherwise then
(with other templates, captions or another seed) is left out and counted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from datasets import Dataset, Features, Image, List, Value

from lmms_robust.consistency.followups import KINDS, Chain, Followup, asked_again, chain_of, followups
from lmms_robust.errors import RobustError, unknown
from lmms_robust.harness import followed
from lmms_robust.harness.docs import picture_bytes
from lmms_robust.harness.lmms_eval import doc_to_text
from lmms_robust.harness.reading import task_config, task_docs, task_paths
from lmms_robust.harness.taskfiles import DIALECTS, VERSION, metric_line
from lmms_robust.perturbations.columns import to_columns, variant_of
from lmms_robust.report.columns import equals
from lmms_robust.report.logs import Run
from lmms_robust.report.responses import Shown, shown
from lmms_robust.writing import filling

Doc = dict[str, Any]
FEATURES = Features({followed.PICTURE: Image(), followed.DOCS: List(Value("string"))})


@dataclass(slots=True)
class Written:
    """What was made of a benchmark's responses.

    Attributes:
        task: name of the task.
        responses: how many were looked at.
        asked: how many are asked about.
        docs: questions about these.
        left_out: why the others are not, a short name, to count.
    """

    task: str
    responses: int = 0
    asked: int = 0
    docs: int = 0
    left_out: Counter[str] = field(default_factory=Counter)

    def render(self) -> str:
        """One line."""
        reasons = ", ".join(f"{name} {count}" for name, count in sorted(self.left_out.items()))
        out = f"; left out: {reasons}" if reasons else ""
        return f"{self.task}: {self.asked} of {self.responses} responses, {self.docs} questions{out}"


def write_followups(
    runs: Sequence[Run], kind: str, folder: Path, output: Path, variants: Sequence[str] = ()
) -> list[Written]:
    """Write a task for each benchmark of some runs of one model to ``<output>/<task>``.

    Args:
        runs: the logged runs.
        kind: one of :data:`lmms_robust.consistency.followups.KINDS`.
        folder: of the task files that these runs are of.
        output: folder of task folders.
        variants: whose responses are asked about; all if empty.

    Raises:
        RobustError: another kind or variant, runs of several models, a benchmark of which the folder has no suite, no
            response that can be asked about, or a folder that is there already or cannot be written.
    """
    if kind not in KINDS:
        raise unknown("kind", kind, KINDS)
    runs = [run for run in runs if not run.probe]
    _check(runs, folder, variants)
    made = []
    for benchmark in dict.fromkeys(run.benchmark for run in runs):
        written = Written(f"robust{kind}_{benchmark}")
        target = output / written.task
        if target.exists():
            raise RobustError(f"{target} exists; allowed: to remove it, or another --output")
        own = [run for run in runs if run.benchmark == benchmark]
        asked = _asked(own, kind, task_docs(task_config(f"robustness_{benchmark}", folder)), variants, written)
        rows = [{followed.PICTURE: {"bytes": content, "path": None}, followed.DOCS: docs} for content, docs in asked]
        if not rows:
            raise RobustError(f"no response can be asked about again: {written.render()}; allowed: at least one")
        with filling(target) as part:
            Dataset.from_list(rows, features=FEATURES).to_parquet(part / "rows.parquet")
            (part / f"{written.task}.yaml").write_text(task_file(written.task, kind), encoding="utf-8")
        made.append(written)
    return made


def task_file(task: str, kind: str) -> str:
    """The task file over rows that lie beside it."""
    own = followed.__name__
    metrics = "\n".join(metric_line(name, "mean", better) for name, better in followed.METRICS[kind].items())
    return f"""\
dataset_path: parquet
dataset_kwargs: {{"data_files": {{"test": "rows.parquet"}}}}
test_split: test
{DIALECTS["lmms_eval"].common()}task: {task}
process_docs: !function {own}.docs
process_results: !function {own}.process_results
metadata: {{version: {VERSION}, about: "the model's own reasoning, {kind}, up to the answer letter"}}
metric_list:
{metrics}
""".replace("max_new_tokens: 4096", "max_new_tokens: 1")


def _check(runs: Sequence[Run], folder: Path, variants: Sequence[str]) -> None:
    if not runs:
        raise RobustError("no responses but those of probes; allowed: a run in which the model reasons")
    models = sorted({run.model for run in runs})
    if len(models) > 1:
        raise RobustError(f"runs of {len(models)} models ({', '.join(models)}); allowed: one, so name its folder")
    found = {name for run in runs for name in run.table["variant"].unique().to_pylist()}
    for name in variants:
        if name not in found:
            raise unknown("variant", name, sorted(found))
    tasks = task_paths(folder)
    for run in runs:
        if f"robustness_{run.benchmark}" not in tasks:
            raise RobustError(
                f"no tasks of benchmark {run.benchmark!r}, and so no pictures, below {folder}; allowed: --include-path "
                "with the folder that the run was given"
            )


def _asked(
    runs: Sequence[Run], kind: str, docs: Dataset, variants: Sequence[str], written: Written
) -> Iterator[tuple[bytes, list[str]]]:
    """Pictures with the docs about them, as JSON, in the order of the benchmark."""
    places = {key: place for place, key in enumerate(zip(docs["id"], docs["variant"], strict=True))}
    found: dict[tuple[str, int], list[str]] = {}
    first: dict[tuple[str, int], Doc] = {}
    for one in _responses(runs, variants):
        written.responses += 1
        place = places.get((one.record.item, one.record.variant))
        doc = None if place is None else docs[place]
        asked = _of(one, kind, doc) if doc is not None and _same(one, doc) else "asked_otherwise"
        if isinstance(asked, str):
            written.left_out[asked] += 1
            continue
        assert doc is not None
        key = doc["source"], doc["row"]
        first.setdefault(key, doc)
        found.setdefault(key, []).extend(json.dumps(doc, ensure_ascii=False) for doc in asked)
        written.asked += 1
        written.docs += len(asked)
    for key in sorted(found, key=lambda key: key[1]):
        yield picture_bytes(first[key]), found[key]


def _responses(runs: Sequence[Run], variants: Sequence[str]) -> Iterator[Shown]:
    for run in runs:
        masks = [equals(run.table, "variant", name) for name in variants]
        yield from shown(run.table.filter(pa.array(np.logical_or.reduce(masks))) if masks else run.table)


def _same(one: Shown, doc: Mapping[str, Any]) -> bool:
    """Whether a doc is what a response was asked."""
    record, item = one.record, variant_of(doc).item
    told = record.digest == item.digest and record.options == tuple(doc["options"]) and record.seed == doc["seed"]
    return told and record.planted == doc["planted"] and (not one.prompt or _prompt(one, doc) in one.prompt)


def _prompt(one: Shown, doc: Mapping[str, Any]) -> str:
    """The user turn, which holds the injected start where that could not be continued."""
    inline = one.record.injection == "inline"
    return doc_to_text(doc, {"injection": "inline"}) if inline else str(doc["prompt"])


def _of(one: Shown, kind: str, doc: Doc) -> list[Doc] | str:
    injected = "" if one.record.injection == "inline" else doc["prefill"]
    chain = chain_of(one.record, one.turn, _prompt(one, doc), injected)
    asked = followups(kind, one.record, chain) if isinstance(chain, Chain) else chain
    if isinstance(asked, str):
        return asked
    try:
        return [_doc(one, kind, doc, followup) for followup in asked]
    except RobustError:  # marks within the reasoning, behind which a forced answer would not be read
        return "answer_not_forced"


def _doc(one: Shown, kind: str, doc: Doc, asked: Followup) -> Doc:
    record = one.record
    about = {
        "kind": kind, "benchmark": record.benchmark, "item": record.item, "digest": record.digest,
        "variant": record.variant, "seed": record.seed, "repeat": record.repeat, "response": one.digest.hex(),
        "order": asked.order, "share": asked.share, "answered": record.answer,
    }  # fmt: skip
    forced = to_columns(asked_again(variant_of(doc), asked)) | {"followup": json.dumps(about, ensure_ascii=False)}
    return {name: value for name, value in (doc | forced).items() if name not in ("source", "row")}
