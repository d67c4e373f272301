"""The wheel and the sdist carry all that a run needs."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.harness

ROOT = Path(__file__).parent.parent.parent
NEEDED = {
    "tasks/lmms_eval/scenes/robust_scenes_base.yaml",
    "tasks/lmms_eval/scenes/_default_template_yaml",
    "tasks/lmms_eval/scenes/test.parquet",
    "templates/prompt.jinja",
    "models/tiny/model.safetensors",
    "models/tiny/chat_template.jinja",
    "models/tiny/README.md",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    source = tmp_path_factory.mktemp("source") / "lmms-robust"
    files = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in files.stdout.splitlines():
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


def test_wheel_and_sdist_carry_tasks_templates_and_model(built: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
    assert {f"lmms_robust/{name}" for name in NEEDED} <= names
    assert "lmms_robust/py.typed" in names
    assert not [name for name in names if "__pycache__" in name or name.startswith(("tests/", "tasks/", "templates/"))]
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        packed = {name.partition("/")[2] for name in sdist.getnames()}
    assert packed >= NEEDED


def test_after_installing_the_wheel_lmms_eval_finds_and_runs_our_tasks(built: Path, tmp_path: Path, lmms_eval) -> None:
    venv.create(tmp_path / "venv", with_pip=False)
    python = tmp_path / "venv" / "bin" / "python"
    (site,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index"]
    subprocess.run([*pip, str(next(built.glob("*.whl")))], check=True, capture_output=True)
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")  # not its own .pth files, so not ours
    where = [str(python), "-c", "import lmms_robust; print(lmms_robust.__file__)"]
    found = subprocess.run(where, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert found.startswith(str(site))
    run = lmms_eval("out", "robust_scenes_b*", "--limit", "2", "--gen_kwargs", "max_new_tokens=96", python=str(python))
    assert run.status == 0, run.text
    assert list(run.results["results"]) == ["robust_scenes_base"]
    (sample, _) = run.samples("robust_scenes_base")
    assert sample["record"]["variant"] == "base"
