"""The table of one run's letter probabilities: a row a variant, paired with base by item."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.markup import escape
from rich.table import Table

from lmms_robust.metrics.confidence import Auroc, Scores, auroc, calibration_error, change
from lmms_robust.metrics.estimate import Estimate, mean
from lmms_robust.perturbations import VARIANTS, base_of
from lmms_robust.record import Record
from lmms_robust.report.estimates import outcomes, rows, unit
from lmms_robust.report.logs import Run
from lmms_robust.report.table import title

CAPTION = (
    "Option letters' probabilities at the answer letter, for the n items where the backend gave them; on bounds: items "
    "of these with letters known as upper bounds only, which are in neither ece nor auroc. p_correct: of the right "
    "option. letter_entropy: in nats, 0 is certain. ece: calibration error of the answers given; few items alone make "
    "it high. change: from base, same items. still right: of the items right at base with exact probabilities there; "
    "an answer that cannot be read has fallen. auroc: how well p_correct, or certainty, at base tells those from those "
    "that fell: 0.5 is chance; in brackets the 95 % interval."
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
    by_variant = {name: [record for record in run.records if record.variant == name] for name in VARIANTS}
    for row in rows(run.records):
        whole = len(row.records) == len(by_variant[row.variant])
        name = row.variant if whole else f"{row.variant} ({row.injection})"
        base = by_variant[base_of(row.variant)] if row.variant != "base" else []
        table.add_row(escape(name), *_own(row.records), *_paired(base, row.records))
    return table


def _own(found: Sequence[Record]) -> list[str]:
    known = [record for record in found if record.letter_probs]
    error = calibration_error(
        _scores(found, lambda record: record.p_answer if record.exact_probs else None), _correct(found)
    )
    return [
        str(len(known)),
        str(sum(bool(record.probs_at_most) for record in known)),
        _number(mean(_scores(found, lambda record: record.p_correct))),
        _number(mean(_scores(found, lambda record: record.letter_entropy))),
        _number(error),
    ]


def _paired(base: Sequence[Record], found: Sequence[Record]) -> list[str]:
    if not base:
        return []
    before, after = _correct(base), _correct(found)
    by_p_correct = auroc(_scores(base, lambda record: record.p_correct if record.exact_probs else None), before, after)
    by_certainty = auroc(_scores(base, _certainty), before, after)
    return [
        _number(_change(base, found, lambda record: record.p_correct), signed=True),
        _number(_change(base, found, lambda record: record.letter_entropy), signed=True),
        f"{by_p_correct.survived} of {by_p_correct.n}",
        _area(by_p_correct),
        _area(by_certainty),
    ]


def _certainty(record: Record) -> float | None:
    entropy = record.letter_entropy
    return None if entropy is None or not record.exact_probs else -entropy


def _change(base: Sequence[Record], found: Sequence[Record], value: Callable[[Record], float | None]) -> Estimate:
    return change(_scores(base, value), _scores(found, value))


def _correct(records: Sequence[Record]) -> dict[tuple[str, int], bool | None]:
    return dict(outcomes(records, lambda record: record.correct))


def _scores(records: Sequence[Record], value: Callable[[Record], float | None]) -> Scores:
    return {unit(record): value(record) for record in records}


def _number(estimate: Estimate, signed: bool = False) -> str:
    return f"{estimate.value:{'+' if signed else ''}.3f}" if estimate.n else "–"


def _area(found: Auroc) -> str:
    return f"{found.value:.2f} [{found.low:.2f}, {found.high:.2f}]" if found.survived and found.fell else "–"
