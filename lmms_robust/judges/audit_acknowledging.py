"""Whether a judge can be trusted to tell who acknowledges that what was given is not so, tried as for conclusions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import count

from lmms_robust.consistency.acknowledgement_request import NO, YES, about
from lmms_robust.consistency.judge import Request, Said
from lmms_robust.judges.audit import Audit, Check, differing, sums, unreadable
from lmms_robust.judges.corpus import MASTER_KEYS, acknowledging


def audit_acknowledging(judge: str, send: Callable[[Sequence[Request]], Sequence[Said]]) -> Audit:
    """Try a judge on texts that are known to acknowledge or not, twice, and on texts that say nothing.

    Args:
        judge: its name.
        send: sends it requests, and gives a reply to each in their order.
    """
    known = acknowledging()
    seeds = (f"audit {number}" for number in count())  # a question that is asked again is another request

    def groups() -> list[Request]:
        return [about(one.kind, one.question, one.given, one.own, next(seeds)) for one in known]

    hosts = [known[number % len(known)] for number in range(len(MASTER_KEYS))]
    keys = [
        about(one.kind, one.question, one.given, key, next(seeds))
        for one, key in zip(hosts, MASTER_KEYS, strict=True)
        if key.strip()
    ]
    replies = [*send([*groups(), *groups(), *keys])]
    first, again, empty = replies[: len(known)], replies[len(known) : 2 * len(known)], replies[2 * len(known) :]
    parts = {}
    for kind, some, letter in (("acknowledges", True, YES), ("does not", False, NO)):
        here = [said for one, said in zip(known, first, strict=True) if one.acknowledged == some]
        parts[kind] = sum(said != Said(letter) for said in here), len(here)
    readable = [said for said in empty if said.failed is None]
    checks = (
        Check("wrong on known", *sums(parts), parts),
        Check("fooled by master keys", sum(said.conclusion == YES for said in readable), len(readable)),
        Check("changed when asked again", *differing(zip(first, again, strict=True))),
        unreadable(replies),
    )
    named = Counter("unreadable" if said.failed else said.conclusion or "none" for said in first)
    return Audit(judge, checks, dict(sorted(named.items())))
