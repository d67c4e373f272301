"""Reads the records back from harnesses' sample logs, and puts together what belongs together."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from lmms_robust.errors import RobustError
from lmms_robust.record import PROBE, Record
from lmms_robust.report.columns import codes, completed, encoded, equals, joined, record_at
from lmms_robust.report.deciders import JUDGES, Deciders, refuse_absent
from lmms_robust.report.log_tables import Below, Logged, look, read_logs
from lmms_robust.report.once import once
from lmms_robust.report.sample_log import Place, SampleLog, pairs, place_of_results, results

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
        table: one row for each response, in the order of the logs; columns as in
            :data:`lmms_robust.report.columns.SCHEMA`.
        arguments: what the harness's results say of model, arguments and generation; None where there are none.
        notes: sentences about what was found on the way: counted once, not paired.
        judges: how far each of its judges is to be trusted, a line each.
    """

    model: str
    date: str
    benchmark: str
    probe: bool
    seed: int
    table: pa.Table
    arguments: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = ()
    judges: tuple[str, ...] = ()

    @property
    def about(self) -> tuple[str, bool, int]:
        """What runs of several models have in common where they were asked the same: benchmark, probe, plant seed."""
        return self.benchmark, self.probe, self.seed

    @property
    def asked(self) -> str:
        """The same in words.

        >>> Run("model", "d1", "vstar", True, 2, pa.table({})).asked
        'vstar (probe) · plant seed 2'
        """
        seed = f" · plant seed {self.seed}" if self.seed else ""
        return f"{self.benchmark}{' (probe)' if self.probe else ''}{seed}"

    @property
    def records(self) -> tuple[Record, ...]:
        """The rows of the table as records; made anew at each call."""
        return tuple(record_at(self.table, row) for row in range(len(self.table)))


def read_runs(folder: Path | str, others: Collection[Path] = (), deciders: Deciders = JUDGES) -> list[Run]:
    """Read every sample log below a folder that holds records of ours, oldest first.

    Runs of one model with equal arguments that have different variants of a benchmark become one, so that they are
    paired; where that is not possible, a note says why. What cannot be read is named in a warning, once, and counted:
    logs or lines of them that hold no record, results without samples, runs with two different responses under one
    key, and verdicts that are of no use.

    Args:
        folder: an ``--output_path`` of a harness.
        others: files below it that are known to be none of ours, and are neither read nor named.
        deciders: whose verdicts count, of those that stand beside the logs.

    Raises:
        RobustError: no such folder, nothing in it can be read, or no verdicts of a decider that is named.
    """
    found = _look(Path(folder), deciders, others)
    return _read(found, read_logs(found.logs, deciders))


def read_each(folders: Sequence[Path], deciders: Deciders = JUDGES) -> dict[str, list[Run]]:
    """The runs below each of several folders, by its name as given; all logs are read at once.

    Args:
        folders: each as for :func:`read_runs`.
        deciders: whose verdicts count.

    Raises:
        RobustError: see :func:`read_runs`, of any of the folders.
    """
    found = [_look(folder, deciders) for folder in folders]
    logs = read_logs([path for one in found for path in one.logs], deciders)
    return {str(one.folder): _read(one, logs) for one in found}


def read_all(folders: Sequence[Path], deciders: Deciders = JUDGES) -> list[Run]:
    """The runs below several folders; one in which nothing can be read is named in a warning, and hides no other.

    Args:
        folders: each as for :func:`read_runs`.
        deciders: whose verdicts count.

    Raises:
        RobustError: nothing can be read in any of them.
    """
    runs: list[Run] = []
    below: list[Below] = []
    faults: list[RobustError] = []
    for folder in dict.fromkeys(Path(folder).resolve() for folder in folders):
        try:
            below.append(_look(folder, deciders))
        except RobustError as error:
            faults.append(error)
    logs = read_logs([path for one in below for path in one.logs], deciders)
    for one in below:
        try:
            runs += _read(one, logs)
        except RobustError as error:
            faults.append(error)
    if not runs:
        raise faults[0]
    for fault in faults:
        logger.warning("left out: %s", fault)
    return runs


def _look(folder: Path, deciders: Deciders, others: Collection[Path] = ()) -> Below:
    found = look(folder, others)
    refuse_absent(deciders, found.logs, folder)
    return found


def _read(below: Below, read: Mapping[Path, Logged]) -> list[Run]:
    """The runs below a folder, of its logs; those are let go of."""
    found = [read[path] for path in below.logs]
    logs = [one.log for one in found]
    said, silent = _said(logs, below.paths)
    runs, torn = _runs(found, said)
    faults = [*below.faults, *(log.fault for log in logs if log.fault), *torn, *silent]
    if not runs and len(faults) == 1:
        raise RobustError(faults[0])
    for fault in faults:
        logger.warning("left out: %s", fault)
    if not runs:
        raise RobustError(f"no samples of robust tasks below {str(below.folder)!r}; allowed: a run with --log_samples")
    if faults:
        whole, some = (sum(log.read and bool(log.fault) == cut for log in logs) for cut in (False, True))
        told = "left out: %d, each named above; sample logs read whole: %d, in part: %d, not at all: %d"
        logger.warning(told, len(faults), whole, some, len(logs) - whole - some)
    return _joined(runs)


def _runs(logs: Sequence[Logged], said: Mapping[Place, Mapping[str, Any] | None]) -> tuple[list[Run], list[str]]:
    """What the logs hold, and which of it, or of the verdicts beside them, is of no use."""
    parts: dict[tuple[Place, str, bool, int], list[pa.Table]] = {}
    judges: dict[tuple[Place, str, bool, int], dict[str, None]] = {}
    for one in logs:
        for about, part in _apart(one.table):
            parts.setdefault((one.log.place, *about), []).append(part)
            judges.setdefault((one.log.place, *about), {}).update(dict.fromkeys(one.judges))
    runs: list[Run] = []
    torn = [fault for one in logs for fault in one.useless]
    for (place, benchmark, probe, seed), tables in parts.items():
        found = once(completed(tables))
        if found.two:
            torn.append(found.two)
            continue
        model, date = place[0].name, place[1]
        asked = () if probe else tuple(judges[place, benchmark, probe, seed])
        runs.append(Run(model, date, benchmark, probe, seed, found.table, said.get(place), found.notes, asked))
    return runs, torn


def _apart(table: pa.Table) -> Iterator[tuple[tuple[str, bool, int], pa.Table]]:
    """Benchmark, whether it is the probe, and plant seed, with their rows of a log, in the order of the first ones."""
    if not len(table):
        return
    table = joined([table])
    benchmark, benchmarks = codes(table["benchmark"])
    probe = equals(table, "injection", PROBE)
    seeds, seed = np.unique(np.asarray(table["seed"]), return_inverse=True)
    about = (benchmark * 2 + probe) * len(seeds) + seed
    first = np.sort(np.unique(about, return_index=True)[1])
    for row in first:
        part = table if len(first) == 1 else encoded(table.filter(pa.array(about == about[row])))
        yield (benchmarks[benchmark[row]], bool(probe[row]), int(seeds[seed[row]])), part


def _said(logs: Sequence[SampleLog], paths: Sequence[Path]) -> tuple[dict[Place, Mapping[str, Any] | None], list[str]]:
    """What results say of their runs, and which say nothing, or have no samples."""
    found: dict[Place, Mapping[str, Any] | None] = {}
    faults = []
    logged = {log.place for log in logs}
    for path in paths:
        place = place_of_results(path)
        if path.suffix != ".json" or not place[1]:
            continue
        if place not in logged:
            faults.append(f"{str(path)!r}: no samples of its run beside it; allowed: a run with --log_samples")
            continue
        try:
            found[place] = _arguments(results(path))
        except RobustError as error:
            faults.append(f"{str(path)!r}: {error}")
    return found, faults


def _joined(runs: Sequence[Run]) -> list[Run]:
    """Put runs together that belong together; the others say why they do not."""
    kept: list[Run] = []
    for run in runs:
        reasons = []
        for place, one in enumerate(kept):
            if (one.model, *one.about) != (run.model, *run.about):
                continue
            reason, both = _together(one, run)
            if both is not None:
                kept[place] = both
                break
            reasons.append(f"not paired with the run of {one.date}: {reason}")
        else:
            kept.append(replace(run, notes=(*run.notes, *reasons)))
    return kept


def _together(one: Run, other: Run) -> tuple[str, Run | None]:
    """Two runs about the same as one, or why they do not belong together."""
    if one.arguments is None or other.arguments is None:
        return "no results file beside the samples tells its arguments", None
    for name in sorted({*one.arguments, *other.arguments}):
        before, after = one.arguments.get(name), other.arguments.get(name)
        if before != after:
            return f"{name} differs ({before!r} there, {after!r} here)", None
    before, after = (sorted(run.table["templates"].unique().to_pylist()) for run in (one, other))
    if before != after:
        return "templates differ", None
    both = once(joined([one.table, other.table]))
    if both.two:
        return "it has other responses to the same prompts", None
    notes, judges = one.notes + other.notes + both.notes, tuple(dict.fromkeys((*one.judges, *other.judges)))
    return "", replace(one, date=f"{one.date} + {other.date}", table=both.table, notes=notes, judges=judges)


def _arguments(said: Mapping[str, Any]) -> dict[str, Any] | None:
    """Model, arguments and generation settings of a run, from its results."""
    config = said.get("config")
    if not isinstance(config, dict):
        return None
    model_args = {name: value for name, value in pairs(config.get("model_args")).items() if name not in SPEED}
    return {name: config.get(name) for name in ("model", *SAID_APART)} | {
        **model_args,
        "gen_kwargs": pairs(config.get("gen_kwargs")),
    }
