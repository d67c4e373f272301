"""Which items are put into which condition."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from scipy.stats import binom

from lmms_robust.errors import RobustError
from lmms_robust.schema import Item
from lmms_robust.training.sources import training_items
from lmms_robust.training.treatments import PAPER_RATES, rates_of, treatment

COUNT = 2_000


@pytest.fixture(scope="module")
def scenes() -> list[Item]:
    return [item for item, _ in training_items("scenes", limit=COUNT).unread]


def within_chance(count: int, share: float, total: int = COUNT) -> bool:
    """Within what happens 99.9 times in a hundred; a thousandth is split over both sides."""
    low, high = binom.ppf([0.0005, 0.9995], total, share)
    return bool(low <= count <= high)


def test_shares_are_those_asked_for_within_chance(scenes: list[Item]) -> None:
    found = Counter(treatment(item, PAPER_RATES) for item in scenes)
    assert set(found) == {"base", *PAPER_RATES}
    for name, share in {**PAPER_RATES, "base": 0.6}.items():
        assert within_chance(found[name], share), (name, found[name])


def test_an_items_treatment_depends_on_its_content_alone(scenes: list[Item]) -> None:
    for item in scenes[:200]:
        moved = replace(item, id="other", row=7, category="other", picture="")
        assert treatment(moved, PAPER_RATES, 3, 2) == treatment(item, PAPER_RATES, 3, 2)


@pytest.mark.parametrize("changed", [{"seed": 1}, {"epoch": 1}])
def test_another_seed_or_epoch_is_an_independent_draw(scenes: list[Item], changed: dict[str, int]) -> None:
    rates = {"wrong_think": 0.5}
    both = Counter((treatment(item, rates), treatment(item, rates, **changed)) for item in scenes)
    assert all(
        within_chance(both[one, other], 0.25) for one in ("base", "wrong_think") for other in ("base", "wrong_think")
    )


def test_shares_are_read_from_a_command_line() -> None:
    assert rates_of("wrong_think=.1, correct_think=0.25,") == {"wrong_think": 0.1, "correct_think": 0.25}
    assert rates_of("") == {}
    assert sum(rates_of(",".join(f"{name}=.25" for name in PAPER_RATES)).values()) == 1.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("wrong_think=1.5", "rates 'wrong_think=1.5'"),
        ("wrong_think=-.1", "shares 0 to 1"),
        ("wrong_think=nan", "shares 0 to 1"),
        ("wrong_think", "VARIANT=SHARE"),
        ("wrong_think=.1,wrong_think=.1", "each variant but base once"),
        ("base=.5", "each variant but base once"),
        ("wrong_thought=.1", "wrong_thought"),
        ("wrong_think=.6,wrong_caption=.6", "rates come to 1.2"),
    ],
)
def test_shares_that_are_none_are_refused(text: str, said: str) -> None:
    with pytest.raises(RobustError, match=said):
        rates_of(text)


def test_no_share_and_the_whole_share() -> None:
    item = Item(question="Where?", options=("left", "right"), answer="A", id="x")
    assert treatment(item, {}) == "base"
    assert treatment(item, {"wrong_think": 1.0}) == "wrong_think"
