"""What came of asking again: the answers that logs of follow-ups hold, joined to the responses that they are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from lmms_robust.consistency.followups import KINDS
from lmms_robust.consistency.verdicts import REORDERED, Vote, path_for, write
from lmms_robust.errors import RobustError
from lmms_robust.perturbations.shorten import SHARES
from lmms_robust.prompts import template_digest
from lmms_robust.report.logs import Run
from lmms_robust.report.sample_log import samples
from lmms_robust.schema import MAX_LETTERS, letters

Place = tuple[str, str, str, str, int, int]
"""Benchmark, item, its digest, variant, plant seed, repeat."""

_TEXTS = ("benchmark", "item", "digest", "variant", "response")
_COLUMNS = ("item", "digest", "variant", "seed", "repeat", "response", "file", "picture", "answer", "conclusion")


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one follow-up.

    Attributes:
        kind: one of :data:`lmms_robust.consistency.followups.KINDS`.
        about: the response that it is about.
        response: digest of that response's text.
        share: which share of the chain was kept.
        answered: letter answered there.
        answer: letter that the option answered now had there; None where no answer was read.
        problem: why there is none.
        model: name of the folder that the harness made for the model.
    """

    kind: str
    about: Place
    response: str
    share: float
    answered: str
    answer: str | None
    problem: str | None
    model: str


@dataclass(frozen=True, slots=True)
class Followed:
    """A logged response with the answers to its follow-ups of one kind.

    Attributes:
        variant: its variant.
        answered: letter answered.
        conclusion: letter that the rules read, or None.
        file: its sample log.
        picture: digest of its picture; where there is none, what tells its item.
        answers: one for each share that was asked, the least first.
    """

    variant: str
    answered: str
    conclusion: str | None
    file: str
    picture: str
    answers: tuple[Answer, ...]


def read_answers(folder: Path) -> tuple[list[Answer], int]:
    """The answers in all logs below a folder, and how many lines hold none that can be read.

    Of several answers to one question the last counts.

    Raises:
        RobustError: no such folder, or no answer in it.
    """
    if not folder.is_dir():
        raise RobustError(f"{str(folder)!r} is not a folder; allowed: the --output_path of a run of follow-ups")
    found: dict[tuple[str, Place, str, float], Answer] = {}
    bad = 0
    for path in sorted(folder.rglob("*.jsonl"), key=lambda path: (path.name, path)):
        if not fnmatchcase(path.name, "*samples_*.jsonl") or not path.is_file():
            continue
        for _, sample in samples(path):
            if "followup" not in sample:
                continue
            answer = _answer(sample["followup"], path.parent.name)
            if answer is None:
                bad += 1
                continue
            found[answer.kind, answer.about, answer.response, answer.share] = answer
    if not found:
        told = f" ({bad} that cannot be read)" if bad else ""
        raise RobustError(
            f"no answers to follow-ups below {str(folder)!r}{told}; allowed: a run of a task by `lmms-robust followup` "
            "with --log_samples"
        )
    return list(found.values()), bad


def holds_answers(folder: Path) -> bool:
    """Whether there are answers to follow-ups below a folder."""
    try:
        return bool(read_answers(folder)[0])
    except RobustError:
        return False


def joined(runs: Sequence[Run], answers: Sequence[Answer], kind: str) -> list[Followed]:
    """The responses of some runs with their answers of one kind, in the order of the runs' tables."""
    by_response: dict[tuple[Place, str], list[Answer]] = {}
    for answer in answers:
        if answer.kind == kind:
            by_response.setdefault((answer.about, answer.response), []).append(answer)
    return [
        Followed(row["variant"], row["answer"], row["conclusion"], row["file"], picture, _sorted(by_response[key]))
        for row, key in _rows(runs)
        if key in by_response and row["answer"] is not None
        for picture in [row["picture"] or f"{row['item']} {row['digest']}"]
    ]


def _sorted(found: Sequence[Answer]) -> tuple[Answer, ...]:
    return tuple(sorted(found, key=lambda answer: answer.share))


def _rows(runs: Sequence[Run]) -> Iterator[tuple[dict[str, Any], tuple[Place, str]]]:
    for run in runs:
        for row in run.table.select(_COLUMNS).to_pylist() if not run.probe else ():
            about = run.benchmark, row["item"], row["digest"], row["variant"], row["seed"], row["repeat"]
            yield row, (about, row["response"].hex())


def write_verdicts(found: Sequence[Followed]) -> dict[Path, int]:
    """Write the verdicts of :data:`REORDERED` beside the sample logs; returns how many stand in which file.

    A verdict names the option that the model answers when its reasoning is all it goes by.

    Raises:
        RobustError: a file cannot be written.
    """
    template = template_digest("probe")
    by_file: dict[str, list[Vote]] = {}
    for one in found:
        (answer,) = one.answers
        _, item, digest, variant, _, repeat = answer.about
        failed = None if answer.answer else answer.problem or "no_answer"
        vote = Vote(
            item, digest, variant, repeat, answer.response, REORDERED, answer.answer, failed, answer.model, template
        )
        by_file.setdefault(one.file, []).append(vote)
    return {path: write(path, votes) for log, votes in by_file.items() for path in [path_for(Path(log), REORDERED)]}


def _answer(value: Any, model: str) -> Answer | None:
    """What a log holds of a follow-up; None where it is something else."""
    if not isinstance(value, Mapping) or not all(isinstance(value.get(name), str) for name in _TEXTS):
        return None
    known = letters(MAX_LETTERS)
    kind, share, answered, answer, problem = (
        value.get(name) for name in ("kind", "share", "answered", "answer", "problem")
    )
    whole = all(type(value.get(name)) is int for name in ("seed", "repeat"))
    if kind not in KINDS or share not in SHARES or isinstance(share, bool) or not whole:
        return None
    if answered not in known or answer not in (None, *known) or not isinstance(problem, str | None):
        return None
    about = value["benchmark"], value["item"], value["digest"], value["variant"], value["seed"], value["repeat"]
    return Answer(kind, about, value["response"], float(share), answered, answer, problem, model)
