from pathlib import Path

import pytest

from lmms_robust.errors import RobustError
from lmms_robust.harness.reading import task_config, task_docs

FIXTURES = Path(__file__).parent.parent / "fixtures"
TASK = f"""\
task: own
process_docs: !function lmms_robust.harness.lmms_eval.vstar__base
test_split: test
dataset_path: parquet
dataset_kwargs: {{data_files: {{test: {FIXTURES / "vstar.parquet"}}}}}
"""
FUNCTION = "lmms_robust.harness.lmms_eval.vstar__base"


def written(folder: Path, text: str) -> Path:
    (folder / "own.yaml").write_text(text)
    return folder


def test_a_task_of_ours_is_read(tmp_path: Path) -> None:
    assert len(task_docs(task_config("own", written(tmp_path, TASK)))) == 10


BAD = {
    "broken YAML": ("task: own\n a: [", "cannot read task file .*own.yaml: .*line 2.*; allowed: YAML"),
    "an unknown tag": ("task: !own own", "cannot read task file .*own.yaml: could not determine a constructor"),
    "no such file to include": ("task: own\ninclude: gone.yaml", "cannot read task file .*gone.yaml: .*No such file"),
    "no docs": (
        "task: own\ndataset_path: parquet",
        "task 'own' in .*own.yaml has no process_docs, test_split; ",
    ),
    "no rows": (f"task: own\nprocess_docs: !function {FUNCTION}\ntest_split: a", "has no dataset_path or custom_data"),
    "a group": ("group: own\ntask: [a, b]", "'own' is a group; allowed: one of its tasks: a, b"),
    "another name": (
        "task: owns",
        r"unknown task 'own'; did you mean 'owns'\? allowed: those of the \*.yaml files below /",
    ),
    "no task": ("- 1", "no task file .* below .*; allowed: a folder of task files"),
    "somebody's function": (
        TASK.replace(FUNCTION, "utils.f"),
        r"function 'utils.f' \(in .*\); allowed: functions of ",
    ),
    "no such module": (
        TASK.replace("lmms_eval.vstar", "lmms.vstar"),
        "no function 'lmms_robust.harness.lmms.vstar",
    ),
    "no such function": (TASK.replace("vstar__base", "vstar"), "no function 'lmms_robust.harness.lmms_eval.vstar' "),
    "no data": (TASK.replace("vstar.parquet", "gone.parquet"), "own: cannot load parquet, split test, files .*gone"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_task_that_cannot_be_shown_is_one_line(tmp_path: Path, case: str) -> None:
    text, message = BAD[case]
    with pytest.raises(RobustError, match=message) as raised:
        task_docs(task_config("own", written(tmp_path, text)))
    assert "\n" not in str(raised.value)


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(RobustError, match=r"'/.*gone' is not a folder; allowed: a folder of task files"):
        task_config("own", tmp_path / "gone")


def test_a_task_file_that_is_not_text_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_bytes("task: für".encode("latin-1"))
    with pytest.raises(RobustError, match=r"cannot read task file .*own.yaml: 'utf-8' codec can't decode"):
        task_config("own", tmp_path)
