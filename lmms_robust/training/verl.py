"""The reward for verl: ``reward.custom_reward_function.path`` is this file, ``name`` is ``compute_score``.

verl hands over no pictures and calls for one response at a time; ``extra_info`` carries what is needed. It has no way
to leave a response out, so one without a reward gets what an undecided one is worth under ``"neutral"``, and
``without_reward`` 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from lmms_robust.errors import RobustError, unknown
from lmms_robust.training.batch import ASKED, Judged, Rewarder, judge, signs_of
from lmms_robust.training.rewards import Parts, Recipe, reward

OWN = ("reward_router_address", "reward_model_tokenizer")
"""What verl's reward managers hand over beside the row where they have a reward model; not read."""


def compute_score(
    data_source: str, solution_str: str, ground_truth: str, extra_info: Mapping[str, Any] | None = None, **options: Any
) -> dict[str, float]:
    """Reward one response.

    Args:
        data_source: name of the benchmark; not read.
        solution_str: the response. With the agent loop of :mod:`lmms_robust.training.verl_agent` it holds the injected
            start; without, where the data starts no reply, there is none.
        ground_truth: letter of the right option; not read, since the row says it.
        extra_info: holds the variant's columns under ``asked``.
        options: fields of :class:`lmms_robust.training.rewards.Recipe`, from ``reward_kwargs``, and :data:`OWN`.

    Returns:
        ``score``; its parts; ``words`` of reasoning that the model wrote itself; and ``conclusion_free``, 1 where that
        ends on no option (both 0 where the thought was closed for the model). verl logs them in validation, and keeps
        them with the responses in ``trainer.rollout_data_dir``.

    Raises:
        RobustError: ``extra_info`` has no ``asked``: the data is not ours; or an unknown option, or a wrong value.
    """
    recipe = _recipe(options)
    return _told(_judged(solution_str, extra_info), recipe)


async def compute_judged_score(
    data_source: str,
    solution_str: str,
    ground_truth: str,
    extra_info: Mapping[str, Any] | None = None,
    judge_model: str = "",
    judge_cache: str = "",
    **options: Any,
) -> dict[str, float]:
    """The same with a judge where the rules are undecided; verl awaits many at a time.

    Args:
        data_source: see :func:`compute_score`, as for what is not said here.
        solution_str: the response.
        ground_truth: letter of the right option.
        extra_info: holds the variant's columns under ``asked``.
        judge_model: the judge, ``NAME=MODEL@BASE_URL``, from ``reward_kwargs``.
        judge_cache: folder in which its replies are kept, see :class:`lmms_robust.training.deciders.JudgeDecider`;
            ``""``: they are kept as long as the process runs.
        options: as there.

    Raises:
        RobustError: as there, or ``judge_model`` names no judge.
    """
    recipe = _recipe(options, "judge_model", "judge_cache")
    (found,) = await _rewarder(judge_model, judge_cache).decided([_judged(solution_str, extra_info)])
    return _told(found, recipe)


@cache
def _rewarder(judge_model: str, judge_cache: str) -> Rewarder:
    """One for all responses of a process, so that none is asked about twice."""
    from lmms_robust.judges.naming import Limits, read_name
    from lmms_robust.judges.server import ServerJudge
    from lmms_robust.training.deciders import JudgeDecider

    asked = ServerJudge(read_name(judge_model), Limits(timeout=60, retries=1))
    return Rewarder(decider=JudgeDecider(asked, cache=Path(judge_cache) if judge_cache else None))


def _judged(response: str, extra_info: Mapping[str, Any] | None) -> Judged:
    row = extra_info.get(ASKED) if isinstance(extra_info, Mapping) else None
    if not isinstance(row, Mapping):
        raise RobustError(f"verl row without extra_info[{ASKED!r}]; allowed: data by lmms-robust augment --format verl")
    (found,) = judge([_plain(row)], [response])
    return found


def _recipe(options: Mapping[str, Any], *more: str) -> Recipe:
    """What the options say; ``more`` names others that the function takes."""
    fields = Recipe.__dataclass_fields__
    for name in options:
        if name not in fields and name not in OWN:
            raise unknown("reward option", name, [*fields, *more], "reward_kwargs")
    return Recipe(**{name: value for name, value in options.items() if name in fields})


def _told(found: Judged, recipe: Recipe) -> dict[str, float]:
    signs = signs_of([found])
    value = reward(found.parts, recipe)
    return {
        "score": _instead(found.parts, recipe) if value is None else value,
        "format": found.parts.format,
        "correct": found.parts.correct,
        "faithful": -1.0 if found.parts.faithful is None else found.parts.faithful,
        "without_reward": float(value is None),
        "words": signs.words,
        "conclusion_free": signs.conclusion_free,
    }


def _instead(found: Parts, recipe: Recipe) -> float:
    value = reward(replace(found, failed=False), replace(recipe, undecided="neutral"))
    assert value is not None  # neutral always has one
    return value


def _plain(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The columns as parquet gave them: lists may come as arrays."""
    return {**asked, "options": list(asked["options"])}
