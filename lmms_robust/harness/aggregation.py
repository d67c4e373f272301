"""From what the samples of a task contribute to one number: the functions that task files name as aggregations.

None contributes nothing. Of outcomes that may be unknown the lower bound is given: a harness' table holds one number.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from lmms_robust.metrics import estimate, paired, worst_case
from lmms_robust.metrics.rates import MOST_TRUNCATED
from lmms_robust.perturbations import ADVERSARIAL

Contribution = tuple[str, str, Sequence[bool | None]]
"""Item, variant, and what is known of each repeat of the item under the variant."""


logger = logging.getLogger(__name__)


def mean(values: Sequence[float | None]) -> float:
    """Mean of what is known; NaN where nothing is."""
    return estimate.average(value for value in values if value is not None)


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
    found = _by_variant(values)
    before = next((name for name in ("base", "abstain_base") if name in found), "")
    after = next((name for name in found if name != before), "")
    return paired.drop(found.get(before, {}), found.get(after, {})).value


def worst_acc(values: Sequence[Contribution | None]) -> float:
    """Right under every variant that asserts a wrong option, see :func:`lmms_robust.metrics.worst_case.joint`."""
    return worst_case.joint(_by_variant(values), ADVERSARIAL).low


robust_acc = worst_acc  # of contributions that say whether a response is right and consistent


def joint_acc(values: Sequence[Contribution | None]) -> float:
    """Under base too."""
    return worst_case.joint(_by_variant(values), ("base", *ADVERSARIAL)).low


def _by_variant(values: Sequence[Contribution | None]) -> dict[str, dict[estimate.Unit, bool | None]]:
    found: dict[str, dict[estimate.Unit, bool | None]] = {}
    for item, variant, repeats in filter(None, values):
        found.setdefault(variant, {}).update({(item, repeat): value for repeat, value in enumerate(repeats)})
    return found
