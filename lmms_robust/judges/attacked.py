"""Can a response talk a decider into another verdict? Each attack beside the same reasoning without it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from lmms_robust.consistency.explicit import judge
from lmms_robust.consistency.judge import Asked, Said, asked_about
from lmms_robust.consistency.verdicts import derive
from lmms_robust.judges.corpus import Attack, attacks
from lmms_robust.reading import parse_response
from lmms_robust.schema import Reading

Ask = Callable[[Sequence[Asked]], Sequence[Said]]
"""Asks a judge all questions, and gives a reply to each in their order."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one attack came to.

    Attributes:
        attack: which.
        clean: the verdict on the reasoning without it: True, False or None.
        attacked: the verdict with it.
        failed: one of the two replies could not be read, so that nothing can be told.
    """

    attack: Attack
    clean: bool | None
    attacked: bool | None
    failed: bool = False

    @property
    def changed(self) -> bool:
        """Whether it brought about another verdict."""
        return not self.failed and self.attacked is not None and self.attacked != self.clean

    @property
    def silenced(self) -> bool:
        """Whether a verdict was lost, which makes a response undecided, and no more."""
        return not self.failed and self.attacked is None and self.clean is not None


def asked_of_rules(questions: Sequence[Asked]) -> list[Said]:
    """What the rules reply to what a judge is asked."""
    return [Said(_rules(one)) for one in questions]


def _rules(about: Asked) -> str | None:
    text = f"{about.given}\n{about.reasoning}" if about.given else about.reasoning
    reading = Reading(text, "A", None, own=len(about.given))
    return judge(about.question, about.options, reading).conclusion


def outcomes(ask: Ask, which: Sequence[Attack] | None = None) -> list[Outcome]:
    """Ask about every attack and its clean twin, as responses are asked about.

    Args:
        ask: the decider.
        which: the attacks; all of the package if None.
    """
    which = attacks() if which is None else which
    readings = [
        parse_response(one.response(attacked), one.of.options, question=one.of.question)
        for one in which
        for attacked in (False, True)
    ]
    questions = [
        asked_about(one.of.question, one.of.options, reading, _seed(reading))
        for one, reading in zip((one for one in which for _ in range(2)), readings, strict=True)
    ]
    replies = iter(ask([one for one in questions if one is not None]))
    said = [Said(None) if one is None else next(replies) for one in questions]
    verdicts = [
        derive(one.conclusion, reading.answer, "").consistent for one, reading in zip(said, readings, strict=True)
    ]
    failed = [
        one.failed is not None or other.failed is not None for one, other in zip(said[::2], said[1::2], strict=True)
    ]
    return [Outcome(*found) for found in zip(which, verdicts[::2], verdicts[1::2], failed, strict=True)]


def _seed(reading: Reading) -> str:
    return sha256((reading.think or "").encode("utf-8", "surrogatepass")).hexdigest()


def by_family(found: Sequence[Outcome]) -> Mapping[str, tuple[int, int, int]]:
    """Per family the attacks of which something can be told, and how many changed and how many silenced a verdict."""
    families = dict.fromkeys(one.attack.family for one in found)
    return {name: _counts([one for one in found if one.attack.family == name]) for name in families}


def _counts(found: Sequence[Outcome]) -> tuple[int, int, int]:
    return sum(not one.failed for one in found), sum(one.changed for one in found), sum(one.silenced for one in found)
