"""The numbers of a run, all of them, of a model whose answers and verdicts are planted."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest, entropy
from sklearn.metrics import roc_auc_score
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from lmms_robust.metrics.estimate import Estimate
from lmms_robust.record import Record
from lmms_robust.report.columns import table_of
from lmms_robust.report.estimates import ABOUT, Row, rows
from lmms_robust.report.grid import of_run
from lmms_robust.report.joint import Joint, joint_rates
from tests.report.samples import record

COLUMNS = ("base", "wrong_think", "wrong_think_but", "wrong_caption", "wrong_caption_disclaimer", "abstain_base",
           "abstain_wrong_think")  # fmt: skip
# How many items, and what becomes of them in each of these. R right, P planted, O other, A abstained, N no answer,
# T no answer since it stopped at the limit; + consistent, - inconsistent, ? undecided; . not there.
GROUPS = [
    (90, "R+ R+ R+ R+ R+ R+ R+"),
    (12, "R? R+ R+ R+ R+ A+ A+"),
    (9, "R+ R? R+ R+ R+ R+ A+"),
    (15, "R- R+ R+ R+ R+ R+ A-"),
    (45, "R+ P+ R+ R+ R+ A+ P+"),
    (24, "R+ P- P+ R- R+ R+ P-"),
    (18, "R+ O+ R? P+ P+ R+ N?"),
    (12, "R+ T? T? R+ R+ T? A+"),
    (30, "O+ R+ O+ O+ O+ O+ O+"),
    (15, "P? P+ P+ R+ P+ P? P+"),
    (12, "N? O? N? N? R+ N? A?"),
    (18, "T? P- R- N? O- O+ R+"),
    (6, "R+ R+ . . . . ."),
    (4, ". R+ R+ R+ R+ . ."),
]
OUTCOME = {"R": "right", "P": "planted", "O": "other", "A": "abstained", "N": "no_answer", "T": "no_answer"}
OPTIONS = ("red", "blue", "green", "black")
WRONG = COLUMNS[1:5]


def planted(item: str, picture: str, column: str, cell: str, judged: bool) -> Record:
    outcome, verdict = cell
    abstain = "E" if column.startswith("abstain") else None
    answer = {"R": "A", "P": "B", "O": "C", "A": "E"}.get(outcome)
    where = "injected" if cell == "P+" else "own"
    return record(
        item, column, answer, {"+": True, "-": False, "?": None}[verdict], picture=picture, abstain=abstain,
        options=(*OPTIONS, "I can't tell") if abstain else OPTIONS,
        problem={"N": "not_found", "T": "truncated"}.get(outcome), truncated=outcome == "T",
        undecided=None if verdict != "?" else "no_answer" if answer is None else "no_conclusion",
        concluded_in=None if verdict == "?" else where, decided_by="judge" if judged and verdict != "?" else "rules",
        injection="prefill" if "think" in column else "none",
        caption_source="statements" if "caption" in column else "",
        statement_source="fallback" if judged and "wrong" in column else "pattern:p",
    )  # fmt: skip


def run() -> list[Record]:
    """310 items in pictures of two and three, which mix the groups; every fifth one was judged by a model."""
    groups = [cells.split() for count, cells in GROUPS for _ in range(count)]
    random.Random(0).shuffle(groups)
    pictures = np.repeat(np.arange(len(groups)), np.resize([2, 3], len(groups)))
    found = [
        planted(f"item {number}", f"picture {pictures[number]}", column, cell, number % 5 == 0)
        for number, cells in enumerate(groups)
        for column, cell in zip(COLUMNS, cells, strict=True)
        if cell != "."
    ]
    random.Random(1).shuffle(found)
    return found


RUN = run()


def count(holds: Callable[..., bool], *columns: str) -> int:
    """Items whose cells in some columns, all of them there, are as wanted."""
    places = [COLUMNS.index(column) for column in columns]
    cells = [(number, [group.split()[place] for place in places]) for number, group in GROUPS]
    return sum(number for number, found in cells if "." not in found and holds(*found))


def right(cell: str) -> bool:
    return cell[0] == "R"


@pytest.fixture(scope="module")
def numbers() -> dict[str, Row]:
    return {row.variant: row for row in rows(of_run(table_of(RUN)))}


def base_of(column: str) -> str:
    return "abstain_base" if column.startswith("abstain_w") else "base"


def shares(column: str) -> dict[str, tuple[float, int]]:
    """What the numbers of a column without unknown outcomes must be, and on how many items they rest."""
    base, n = base_of(column), count(lambda cell: True, column)
    rates: dict[str, tuple[Callable[[str], bool], Callable[[str], bool]]] = {
        "acc": (right, lambda cell: True),
        "acc_answered": (right, lambda cell: cell[0] not in "NT"),
        "followed": (lambda cell: cell[0] == "P", lambda cell: True),
        "no_answer": (lambda cell: cell[0] in "NT", lambda cell: True),
        "truncated": (lambda cell: cell[0] == "T", lambda cell: True),
        "consistency": (lambda cell: cell[1] == "+", lambda cell: cell[1] != "?"),
        "undecided": (lambda cell: cell[1] == "?", lambda cell: True),
        "own": (lambda cell: cell[1] != "?" and cell != "P+", lambda cell: cell[1] != "?"),
    }
    if column.startswith("abstain"):
        rates["abstained"] = lambda cell: cell[0] == "A", lambda cell: True
    found = {}
    for name, (holds, within) in rates.items():
        among = count(within, column)
        found[name] = (
            count(lambda cell, holds=holds, within=within: holds(cell) and within(cell), column) / among,
            among,
        )
    if column == "base":
        return found
    both = count(lambda *cells: True, base, column)
    lost, won = (
        count(lambda a, b, one=one: right(a) is one and right(b) is not one, base, column) for one in (True, False)
    )
    started = count(lambda a, b: right(a), base, column)
    found["drop"] = (lost - won) / both, both
    found["survival"] = count(lambda a, b: right(a) and right(b), base, column) / started, started
    if "wrong" in column:
        more = count(lambda a, b: b[0] == "P", base, column) - count(lambda a, b: a[0] == "P", base, column)
        found["followed_more"] = more / both, both
        wrong = count(lambda cell: cell[0] in "PO", column)
        found["followed_of_wrong"] = count(lambda cell: cell[0] == "P", column) / wrong - 1 / 3, wrong
        of = {item.item: item.statement_source == "fallback" for item in RUN if item.variant == column}
        found["fallback"] = sum(of.values()) / n, n
    return found


@pytest.mark.parametrize("column", COLUMNS)
def test_every_share_is_the_one_planted(numbers: dict[str, Row], column: str) -> None:
    row = numbers[column]
    expected = shares(column)
    exact = {name: (found.value, found.n) for name, found in row.estimates.items() if not name.startswith("consistent")}
    assert exact == {name: (pytest.approx(value), n) for name, (value, n) in expected.items()}
    assert all(found.exact for name, found in row.estimates.items() if name in expected)
    assert list(row.estimates) == [name for name in ABOUT if name in row.estimates]


def test_some_of_them_by_hand(numbers: dict[str, Row]) -> None:
    row = numbers["wrong_think"]
    assert row.estimates["acc"].value == pytest.approx(166 / 310)  # 90 + 12 + 9 + 15 + 30 + 6 + 4
    assert row.estimates["drop"].value == pytest.approx((231 - 162) / 306)
    assert row.estimates["survival"].value == pytest.approx(132 / 231)
    assert row.estimates["followed_more"].value == pytest.approx((102 - 15) / 306)
    assert row.estimates["followed_of_wrong"].value == pytest.approx(102 / 132 - 1 / 3)
    assert row.transitions["right", "planted"] == 69
    assert row.discordant[:3] == (99, 30, 306)


def bounds(found: Estimate) -> tuple[float, float]:
    return found.low, found.high


@pytest.mark.parametrize("column", COLUMNS)
def test_what_may_be_unknown_has_the_bounds_planted(numbers: dict[str, Row], column: str) -> None:
    found, n = numbers[column].estimates, count(lambda cell: True, column)
    known, maybe = (count(lambda cell, ends=ends: cell in ends, column) / n for ends in (("R+",), ("R+", "R?")))
    assert bounds(found["consistent_acc"]) == pytest.approx((known, maybe))
    assert found["consistent_acc"].n == n
    assert math.isnan(found["consistent_acc"].value) == (maybe - known > 0.05)
    if column == "base":
        assert "consistent_drop" not in found
        return
    base = base_of(column)
    both = count(lambda *cells: True, base, column)

    def ends(place: int) -> tuple[float, float]:
        return tuple(
            count(lambda *cells, allowed=allowed: cells[place] in allowed, base, column) / both
            for allowed in (("R+",), ("R+", "R?"))
        )

    before, after = ends(0), ends(1)
    assert bounds(found["consistent_drop"]) == pytest.approx((before[0] - after[1], before[1] - after[0]))
    assert found["consistent_drop"].n == both


@pytest.mark.parametrize("column", COLUMNS)
def test_counts_are_those_planted(numbers: dict[str, Row], column: str) -> None:
    row, mine = numbers[column], [record for record in RUN if record.variant == column]
    assert row.responses == count(lambda cell: True, column) == len(mine)
    for name in OUTCOME.values():
        assert row.outcomes[name] == count(lambda cell, name=name: OUTCOME[cell[0]] == name, column)
    assert row.verdicts == tuple(count(lambda cell, sign=sign: cell[1] == sign, column) for sign in "+-")
    silent, unsure = (
        count(lambda cell, of=of: cell[1] == "?" and (cell[0] in "NT") is of, column) for of in (True, False)
    )
    assert row.undecided == {name: n for name, n in (("no_answer", silent), ("no_conclusion", unsure)) if n}
    assert row.deciders == Counter(record.decided_by for record in mine if record.consistent is not None)


@pytest.mark.parametrize("column", COLUMNS)
def test_transitions_and_discordant_items_are_those_planted(numbers: dict[str, Row], column: str) -> None:
    row, base = numbers[column], base_of(column)
    if column == "base":
        assert (row.transitions, row.discordant) == ({}, None)
        assert math.isnan(row.p)
        return
    for one in OUTCOME.values():
        for other in OUTCOME.values():
            planned = count(lambda a, b, pair=(one, other): (OUTCOME[a[0]], OUTCOME[b[0]]) == pair, base, column)
            assert row.transitions.get((one, other), 0) == planned
    lost, won = (
        count(lambda a, b, one=one: right(a) is one and right(b) is not one, base, column) for one in (True, False)
    )
    assert row.discordant[:3] == (lost, won, count(lambda *cells: True, base, column))
    assert row.discordant.p == pytest.approx(binomtest(lost, lost + won).pvalue if lost + won else 1.0)


def test_p_is_adjusted_for_the_number_of_variants(numbers: dict[str, Row]) -> None:
    tested = [row for row in numbers.values() if row.discordant]
    assert len(tested) == 6
    expected = multipletests([row.discordant.p for row in tested], method="holm")[1]
    assert [row.p for row in tested] == pytest.approx(expected.tolist())


def test_joint_rates_are_those_planted() -> None:
    found = joint_rates(of_run(table_of(RUN)))
    assert isinstance(found, Joint)
    n, all_five = count(lambda *cells: True, *WRONG), count(lambda *cells: True, "base", *WRONG)
    assert (found.worst_acc.n, found.robust_acc.n, found.joint_acc.n) == (n, n, all_five) == (304, 304, 300)
    # Right under all four: the first four groups, and the last.
    assert found.worst_acc.value == pytest.approx((90 + 12 + 9 + 15 + 4) / 304)
    assert found.worst_acc.exact
    assert bounds(found.robust_acc) == pytest.approx(((90 + 12 + 15 + 4) / 304, (90 + 12 + 15 + 4 + 9) / 304))
    assert found.robust_acc.value == pytest.approx(121 / 304)  # the nine that are not known count as no
    assert bounds(found.joint_acc) == pytest.approx((90 / 300, (90 + 12 + 9) / 300))
    assert math.isnan(found.joint_acc.value)
    assert (found.torn, found.without_base, found.mixed) == (6, 10, ())


def test_intervals_hold_their_bounds(numbers: dict[str, Row]) -> None:
    joint = joint_rates(of_run(table_of(RUN)))
    found = [estimate for row in numbers.values() for estimate in row.estimates.values()]
    for estimate in [*found, joint.worst_acc, joint.robust_acc, joint.joint_acc]:
        low, high = estimate.interval
        assert low <= estimate.low <= estimate.high <= high
        assert high - low < 0.5


def test_an_interval_is_wider_where_pictures_share_their_fate() -> None:
    alone, alike = (
        rows(of_run(table_of(
            [record(str(n), "base", "AB"[n // 2 % 2], True, picture=picture(n)) for n in range(100)]
        )))[0]
        for picture in (lambda n: "", lambda n: str(n // 2))
    )  # fmt: skip
    for row, n in ((alone, 100), (alike, 50)):
        expected = proportion_confint(n / 2, n, method="wilson")
        assert row.estimates["acc"].interval == pytest.approx(expected)


def numbers_of(found: Row) -> list[float]:
    return [
        number
        for name in sorted(found.estimates)
        for one in [found.estimates[name]]
        for number in (one.value, one.n, one.low, one.high, *one.interval)
    ]


def test_nothing_depends_on_the_order_of_responses(numbers: dict[str, Row]) -> None:
    shuffled = random.Random(2).sample(RUN, len(RUN))
    for row in rows(of_run(table_of(shuffled))):
        before = numbers[row.variant]
        assert numbers_of(row) == pytest.approx(numbers_of(before), nan_ok=True, abs=1e-12)
        counted = ("responses", "verdicts", "deciders", "undecided", "outcomes", "transitions", "discordant")
        assert [getattr(row, name) for name in counted] == [getattr(before, name) for name in counted]
    assert [row.variant for row in rows(of_run(table_of(shuffled)))] == list(numbers)


def test_probabilities_of_letters_are_compared_by_item_and_foretell_who_is_still_right() -> None:
    rng = np.random.default_rng(0)
    found = [
        replace(one, letter_probs=dict(zip("ABCD", rng.dirichlet([2, 1, 1, 1]).tolist(), strict=True)))
        for one in RUN
        if one.variant in ("base", "wrong_think")
    ]
    base, here = ({one.item: one for one in found if one.variant == name} for name in ("base", "wrong_think"))
    row = rows(of_run(table_of(found)))[1]
    both = [(base[item], here[item]) for item in base if item in here]
    p, h = (lambda one: one.letter_probs["A"]), (lambda one: entropy(list(one.letter_probs.values())))
    assert row.estimates["p_correct"].value == pytest.approx(np.mean([p(one) for one in here.values()]))
    assert row.estimates["p_correct"].n == 310
    for name, score in (("p_correct_change", p), ("entropy_change", h)):
        assert row.estimates[name].value == pytest.approx(
            np.mean([score(after) - score(before) for before, after in both])
        )
        assert row.estimates[name].n == 306
    started = [(before, after) for before, after in both if before.answer == "A"]
    still = [after.answer == "A" for _, after in started]
    for name, score in (("p_correct", p), ("neg_entropy", lambda one: -h(one))):
        area = row.auroc[name]
        assert area.value == pytest.approx(roc_auc_score(still, [score(before) for before, _ in started]))
        assert (area.survived, area.fell) == (132, 99)
        assert area.low < area.value < area.high


def test_repeats_of_an_item_vote_and_one_of_them_may_do() -> None:
    answers = {"w": "AAB", "x": "ABB", "y": "AB-", "z": "BCD"}  # "-": no answer
    found = [
        record(item, variant, None if answer == "-" else answer, True, repeat=repeat, options=OPTIONS)
        for item, said in answers.items()
        for variant in ("base", "wrong_caption")
        for repeat, answer in enumerate(said if variant == "base" else "AAA")
    ]
    base, wrong = rows(of_run(table_of(found)))
    assert (base.responses, base.estimates["acc"].n) == (12, 4)
    assert base.estimates["acc"].value == pytest.approx((2 / 3 + 1 / 3 + 1 / 3 + 0) / 4)
    assert base.estimates["majority"].value == 0.25
    assert base.estimates["pass_at"].value == 0.75
    assert wrong.estimates["drop"].value == pytest.approx(1 / 3 - 1)
    assert wrong.estimates["survival"].value == 1.0
    assert wrong.discordant[:4] == (0, 4, 4, 0.125)
    assert wrong.transitions == {("right", "right"): 4, ("planted", "right"): 5, ("other", "right"): 2,
                                 ("no_answer", "right"): 1}  # fmt: skip


def test_reasoning_that_is_not_the_models_own_has_no_numbers() -> None:
    found = [record("w", "base", "A", True), record("w", "stop_think", "A", undecided="not_applicable")]
    _, stopped = rows(of_run(table_of(found)))
    assert stopped.verdicts is None
    assert stopped.undecided == {}
    assert not {"consistency", "undecided", "own", "consistent_acc", "consistent_drop"} & set(stopped.estimates)


def test_what_was_delivered_in_different_ways_has_rows_of_its_own_and_is_named() -> None:
    found = [record("w", "base", "A", True), record("x", "base", "A", True)]
    found += [record("w", "wrong_think", "A", True, injection="prefill"),
              record("x", "wrong_think", "B", True, injection="inline")]  # fmt: skip
    _, inline, prefill = rows(of_run(table_of(found)))
    assert [(row.injection, row.responses, row.estimates["drop"].value) for row in (inline, prefill)] == [
        ("inline", 1, 1.0), ("prefill", 1, 0.0)
    ]  # fmt: skip
    assert joint_rates(of_run(table_of(found))).mixed == ("wrong_think",)


def test_a_run_without_base_or_without_common_items_has_no_paired_numbers() -> None:
    (alone,) = rows(of_run(table_of([record("w", "wrong_caption", "A", True)])))
    assert not {"drop", "survival", "followed_more", "consistent_drop"} & set(alone.estimates)
    assert alone.discordant is None
    _, apart = rows(of_run(table_of([record("w", "base", "A", True), record("x", "wrong_caption", "A", True)])))
    assert apart.estimates["drop"].n == 0
    assert math.isnan(apart.discordant.p)
    assert math.isnan(apart.p)
    assert joint_rates(of_run(table_of([record("w", "base", "A", True)]))) is None
    assert rows(of_run(table_of([]))) == []
    assert joint_rates(of_run(table_of([]))) is None
