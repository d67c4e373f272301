"""Two models on the same items: planted differences, and what is said of them."""

from __future__ import annotations

from math import nan
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lmms_robust.cli import main
from lmms_robust.errors import RobustError
from lmms_robust.metrics.estimate import Estimate
from lmms_robust.metrics.paired import Discordant
from lmms_robust.record import Record
from lmms_robust.report.columns import table_of
from lmms_robust.report.compare import Comparison, compare, verdict
from lmms_robust.report.limits import failures
from lmms_robust.report.logs import Run
from tests.report.samples import line, log, record

NAMES = ("old", "new")
WRONG = ("wrong_think", "wrong_think_but", "wrong_caption", "wrong_caption_disclaimer")


def answers(right: str, variant: str = "base", **changes: object) -> list[Record]:
    """One item a character: ``+`` is right and consistent, ``-`` follows what is planted."""
    return [
        record(f"item {number}", variant, "A" if one == "+" else "B", True, digest=str(number), **changes)
        for number, one in enumerate(right)
    ]


def run(*records: Record, **changes: object) -> Run:
    return Run("model", "d1", "scenes", False, 0, table_of(records), **changes)


def compared(old: Run, new: Run, margin: float = 0.05) -> Comparison:
    (found,) = compare(dict(zip(NAMES, (old, new), strict=True)), margin)
    return found


def test_items_won_and_lost_the_difference_and_its_test() -> None:
    # 100 items: right in both 40, in the new one alone 30, in the old one alone 10, in neither 20
    found = compared(run(*answers("+" * 50 + "-" * 50)), run(*answers("+" * 40 + "-" * 10 + "+" * 30 + "-" * 20)))
    (row,) = found.rows
    assert (row.name, row.counts.won, row.counts.lost) == ("base", 30, 10)
    assert (row.first.value, row.second.value) == (0.5, 0.7)
    assert row.ahead.value == pytest.approx(0.2)
    assert row.p == pytest.approx(0.0022214, abs=1e-6)  # binomial test, 10 of 40
    # sample size for paired proportions (Connor 1987): 0.1 and 0.3 differ at n = 76.6
    assert row.counts.resolution == pytest.approx(100 / 76.6, rel=0.01)
    assert row.verdict.startswith("new is better, by 20.0 points, ")


def test_no_difference_and_too_few_items_are_told_apart() -> None:
    many = compared(run(*answers("+-" * 500)), run(*answers("+-" * 499 + "-+")))
    assert many.rows[0].verdict == "no difference of 5 points or more"
    few = compared(run(*answers("+-+-")), run(*answers("++--")))
    assert few.rows[0].verdict.startswith("not enough items to tell: differences of up to ")
    some = compared(run(*answers("+" * 5 + "-" * 15)), run(*answers("+" * 8 + "-" * 12)))
    assert "one as large as seen takes 50 items or more" in some.rows[0].verdict  # b = 0.15, c = 0: by Connor's formula


def test_p_values_are_adjusted_for_the_variants() -> None:
    sides = [[*answers(right), *answers(right, "wrong_caption")] for right in ("+" * 20 + "-" * 8, "+" * 28)]
    found = compared(*(run(*records) for records in sides))
    assert [row.p for row in found.rows] == pytest.approx([2 * 2 * 0.5**8] * 2)


def test_joint_rates_have_bounds_where_a_verdict_is_unknown() -> None:
    old = [one for name in ("base", *WRONG) for one in answers("++-", name)]
    new = [one for name in ("base", *WRONG) for one in answers("+++", name)]
    new[0] = record("item 0", "base", "A", undecided="no_conclusion", digest="0")
    rows = {row.name: row for row in compared(run(*old), run(*new)).rows}
    assert (rows["worst_acc"].first.value, rows["worst_acc"].second.value) == (pytest.approx(2 / 3), 1.0)
    found = rows["joint_acc"]
    assert (found.first.value, found.second.low, found.second.high) == pytest.approx((2 / 3, 2 / 3, 1.0))
    assert (found.ahead.low, found.ahead.high) == pytest.approx((0, 1 / 3))
    assert (found.counts.won, found.counts.lost) == (1, 0)  # what is not known is neither


def test_items_of_one_side_alone_are_left_out_and_counted() -> None:
    found = compared(run(*answers("++--")), run(*answers("++")))
    assert (found.rows[0].first.value, found.rows[0].second.value) == (1.0, 1.0)
    assert "2 item(s) only old was asked: left out" in found.notes


def test_variants_that_were_delivered_in_other_ways_are_left_out() -> None:
    old = run(*answers("++"), *answers("+-", "wrong_think", injection="prefill"))
    new = run(*answers("++"), *answers("++", "wrong_think", injection="inline"))
    found = compared(old, new)
    assert [row.name for row in found.rows] == ["base"]
    assert "wrong_think: left out, the words were delivered in other ways: prefill; inline" in found.notes


def test_settings_that_differ_beside_the_model_are_named() -> None:
    old, new = (
        run(*answers("++"), arguments={"pretrained": name, "gen_kwargs": {"max_new_tokens": limit}, "batch_size": size})
        for name, limit, size in (("a", "4096", "1"), ("b", "1024", "8"))
    )
    said = "warning: gen_kwargs differs: {'max_new_tokens': '4096'} and {'max_new_tokens': '1024'}"
    assert compared(old, new).notes == (said,)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (run(*answers("+")), Run("m", "d", "scenes", False, 3, table_of(answers("+", seed=3))), "plant seeds 0 and 3"),
        (run(*answers("+")), run(*answers("+", templates="ab12")), "other templates"),
        (run(*answers("+")), run(record("other", "base", "A", True, digest="zzz")), "no item in common"),
        (run(*answers("-", "wrong_think", options=("red", "blue", "green"))),
         run(*answers("-", "wrong_think", options=("red", "blue", "green"), planted="C")),
         "injections differ: wrong_think plants other options in 1 of 1 responses, such as 'blue' and 'green' "),
    ],
)  # fmt: skip
def test_models_that_were_not_asked_the_same_are_not_compared(old: Run, new: Run, said: str) -> None:
    with pytest.raises(RobustError, match=said):
        compared(old, new)


def command(tmp_path: Path, *arguments: str, sides: tuple[str, ...] = ("+" * 30, "+" * 10 + "-" * 20)) -> Result:
    folders = []
    for number, right in enumerate(sides):
        records = [*answers(right), *answers("-" * len(right), "wrong_think")]
        log(tmp_path / f"side{number}" / "model", "d1", "robustness_scenes", *map(line, records))
        folders.append(str(tmp_path / f"side{number}"))
    return CliRunner().invoke(main, ["compare", *folders, *arguments])


def test_the_command_prints_table_and_verdicts(tmp_path: Path) -> None:
    result = command(tmp_path)
    assert result.exit_code == 0, result.output
    assert "side0 is better, by 66.7 points, " in " ".join(result.output.split())
    assert (
        "wrong_think: no difference" not in result.output
    )  # of 30 items that are wrong in both, up to 12 % may differ
    assert max(map(len, result.output.splitlines())) <= 100


def test_the_command_fails_where_a_later_run_is_below_or_drops_more_than_is_allowed(tmp_path: Path) -> None:
    result = command(tmp_path, "--fail-under", "base=0.5", "--fail-drop", "wrong_think=0.3")
    assert result.exit_code == 1
    failed = [one.removeprefix("failed: ") for one in result.output.splitlines() if one.startswith("failed")]
    # the first run, which drops by 1, is what the others are held against
    assert failed == ["side1, scenes: base is 0.333 on 30 items; wanted: at least 0.5",
                      "side1, scenes: drop under wrong_think is 0.333 on 30 items; wanted: at most 0.3"]  # fmt: skip


def test_limits_are_of_the_items_in_the_table(tmp_path: Path) -> None:
    # on the 10 items that both have the second is right in 5, on its own further 10 always
    sides = ("+" * 10, "+" * 5 + "-" * 5 + "+" * 10)
    assert command(tmp_path, "--fail-under", "base=0.5", sides=sides).exit_code == 0
    result = command(tmp_path, "--fail-under", "base=0.6", sides=sides)
    assert (result.exit_code, result.output.splitlines()[-1]) == (
        1, "failed: side1, scenes: base is 0.500 on 10 items; wanted: at least 0.6",
    )  # fmt: skip


def test_for_a_limit_what_is_undecided_counts_as_no() -> None:
    made = [record(str(n), name, "A", None if n < 2 else True, undecided="ambiguous" if n < 2 else None, digest=str(n))
            for name in ("base", *WRONG) for n in range(10)]  # fmt: skip
    found = [compared(run(*made), run(*made))]
    assert list(failures(found, {"joint_acc": 0.8}, {})) == []
    assert list(failures(found, {"joint_acc": 0.9}, {})) == [
        "new, scenes: joint_acc is 0.800 (undecided as no; at most 1.000) on 10 items; wanted: at least 0.9"
    ]


def test_what_was_not_measured_fails(tmp_path: Path) -> None:
    result = command(tmp_path, "--fail-under", "joint_acc=0.1")
    assert result.exit_code == 1
    assert "joint_acc was not measured" in result.output


@pytest.mark.parametrize("limit", ["joint_acc", "joint_acc=x", "nothing=0.5", "joint_acc=nan", "joint_acc=60"])
def test_a_limit_that_is_none_is_refused(tmp_path: Path, limit: str) -> None:
    result = command(tmp_path, "--fail-under", limit)
    assert result.exit_code == 2
    assert f"--fail-under {limit!r}; allowed: NAME=X" in result.output


def test_three_models_are_placed_and_ties_shown(tmp_path: Path) -> None:
    result = command(tmp_path, sides=("+" * 30, "+" * 29 + "-", "-" * 30))
    assert result.exit_code == 0, result.output
    lines = result.output[result.output.index("places · scenes") :].splitlines()
    placed = {one.split()[0]: one.split()[1:] for one in lines if one.startswith("side")}
    assert placed == {"side0": ["1", "to", "2"], "side1": ["1", "to", "2"], "side2": ["3"]}


def test_places_tell_no_more_apart_than_the_adjusted_tests(tmp_path: Path) -> None:
    result = command(tmp_path, sides=("+" * 30, "+" * 24 + "-" * 6, "+" * 30))  # p = 0.031, of six rows: 0.188
    assert "is better" not in result.output
    assert " 0.188 " in result.output
    lines = result.output[result.output.index("places · scenes") :].splitlines()
    assert [one.split()[1:] for one in lines if one.startswith("side")] == [["1", "to", "3"]] * 3


def test_of_several_runs_none_is_chosen_silently(tmp_path: Path) -> None:
    for name in ("one", "other"):
        log(tmp_path / "both" / name, "d1", "robust_scenes_base", *map(line, answers("+-")))
    log(tmp_path / "third" / "third", "d1", "robust_scenes_base", *map(line, answers("+-")))
    result = CliRunner().invoke(main, ["compare", str(tmp_path / "both"), str(tmp_path / "third")])
    assert result.exit_code == 2
    assert "both has 2 runs of scenes (one · d1 · plant seed 0; other · d1 · plant seed 0); allowed" in result.output


def test_a_run_is_not_compared_with_itself(tmp_path: Path) -> None:
    log(tmp_path / "model", "d1", "robust_scenes_base", *map(line, answers("+-")))
    result = CliRunner().invoke(main, ["compare", str(tmp_path), f"{tmp_path}/"])
    assert result.exit_code == 2
    assert "allowed: two different folders" in result.output


def two_seeds(folder: Path, *seeds: int) -> str:
    for seed in seeds:
        planted = {"options": ("red", "blue", "green"), "planted": "BC"[seed], "seed": seed}
        made = [*answers("+-" * 10, **planted), *answers("--" * 10, "wrong_think", **planted)]
        log(folder / "model", f"d{seed}", "robustness_scenes", *map(line, made))
    return str(folder)


def test_every_plant_seed_that_both_have_is_compared_and_the_others_are_named(tmp_path: Path) -> None:
    both = CliRunner().invoke(main, ["compare", two_seeds(tmp_path / "a", 0, 1), two_seeds(tmp_path / "b", 0, 1)])
    titles = [one.strip() for one in both.output.splitlines() if "first: " in one]
    assert titles == ["scenes · first: a · second: b", "scenes · plant seed 1 · first: a · second: b"]
    one = CliRunner().invoke(main, ["compare", str(tmp_path / "a"), two_seeds(tmp_path / "c", 0)])
    assert one.exit_code == 0, one.output
    assert "scenes · plant seed 1: left out, it is in a alone" in one.output


def test_options_in_another_order_are_said_and_are_no_other_injection() -> None:
    shown = {"options": ("red", "blue", "green"), "gold": "A", "planted": "B"}
    moved = {"options": ("green", "blue", "red"), "gold": "C", "planted": "B"}
    found = compared(run(*answers("--", "wrong_think", **shown)), run(*answers("--", "wrong_think", **moved)))
    assert "warning: 2 item(s) show their options in another order" in found.notes


def test_where_all_that_the_undecided_may_be_points_one_way_items_are_what_lacks() -> None:
    ahead = Estimate(nan, 30, 0.033, 0.067, (-0.11, 0.23))
    said = verdict(ahead, Discordant(1, 2, 30, 1.0, 0.04), 1.0, NAMES, 0.05)
    assert said.startswith("not enough items to tell: differences of up to 23.0 points are possible")


def test_what_is_undecided_is_told_from_too_few_items() -> None:
    undecided = [
        record(str(n), name, "A", undecided="no_conclusion", digest=str(n))
        for name in ("base", *WRONG)
        for n in range(40)
    ]
    rows = {row.name: row for row in compared(run(*undecided), run(*undecided)).rows}
    assert rows["joint_acc"].verdict == "undecided responses leave it open: between -100.0 and 100.0 points ahead"
