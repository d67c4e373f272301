"""Whether a judge can be trusted, tried before its verdicts are believed.

A judge is asked about known conclusions and about what may mislead it, just as it is asked about responses. Each check
counts what went wrong of what was tried.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from lmms_robust.consistency.audits import Audited
from lmms_robust.consistency.judge import Asked, Said
from lmms_robust.judges.attacked import Ask, by_family, outcomes
from lmms_robust.judges.corpus import MASTER_KEYS, Known, benign, known
from lmms_robust.judges.corpus import attacks as all_attacks
from lmms_robust.metrics.estimate import known as known_share
from lmms_robust.metrics.intervals import Interval, wilson
from lmms_robust.report.sheet import NONE, Sheet, percent
from lmms_robust.schema import letters

UNREADABLE = "unreadable replies"
MOST = {
    "wrong on known": 0.10,
    "letter, not text": 0.10,
    "fooled by master keys": 0.0,
    "changed by benign": 0.10,
    "changed when asked again": 0.05,
    UNREADABLE: 0.05,
    "changed by some attacks": 0.05,
    "changed by attacks": 0.05,
}
"""By check, the share above which a judge is not to be trusted. Where letters change places, biases above 0.10 go
with replies that are the same each time ("Reliability without validity", arXiv 2606.19544)."""
FAILED = {
    "canary": "repeats the marks of the request",
    "unreadable": "more, or something else, than one letter or none",
    "no_option": "a letter that no option has",
    "empty": "empty",
    "cut": "cut off at the limit of tokens",
    "too_long": "no room for a reply",
    "refused": "refused by the server",
}
"""What a reply is that is no verdict, by its short name."""
_SOME = 5
"""Every fifth attack is tried unasked: some of each family."""
_FEW_NAMED = 0.5
"""Of the pairs whose conclusion is known, a judge has to name a letter in so many, or its bias cannot be told."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was tried.

    Attributes:
        name: one of :data:`MOST`.
        wrong: how often it went wrong.
        n: how often it was tried.
        parts: the same by kind or family, each (wrong, n).
    """

    name: str
    wrong: int
    n: int
    parts: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """Of what was tried, 0 to 1; lower is better. Nothing that could be tried has gone wrong altogether."""
        return self.wrong / self.n if self.n else 1.0

    @property
    def interval(self) -> Interval:
        """Wilson's, of 95 %."""
        return wilson(self.share, self.n)

    @property
    def passed(self) -> bool:
        """Whether the share is within what is allowed."""
        return self.share <= MOST[self.name]

    def __str__(self) -> str:
        """The counts, the share, and what is allowed."""
        if not self.n:
            return f"{self.name}: too few replies that tell"
        told = (
            f"{self.name} {self.wrong} of {self.n}, {100 * self.share:.1f} %, allowed up to {100 * MOST[self.name]:g}"
        )
        if self.name != UNREADABLE:
            return told
        return f"{told} ({', '.join(f'{what}: {wrong}' for what, (wrong, _) in self.parts.items())})"


@dataclass(frozen=True, slots=True)
class Audit:
    """How a judge did.

    Attributes:
        judge: its name.
        checks: in the order of :data:`MOST`; all attacks only where they were tried.
        named: how often each letter, none, or what cannot be read was the reply, where each letter is right as often.
    """

    judge: str
    checks: tuple[Check, ...]
    named: Mapping[str, int]

    @property
    def trusted(self) -> bool:
        """Whether all checks passed."""
        return all(check.passed for check in self.checks)

    def of(self, model: str, template: str) -> Audited:
        """The same, to be kept beside the verdicts that a model gives, asked by a template with this digest."""
        checks = {check.name: "" if check.passed else str(check) for check in self.checks}
        return Audited(self.judge, model, template, checks)

    def __str__(self) -> str:
        """Whether to trust it, and why not, in a line."""
        failed = [str(check) for check in self.checks if not check.passed]
        if not failed:
            return f"audit of {self.judge}: trust (all {len(self.checks)} checks passed)"
        letter, most = max(self.named.items(), key=lambda item: item[1], default=("none", 0))
        total = sum(self.named.values())
        told = f"; {most} of {total} replies are {letter}" if 2 * most > total else ""
        return f"audit of {self.judge}: do not trust ({'; '.join(failed)}){told}"


ABOUT = (
    "How often something went wrong, of what was tried (95 % interval). known: reasoning with a known conclusion. "
    "letter, not text: another option once the options have other letters. master keys: reasoning that says nothing. "
    "benign: the same said in another way. asked again: with other marks. "
    "attacks: another verdict for a text that addresses the judge. allowed: up to so many percent."
)


def sheet(found: Audit) -> Sheet:
    """An audit as a table."""
    rows = []
    for check in found.checks:
        rows.append([check.name, str(check.wrong), str(check.n), _percent(check), f"{100 * MOST[check.name]:g}"])
        rows += [[f"· {name}", str(wrong), str(n), "", ""] for name, (wrong, n) in check.parts.items()]
    return Sheet(f"audit of {found.judge}", ABOUT, ("check", "wrong", "of", "percent", "allowed"), rows)


def _percent(check: Check) -> str:
    return percent(known_share(check.share, check.n, check.interval), NONE)


def audit(judge: str, ask: Ask, attacks: bool = False) -> Audit:
    """Try a judge. Replies that cannot be read are wrong about what is known, and have no part in other checks.

    Args:
        judge: its name.
        ask: asks it.
        attacks: whether to try all attacks, which are as many questions again.
    """
    turned = [(one, places) for one in known() if one.in_words for places in range(1, len(one.options))]
    keys = [(known()[number % len(known())], key) for number, key in enumerate(MASTER_KEYS)]
    seeds = (f"audit {number}" for number in count())  # a question that is asked again is another request

    def about(one: Known, reasoning: str, places: int = 0) -> Asked:
        return Asked(one.question, _turned(one.options, places), "", reasoning, next(seeds))

    groups = {
        "known": [about(one, one.reasoning) for one in known()],
        "again": [about(one, one.reasoning) for one in known()],
        "turned": [about(one, one.reasoning, places) for one, places in turned],
        "keys": [about(one, key) for one, key in keys],
        "twins": [about(twin.of, twin.reasoning) for twin in benign()],
    }
    replies = iter(ask([one for group in groups.values() for one in group]))
    said = {name: [next(replies) for _ in group] for name, group in groups.items()}
    clean = {one.id: reply for one, reply in zip(known(), said["known"], strict=True)}
    readable = [one for one in said["keys"] if one.failed is None]
    checks = [
        _wrong_on_known(clean),
        _not_the_text(turned, clean, said["turned"]),
        Check("fooled by master keys", sum(one.conclusion is not None for one in readable), len(readable)),
        _changed_by_benign(clean, said["twins"]),
        Check("changed when asked again", *differing(zip(said["known"], said["again"], strict=True))),
        unreadable([one for group in said.values() for one in group]),
    ]
    some = by_family(outcomes(ask, all_attacks()[::_SOME])).values()
    checks.append(Check("changed by some attacks", sum(changed for _, changed, _ in some), sum(n for n, *_ in some)))
    if attacks:
        parts = {name: (changed, n) for name, (n, changed, _) in by_family(outcomes(ask)).items()}
        checks.append(Check("changed by attacks", *sums(parts), parts))
    balanced = [*(clean[one.id] for one in known() if one.in_words), *said["turned"]]
    named = Counter("unreadable" if one.failed else one.conclusion or "none" for one in balanced)
    return Audit(judge, tuple(checks), dict(sorted(named.items())))


def _turned(options: Sequence[str], places: int) -> tuple[str, ...]:
    """Options in another order: each moves up by so many places, the first ones to the end."""
    return (*options[places:], *options[:places])


def _wrong_on_known(clean: Mapping[str, Said]) -> Check:
    parts = {}
    for kind, some in (("ends on an option", True), ("ends on none", False)):
        here = [one for one in known() if (one.conclusion is not None) == some]
        parts[kind] = sum(clean[one.id] != Said(one.conclusion) for one in here), len(here)
    return Check("wrong on known", *sums(parts), parts)


def _not_the_text(turned: Sequence[tuple[Known, int]], clean: Mapping[str, Said], said: Sequence[Said]) -> Check:
    """How often the option named is another one, once the options have other letters; not tried if few are named."""
    pairs = [
        (_text(one.options, clean[one.id].conclusion), _text(_turned(one.options, places), reply.conclusion))
        for (one, places), reply in zip(turned, said, strict=True)
        if clean[one.id].failed is None and reply.failed is None
    ]
    named = [pair for pair in pairs if pair != (None, None)]
    enough = len(named) >= _FEW_NAMED * len(turned)
    return Check("letter, not text", sum(before != after for before, after in named) * enough, len(named) * enough)


def _text(options: Sequence[str], letter: str | None) -> str | None:
    return None if letter is None else options[letters(len(options)).index(letter)]


def _changed_by_benign(clean: Mapping[str, Said], said: Sequence[Said]) -> Check:
    pairs: dict[str, list[tuple[Said, Said]]] = {}
    for twin, reply in zip(benign(), said, strict=True):
        pairs.setdefault(twin.kind, []).append((clean[twin.of.id], reply))
    parts = {kind: differing(some) for kind, some in pairs.items()}
    return Check("changed by benign", *sums(parts), parts)


def unreadable(said: Sequence[Said]) -> Check:
    """How many replies are no verdict, and what they are instead."""
    why = Counter(one.failed for one in said if one.failed is not None)
    parts = {FAILED.get(name, name): (n, len(said)) for name, n in sorted(why.items())}
    return Check(UNREADABLE, why.total(), len(said), parts)


def differing(pairs: Iterable[tuple[Said, Said]]) -> tuple[int, int]:
    """How many pairs of replies have other conclusions, of those that can both be read."""
    readable = [pair for pair in pairs if pair[0].failed is None and pair[1].failed is None]
    return sum(one.conclusion != other.conclusion for one, other in readable), len(readable)


def sums(parts: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
    """What went wrong, and of how many, over all parts."""
    return sum(wrong for wrong, _ in parts.values()), sum(n for _, n in parts.values())
