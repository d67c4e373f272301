"""Several runs of one benchmark in one table: models beside each other, checkpoints in the order of their steps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile
from pathlib import PurePath

from lmms_robust.metrics.estimate import Estimate
from lmms_robust.report.joint import joint_estimates
from lmms_robust.report.logs import Run
from lmms_robust.report.numbers import ALL, Part
from lmms_robust.report.sheet import NONE, Sheet, bare, percent

ABOUT = (
    "Percent of items, (95 % interval), [bounds where something is undecided, which counts as no; the interval covers "
    "both]. items: at base. worst: right "
    "under all four wrong_*. robust: right and consistent there. joint: there and at base. consistent: of verdicts, at "
    "base and over the wrong_* that were run. undecided, no answer: of all responses. Models are told apart by "
    "`lmms-robust compare`."
)
_STEP = re.compile(r"(?:checkpoint|step|global_step|iter|epoch)[-_]?(\d+)", re.IGNORECASE)


def step(name: str) -> int | None:
    """The training step in a name, or None.

    >>> step("qwen__checkpoint-400"), step("runs__global_step_50__actor"), step("Qwen2-VL-7B")
    (400, 50, None)
    """
    found = _STEP.findall(name)
    return int(found[-1]) if found else None


def series(parts: Sequence[Part]) -> Iterator[Sheet]:
    """One table for each benchmark of which there are several runs."""
    groups: dict[tuple[str, bool, int], list[Part]] = {}
    for part in parts:
        if part.category == ALL:
            groups.setdefault(part.run.about, []).append(part)
    for found in groups.values():
        if len(found) > 1:
            parts_of = {id(part.run): part for part in found}
            ordered = [(name, parts_of[id(run)]) for name, run in named([part.run for part in found])]
            heads = ("model", "items", "base", "worst", "robust", "joint", "consistent", "undecided", "no answer")
            yield Sheet(found[0].run.asked, ABOUT, heads, [_cells(*pair) for pair in ordered])


def named(runs: Sequence[Run]) -> list[tuple[str, Run]]:
    """Runs with names that tell them apart, by these names, and checkpoints of one model by their steps."""
    found = [(_name(run, runs), run) for run in runs]
    return sorted(found, key=lambda pair: (before_step(pair[0]), step(pair[0]) or 0))


def _name(run: Run, runs: Sequence[Run]) -> str:
    """The model's name; of several runs of one name, after the folders in which they differ, or with their dates."""
    alike = [one for one in runs if one.model == run.model]
    folders = [PurePath(one.table["file"][0].as_py() or one.model).parent.parts for one in alike]
    own = folders[[one is run for one in alike].index(True)]
    if folders.count(own) > 1:
        return f"{run.model} {run.date}"
    shared = sum(1 for _ in takewhile(lambda parts: len({*parts}) == 1, zip(*folders, strict=False)))
    return "/".join([*own[shared:-1], run.model]) if len(alike) > 1 else run.model


def before_step(name: str) -> str:
    """What stands before the training step in a name: checkpoints of one training have it in common.

    >>> before_step("qwen-grpo__checkpoint-400"), before_step("Qwen2-VL-7B")
    ('qwen-grpo__', 'Qwen2-VL-7B')
    """
    found = list(_STEP.finditer(name))
    return name[: found[-1].start()] if found else name


def _cells(name: str, part: Part) -> list[str]:
    base = next((row for row in part.rows if row.variant == "base"), None)
    joint = joint_estimates(part.joint, part.run.probe)
    wrong = [row for row in part.rows if row.variant.startswith("wrong_")]
    verdicts = [sum(row.verdicts[side] for row in wrong if row.verdicts) for side in (0, 1)]
    responses = sum(row.responses for row in part.rows)
    reasoned = sum(row.responses for row in part.rows if row.verdicts)
    undecided = sum(sum(row.undecided.values()) for row in part.rows)
    silent = sum(row.outcomes["no_answer"] for row in part.rows)
    at_base = bare(base.estimates.get("consistency"), NONE) if base else NONE
    return [
        name,
        str(base.estimates["acc"].n) if base else NONE,
        percent(base.estimates["acc"]) if base else NONE,
        *(percent(joint.get(name), NONE) for name in ("worst_acc", "robust_acc", "joint_acc")),
        f"{at_base}, {_share(verdicts[0], sum(verdicts))}",
        _share(undecided, reasoned),
        _share(silent, responses),
    ]


def _share(part: int, whole: int) -> str:
    return bare(Estimate(part / whole, whole, part / whole, part / whole)) if whole else NONE
