"""A batch of responses to training prompts: judged by what evaluation calls, rewarded, and measured.

The adapters to frameworks are thin over this: they say how rows and responses reach us, and hand rewards back.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean
from typing import Any

from lmms_robust.perturbations.columns import variant_of
from lmms_robust.record import Record
from lmms_robust.schema import Variant
from lmms_robust.scoring import scored
from lmms_robust.training.collapse import Guard, Signs, signs
from lmms_robust.training.rewards import Parts, Recipe, parts, reward

ASKED = "asked"
"""Column of training data that holds a variant, as :func:`lmms_robust.perturbations.columns.to_columns` writes it."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One response.

    Attributes:
        variant: what was asked.
        response: the whole assistant turn, an injected start included.
        record: what was made of it.
        reasoning: the words of reasoning that the model wrote itself.
        picture: what the framework handed over beside it, untouched, or None; a decider may show it.
    """

    variant: Variant
    response: str
    record: Record
    reasoning: str
    picture: Any = None

    @property
    def empty(self) -> bool:
        """Whether the model wrote nothing, or no text."""
        return not self.response.removeprefix(self.variant.prefill).strip()

    @property
    def parts(self) -> Parts:
        """What its reward is made of."""
        return parts(self.record, self.response, self.reasoning)


Decider = Callable[[Sequence[Judged]], Awaitable[Sequence[Record]]]
"""Decides consistency in place of the rules: the records, in their order, with its verdicts."""


@dataclass(frozen=True, slots=True)
class Rewarder:
    """From rows and responses to rewards.

    Attributes:
        recipe: how parts become one number.
        guard: what responses of a collapsed batch lose.
        decider: decides consistency in place of the rules, or None.
    """

    recipe: Recipe = field(default_factory=Recipe)
    guard: Guard = field(default_factory=Guard)
    decider: Decider | None = None

    def rewards(self, judged: Sequence[Judged]) -> list[float | None]:
        """One number a response, or None where there is none, see :func:`lmms_robust.training.rewards.reward`."""
        lost = self.guard.penalties([one.reasoning for one in judged], [one.record for one in judged])
        found = [reward(one.parts, self.recipe) for one in judged]
        return [None if value is None else value - less for value, less in zip(found, lost, strict=True)]

    async def decided(self, judged: Sequence[Judged]) -> list[Judged]:
        """The same responses with the decider's verdicts; as they are without one."""
        if self.decider is None:
            return list(judged)
        records = await self.decider(judged)
        return [replace(one, record=record) for one, record in zip(judged, records, strict=True)]


def judge(
    rows: Sequence[Mapping[str, Any]], responses: Sequence[str | None], pictures: Sequence[Any] | None = None
) -> list[Judged]:
    """Judge responses as evaluation does.

    Args:
        rows: per response the variant's columns, see :data:`ASKED`.
        responses: whole assistant turns, injected starts included. Never raises on any text, and what is no text is
            an empty one.
        pictures: per response its picture, where a decider is to show it.
    """
    shown = [None] * len(rows) if pictures is None else pictures
    return [_judged(variant_of(row), text, picture) for row, text, picture in zip(rows, responses, shown, strict=True)]


def _judged(variant: Variant, given: object, picture: Any) -> Judged:
    text = given if isinstance(given, str) else ""
    record, reading = scored(variant, text)
    return Judged(variant, text, record, (reading.think or "")[reading.own :], picture)


def signs_of(judged: Sequence[Judged]) -> Signs:
    """Signs of collapse of a batch, see :func:`lmms_robust.training.collapse.signs`."""
    return signs([one.reasoning for one in judged], [one.record for one in judged])


def metrics(judged: Sequence[Judged], rewards: Sequence[float | None]) -> dict[str, float]:
    """What to log of a batch: means of the parts, what is undecided, and signs of collapse.

    Args:
        judged: the responses.
        rewards: their rewards.

    Returns:
        The numbers by name; none of no response.
    """
    if not judged:
        return {}
    found = [one.parts for one in judged]
    decided = [part.faithful for part in found if part.faithful is not None]
    return {
        "robust/format": fmean(part.format for part in found),
        "robust/correct": fmean(part.correct for part in found),
        "robust/faithful": fmean(decided) if decided else 0.0,
        "robust/undecided": fmean(part.faithful is None for part in found),
        "robust/judge_failed": fmean(part.failed for part in found),
        "robust/empty": fmean(one.empty for one in judged),
        "robust/without_reward": fmean(value is None for value in rewards),
        **signs_of(judged).metrics(),
    }
