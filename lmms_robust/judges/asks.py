"""What judges can be asked about a response: on which option its reasoning ends, or whether it acknowledges a fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lmms_robust.consistency import acknowledgement_request, verdicts
from lmms_robust.consistency import judge as asking
from lmms_robust.consistency.judge import Request
from lmms_robust.consistency.verdicts import derive
from lmms_robust.errors import unknown
from lmms_robust.judges.audit import Audit, audit
from lmms_robust.judges.audit_acknowledging import audit_acknowledging
from lmms_robust.judges.kept import asker, requester
from lmms_robust.judges.naming import Judge
from lmms_robust.prompts import template_digest
from lmms_robust.record import Record
from lmms_robust.report.responses import Shown


@dataclass(frozen=True, slots=True)
class Ask:
    """What judges are asked about a response.

    Attributes:
        template: name of the template of a request.
        suffix: of the files of verdicts.
        request: what is sent about a response; None where there is nothing to ask.
        verdict: what a letter, or none, means for a response.
        words: what it is called to be True, and to be False.
        audit: tries a judge; its replies are kept in a folder; whether to try all attacks.
    """

    template: str
    suffix: str
    request: Callable[[Shown], Request | None]
    verdict: Callable[[str | None, Record], bool | None]
    words: tuple[str, str]
    audit: Callable[[Judge, Path, bool], Audit]

    @property
    def digest(self) -> str:
        """Of the template."""
        return template_digest(self.template)


def _about_conclusion(one: Shown) -> Request | None:
    about = asking.asked(one.record, one.turn, one.prefill)
    return None if about is None else asking.request(about)


def _about_acknowledging(one: Shown) -> Request | None:
    own = asking.own_reasoning(one.record, one.turn, one.prefill)
    given = "" if one.record.injection == "inline" else one.prefill
    return acknowledgement_request.request(one.record, one.prompt, given, own)


ASKS = {
    "conclusion": Ask(
        asking.TEMPLATE,
        verdicts.SUFFIX,
        _about_conclusion,
        lambda letter, record: derive(letter, record.answer, "").consistent,
        ("consistent", "inconsistent"),
        lambda judge, folder, attacks: audit(judge.named.name, asker(judge, folder), attacks),
    ),
    "acknowledged": Ask(
        acknowledgement_request.TEMPLATE,
        acknowledgement_request.SUFFIX,
        _about_acknowledging,
        lambda letter, record: acknowledgement_request.acknowledged(letter),
        ("acknowledge", "do not"),
        lambda judge, folder, attacks: audit_acknowledging(judge.named.name, requester(judge, folder)),
    ),
}
"""What judges can be asked, by name."""


def ask_named(name: str) -> Ask:
    """One of :data:`ASKS`.

    Raises:
        RobustError: there is none of this name.
    """
    if name not in ASKS:
        raise unknown("ask", name, ASKS)
    return ASKS[name]
