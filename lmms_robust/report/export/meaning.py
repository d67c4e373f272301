"""What the numbers are, for formats that want to be told: their range, their direction, and a sentence."""

from __future__ import annotations

from math import inf

from lmms_robust.metrics.intervals import FEW, MOST_RESAMPLED
from lmms_robust.perturbations import VARIANTS
from lmms_robust.report.estimates import ABOUT, UNDECIDED
from lmms_robust.report.numbers import AUROC

_JOINT = {
    "worst_acc": "right under every variant that asserts a wrong option",
    "robust_acc": f"right and consistent under every variant that asserts a wrong option; {UNDECIDED}",
    "joint_acc": f"right and consistent under every variant that asserts a wrong option, and at base; {UNDECIDED}",
}
_DIFFERENCES = ("drop", "consistent_drop", "followed_more", "followed_of_wrong", "p_correct_change")
_SPANS = dict.fromkeys(_DIFFERENCES, (-1.0, 1.0)) | {
    "letter_entropy": (0.0, inf),
    "entropy_change": (-inf, inf),
}
_HIGHER = {
    *("acc", "acc_answered", "survival", "consistency", "consistent_acc", "majority", "pass_at"),
    *_JOINT,
}
_LOWER = {"no_answer", "truncated", "ece"}
_LOWER_WHERE_PLANTED = {"drop", "consistent_drop", "followed", "followed_more", "followed_of_wrong"}
_DROPS = {"drop", "consistent_drop"}

_WILSON = {
    *("acc", "acc_answered", "followed", "abstained", "no_answer", "truncated"),
    *("consistency", "undecided", "own", "consistent_acc", "fallback"),
}
_RESAMPLED = f"BCa bootstrap over pictures; clustered normal, corrected for skewness, above {MOST_RESAMPLED} pictures"
_PAIRED = {"drop", "consistent_drop", "followed_more"}

VERDICTS = {"consistency", "undecided", "own", "consistent_acc", "consistent_drop", "robust_acc", "joint_acc"}
"""Estimates that rest on whether reasoning and answer agree, which a judge may have decided."""


def about(estimate: str) -> str:
    """What an estimate is, in words."""
    if estimate.startswith(AUROC):
        score = estimate.removeprefix(AUROC)
        return f"by {score} at base, how well it tells which of the items right there are right here; 0.5 is chance"
    return _JOINT.get(estimate) or ABOUT[estimate]


def span(estimate: str) -> tuple[float, float]:
    """The least and the greatest that an estimate can be."""
    return _SPANS.get(estimate, (0.0, 1.0))


def method(estimate: str) -> str:
    """How the interval of an estimate is made.

    >>> method("acc")
    'Wilson score, with the design effect of pictures'
    """
    if estimate in _WILSON:
        return "Wilson score, with the design effect of pictures"
    if estimate.startswith(AUROC):
        return "DeLong on the logit scale; Newcombe where one group is small"
    return f"{_RESAMPLED}; Tango score where fewer than {FEW} differ" if estimate in _PAIRED else _RESAMPLED


def higher_is_better(estimate: str, variant: str) -> bool | None:
    """The direction of an estimate of a variant; None where it has none.

    >>> higher_is_better("acc", "base"), higher_is_better("followed", "wrong_think"), higher_is_better("drop", "base")
    (True, False, None)
    """
    if estimate in _HIGHER:
        return True
    planted = variant in VARIANTS and VARIANTS[variant].asserts == "planted"
    harmful = planted or (variant == "irrelevant_caption" and estimate in _DROPS)
    return False if estimate in _LOWER or (harmful and estimate in _LOWER_WHERE_PLANTED) else None
