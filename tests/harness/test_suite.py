"""Suite and probe metrics from hand-made responses, against their definitions and scikit-learn."""

from __future__ import annotations

import math
from statistics import fmean

import pytest
from sklearn.metrics import roc_auc_score

from lmms_robust.harness import aggregation, lmms_eval
from lmms_robust.harness.suite import ABOUT_OWN_WORDS, PROBE, SUITE, Metric
from lmms_robust.metrics.confidence import calibration_error
from lmms_robust.perturbations import VARIANTS
from lmms_robust.schema import Record
from lmms_robust.transport import unseal
from tests.harness.samples import Doc, made, response, responses

TASKS = {
    "suite": (False, SUITE, lmms_eval.process_suite_results),
    "probe": (True, PROBE, lmms_eval.process_probe_results),
}
CONFIDENCE = ("p_correct", "letter_entropy", "ece", "auroc")


def processed(task: str, write) -> list[dict]:
    probe, _, process = TASKS[task]
    found = made(probe)
    return [process(doc, [text]) for doc, text in zip(found, write(found), strict=True)]


def aggregated(samples: list[dict], metrics: tuple[Metric, ...]) -> dict[str, float]:
    """As a harness does it: name by name, over what every sample gave under that name."""
    results = {}
    for metric in metrics:
        for twin in ("", "_n"):
            function = getattr(aggregation, metric.measure.aggregation + twin)
            results[metric.name + twin] = function([sample[metric.name + twin] for sample in samples])
    return results


def by_item(samples: list[dict], variant: str) -> dict[str, Record]:
    records = [Record(**sample["record"]) for sample in samples]
    return {record.item: record for record in records if record.variant == variant}


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_confidence_metrics_are_those_of_the_records(task: str, variant: str) -> None:
    samples = processed(task, responses)
    found = aggregated(samples, TASKS[task][1])
    base, mine = by_item(samples, "base"), by_item(samples, variant)
    known = [record for record in mine.values() if record.letter_probs]
    assert 0 < len(known) < len(mine)
    assert found[f"p_correct_{variant}"] == pytest.approx(fmean(record.p_correct for record in known))
    assert found[f"letter_entropy_{variant}"] == pytest.approx(fmean(record.letter_entropy for record in known))
    assert found[f"p_correct_{variant}_n"] == found[f"letter_entropy_{variant}_n"] == len(known)
    error = calibration_error({r.item: r.p_answer for r in mine.values()}, {r.item: r.correct for r in mine.values()})
    assert (found[f"ece_{variant}"], found[f"ece_{variant}_n"]) == (error.value, error.n)
    if variant == "base":
        return
    pairs = [(base[item], after) for item, after in mine.items() if base[item].letter_probs and after.letter_probs]
    assert found[f"p_correct_change_{variant}"] == pytest.approx(fmean(b.p_correct - a.p_correct for a, b in pairs))
    entropies = fmean(after.letter_entropy - before.letter_entropy for before, after in pairs)
    assert found[f"letter_entropy_change_{variant}"] == pytest.approx(entropies)
    assert found[f"p_correct_change_{variant}_n"] == found[f"letter_entropy_change_{variant}_n"] == len(pairs)
    judged = [before for item, before in base.items()
              if before.correct and before.letter_probs and mine[item].correct is not None]  # fmt: skip
    labels = [mine[before.item].correct for before in judged]
    assert len(set(labels)) == 2
    for name, scores in (
        ("auroc_p_correct", [before.p_correct for before in judged]),
        ("auroc_neg_entropy", [-before.letter_entropy for before in judged]),
    ):
        assert found[f"{name}_{variant}"] == pytest.approx(roc_auc_score(labels, scores))
        assert found[f"{name}_{variant}_n"] == len(judged)


@pytest.mark.parametrize("task", TASKS)
def test_every_sample_has_the_same_keys_and_every_metric_its_count(task: str) -> None:
    keys = [list(sample) for sample in processed(task, responses)]
    assert all(found == keys[0] for found in keys)
    names = [metric.name for metric in TASKS[task][1]]
    assert keys[0] == ["record", *(name + twin for name in names for twin in ("", "_n"))]
    assert len(set(names)) == len(names)


def test_without_probabilities_confidence_rests_on_nothing_and_the_rest_is_as_it_was() -> None:
    def without(found: list[Doc]) -> list[str]:
        return [unseal(text).text for text in responses(found)]

    def bare(found: list[Doc]) -> list[str]:
        return [response(doc, None, "A") for doc in found]

    for write in (without, bare):
        found = aggregated(processed("suite", write), SUITE)
        for name, value in found.items():
            if name.startswith(CONFIDENCE):
                assert value == 0 if name.endswith("_n") else math.isnan(value), name
    with_ = aggregated(processed("suite", responses), SUITE)
    rest = aggregated(processed("suite", without), SUITE)
    for name, value in with_.items():
        if not name.startswith(CONFIDENCE):
            assert rest[name] == value or (math.isnan(value) and math.isnan(rest[name])), name


def test_a_rank_without_any_sample_of_a_metric_changes_nothing() -> None:
    samples = processed("suite", responses)
    one, two = samples[::2], samples[1::2]  # two processes, joined in the order of their ranks
    first, second = aggregated(samples, SUITE), aggregated(one + two, SUITE)
    assert {name: pytest.approx(value, nan_ok=True) for name, value in first.items()} == second
    assert not math.isnan(aggregated(one, SUITE)["acc_base"])


def test_a_probe_reports_nothing_about_words_of_the_models_own() -> None:
    names = {metric.name for metric in PROBE}
    assert names < {metric.name for metric in SUITE}
    assert not any(name.startswith(ABOUT_OWN_WORDS) for name in names)
    for variant in VARIANTS:
        assert {f"acc_{variant}", f"followed_{variant}", f"p_correct_{variant}", f"ece_{variant}"} <= names
    assert {"worst_acc", "abstained_abstain_base", "auroc_p_correct_wrong_think", "drop_wrong_think"} <= names


def test_auroc_of_only_survivors_is_nan_and_says_on_how_many_it_would_rest() -> None:
    def right(found: list[Doc]) -> list[str]:
        return [response(doc, {"A": 0.5, "B": 0.5}, doc["answer"]) for doc in found]

    found = aggregated(processed("suite", right), SUITE)
    assert math.isnan(found["auroc_p_correct_wrong_think"])
    assert found["auroc_p_correct_wrong_think_n"] == 30
    assert found["ece_base"] == 0.5
