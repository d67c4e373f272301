"""From what the samples of a task contribute to one number: the functions that task files name as aggregations.

None contributes nothing. Of outcomes that may be unknown the lower bound is given: a harness' table holds one number.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from math import fsum, nan
from typing import Any

import numpy as np

from lmms_robust.metrics import paired, worst_case
from lmms_robust.metrics.estimate import ABSENT, FALSE, TRUE, UNKNOWN, Outcomes, Units
from lmms_robust.metrics.rates import MOST_TRUNCATED
from lmms_robust.perturbations import ADVERSARIAL

Contribution = tuple[str, str, Sequence[bool | None]]
"""Item, variant, and what is known of each repeat of the item under the variant."""


logger = logging.getLogger(__name__)


def mean(values: Sequence[float | None]) -> float:
    """Mean of what is known, exact but for the last rounding; NaN where nothing is."""
    found = [value for value in values if value is not None]
    return fsum(found) / len(found) if found else nan


def truncated(values: Sequence[float | None]) -> float:
    """Mean; where more than 2 % stopped at the limit of tokens, a warning says so."""
    share = mean(values)
    if share > MOST_TRUNCATED:
        logger.warning(
            "lmms-robust: %.1f %% of %d responses stopped at the limit of tokens before a complete answer and count as "
            "no answer; more room: --gen_kwargs max_new_tokens=8192 (lm-eval: max_gen_toks=8192)",
            100 * share,
            sum(value is not None for value in values),
        )
    return share


def count(records: Sequence[Any]) -> float:
    """Number of samples; lm-eval needs an aggregation for the records too."""
    return float(len(records))


def drop(values: Sequence[Contribution | None]) -> float:
    """Paired drop, see :func:`lmms_robust.metrics.paired.drop`."""
    found, units = _by_variant(values)
    before = next((name for name in ("base", "abstain_base") if name in found), None)
    after = next((name for name in found if name != before), None)
    if before is None or after is None:
        return nan
    return paired.drop(found[before], found[after], units, interval=False).value


def worst_acc(values: Sequence[Contribution | None]) -> float:
    """Right under every variant that asserts a wrong option, see :func:`lmms_robust.metrics.worst_case.joint`."""
    return _joint(values, ADVERSARIAL)


robust_acc = worst_acc  # of contributions that say whether a response is right and consistent


def joint_acc(values: Sequence[Contribution | None]) -> float:
    """Under base too."""
    return _joint(values, ("base", *ADVERSARIAL))


def _joint(values: Sequence[Contribution | None], needed: Sequence[str]) -> float:
    found, units = _by_variant(values)
    return worst_case.joint(found, needed, units, interval=False).low


_CODES = {True: TRUE, False: FALSE, None: UNKNOWN}


def _by_variant(values: Sequence[Contribution | None]) -> tuple[dict[str, Outcomes], Units]:
    """Outcomes by variant, and the items and repeats that they are of."""
    known = [
        ((item, repeat), variant, value)
        for item, variant, repeats in filter(None, values)
        for repeat, value in enumerate(repeats)
    ]
    places = {unit: place for place, unit in enumerate(dict.fromkeys(unit for unit, _, _ in known))}
    items = {item: number for number, item in enumerate(dict.fromkeys(item for item, _ in places))}
    numbers = np.array([items[item] for item, _ in places], np.int64)
    found: dict[str, Outcomes] = {}
    for unit, variant, value in known:
        found.setdefault(variant, np.full(len(places), ABSENT, np.int8))[places[unit]] = _CODES[value]
    return found, Units(numbers, numbers)
