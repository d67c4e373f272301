"""Suite and probe metrics from hand-made responses, against plain counting of their records."""

from __future__ import annotations

import logging
import math
from statistics import fmean

import pytest

from lmms_robust.harness import aggregation, lmms_eval
from lmms_robust.harness.suite import PROBE, SUITE, Metric, leaf
from lmms_robust.perturbations import VARIANTS
from lmms_robust.record import Record, from_log
from tests.harness.samples import made, response, responses

TASKS = {
    "suite": (False, SUITE, lmms_eval.process_suite_results),
    "probe": (True, PROBE, lmms_eval.process_probe_results),
}
WRONG = ("wrong_think", "wrong_think_but", "wrong_caption", "wrong_caption_disclaimer")


def processed(task: str, write) -> list[dict]:
    probe, _, process = TASKS[task]
    found = made(probe)
    return [process(doc, [text]) for doc, text in zip(found, write(found), strict=True)]


def aggregated(samples: list[dict], metrics: tuple[Metric, ...]) -> dict[str, float]:
    """As a harness does it: name by name, over what every sample gave under that name."""
    return {
        metric.name: getattr(aggregation, metric.aggregation)([s[metric.name] for s in samples if metric.name in s])
        for metric in metrics
    }


def by_item(samples: list[dict], variant: str) -> dict[str, Record]:
    records = [from_log(sample["record"]) for sample in samples]
    return {record.item: record for record in records if record.variant == variant}


@pytest.mark.parametrize("metrics", [SUITE, PROBE], ids=["suite", "probe"])
def test_a_task_has_at_most_40_metrics_of_different_names(metrics: tuple[Metric, ...]) -> None:
    names = [metric.name for metric in metrics]
    assert len(set(names)) == len(names) <= 40


def test_the_metrics_of_a_suite_are_those_of_the_conventions() -> None:
    reasoned = [name for name in VARIANTS if name != "stop_think"]
    others = [name for name in VARIANTS if name != "base"]
    expected = {f"acc_{name}" for name in VARIANTS} | {f"consistent_acc_{name}" for name in reasoned}
    expected |= {f"drop_{name}" for name in others} | {"worst_acc", "robust_acc", "joint_acc"}
    assert {metric.name for metric in SUITE} == expected | {"no_answer", "truncated", "undecided"}


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_metrics_of_a_variant_are_those_of_its_records(task: str, variant: str) -> None:
    samples = processed(task, responses)
    found, mine = aggregated(samples, TASKS[task][1]), by_item(samples, variant)
    assert any(record.answer is None for record in mine.values())
    assert found[f"acc_{variant}"] == pytest.approx(fmean(r.answer == r.gold for r in mine.values()))
    if variant != "base":
        base = by_item(samples, "abstain_base" if variant.startswith("abstain_wrong") else "base")
        gone = [(base[item].answer == r.gold) - (r.answer == r.gold) for item, r in mine.items()]
        assert found[f"drop_{variant}"] == pytest.approx(fmean(gone))
    if task == "suite" and variant != "stop_think":
        kept = [record.answer == record.gold and record.consistent is True for record in mine.values()]
        assert found[f"consistent_acc_{variant}"] == pytest.approx(fmean(kept))
    if task == "probe":
        known = [record.p_correct for record in mine.values() if record.letter_probs]
        assert found[f"p_correct_{variant}"] == pytest.approx(fmean(known))


def test_joint_rates_are_the_lower_bounds_over_items() -> None:
    samples = processed("suite", responses)
    found = aggregated(samples, SUITE)
    variants = {name: by_item(samples, name) for name in ("base", *WRONG)}
    items = variants["base"]
    right = [all(variants[name][item].correct for name in WRONG) for item in items]
    both = [all(variants[name][item].correct_and_consistent is True for name in WRONG) for item in items]
    joint = [
        kept and variants["base"][item].correct_and_consistent is True for item, kept in zip(items, both, strict=True)
    ]
    assert [found[name] for name in ("worst_acc", "robust_acc", "joint_acc")] == pytest.approx(
        [fmean(right), fmean(both), fmean(joint)]
    )


def test_joint_rates_of_items_that_lack_a_variant_are_nan() -> None:
    samples = [s for s in processed("suite", responses) if s["record"]["variant"] != "wrong_think"]
    found = aggregated(samples, SUITE)
    assert math.isnan(found["worst_acc"])
    assert math.isnan(found["joint_acc"])


def test_a_sample_names_the_metrics_that_it_contributes_to_and_lm_eval_all() -> None:
    (sample,) = (s for s in processed("suite", responses)[:12] if s["record"]["variant"] == "stop_think")
    assert set(sample) == {
        "record", "acc_stop_think", "drop_stop_think", "no_answer", "truncated",
    }  # fmt: skip


def test_a_rank_without_any_sample_of_a_metric_changes_nothing() -> None:
    samples = processed("suite", responses)
    one, two = samples[::2], samples[1::2]  # two processes, joined in the order of their ranks
    first, second = aggregated(samples, SUITE), aggregated(one + two, SUITE)
    assert {name: pytest.approx(value, nan_ok=True) for name, value in first.items()} == second


def test_repeats_are_averaged_within_their_item_and_joined_one_by_one() -> None:
    docs = [doc for doc in made() if doc["id"] == made()[0]["id"]]
    texts = {True: lambda doc: response(doc, None, doc["answer"]), False: lambda doc: response(doc, None, None)}
    samples = [
        lmms_eval.process_suite_results(doc, [texts[True](doc), texts[doc["variant"] == "base"](doc)]) for doc in docs
    ]
    found = aggregated(samples, SUITE)
    assert (found["acc_base"], found["acc_wrong_think"], found["drop_wrong_think"]) == (1.0, 0.5, 0.5)
    assert found["worst_acc"] == 0.5
    assert [[record["repeat"] if record.get("repeat") else 0 for record in s["record"]] for s in samples] == [
        [0, 1]
    ] * 12


def test_directions_are_there_where_one_is_true() -> None:
    known = {metric.name: metric.higher_is_better for metric in SUITE}
    assert known["acc_base"] is known["joint_acc"] is True
    assert known["drop_wrong_think"] is known["no_answer"] is known["drop_irrelevant_caption"] is False
    assert known["drop_correct_think"] is known["drop_stop_think"] is known["undecided"] is None
    about_base = {metric.name: metric.higher_is_better for metric in leaf("base")}
    assert about_base["followed"] is about_base["letter_entropy"] is None
    assert {metric.name: metric.higher_is_better for metric in leaf("wrong_think")}["followed"] is False


@pytest.mark.parametrize(("cut", "warned"), [(2, False), (3, True)])
def test_more_than_two_percent_truncated_is_said(caplog, cut: int, warned: bool) -> None:
    with caplog.at_level(logging.WARNING):
        assert aggregation.truncated([1.0] * cut + [0.0] * (100 - cut)) == cut / 100
    assert ("stopped at the limit of tokens" in caplog.text) is warned
