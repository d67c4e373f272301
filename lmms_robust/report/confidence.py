"""The table of one run's letter probabilities: a row a variant, paired with base by item."""

from __future__ import annotations

from collections.abc import Mapping

from rich.table import Table

from lmms_robust.metrics.confidence import Auroc, auroc, calibration_error, change
from lmms_robust.metrics.estimate import Estimate, mean
from lmms_robust.perturbations import VARIANTS
from lmms_robust.report.logs import Run
from lmms_robust.report.table import title
from lmms_robust.schema import Record

Records = Mapping[str, Record]

CAPTION = (
    "Option letters' probabilities at the answer letter, for the n items where the backend gave them; on bounds: items "
    "of these with letters known as upper bounds only. p_correct: of the right option. letter_entropy: in nats, 0 is "
    "certain. ece: calibration error of the answers given; few items alone make it high. change: from base, same "
    "items. still right: of the items right at base with a readable answer in the variant. auroc: how well p_correct, "
    "or certainty, at base tells those from the ones that fell: 0.5 is chance; in brackets the 95 % interval."
)
COLUMNS = (
    *("n", "on\nbounds", "p_correct", "letter_entropy", "ece", "p_correct\nchange", "entropy\nchange"),
    *("still right", "auroc_p_correct", "auroc_neg_entropy"),
)


def confidence_table(run: Run) -> Table:
    """Build the table of one run, some of whose records carry probabilities."""
    table = Table(title=f"confidence · {title(run)}", caption=CAPTION, caption_justify="left")
    table.add_column("variant", no_wrap=True)
    for column in COLUMNS:
        table.add_column(column, justify="right")
    by_variant = {name: _by_item(run, name) for name in VARIANTS}
    for name, found in by_variant.items():
        if found:
            table.add_row(name, *_own(found), *_paired(by_variant["base"] if name != "base" else {}, found))
    return table


def _by_item(run: Run, variant: str) -> Records:
    return {record.item: record for record in run.records if record.variant == variant}


def _own(found: Records) -> list[str]:
    known = [record for record in found.values() if record.letter_probs]
    right = {item: record.correct for item, record in found.items()}
    error = calibration_error({item: record.p_answer for item, record in found.items()}, right)
    return [
        str(len(known)),
        str(sum(bool(record.probs_at_most) for record in known)),
        _number(mean(_p_correct(found).values())),
        _number(mean(_entropy(found).values())),
        _number(error),
    ]


def _paired(base: Records, found: Records) -> list[str]:
    if not base:
        return []
    before, after = ({item: record.correct for item, record in one.items()} for one in (base, found))
    certain = {item: None if value is None else -value for item, value in _entropy(base).items()}
    by_p_correct = auroc(_p_correct(base), before, after)
    return [
        _number(change(_p_correct(base), _p_correct(found)), signed=True),
        _number(change(_entropy(base), _entropy(found)), signed=True),
        f"{by_p_correct.survived} of {by_p_correct.n}",
        _area(by_p_correct),
        _area(auroc(certain, before, after)),
    ]


def _p_correct(records: Records) -> dict[str, float | None]:
    return {item: record.p_correct for item, record in records.items()}


def _entropy(records: Records) -> dict[str, float | None]:
    return {item: record.letter_entropy for item, record in records.items()}


def _number(estimate: Estimate, signed: bool = False) -> str:
    return f"{estimate.value:{'+' if signed else ''}.3f}" if estimate.n else "–"


def _area(found: Auroc) -> str:
    return f"{found.value:.2f} [{found.low:.2f}, {found.high:.2f}]" if found.survived and found.fell else "–"
