from pathlib import Path

import pytest
from datasets import Dataset, Image
from pyarrow.parquet import write_table

from lmms_robust.benchmarks import MODULES, benchmark
from lmms_robust.benchmarks.items import items_of
from lmms_robust.benchmarks.reading import load
from lmms_robust.errors import RobustError
from lmms_robust.harness.docs import picture
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
    assert run.results["results"]["robustness_vstar"]["acc_base,none"] <= 1
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


def test_a_row_whose_picture_is_missing_or_does_not_decode_is_named_and_every_other_keeps_its_id(
    tmp_path: Path, caplog
) -> None:
    features = Dataset.from_parquet(str(FIXTURES / "whatsup.parquet")).features
    source = Dataset.from_parquet(str(FIXTURES / "whatsup.parquet")).to_list()
    source[0]["image_options"] = None
    source[2]["image_options"] = {"bytes": b"no picture", "path": None}
    source[3]["image_options"] = {"bytes": None, "path": "/nowhere.png"}
    write_table(Dataset.from_list(source, features=features).data.table, tmp_path / "rows.parquet")
    folder = write_local("whatsup", [tmp_path / "rows.parquet"], None, tmp_path / "tasks", "lmms_eval")
    assert "left out: benchmark whatsup item 'whatsup-00000': no picture" in caplog.text
    assert "item 'whatsup-00002': unreadable picture (not a picture that Pillow knows)" in caplog.text
    assert "item 'whatsup-00003': " in caplog.text
    assert "benchmark whatsup: 3 item(s) left out for their picture" in caplog.text
    docs = task_docs(task_config("robust_whatsup_base", folder))
    assert docs["id"] == [f"whatsup-{number:05}" for number in range(12) if number not in (0, 2, 3)]
    assert picture(docs[0]).size[0] > 1


def test_a_missing_picture_of_a_row_that_makes_no_item_is_no_matter(tmp_path: Path, caplog) -> None:
    found = Dataset.from_parquet(str(FIXTURES / "3dsrbench.parquet"))
    source = found.cast_column("image", Image(decode=False)).to_list()
    copy = next(row for row in source if str(row.get("qid") or row["index"]).endswith("-1"))
    copy["image"] = {"bytes": None, "path": "/nowhere.png"}
    write_table(Dataset.from_list(source, features=found.features).data.table, tmp_path / "rows.parquet")
    folder = write_local("3dsrbench", [tmp_path / "rows.parquet"], None, tmp_path / "tasks", "lmms_eval")
    assert caplog.text == ""
    assert len(task_docs(task_config("robust_3dsrbench_base", folder))) == 26


def test_a_row_whose_picture_file_is_missing_is_left_out_and_counted(tmp_path: Path, caplog) -> None:
    pictures = FIXTURES / "spatial_mm_pictures" / "Spatial_MM_Obj"
    files = [FIXTURES / "spatial_mm_one_obj.json"]
    folder = write_local("spatial_mm_obj", files, pictures, tmp_path, "lmms_eval")
    items = items_of(benchmark("spatial_mm_obj"), load(benchmark("spatial_mm_obj"), files, pictures))
    assert "left out: benchmark spatial_mm_obj item " in caplog.text
    assert "benchmark spatial_mm_obj: 1 item(s) left out for their picture" in caplog.text
    assert len(task_docs(task_config("robust_spatial_mm_obj_base", folder))) == len(items) - 1


def test_a_task_file_that_a_user_changed_is_not_overwritten(tmp_path: Path) -> None:
    rows = [FIXTURES / "whatsup.parquet"]
    write_local("whatsup", rows, None, tmp_path, "lmms_eval")
    write_local("whatsup", rows, None, tmp_path, "lmms_eval")  # its own files it writes again
    changed = next((tmp_path / "whatsup").glob("*wrong_think*"))
    changed.write_text(changed.read_text() + "# mine\n")
    with pytest.raises(RobustError, match=r"is not as `lmms-robust local` writes it"):
        write_local("whatsup", rows, None, tmp_path, "lmms_eval")
    assert changed.read_text().endswith("# mine\n")
