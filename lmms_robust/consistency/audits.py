"""What came of trying a judge before its verdicts were believed: a file beside them, in the folder of the sample logs.

Of the judge NAME, the audit for ``X.NAME.verdicts`` stands in ``NAME.verdicts.audit``. It is about one model asked by
one template: verdicts of another one were not audited.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lmms_robust.consistency.verdicts import SUFFIX, Vote, checked_name
from lmms_robust.writing import complete

AUDIT = ".audit"
_LONGEST = 64 * 2**10
"""Bytes of a file."""
_FILE = "file"
"""The check that an audit which cannot be read has failed."""


@dataclass(frozen=True, slots=True)
class Audited:
    """What an audit came to.

    Attributes:
        judge: its name.
        model: the model that was tried.
        template: digest of the template that it was asked by.
        checks: by name of a check why it failed, ``""`` where it passed.
    """

    judge: str
    model: str
    template: str
    checks: Mapping[str, str]

    @property
    def failed(self) -> str:
        """Why not to trust the judge; ``""`` where all checks passed."""
        return "; ".join(filter(None, self.checks.values()))


def audit_path(folder: Path, judge: str, suffix: str = SUFFIX) -> Path:
    """Where the audit of a judge stands.

    >>> audit_path(Path("out"), "qwen").name
    'qwen.verdicts.audit'
    """
    return folder / f"{checked_name(judge)}{suffix}{AUDIT}"


def read_audit(path: Path) -> Audited | None:
    """The audit that stands in a file; None where there is none.

    One that cannot be read is failed, of whatever model: a judge gains nothing by a file that was damaged.
    """
    damaged = Audited(path.name.partition(".")[0], "", "", {_FILE: f"{path.name} cannot be read"})
    try:
        with path.open("rb") as file:
            values: Any = json.loads(file.read(_LONGEST))
        texts = (values["judge"], values["model"], values["template"])
        checks = dict(values["checks"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return damaged
    if not checks or not all(isinstance(one, str) for one in (*texts, *checks, *checks.values())):
        return damaged
    return Audited(*texts, checks)


def keep_audit(path: Path, found: Audited) -> Audited:
    """Write an audit in the place of that which is there; returns what stands there now.

    Checks that were not tried now stay as they were, for the same model and template.

    Raises:
        RobustError: the file cannot be written.
    """
    before = read_audit(path)
    if before is not None and (before.model, before.template) == (found.model, found.template):
        found = Audited(found.judge, found.model, found.template, {**before.checks, **found.checks})
    with complete(path) as file:
        file.write(json.dumps(asdict(found), indent=1) + "\n")
    return found


def audit_by(folder: Path, judge: str, model: str | None, template: str | None, suffix: str = SUFFIX) -> Audited | None:
    """The audit of a judge that is this model, asked by this template; None where it was not audited."""
    found = read_audit(audit_path(folder, judge, suffix))
    if found is None or _FILE in found.checks or (found.model, found.template) == (model, template):
        return found
    return None


def audit_of(log: Path, votes: Sequence[Vote], suffix: str = SUFFIX) -> Audited | None:
    """The audit of the judge that gave all these verdicts on a log; None where it was not audited."""
    by = {(vote.model, vote.template) for vote in votes}
    return audit_by(log.parent, votes[0].decider, *by.pop(), suffix) if len(by) == 1 else None


def told(judge: str, found: Audited | None) -> str:
    """How far a judge is to be trusted, in a line."""
    if found is None:
        return f"judge {judge}: not audited"
    return f"judge {judge} failed its audit: {found.failed}" if found.failed else f"judge {judge} passed its audit"


def left_out(judge: str) -> str:
    """What becomes of the verdicts of a judge that failed its audit, in a sentence."""
    return f"; its verdicts decide nothing unless it is named: --deciders {judge}"


def not_asked(judges: Sequence[str]) -> str:
    """That judges failed their audit, and are therefore not asked about responses, in a line."""
    names = ",".join(judges)
    return (
        f"not asked about responses, as the audit failed: {names}; allowed: judges that pass, or --no-audit, and then "
        f"--deciders {names} for tables that use the verdicts"
    )
