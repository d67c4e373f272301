"""The demonstration as a user starts it, on fewer items."""

from pathlib import Path

import pytest

from lmms_robust.metrics.estimate import mean
from lmms_robust.perturbations import VARIANTS
from lmms_robust.report.demo import arguments, run
from lmms_robust.report.logs import read_runs


@pytest.mark.harness
def test_the_demo_shows_what_perturbations_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    log = run(tmp_path, items=60)
    assert log.is_file()
    (found,) = read_runs(tmp_path)
    correct = {name: mean(r.correct for r in found.records if r.variant == name) for name in VARIANTS}
    assert {estimate.n for estimate in correct.values()} <= set(range(58, 61))
    base = correct["base"].value
    assert base >= 0.9
    for control in ("correct_caption", "correct_think", "irrelevant_caption"):
        assert correct[control].value >= base - 0.03
    for wrong in ("wrong_caption", "wrong_think"):
        assert correct[wrong].value <= base - 0.2
        planted = mean(r.followed for r in found.records if r.variant == wrong)
        assert planted.value > mean(r.followed for r in found.records if r.variant == "base").value + 0.1


def test_all_items_means_no_limit_and_a_limit_counts_items() -> None:
    assert "--limit" not in arguments(None)
    assert arguments(2)[-2:] == ["--limit", str(2 * len(VARIANTS))]
