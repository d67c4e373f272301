from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from lmms_robust.cli import main

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINS = (ROOT / "requirements.txt").read_text(encoding="utf-8")


def requirements(*extras: str) -> list[Requirement]:
    lines = [*PROJECT["dependencies"], *(line for name in extras for line in PROJECT["optional-dependencies"][name])]
    return [one for one in map(Requirement, lines) if one.name != "lmms-robust"]


def imported(folder: str) -> set[str]:
    found = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names)


def test_every_package_is_listed() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    found = {".".join(path.parent.relative_to(ROOT).parts) for path in (ROOT / "lmms_robust").rglob("__init__.py")}
    assert set(listed) == found | {"lmms_robust.models", "lmms_robust.tasks", "lmms_robust.templates"}


def test_the_readme_is_finished_and_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "@@" not in readme
    for command in main.commands:
        assert f"lmms-robust {command}" in readme or command == "demo", command


@pytest.mark.parametrize(
    ("folder", "extras"),
    [
        ("lmms_robust", ["openai", "audit", "lm-eval", "report", "training"]),
        *((name, ["openai", "report", "dev", "training"]) for name in ("tests", "scripts", "benchmarks")),
    ],
)
def test_every_package_that_is_imported_is_declared(folder: str, extras: list[str]) -> None:
    declared = {canonicalize_name(one.name) for one in requirements(*extras)} | {"lmms-robust"}
    installed = packages_distributions()
    for module in imported(folder) - {"tests", "benchmarks", "scripts", "tiny_model", "verl", "vllm"}:
        names = {canonicalize_name(name) for name in installed[module]}
        assert names & declared, f"{folder}/ imports {module}, of {names}"


def test_the_pins_are_within_the_declared_ranges_and_name_no_place() -> None:
    pins: dict[str, list[str]] = {}
    for line in PINS.splitlines():
        if not line.lstrip().startswith("#"):
            pin = Requirement(line)
            pins.setdefault(canonicalize_name(pin.name), []).append(str(pin.specifier).removeprefix("=="))
    for one in requirements("stock", "openai", "lm-eval", "training", "dev"):
        versions = pins[canonicalize_name(one.name)]
        assert all(one.specifier.contains(version) for version in versions), f"{one}: {versions}"
    assert not re.search(r"://|--|(^|[^.])/|@", PINS), "an address, an option or a path"


def test_make_takes_the_pythons_that_are_declared(tmp_path: Path) -> None:
    """Its check of the version runs before anything is installed."""
    said = subprocess.run(
        ["make", "-n", "demo", f"VENV={tmp_path}"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    low, high = re.search(r"\((\d, \d+)\) <= sys.version_info < \((\d, \d+)\)", said.stdout).groups()
    allowed = f">={low.replace(', ', '.')},<{high.replace(', ', '.')}"
    assert SpecifierSet(allowed) == SpecifierSet(PROJECT["requires-python"])
    tried = [line.rpartition(" ")[2] for line in PROJECT["classifiers"] if "Python :: 3." in line]
    assert all(SpecifierSet(allowed).contains(version) for version in tried)
