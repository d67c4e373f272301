"""Imports point one way, and what must start quickly loads nothing heavy."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "lmms_robust"
LAYERS = [
    {"errors", "embedded", "servers"},
    {"schema", "writing"},
    {"record", "scenes", "prompts", "reading", "statements", "transport"},
    {"benchmarks", "generation", "perturbations"},
    {"consistency"},
    {"scoring"},
    {"metrics"},
    {"report"},
    {"pages"},
    {"harness"},
    {"backends"},
    {"judges"},
    {"labelling"},
    {"training"},
    {"cli"},
    {"__init__"},
]
HARNESSES = {"lmms_eval", "lm_eval"}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def layer(module: str) -> int:
    return next(number for number, names in enumerate(LAYERS) if module in names)


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    own = path.relative_to(PACKAGE).with_suffix("").parts[0]
    for name in imports(path):
        root, _, rest = name.partition(".")
        other = rest.partition(".")[0]
        if root in HARNESSES:
            assert own in ("harness", "backends"), f"{name}: only harness/ and backends/ import a harness"
        if root == "lmms_robust" and other not in (own, "__version__"):
            assert layer(other) < layer(own), f"{own} imports {other}"


@pytest.mark.parametrize("command", [["-c", "import lmms_robust"], ["-m", "lmms_robust.cli", "--help"]])
def test_starting_loads_neither_torch_nor_a_harness(command: list[str]) -> None:
    traced = subprocess.run([sys.executable, "-X", "importtime", *command], capture_output=True, text=True, check=True)
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in traced.stderr.splitlines()}
    assert "lmms_robust" in loaded
    assert not loaded & {"torch", "transformers", "datasets", "pyarrow", "numpy", "PIL", *HARNESSES}


def test_no_module_is_long() -> None:
    for path in PACKAGE.rglob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 300, path
