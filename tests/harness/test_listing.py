"""Which benchmarks run here now: held against what `datasets` then loads, or what is missing on the disk."""

from __future__ import annotations

import json
from pathlib import Path

import datasets
import pytest
from datasets.packaged_modules.parquet.parquet import Parquet

from lmms_robust.benchmarks import MODULES
from lmms_robust.errors import RobustError
from lmms_robust.harness.listing import Listed, listed
from lmms_robust.harness.local import write_local
from lmms_robust.harness.plugin import task_folder
from lmms_robust.harness.reading import task_config, task_docs
from lmms_robust.harness.rows import Rows
from lmms_robust.harness.wrap import wrap
from lmms_robust.perturbations import VARIANTS
from tests.conftest import png

FIXTURES = Path(__file__).parent.parent / "fixtures"


def found(folder: Path, harness: str = "lmms_eval") -> dict[str, Listed]:
    return {one.benchmark: one for one in listed(folder, harness)}


@pytest.fixture
def nothing_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cache = tmp_path / "cache"
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", cache)
    return cache


@pytest.mark.parametrize("harness", ["lmms_eval", "lm_eval"])
@pytest.mark.parametrize(("offline", "others"), [(False, "hub"), (True, "no")])
def test_of_our_own_tasks_those_with_rows_here_run(nothing_fetched, monkeypatch, harness, offline, others) -> None:
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", offline)
    ours = found(task_folder(harness), harness)
    assert list(ours) == list(MODULES)
    states = dict.fromkeys(MODULES, others) | {"scenes": "yes", "spatial_mm_multihop": "no"}
    assert {name: one.here for name, one in ours.items()} == states
    assert ours["spatial_mm_multihop"].rows.startswith("`lmms-robust prepare spatial_mm` makes them")
    assert ours["vstar"].leaves == {variant: f"robust_vstar_{variant}" for variant in VARIANTS}


def test_rows_that_were_fetched_are_here_without_the_hub(nothing_fetched: Path, monkeypatch) -> None:
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    files = {"test": str(FIXTURES / "vstar.parquet")}
    made = Parquet(cache_dir=str(nothing_fetched), dataset_name="vstar-bench", data_files=files, hash="0123")
    made.download_and_prepare()
    config = Path(made.cache_dir).parents[1].rename(nothing_fetched / "vstar-bench" / "default")
    about = config / "0.0.0" / "0123" / "dataset_info.json"
    about.write_text(json.dumps(json.loads(about.read_text()) | {"config_name": "default"}))
    config.parent.rename(nothing_fetched / "lmms-lab-encoder___vstar-bench")
    assert len(task_docs(task_config("robust_vstar_base", task_folder()))) == 10
    ours = found(task_folder())
    assert (ours["vstar"].here, ours["vstar"].rows) == ("yes", "lmms-lab-encoder/vstar-bench, fetched before")
    assert ours["cv_bench"].here == "no"


def test_tasks_over_files_run_while_the_files_are_there(tmp_path: Path) -> None:
    write_local("vstar", [FIXTURES / "vstar.parquet"], None, tmp_path, "lmms_eval")
    (vstar,) = found(tmp_path).values()
    assert (vstar.here, vstar.rows) == ("yes", "rows.parquet with the task files")
    (tmp_path / "vstar" / "rows.parquet").unlink()
    (vstar,) = found(tmp_path).values()
    assert (vstar.here, vstar.rows) == ("no", "rows.parquet is not there: put it back, or write these tasks again")


def test_wrapped_tasks_run_while_their_pictures_are_there(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.png").write_bytes(png())
    (tmp_path / "rows.jsonl").write_text('{"p": "a.png", "q": "Which?", "o": ["red", "blue"], "a": "A"}\n')
    (tmp_path / "m.yaml").write_text("{picture: p, question: q, options: o, answer: a, images: pictures}")
    data = Rows("json", "test", files=(tmp_path / "rows.jsonl",))
    wrap(data, tmp_path / "m.yaml", "mine", tmp_path / "tasks")
    (mine,) = found(tmp_path / "tasks").values()
    assert (mine.here, mine.rows) == ("yes", str(tmp_path / "rows.jsonl"))
    (tmp_path / "pictures").rename(tmp_path / "moved")
    (mine,) = found(tmp_path / "tasks").values()
    assert mine.here == "no"
    assert mine.rows.startswith(f"{tmp_path / 'pictures'} is not there")


def test_a_broken_mapping_is_told_and_hides_no_other_benchmark(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("{picture: image, question: text, options: {inside: text}, answer: label}")
    for name in ("mine", "yours"):
        wrap(
            Rows("parquet", "test", files=(FIXTURES / "vstar.parquet",)), tmp_path / "m.yaml", name, tmp_path / "tasks"
        )
    (tmp_path / "tasks" / "mine" / "mapping.yaml").write_text("picture: image")
    mine, yours = found(tmp_path / "tasks").values()
    assert (mine.here, yours.here) == ("no", "yes")
    assert mine.rows.endswith("missing key(s) question, options, answer; expected: picture, question, options, answer")


def test_without_the_harness_nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lmms_robust.harness.listing.find_spec", lambda name: None)
    ours = found(task_folder("lm_eval"), "lm_eval").values()
    assert {(one.here, one.rows) for one in ours} == {
        ("no", "lm_eval is not installed: pip install 'lmms-robust[lm-eval]'")
    }


def test_a_folder_without_tasks_of_ours_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RobustError, match="no tasks of lmms-robust below"):
        listed(tmp_path, "lmms_eval")
