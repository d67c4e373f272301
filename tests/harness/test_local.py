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
    assert set(task_paths(folder)) == {f"robust_{name}_{variant}" for variant in VARIANTS} | {f"robustness_{name}"}
    docs = task_docs(task_config(f"robustness_{name}", folder))
    assert docs["variant"][:12] == list(VARIANTS)
    assert set(docs["benchmark"]) == {name}


def test_files_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(RobustError, match="does not exist"):
        write_local("vstar", [tmp_path / "none.parquet"], None, tmp_path / "tasks", "lmms_eval")


def test_a_row_whose_picture_file_is_missing_is_left_out_and_counted(tmp_path: Path, caplog) -> None:
    pictures = FIXTURES / "spatial_mm_pictures" / "Spatial_MM_Obj"
    folder = write_local("spatial_mm_obj", [FIXTURES / "spatial_mm_one_obj.json"], pictures, tmp_path, "lmms_eval")
    assert "1 row(s) left out: their picture file does not exist" in caplog.text
    assert len(task_docs(task_config("robust_spatial_mm_obj_base", folder))) == 24
