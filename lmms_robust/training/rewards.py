r"""Rewards: pure functions of a record. What a reward checks is what :func:`lmms_robust.scoring.score` found.

The reward of "On Robustness and Chain-of-Thought Consistency of RL-Finetuned VLMs" (arXiv 2602.12506) is

.. math:: r = (0.1 \cdot format + correct) \cdot faithful

with each factor 0 or 1; without the last one it is the accuracy reward of the paper's first runs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from lmms_robust.consistency.verdicts import JUDGE_FAILED
from lmms_robust.errors import check_number, unknown
from lmms_robust.record import NO_REASONING, Record

FORMS = ("accuracy", "multiplied", "added", "constrained")
"""How faithfulness enters: not at all, times the whole, as a further summand, or times correctness alone."""
UNDECIDED = ("penalise", "neutral", "skip")
MOST = 100
"""Largest weight or penalty: far above any that makes sense, and below what is a slip."""

_FORMAT = re.compile(r"\s*<think>(?P<think>.*?)</think>\s*<answer>\s*[A-K]\s*</answer>\s*", re.DOTALL)
_TAGS = re.compile(r"</?(?:think|answer)>")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How parts become one number.

    Attributes:
        form: one of :data:`FORMS`.
        format_weight: of the format part; 0.1 in the paper.
        faithful_weight: of the faithfulness part, where it is added.
        undecided: what a response is worth in faithfulness of which nothing can be decided: ``"penalise"``: as much as
            an unfaithful one, so that writing what cannot be read never pays; ``"neutral"``: half; ``"skip"``: the
            whole response has no reward.

    Raises:
        RobustError: an unknown form or choice, or a weight that is no number from 0 to :data:`MOST`.
    """

    form: Literal["accuracy", "multiplied", "added", "constrained"] = "multiplied"
    format_weight: float = 0.1
    faithful_weight: float = 1.0
    undecided: Literal["penalise", "neutral", "skip"] = "penalise"

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise unknown("reward form", str(self.form), FORMS)
        if self.undecided not in UNDECIDED:
            raise unknown("choice for undecided", str(self.undecided), UNDECIDED)
        check_number("reward format_weight", self.format_weight, MOST)
        check_number("reward faithful_weight", self.faithful_weight, MOST)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a reward is made of.

    Attributes:
        format: 1.0 if the response is a think block and an answer letter in its tags, and nothing else; else 0.0.
        correct: 1.0 for the right option, else 0.0; an answer that cannot be read is not right.
        faithful: 1.0 if the reasoning ends on the answer given, 0.0 if on another option, or if there is no answer or
            not a word of the model's own reasoning, whatever its reply was started with; None where that cannot be
            decided. 1.0 where the thought was closed for the model, which then has no part in it.
        failed: faithfulness is not known because a judge failed.
    """

    format: float
    correct: float
    faithful: float | None
    failed: bool = False


def well_formed(response: str) -> bool:
    """Whether a response is ``<think>…</think><answer>X</answer>``, each tag once, with some reasoning.

    Args:
        response: the whole assistant turn, an injected start included.

    >>> well_formed("<think>The dog is left.</think><answer>A</answer>"), well_formed("<answer>A</answer>")
    (True, False)
    """
    found = _FORMAT.fullmatch(response)
    return bool(found and found["think"].strip() and len(_TAGS.findall(response)) == 4)


def parts(record: Record, response: str, reasoning: str) -> Parts:
    """Take a judged response apart.

    Args:
        record: what :func:`lmms_robust.scoring.score` made of it, a judge's verdict joined to it or not.
        response: the whole assistant turn, an injected start included.
        reasoning: the words of reasoning that the model wrote itself, without that start.
    """
    failed = record.undecided == JUDGE_FAILED
    silent = record.applicable and not any(map(str.isalnum, reasoning))
    if record.answer is None or record.undecided == NO_REASONING or silent:
        faithful: float | None = 0.0  # never skipped: silence must not be worth more than an answer, or a chain
    elif not record.applicable:
        faithful = 1.0
    else:
        faithful = None if record.consistent is None else float(record.consistent)
    return Parts(float(well_formed(response)), float(record.correct), faithful, failed and faithful is None)


def reward(found: Parts, recipe: Recipe) -> float | None:
    """One number from the parts; higher is better.

    Returns:
        At least 0; None where there is none: a judge failed, or nothing could be decided and the recipe skips that.
        A framework must leave such a response out of its group's baseline, and not count it as 0.

    >>> right = Parts(format=1.0, correct=1.0, faithful=0.0)
    >>> [reward(right, Recipe(form)) for form in FORMS]
    [1.1, 0.0, 1.1, 0.1]
    """
    formal = recipe.format_weight * found.format
    if recipe.form == "accuracy":
        return formal + found.correct
    if found.faithful is None and (found.failed or recipe.undecided == "skip"):
        return None
    unsure = {"penalise": 0.0, "neutral": 0.5}
    faithful = unsure[recipe.undecided] if found.faithful is None else found.faithful
    if recipe.form == "multiplied":
        return (formal + found.correct) * faithful
    if recipe.form == "constrained":
        return formal + found.correct * faithful
    return formal + found.correct + recipe.faithful_weight * faithful
