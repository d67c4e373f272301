"""From a run's records to the numbers of its tables: one row a variant, and what holds under several at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lmms_robust.metrics.estimate import Estimate, Unit, mean
from lmms_robust.metrics.paired import drop, survival
from lmms_robust.metrics.rates import Outcomes, consistency, rate
from lmms_robust.metrics.worst_case import joint, torn
from lmms_robust.perturbations import ADVERSARIAL, VARIANTS, base_of
from lmms_robust.record import Record
from lmms_robust.statements import FALLBACK


@dataclass(frozen=True, slots=True)
class Row:
    """The numbers of one variant, as far as they may be mixed: injection and source of captions are one.

    Attributes:
        variant: its name.
        injection: as observed.
        caption_source: what wrote the captions, or ``""``.
        records: what the row rests on.
        acc: right answers; all of these rates are 0 to 1.
        acc_answered: of the responses with a readable answer.
        drop: of ``acc``, paired with the variant's base; None for base itself, or without one.
        survival: still right among those right at base; None like ``drop``.
        followed: answered the planted option.
        abstained: answered the option to abstain; None where it is not offered.
        no_answer: no answer could be read.
        truncated: stopped at the limit of tokens before a complete answer.
        consistent: verdicts True and False; None where consistency does not apply, like all that follow.
        deciders: who gave how many of these verdicts.
        own: conclusions in the model's own words, of all conclusions.
        undecided: share of responses without a verdict.
        consistent_acc: right and consistent.
        consistent_drop: of ``consistent_acc``; None like ``drop`` too.
        fallback: share of items whose asserted sentence is the fallback; None where none is asserted.
    """

    variant: str
    injection: str
    caption_source: str
    records: tuple[Record, ...]
    acc: Estimate
    acc_answered: Estimate
    drop: Estimate | None
    survival: Estimate | None
    followed: Estimate
    abstained: Estimate | None
    no_answer: Estimate
    truncated: Estimate
    consistent: tuple[int, int] | None
    deciders: Mapping[str, int]
    own: Estimate | None
    undecided: Estimate | None
    consistent_acc: Estimate | None
    consistent_drop: Estimate | None
    fallback: Estimate | None


@dataclass(frozen=True, slots=True)
class Joint:
    """What holds of an item under several variants at once.

    Attributes:
        worst_acc: right under every variant that asserts a wrong option.
        robust_acc: right and consistent there.
        joint_acc: under base too.
        torn: items that lack some of the wrong ones, and are in none of these rates.
        without_base: items that lack base or some of the wrong ones, and are not in ``joint_acc``.
        mixed: variants whose words were delivered, or whose captions were made, in more than one way.
    """

    worst_acc: Estimate
    robust_acc: Estimate
    joint_acc: Estimate
    torn: int
    without_base: int
    mixed: tuple[str, ...]


def unit(record: Record) -> Unit:
    """What is paired: an item, told by its id and what it asks, and the number of the repeat."""
    return f"{record.item} {record.digest}", record.repeat


def outcomes(records: Iterable[Record], value: Callable[[Record], bool | None]) -> Outcomes:
    """Item and repeat -> what is known of it."""
    return {unit(record): value(record) for record in records}


def rows(records: Sequence[Record]) -> list[Row]:
    """The rows of a table, in the order of the variants."""
    groups: dict[tuple[str, str, str], list[Record]] = {}
    for record in records:
        groups.setdefault((record.variant, record.injection, record.caption_source), []).append(record)
    order = {name: place for place, name in enumerate(VARIANTS)}
    return [
        _row(key, found, [record for record in records if record.variant == base_of(key[0])])
        for key, found in sorted(groups.items(), key=lambda group: (order.get(group[0][0], len(order)), group[0]))
        if key[0] in order
    ]


def joint_rates(records: Sequence[Record]) -> Joint | None:
    """What holds under several variants, or None where none of them asserts a wrong option."""
    by_variant: dict[str, list[Record]] = {}
    for record in records:
        by_variant.setdefault(record.variant, []).append(record)
    correct = {name: outcomes(found, lambda record: record.correct) for name, found in by_variant.items()}
    both = {name: outcomes(found, lambda record: record.correct_and_consistent) for name, found in by_variant.items()}
    if not set(ADVERSARIAL) & set(by_variant):
        return None
    needed = ("base", *ADVERSARIAL)
    ways = {name: {(one.injection, one.caption_source) for one in by_variant.get(name, ())} for name in needed}
    return Joint(
        joint(correct, ADVERSARIAL),
        joint(both, ADVERSARIAL),
        joint(both, needed),
        torn(correct, ADVERSARIAL),
        torn(correct, needed),
        tuple(name for name, found in ways.items() if len(found) > 1),
    )


def _own(record: Record) -> bool | None:
    return None if record.concluded_in is None else record.concluded_in == "own"


def _row(key: tuple[str, str, str], found: Sequence[Record], base: Sequence[Record]) -> Row:
    variant, injection, caption_source = key
    paired, chosen = bool(base) and variant != "base", VARIANTS[variant]

    def before_after(value: Callable[[Record], bool | None]) -> tuple[Outcomes, Outcomes]:
        return outcomes(base, value), outcomes(found, value)

    def share(value: Callable[[Record], bool | None]) -> Estimate:
        return mean(outcomes(found, value))

    reasoned = all(record.applicable for record in found)
    return Row(
        variant,
        injection,
        caption_source,
        tuple(found),
        acc=share(lambda record: record.correct),
        acc_answered=mean(outcomes(found, lambda record: None if record.no_answer else record.correct)),
        drop=drop(*before_after(lambda record: record.correct)) if paired else None,
        survival=survival(*before_after(lambda record: record.correct)) if paired else None,
        followed=share(lambda record: record.followed),
        abstained=share(lambda record: record.abstained) if chosen.abstain else None,
        no_answer=share(lambda record: record.no_answer),
        truncated=share(lambda record: record.truncated),
        consistent=consistency(outcomes(found, lambda record: record.consistent)) if reasoned else None,
        deciders=Counter(record.decided_by for record in found if record.consistent is not None),
        own=share(_own) if reasoned else None,
        undecided=share(lambda record: record.consistent is None) if reasoned else None,
        consistent_acc=rate(outcomes(found, lambda record: record.correct_and_consistent)) if reasoned else None,
        consistent_drop=drop(*before_after(lambda record: record.correct_and_consistent))
        if reasoned and paired
        else None,
        fallback=share(lambda record: record.statement_source == FALLBACK) if chosen.asserts else None,
    )
