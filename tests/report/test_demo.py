"""The demonstration as a user starts it, on fewer items."""

from pathlib import Path

import pytest

from lmms_robust.perturbations import VARIANTS
from lmms_robust.report.demo import arguments, run
from lmms_robust.report.estimates import rows
from lmms_robust.report.grid import of_run
from lmms_robust.report.logs import read_runs


@pytest.mark.harness
def test_the_demo_shows_what_perturbations_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    log = run(tmp_path, items=60)
    assert log.is_file()
    (found,) = read_runs(tmp_path)
    by_variant = {row.variant: row.estimates for row in rows(of_run(found.table))}
    assert set(by_variant) == set(VARIANTS)
    assert {row["acc"].n for row in by_variant.values()} == {60}
    base = by_variant["base"]["acc"].value
    assert base >= 0.9
    for control in ("correct_caption", "correct_think", "irrelevant_caption"):
        assert by_variant[control]["acc"].value >= base - 0.03
    for wrong in ("wrong_caption", "wrong_think"):
        assert by_variant[wrong]["acc"].value <= base - 0.2
        assert by_variant[wrong]["followed_more"].value > 0.1


def test_all_items_means_no_limit_and_a_limit_counts_items() -> None:
    assert "--limit" not in arguments(None)
    assert arguments(2)[-2:] == ["--limit", str(2 * len(VARIANTS))]
