"""The wheel and the sdist carry all that a run needs, and a broken installation is told by name."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.harness.conftest import environment

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
    install = [sys.executable, "-m", "uv", "pip", "install", "--python", str(python), "--no-deps", "--offline"]
    subprocess.run([*install, str(next(built.glob("*.whl")))], check=True, capture_output=True)
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")  # not its own .pth files, so not ours
    where = [str(python), "-c", "import lmms_robust; print(lmms_robust.__file__)"]
    found = subprocess.run(where, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert found.startswith(str(site))
    run = lmms_eval("out", "robust_scenes_b*", "--limit", "2", "--gen_kwargs", "max_new_tokens=96", python=str(python))
    assert run.status == 0, run.text
    assert list(run.results["results"]) == ["robust_scenes_base"]
    (sample, _) = run.samples("robust_scenes_base")
    assert sample["record"]["variant"] == "base"


def lmms_robust(folder: Path, *arguments: str) -> tuple[int, list[str]]:
    """Run a command with the packages in a folder before those that are installed."""
    command = [sys.executable, "-m", "lmms_robust.cli", *arguments]
    variables = environment(
        PYTHONPATH=os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]).strip(os.pathsep)
    )
    done = subprocess.run(command, env=variables, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, (done.stdout + done.stderr).splitlines()


@pytest.fixture
def newer_filelock(tmp_path: Path) -> Path:
    """As filelock 4.3.1, which has no ``_api``, as far as a folder before those installed can be one."""
    spec = find_spec("filelock")
    assert spec
    assert spec.origin
    package = shutil.copytree(
        Path(spec.origin).parent, tmp_path / "filelock", ignore=shutil.ignore_patterns("__pycache__")
    )
    (package / "_api.py").rename(package / "_core.py")
    for path in package.rglob("*.py"):
        path.write_text(path.read_text(encoding="utf-8").replace("._api", "._core"), encoding="utf-8")
    (tmp_path / "filelock-4.3.1.dist-info").mkdir()
    metadata = "Metadata-Version: 2.1\nName: filelock\nVersion: 4.3.1\n"
    (tmp_path / "filelock-4.3.1.dist-info" / "METADATA").write_text(metadata)
    (tmp_path / "filelock-4.3.1.dist-info" / "top_level.txt").write_text("filelock\n")
    return tmp_path


def test_doctor_names_a_package_in_a_version_that_is_not_allowed_and_the_run_that_fails_of_it(newer_filelock) -> None:
    status, lines = lmms_robust(newer_filelock, "doctor")
    assert status == 1
    package, run = (line for line in lines if line.startswith("broken"))
    assert package == "broken  filelock: 4.3.1; allowed: filelock<4.3,>=3.16 (by lmms-robust)"
    assert run.startswith(
        "broken  run of lmms-eval: lmms-eval left no samples: ModuleNotFoundError: No module named 'filel"
    )
    assert run.endswith("; lacking in filelock 4.3.1")


def test_the_demo_says_the_harness_s_own_error_and_names_its_log(newer_filelock: Path) -> None:
    status, lines = lmms_robust(newer_filelock, "demo", "--limit", "1", "--output", "logs")
    assert status == 2
    assert lines[-1] == (
        "lmms-robust: lmms-eval left no samples: ModuleNotFoundError: No module named 'filelock._api'; its log: "
        "logs/lmms_eval.log; `lmms-robust doctor` says what of the environment is at fault"
    )
    assert "No module named 'filelock._api'" in (newer_filelock / "logs" / "lmms_eval.log").read_text()


def test_doctor_outlives_a_package_that_does_not_load(tmp_path: Path) -> None:
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / "__init__.py").write_text(
        "raise OSError('libcudart.so.13: cannot open shared object file')\n"
    )
    status, lines = lmms_robust(tmp_path, "doctor")
    assert status == 1
    (run,) = (line for line in lines if line.startswith("broken"))
    assert "OSError: libcudart.so.13: cannot open shared object file; its log: " in run
