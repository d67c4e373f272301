"""Reads the records back from harnesses' sample logs, and puts together what belongs together."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from lmms_robust.errors import RobustError
from lmms_robust.record import Record, from_log
from lmms_robust.transport import unseal

Key = tuple[tuple[str, str, int, int], str]
"""What a response is the one response to, within a run: item, digest, plant seed, repeat; variant."""

SPEED = frozenset({"resume", "batch_size", "max_num_seqs", "concurrency", "timeout", "max_retries"})
"""Model arguments that change how long a run takes and not what comes out."""

SAID_APART = ("random_seed", "torch_seed", "system_instruction", "system_instruction_sha", "chat_template_sha")
"""What else a harness's results say of how a model was asked."""


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
        arguments: what the harness's results say of model, arguments and generation; None where there are no results.
        found: records with a digest of their response and their file.
        repeated: responses that were read again, with equal texts.
    """

    run: Run
    arguments: Mapping[str, Any] | None
    found: dict[Key, tuple[Record, str, Path]] = field(default_factory=dict)
    repeated: int = 0

    def add(self, record: Record, text: str, path: Path) -> None:
        """Add a record; the same response under the same key counts once.

        Raises:
            RobustError: another response under the same key.
        """
        key = (record.unit, record.variant)
        if key not in self.found:
            self.found[key] = record, text, path
        elif self.found[key][1] == text:
            self.repeated += 1
        else:
            raise RobustError(
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
    paired; where that is not possible, a note says why.

    Raises:
        RobustError: no such folder, no such log in it, a log that cannot be read, or two different responses under one
            key, whose files are named.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise RobustError(f"{str(folder)!r} is not a folder; allowed: the --output_path of a run with --log_samples")
    parts: dict[tuple[str, Path, str, bool, int], _Part] = {}
    for path in sorted(filter(Path.is_file, folder.rglob("*samples_*.jsonl")), key=lambda path: path.name):
        date = _date(path.stem)
        for record, text in _records(path):
            key = (date, path.parent, record.benchmark, record.probe, record.seed)
            if key not in parts:
                run = Run(path.parent.name, date, record.benchmark, record.probe, record.seed, ())
                parts[key] = _Part(run, _arguments(path.parent, date))
            parts[key].add(record, text, path)
    if not parts:
        raise RobustError(f"no samples of robust tasks below {str(folder)!r}; allowed: a run with --log_samples")
    return [part.done() for part in _joined(list(parts.values()))]


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


def _arguments(folder: Path, date: str) -> dict[str, Any] | None:
    """Model, arguments and generation settings of a run, from the results beside its samples."""
    names = (f"{date}_results.json", f"results_{date}.json")  # lmms-eval, lm-eval
    path = next((folder / name for name in names if (folder / name).exists()), None)
    if path is None:
        return None
    try:
        config = json.loads(path.read_text(encoding="utf-8")).get("config")
    except (OSError, ValueError, AttributeError):
        return None
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


def _records(path: Path) -> Iterator[tuple[Record, str]]:
    """Records with the digest of their response."""
    for number, line in _lines(path):
        if line.strip():
            sample = _parsed(line, f"{path}:{number}")
            if "record" in sample:
                records = [_record(value, f"{path}:{number}") for value in _listed(sample["record"])]
                texts = _texts(sample.get("filtered_resps"))
                for record, text in zip(records, texts if len(texts) == len(records) else records, strict=True):
                    said = unseal(text).text if isinstance(text, str) else repr(text)
                    yield record, sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open(encoding="utf-8-sig") as file:
            yield from enumerate(file, start=1)
    except UnicodeDecodeError as error:
        raise RobustError(f"{path}: not UTF-8 ({error.reason}); allowed: a sample log of the harness") from error


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _texts(value: Any) -> list[Any]:
    """Responses: a text, a list of them, or lists in a list, as harnesses and repeats have it."""
    while isinstance(value, list) and len(value) == 1:
        (value,) = value
    return _listed(value)


def _parsed(line: str, where: str) -> dict[str, Any]:
    try:
        sample = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise RobustError(f"{where}: not JSON ({error}); allowed: a sample log of the harness") from error
    return sample if isinstance(sample, dict) else {}


def _record(value: Any, where: str) -> Record:
    record = from_log(value) if isinstance(value, dict) else None
    if record is None:
        raise RobustError(f"{where}: not a record of this version; allowed: samples of the same version of lmms-robust")
    return record
