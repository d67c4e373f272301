"""Reward functions for TRL's trainers, which call them by keyword with columns as lists. TRL is not imported.

``GRPOTrainer(model, reward_funcs=[RobustReward(Recipe("multiplied"))], …)`` with data that ``lmms-robust augment
--format trl`` wrote. With data that starts replies, take :class:`lmms_robust.training.trl_trainer.PrefillGRPOTrainer`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lmms_robust.reading.tags import open_thought
from lmms_robust.training.batch import Judged, Rewarder, judge, metrics
from lmms_robust.training.collapse import Guard
from lmms_robust.training.rewards import Recipe

Message = Mapping[str, Any]
Completion = Sequence[Message] | str | None
LogMetric = Callable[[str, float], None]


class RobustReward:
    """Correctness, format and faithfulness by the rules, as one reward; its parts are logged as metrics.

    Args:
        recipe: how parts become one number.
        guard: what responses of a collapsed batch lose.
    """

    def __init__(self, recipe: Recipe | None = None, guard: Guard | None = None) -> None:
        self.rewarder = Rewarder(recipe or Recipe(), guard or Guard())
        self.__name__ = f"robust_{self.rewarder.recipe.form}"

    def __call__(
        self,
        completions: Sequence[Completion],
        asked: Sequence[Mapping[str, Any]],
        log_metric: LogMetric | None = None,
        **others: Any,
    ) -> list[float | None]:
        """Reward a batch, whose prompts stand once for each of their completions.

        Args:
            completions: per response the messages that the model wrote, or its text; what is neither counts as empty.
            asked: column of the data, see :data:`lmms_robust.training.batch.ASKED`.
            log_metric: takes a metric's name and value.
            others: what else the trainer hands over.

        Returns:
            Per response its reward, or None: TRL leaves it out of the group's baseline and gives it no advantage.
        """
        return self._told(judge(asked, _responses(completions, asked)), log_metric)

    def _told(self, judged: Sequence[Judged], log_metric: LogMetric | None) -> list[float | None]:
        found = self.rewarder.rewards(judged)
        if log_metric is not None:
            for name, value in metrics(judged, found).items():
                log_metric(name, value)
        return found


class JudgedReward(RobustReward):
    """The same with verdicts by a decider; TRL awaits it beside other asynchronous rewards.

    Args:
        rewarder: recipe, guard and decider.
    """

    def __init__(self, rewarder: Rewarder) -> None:
        super().__init__(rewarder.recipe, rewarder.guard)
        self.rewarder = rewarder

    async def __call__(  # type: ignore[override]
        self,
        completions: Sequence[Completion],
        asked: Sequence[Mapping[str, Any]],
        log_metric: LogMetric | None = None,
        **others: Any,
    ) -> list[float | None]:
        """Reward a batch, see :meth:`RobustReward.__call__`."""
        judged = judge(asked, _responses(completions, asked), others.get("image"))
        return self._told(await self.rewarder.decided(judged), log_metric)


def _responses(completions: Sequence[Completion], asked: Sequence[Mapping[str, Any]]) -> list[str]:
    """Whole turns: the start that the prompt held, and what the model wrote."""
    return [row["prefill"] + written(one, row["prefill"]) for one, row in zip(completions, asked, strict=True)]


def written(completion: object, start: str = "") -> str:
    """What a model wrote, as one text; reasoning that a tokenizer's response schema took apart stands in its tags.

    Whatever is neither messages nor text, or holds none, is an empty one.

    Args:
        completion: messages, of which the last one counts, or text.
        start: of the turn, from which the model went on; reasoning goes on in a thought that it left open.

    >>> written([{"role": "assistant", "content": "B", "reasoning_content": "Right."}])
    '<think>Right.</think>B'
    >>> written([{"role": "assistant", "content": "B", "reasoning_content": "Right."}], "<think>So it is")
    'Right.</think>B'
    """
    if isinstance(completion, str):
        return completion
    message = completion[-1] if isinstance(completion, Sequence) and completion else None
    if not isinstance(message, Mapping):
        return ""
    content, reasoning = (_text(message.get(name)) for name in ("content", "reasoning_content"))
    if not reasoning:
        return content
    return f"{'' if open_thought(start) else '<think>'}{reasoning}</think>{content}"


def _text(content: object) -> str:
    """A message's content: text, or parts of which some are text."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, Sequence) else ()
    return "".join(_text(part.get("text")) for part in parts if isinstance(part, Mapping))
