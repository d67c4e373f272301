"""Our own runs as records of Every Eval Ever: one a variant, and one for what holds under several."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

from lmms_robust.consistency import verdicts
from lmms_robust.consistency.verdicts import RULES
from lmms_robust.metrics.intervals import LEVEL
from lmms_robust.record import Record, to_log
from lmms_robust.report.columns import codes
from lmms_robust.report.deciders import JOINS
from lmms_robust.report.export import eee
from lmms_robust.report.export.harness_run import HarnessRun, beside, started, task_of
from lmms_robust.report.export.meaning import VERDICTS, about, higher_is_better, method, span
from lmms_robust.report.logs import Run
from lmms_robust.report.numbers import SEVERAL, Number, Part, flat, nested, parts, suite
from lmms_robust.report.responses import Shown, shown
from lmms_robust.schema import letters

NO_POINT = "none: more than 5 % is unknown; the score is the lower bound"

UNKNOWN_PROMPT = "not known: no verdicts beside the logs name its template"

Way = tuple[str, str, str]
"""Variant, injection, source of captions."""


@dataclass(frozen=True)
class _Made:
    """A run while it is exported.

    Attributes:
        run: the run.
        number: how many runs came before it.
        publisher: what no log says.
        harness: what stands beside its first log.
        task: whose log that is.
    """

    run: Run
    number: int
    publisher: eee.Publisher
    harness: HarnessRun
    task: str

    @cached_property
    def shared(self) -> dict[str, Any]:
        """What all numbers have in common."""
        generation = self.harness.generation(self.task)
        return {
            "source_data": self.harness.source(self.run.benchmark, self.task),
            **({"generation_config": generation} if generation else {}),
        }

    def entry(self, way: Way) -> eee.Entry:
        """The record of a variant, or of several at once."""
        run, variant = self.run, "" if way[0] == SEVERAL else way[0]
        whole = suite(run.benchmark, run.probe)
        stem = f"robust_{run.benchmark}" if variant and not run.probe else whole
        return eee.Entry(
            "_".join(filter(None, (stem, variant))),
            whole,
            eee.model_of(run.model, self.publisher, self.harness),
            (str(self.number), run.model, run.date, str(run.seed), *way),
            self.publisher,
        )


def write(run: Run, number: int, publisher: eee.Publisher, root: Path) -> tuple[int, int]:
    """Write the records of one run.

    Args:
        run: the run.
        number: how many runs came before it.
        publisher: what no log says.
        root: folder of the export.

    Returns:
        How many records and samples.

    Raises:
        RobustError: the model has no id, or a log has changed.
    """
    log = Path(run.table["file"][0].as_py())
    made = _Made(run, number, publisher, beside(log), task_of(log))
    entries: dict[Way, eee.Entry] = {}
    judges: dict[Way, set[str]] = {}
    with ExitStack() as files:
        for one in shown(run.table):
            way = one.record.variant, one.record.injection, one.record.caption_source
            if way not in entries:
                entries[way] = made.entry(way)
            entries[way].add(_sample(one), root, files)
            if one.record.decided_by != RULES:
                judges.setdefault(way, set()).update(one.record.decided_by.split(JOINS))
    part = next(parts([run]))
    details = _against_base(part)
    for way, found in groupby(flat(part), key=attrgetter("way")):
        entry = entries.setdefault(way, made.entry(way))
        deciders = judges.get(way, set()) if way[0] != SEVERAL else set().union(*judges.values())
        entry.close(_aggregate(made, entry, list(found), sorted(deciders), details.get(way, {})), root)
    return len(entries), sum(entry.rows for entry in entries.values())


def _sample(one: Shown) -> dict[str, Any]:
    record = one.record
    raw, reference = question(record), [record.gold]
    answer = {
        "turn_idx": 0,
        "source": "output.raw",
        "extracted_value": record.answer,
        "extraction_method": "regex",
        "is_terminal": True,
    }
    return {
        "evaluation_result_id": "acc",
        "sample_id": record.item,
        "sample_hash": eee.sample_hash(raw, reference),
        "input": {"raw": raw, "formatted": one.prompt, "reference": reference, "choices": list(record.options)},
        "output": {"raw": [one.text]},
        "answer_attribution": [answer] if record.answer is not None else [],
        "evaluation": {"score": float(record.correct), "is_correct": record.correct},
        "metadata": {name: _text(value) for name, value in to_log(record).items() if value is not None},
    }


def _text(value: Any) -> str:
    """The schema has texts alone there; all else is JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def question(record: Record) -> str:
    """What is asked in every variant: the picture by its digest, the question, and the options of the item itself."""
    given = record.options[:-1] if record.abstain else record.options
    options = [f"{letter}. {text}" for letter, text in zip(letters(len(given)), given, strict=True)]
    picture = [f"[picture {record.picture}]"] if record.picture else []
    return "\n".join([*picture, record.question, *options])


def _aggregate(
    made: _Made, entry: eee.Entry, found: list[Number], judges: list[str], details: Mapping[str, str]
) -> dict[str, Any]:
    run, harness = made.run, made.harness
    results = [
        {
            "evaluation_result_id": number.name,
            "evaluation_name": entry.name,
            "metric_config": _metric(run, number, judges if number.name in VERDICTS else []),
            "score_details": _score(number, details if number.name == "drop" else {}),
            **made.shared,
        }
        for number in found
    ]
    return {
        "evaluation_timestamp": started(run.date, harness),
        "source_metadata": eee.source(made.publisher, run.date),
        "eval_library": eee.library(harness),
        "model_info": eee.model_info(entry.model, run.model, harness),
        "evaluation_results": results,
    }


def _metric(run: Run, number: Number, judges: list[str]) -> dict[str, Any]:
    better = higher_is_better(number.name, number.variant)
    parameters: dict[str, Any] = {
        "variant": number.variant,
        "injection": number.injection,
        "caption_source": number.caption_source,
        "plant_seed": number.seed,
        "probe": number.probe,
    }
    templates = codes(run.table["templates"])[1]
    if any(templates):
        parameters["templates"] = ",".join(sorted(templates))
    return {
        "evaluation_description": about(number.name),
        "metric_id": "accuracy" if number.name == "acc" else f"lmms-robust.{number.name}",
        "metric_name": number.name,
        "metric_parameters": parameters,
        "lower_is_better": better is False,
        **eee.bounds(span(number.name)),
        **({"additional_details": {"polarity": "not_applicable"}} if better is None else {}),
        **({"llm_scoring": _scoring(run, judges)} if judges else {}),
    }


def _scoring(run: Run, judges: list[str]) -> dict[str, Any]:
    """Who decided what the rules left open, with model and template as far as verdicts beside the logs tell."""
    told = {name: _told(run, name) for name in judges}
    templates = sorted({one["template"] for one in told.values() if "template" in one})
    return {
        "judges": [
            {
                "model_info": {
                    "name": name,
                    "id": one.get("model", name),
                    "additional_details": {"deployment_type": "unknown", "model_availability": "unknown"},
                },
                **({"additional_details": one} if one else {}),
            }
            for name, one in told.items()
        ],
        "input_prompt": f"judge.jinja of lmms-robust, digest {', '.join(templates)}" if templates else UNKNOWN_PROMPT,
    }


def _told(run: Run, judge: str) -> dict[str, str]:
    """Model and digest of the template of a judge; nothing of one that decided while the run went on."""
    votes = [
        vote
        for log in codes(run.table["file"])[1]
        for name, path in verdicts.beside(Path(log)).items()
        if name == judge
        for vote in verdicts.read(path).found.values()
    ]
    found = {
        name: sorted({value for vote in votes if (value := getattr(vote, name))}) for name in ("model", "template")
    }
    return {name: ", ".join(values) for name, values in found.items() if values}


def _against_base(part: Part) -> dict[Way, dict[str, str]]:
    """By variant what is told beside its drop: McNemar's test, and outcomes at base and here, each as JSON."""
    told = ("against_base", "transitions")
    return {
        (row["variant"], row["injection"], row["caption_source"]): {name: json.dumps(row[name]) for name in told}
        for row in nested(part)["variants"]
        if row["against_base"]
    }


def _score(number: Number, details: Mapping[str, str]) -> dict[str, Any]:
    """The one number that there is room for; of what has bounds they stand beside it, with further details."""
    told = dict(details)
    if not number.low == number.high == number.value:
        point = {"point": NO_POINT} if number.value is None else {}
        told |= {"low": repr(number.low), "high": repr(number.high), **point}
    uncertainty: dict[str, Any] = {"num_samples": number.n}
    if number.interval_low is not None and number.interval_high is not None:
        uncertainty["confidence_interval"] = {
            "lower": number.interval_low,
            "upper": number.interval_high,
            "confidence_level": LEVEL,
            "method": method(number.name),
        }
    return {"score": number.point, **({"details": told} if told else {}), "uncertainty": uncertainty}
