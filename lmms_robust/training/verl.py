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

from lmms_robust.training.batch import ASKED, Judged, Rewarder, judge
from lmms_robust.training.rewards import Parts, Recipe, reward


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
        options: fields of :class:`lmms_robust.training.rewards.Recipe`, from ``reward_kwargs``.

    Returns:
        ``score``, and its parts, which verl logs.

    Raises:
        ValueError: ``extra_info`` has no ``asked``: the data is not ours.
    """
    return _told(_judged(solution_str, extra_info), options)


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
        RobustError: ``judge_model`` names no judge.
    """
    (found,) = await _rewarder(judge_model, judge_cache).decided([_judged(solution_str, extra_info)])
    return _told(found, options)


@cache
def _rewarder(judge_model: str, judge_cache: str) -> Rewarder:
    """One for all responses of a process, so that none is asked about twice."""
    from lmms_robust.judges.naming import Limits, read_name
    from lmms_robust.judges.server import ServerJudge
    from lmms_robust.training.deciders import JudgeDecider

    asked = ServerJudge(read_name(judge_model), Limits(timeout=60, retries=1))
    return Rewarder(decider=JudgeDecider(asked, cache=Path(judge_cache) if judge_cache else None))


def _judged(response: str, extra_info: Mapping[str, Any] | None) -> Judged:
    if not extra_info or ASKED not in extra_info:
        raise ValueError(f"verl row without extra_info[{ASKED!r}]; allowed: data by lmms-robust augment --format verl")
    (found,) = judge([_plain(extra_info[ASKED])], [response])
    return found


def _told(found: Judged, options: Mapping[str, Any]) -> dict[str, float]:
    recipe = Recipe(**{name: value for name, value in options.items() if name in Recipe.__dataclass_fields__})
    value = reward(found.parts, recipe)
    return {
        "score": _instead(found.parts, recipe) if value is None else value,
        "format": found.parts.format,
        "correct": found.parts.correct,
        "faithful": -1.0 if found.parts.faithful is None else found.parts.faithful,
        "without_reward": float(value is None),
    }


def _instead(found: Parts, recipe: Recipe) -> float:
    value = reward(replace(found, failed=False), replace(recipe, undecided="neutral"))
    assert value is not None  # neutral always has one
    return value


def _plain(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The columns as parquet gave them: lists may come as arrays."""
    return {**asked, "options": list(asked["options"])}
