"""Says what of the environment works: versions against what is required, the entry point, and one real run.

Nothing that may be broken is imported here: the run is in a process of its own, so that its end is a finding.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution, entry_points, packages_distributions, version
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Literal

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion

from lmms_robust.embedded import TINY_MODEL
from lmms_robust.errors import RobustError
from lmms_robust.report.process import LOG, evaluate, text_of

OURS, HARNESS = "lmms-robust", "lmms-eval"
SHOWN = (HARNESS, "torch", "transformers", "datasets")
"""Packages whose version is always said."""

EXTRAS = ("stock", "openai", "lm-eval")
"""Extras of ours that a run may need."""

TASK = "robust_scenes_wrong_think"
PATIENCE = 300.0
"""Seconds for a run of one item, which takes about 20."""

_LACKING = re.compile(
    r"(?:No module named|cannot import name '\w+' from(?: partially initialized module)?|Error: module) '(\w+)"
)
_FRAME = re.compile(r'^  File ".*[/\\](?:(?:site|dist)-packages[/\\](\w+)|(lmms_robust)[/\\])', re.MULTILINE)
_DEVICE = re.compile(r"robust_hf: .* on (\S+) in ")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; ``"broken"`` means that runs will fail."""

    state: Literal["ok", "absent", "broken"]
    about: str
    detail: str


def examine() -> Iterator[Finding]:
    """Look at everything; takes as long as a run of one item."""
    yield _ourselves()
    yield from _required()
    yield from _optional()
    yield _entry_point()
    yield _run()


def _ourselves() -> Finding:
    try:
        found = distribution(OURS)
    except PackageNotFoundError:
        return Finding("broken", OURS, "not installed: pip install lmms-robust")
    python, allowed = platform.python_version(), found.metadata["Requires-Python"]
    state: Literal["ok", "broken"] = "ok" if SpecifierSet(allowed).contains(python, prereleases=True) else "broken"
    return Finding(state, OURS, f"{found.version}, on Python {python} (allowed: {allowed})")


def _required() -> Iterator[Finding]:
    """Of what we and the harness require, all that is not as it should be, and the main packages."""
    packages: dict[str, list[tuple[str, Requirement]]] = {}
    for whose in (OURS, HARNESS):
        for requirement in _requirements(whose):
            packages.setdefault(canonicalize_name(requirement.name), []).append((whose, requirement))
    for name, requirements in sorted(packages.items()):
        # What the harness alone requires it may do without; the run tells.
        finding = _package(name, requirements, "broken" if requirements[0][0] == OURS else "absent")
        if name in SHOWN or finding.state != "ok":
            yield finding


def _optional() -> Iterator[Finding]:
    for extra in EXTRAS:
        for requirement in _requirements(OURS, extra):
            yield _package(requirement.name, [(f"{OURS}[{extra}]", requirement)], "absent")
    yield _package("vllm", [("robust_vllm", Requirement("vllm"))], "absent")


def _requirements(name: str, extra: str = "") -> list[Requirement]:
    """What an installed distribution requires on this machine; with an extra, what that adds."""
    try:
        every = [Requirement(line) for line in distribution(name).requires or ()]
    except PackageNotFoundError:
        return []
    plain = [one for one in every if one.marker is None or one.marker.evaluate({"extra": ""})]
    if not extra:
        return plain
    return [one for one in every if one not in plain and one.marker and one.marker.evaluate({"extra": extra})]


def _package(name: str, requirements: list[tuple[str, Requirement]], missing: Literal["absent", "broken"]) -> Finding:
    try:
        found = version(name)
    except PackageNotFoundError:
        whose = " and ".join(whose for whose, _ in requirements)
        return Finding(missing, name, f"not installed; {whose} needs it: pip install '{_bare(requirements[0][1])}'")
    refusing = [f"allowed: {_bare(one)} (by {whose})" for whose, one in requirements if not _allows(one, found)]
    return Finding("broken", name, f"{found}; {'; '.join(refusing)}") if refusing else Finding("ok", name, found)


def _bare(requirement: Requirement) -> str:
    return f"{requirement.name}{requirement.specifier}"


def _allows(requirement: Requirement, found: str | None) -> bool:
    """Whether a version, None where an installation was cut off, is allowed."""
    try:
        return found is not None and requirement.specifier.contains(found, prereleases=True)
    except InvalidVersion:
        return False


def _entry_point() -> Finding:
    names = [point.name for point in entry_points(group="lmms_eval.models")]
    if "lmms_robust" in names:
        return Finding("ok", "entry point", "lmms_eval.models: lmms_robust")
    return Finding("broken", "entry point", f"lmms-eval will not see our models and tasks; reinstall {OURS}")


def _run() -> Finding:
    """One item through all that a run needs: harness, task, embedded model, prefill, scoring, log."""
    folder = Path(mkdtemp(prefix="lmms-robust-doctor-"))
    model = ("--model", "robust_hf", "--model_args", f"pretrained={TINY_MODEL}")
    about = "run of lmms-eval"
    try:
        log = evaluate(
            [*model, "--tasks", TASK, "--limit", "1"], folder, seconds=PATIENCE, environment={"HF_HUB_OFFLINE": "1"}
        )
        from lmms_robust.report.logs import read_runs

        (record,) = read_runs(folder)[0].records
    except RobustError as error:
        return Finding(
            "broken", about, f"{error}{_fault((folder / LOG).read_text(encoding='utf-8', errors='replace'))}"
        )
    if record.injection != "prefill":
        return Finding("broken", about, f"robust_hf did not continue a prefill but injected it {record.injection}")
    device = _DEVICE.search(text_of(log))
    rmtree(folder)
    where = f" on {device[1]}" if device else ""
    return Finding("ok", about, f"robust_hf with the embedded model{where} continued a prefill; its answer was scored")


def _fault(text: str) -> str:
    """Which installed distribution an error comes from: the one that lacks a name, or the last that it passed."""
    lacking, frames = _LACKING.findall(text), _FRAME.findall(text)
    modules = lacking[-1:] or ["".join(frame) for frame in frames[-1:]]
    distributions = packages_distributions()
    found = {f"{name} {version(name)}" for module in modules for name in distributions.get(module, ()) if name}
    return f"; {'lacking in' if lacking else 'raised in'} {' or '.join(sorted(found))}" if found else ""
