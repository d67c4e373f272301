import tomllib
from pathlib import Path

from lmms_robust.cli import main

ROOT = Path(__file__).parent.parent


def test_every_package_is_listed() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    found = {".".join(path.parent.relative_to(ROOT).parts) for path in (ROOT / "lmms_robust").rglob("__init__.py")}
    assert set(listed) == found | {"lmms_robust.models", "lmms_robust.tasks", "lmms_robust.templates"}


def test_the_readme_is_finished_and_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "@@" not in readme
    for command in main.commands:
        assert f"lmms-robust {command}" in readme or command == "demo", command
