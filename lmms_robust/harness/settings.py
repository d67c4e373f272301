"""What a user sets in the environment of either harness's command: neither has options for tasks.

``LMMS_ROBUST_SEED=1 lmms-eval …`` plants other options; ``LMMS_ROBUST_OPENED_THINK=true`` says that the model's chat
template opens the think block, so that a response begins inside of it; ``LMMS_ROBUST_CAPTIONS`` names captions to use;
``LMMS_ROBUST_JUDGE`` a judge of consistency, see :mod:`lmms_robust.harness.judging`.
"""

from __future__ import annotations

import os

from lmms_robust.errors import RobustError

JUDGE_VARIABLE = "LMMS_ROBUST_JUDGE"
CAPTIONS_VARIABLE = "LMMS_ROBUST_CAPTIONS"
SEED_VARIABLE = "LMMS_ROBUST_SEED"
OPENED_VARIABLE = "LMMS_ROBUST_OPENED_THINK"


def plant_seed() -> int:
    """The seed with which wrong options are drawn; 0 by default.

    Raises:
        RobustError: it is no whole number.
    """
    value = os.environ.get(SEED_VARIABLE) or "0"
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise RobustError(f"{SEED_VARIABLE}: {value!r}; allowed: a whole number from 0 to 999999999")
    return int(value)


def opened_think() -> bool:
    """Whether responses of backends other than ours begin inside a think block; False by default.

    Raises:
        RobustError: it is neither true nor false.
    """
    value = (os.environ.get(OPENED_VARIABLE) or "false").casefold()
    if value not in ("true", "false", "1", "0"):
        raise RobustError(f"{OPENED_VARIABLE}: {value!r}; allowed: true, false")
    return value in ("true", "1")


def captions_file() -> str:
    """Name of a file written by ``lmms-robust captions``, or ``""``."""
    return os.environ.get(CAPTIONS_VARIABLE, "")
