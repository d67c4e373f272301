"""Reads the records back from harnesses' sample logs, and puts together what belongs together."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from lmms_robust.errors import RobustError
from lmms_robust.record import Record
from lmms_robust.report.sample_log import SampleLog, results

Key = tuple[tuple[str, str, int, int], str]
"""What a response is the one response to, within a run: item, digest, plant seed, repeat; variant."""

Place = tuple[Path, str]
"""Folder and date of a run of a harness."""

SPEED = frozenset({"resume", "batch_size", "max_num_seqs", "concurrency", "timeout", "max_retries"})
"""Model arguments that change how long a run takes and not what comes out."""

SAID_APART = ("random_seed", "torch_seed", "system_instruction", "system_instruction_sha", "chat_template_sha")
"""What else a harness's results say of how a model was asked."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Run:
    """The records of one benchmark in one run of a harness, or in several that belong together.

    Records of probes, and of other plant seeds, are in runs of their own.

    Attributes:
        model: name of the folder that the harness made for the model.
        date: when the run began, as the harness writes it; several are joined by ``" + "``.
        benchmark: name of the benchmark.
        probe: whether the records are those of the probe.
        seed: plant seed.
        records: one for each response, in the order of the logs.
        notes: sentences about what was found on the way: counted once, not paired.
    """

    model: str
    date: str
    benchmark: str
    probe: bool
    seed: int
    records: tuple[Record, ...]
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Part:
    """One benchmark of one run of a harness, while it is read.

    Attributes:
        run: the run so far.
        place: folder and date, which the run's results have too.
        arguments: what these say of model, arguments and generation; None where there are none.
        found: records with a digest of their response and their file.
        repeated: responses that were read again, with equal texts.
        torn: which two responses are different ones under one key; empty where none are.
    """

    run: Run
    place: Place
    arguments: Mapping[str, Any] | None = None
    found: dict[Key, tuple[Record, str, Path]] = field(default_factory=dict)
    repeated: int = 0
    torn: str = ""

    def add(self, record: Record, text: str, path: Path) -> None:
        """Add a record; the same response under the same key counts once."""
        key = (record.unit, record.variant)
        if key not in self.found:
            self.found[key] = record, text, path
        elif self.found[key][1] == text:
            self.repeated += 1
        else:
            self.torn = self.torn or (
                f"two different responses to {record.benchmark} item {record.item!r}, {record.variant}, repeat "
                f"{record.repeat}, in {self.found[key][2]} and {path}; allowed: one, or the same in both"
            )

    def clashes(self, other: _Part) -> bool:
        """Whether another part has other responses under the same keys."""
        shared = self.found.keys() & other.found.keys()
        return any(self.found[key][1] != other.found[key][1] for key in shared)

    def take(self, other: _Part) -> None:
        """Add another part, which does not clash."""
        for record, text, path in other.found.values():
            self.add(record, text, path)
        self.repeated += other.repeated
        self.run = replace(self.run, date=f"{self.run.date} + {other.run.date}")

    def done(self) -> Run:
        again = f"{self.repeated} response(s) were logged twice with equal texts and count once"
        notes = (*self.run.notes, *([again] if self.repeated else []))
        return replace(self.run, records=tuple(record for record, _, _ in self.found.values()), notes=notes)


def read_runs(folder: Path | str) -> list[Run]:
    """Read every sample log below a folder that holds records of ours, oldest first.

    Runs of one model with equal arguments that have different variants of a benchmark become one, so that they are
    paired; where that is not possible, a note says why. What cannot be read is named in a warning, once, and counted:
    logs or lines of them that hold no record, results without samples, and runs with two different responses under one
    key.

    Raises:
        RobustError: no such folder, or nothing in it can be read.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise RobustError(f"{str(folder)!r} is not a folder; allowed: the --output_path of a run with --log_samples")
    paths, faults = _files(folder)
    logs = [SampleLog(path) for path in paths if fnmatchcase(path.name, "*samples_*.jsonl")]
    parts = _parts(logs)
    faults += [log.fault for log in logs if log.fault] + [part.torn for part in parts if part.torn]
    parts = [part for part in parts if not part.torn]
    faults += _tell_arguments(parts, logs, paths)
    if not parts and len(faults) == 1:
        raise RobustError(faults[0])
    for fault in faults:
        logger.warning("left out: %s", fault)
    if not parts:
        raise RobustError(f"no samples of robust tasks below {str(folder)!r}; allowed: a run with --log_samples")
    if faults:
        whole, some = (sum(log.read and bool(log.fault) == cut for log in logs) for cut in (False, True))
        said = "left out: %d, named above; of %d sample log(s) %d read whole, %d in part"
        logger.warning(said, len(faults), len(logs), whole, some)
    return [part.done() for part in _joined(parts)]


def _files(folder: Path) -> tuple[list[Path], list[str]]:
    """Everything below a folder by its name, folders too, and what cannot be looked into."""
    closed: list[OSError] = []
    found = [
        Path(place, name)
        for place, folders, files in os.walk(folder, onerror=closed.append)
        for name in (*folders, *files)
    ]
    faults = [f"{str(error.filename)!r}: cannot be read ({error.strerror})" for error in closed]
    return sorted(found, key=lambda path: (path.name, path)), faults


def _parts(logs: Sequence[SampleLog]) -> list[_Part]:
    parts: dict[tuple[Place, str, bool, int], _Part] = {}
    for log in logs:
        place = log.path.parent, _date(log.path.stem)
        for record, text in log.records():
            key = (place, record.benchmark, record.probe, record.seed)
            if key not in parts:
                run = Run(place[0].name, place[1], record.benchmark, record.probe, record.seed, ())
                parts[key] = _Part(run, place)
            parts[key].add(record, text, log.path)
    return list(parts.values())


def _tell_arguments(parts: Sequence[_Part], logs: Sequence[SampleLog], paths: Sequence[Path]) -> list[str]:
    """Give the parts what their results say, and return which results say nothing, or have no samples."""
    faults = []
    logged = {(log.path.parent, _date(log.path.stem)) for log in logs}
    for path in paths:
        place = path.parent, _date_of_results(path.stem)
        if path.suffix != ".json" or not place[1]:
            continue
        if place not in logged:
            faults.append(f"{str(path)!r}: no samples of its run beside it; allowed: a run with --log_samples")
            continue
        own = [part for part in parts if part.place == place]
        try:
            arguments = _arguments(results(path)) if own else None
        except RobustError as error:
            faults.append(f"{str(path)!r}: {error}")
            continue
        for part in own:
            part.arguments = arguments
    return faults


def _joined(parts: Sequence[_Part]) -> list[_Part]:
    """Put parts together that belong together; the others say why they do not."""
    kept: list[_Part] = []
    for part in parts:
        same = [one for one in kept if _about(one.run) == _about(part.run)]
        reasons = [(one, _apart(one, part)) for one in same]
        fitting = next((one for one, reason in reasons if not reason), None)
        if fitting is not None:
            fitting.take(part)
            continue
        for one, reason in reasons:
            note = f"not paired with the run of {one.run.date}: {reason}"
            part.run = replace(part.run, notes=(*part.run.notes, note))
        kept.append(part)
    return kept


def _about(run: Run) -> tuple[str, str, bool, int]:
    return run.model, run.benchmark, run.probe, run.seed


def _apart(one: _Part, other: _Part) -> str:
    """Why two parts about the same do not belong together; empty if they do."""
    if one.arguments is None or other.arguments is None:
        return "no results file beside the samples tells its arguments"
    for name in sorted({*one.arguments, *other.arguments}):
        before, after = one.arguments.get(name), other.arguments.get(name)
        if before != after:
            return f"{name} differs ({before!r} there, {after!r} here)"
    before, after = (sorted({found.templates for found, _, _ in part.found.values()}) for part in (one, other))
    if before != after:
        return "templates differ"
    return "it has other responses to the same prompts" if one.clashes(other) else ""


def _date(stem: str) -> str:
    """``DATE_samples_TASK`` in lmms-eval, ``samples_TASK_DATE`` in lm-eval."""
    return stem.rpartition("_")[2] if stem.startswith("samples_") else stem.partition("_samples_")[0]


def _date_of_results(stem: str) -> str:
    """``DATE_results`` in lmms-eval, ``results_DATE`` in lm-eval; empty for other names."""
    return stem.removesuffix("_results") if stem.endswith("_results") else stem.partition("results_")[2]


def _arguments(said: Mapping[str, Any]) -> dict[str, Any] | None:
    """Model, arguments and generation settings of a run, from its results."""
    config = said.get("config")
    if not isinstance(config, dict):
        return None
    model_args = {name: value for name, value in _pairs(config.get("model_args")).items() if name not in SPEED}
    others = {name: config.get(name) for name in ("model", *SAID_APART)}
    return {**others, **model_args, "gen_kwargs": _pairs(config.get("gen_kwargs"))}


def _pairs(value: Any) -> dict[str, Any]:
    """``a=1,b=2`` or an object."""
    if isinstance(value, str):
        return dict(part.split("=", 1) for part in value.split(",") if "=" in part)
    return {name: str(one) for name, one in value.items()} if isinstance(value, dict) else {}
