from pathlib import Path

import pytest

from lmms_robust.benchmarks import MODULES
from lmms_robust.errors import RobustError
from lmms_robust.harness.local import write_local
from lmms_robust.harness.reading import task_config, task_docs, task_paths
from lmms_robust.perturbations import VARIANTS

FIXTURES = Path(__file__).parent.parent / "fixtures"


@pytest.mark.parametrize("name", [name for name in MODULES if name != "scenes"])
def test_every_benchmark_runs_from_local_files_under_its_own_task_names(tmp_path: Path, name: str) -> None:
    folder = write_local(name, [FIXTURES / f"{name}.parquet"], None, tmp_path / "tasks", "lmms_eval")
    leaves = {f"robust_{name}_{variant}" for variant in VARIANTS}
    assert set(task_paths(folder)) == leaves | {f"robustness_{name}", f"robustprobe_{name}"}
    docs = task_docs(task_config(f"robustness_{name}", folder))
    assert docs["variant"][:12] == list(VARIANTS)
    assert set(docs["benchmark"]) == {name}


@pytest.mark.harness
def test_a_suite_and_a_leaf_run_from_local_files_in_a_harness(lmms_eval, tmp_path: Path) -> None:
    for name in ("vstar", "cv_bench"):
        write_local(name, [FIXTURES / f"{name}.parquet"], None, tmp_path / "tasks", "lmms_eval")
    (tmp_path / "tasks").rename(tmp_path / "moved")
    more = ("--include_path", str(tmp_path / "moved"), "--limit", "24", "--gen_kwargs", "max_new_tokens=32")
    run = lmms_eval("out", "robustness_vstar,robust_cv_bench_wrong_think", *more)
    assert run.status == 0, run.text
    suite = [sample["record"] for sample in run.samples("robustness_vstar")]
    assert [record["variant"] for record in suite] == list(VARIANTS) * 2
    assert run.results["results"]["robustness_vstar"]["acc_base_n,none"] <= 2
    leaf = [sample["record"] for sample in run.samples("robust_cv_bench_wrong_think")]
    assert len(leaf) == 13
    assert {(record["benchmark"], record["injection"]) for record in leaf} == {("cv_bench", "prefill")}


def test_files_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(RobustError, match="does not exist"):
        write_local("vstar", [tmp_path / "none.parquet"], None, tmp_path / "tasks", "lmms_eval")


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RobustError, match=r"cannot write .*file/vstar: ") as raised:
        write_local("vstar", [FIXTURES / "vstar.parquet"], None, tmp_path / "file", "lmms_eval")
    assert "\n" not in str(raised.value)


def test_a_row_whose_picture_file_is_missing_is_left_out_and_counted(tmp_path: Path, caplog) -> None:
    pictures = FIXTURES / "spatial_mm_pictures" / "Spatial_MM_Obj"
    folder = write_local("spatial_mm_obj", [FIXTURES / "spatial_mm_one_obj.json"], pictures, tmp_path, "lmms_eval")
    assert "1 row(s) left out: their picture file does not exist" in caplog.text
    assert len(task_docs(task_config("robust_spatial_mm_obj_base", folder))) == 24
