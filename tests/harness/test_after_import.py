"""A function that waits for an import: it is called once the module is there, and changes nothing else."""

from __future__ import annotations

import importlib
import inspect
import sys
from pathlib import Path

import pytest

from lmms_robust.harness.after_import import after_import


@pytest.fixture
def awaited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module that nobody has imported."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    (tmp_path / "awaited").mkdir()
    (tmp_path / "awaited" / "__init__.py").write_text("")
    path = tmp_path / "awaited" / "part.py"
    path.write_text("FOUND = 3\n")
    return path


def test_it_is_called_when_the_module_is_complete_and_imports_nothing_itself(awaited: Path) -> None:
    seen: list[int] = []
    after_import("awaited.part", lambda: seen.append(sys.modules["awaited.part"].FOUND))
    assert "awaited" not in sys.modules
    importlib.import_module("awaited")
    assert seen == []
    importlib.import_module("awaited.part")
    importlib.import_module("awaited.part")
    assert seen == [3]


def test_a_module_that_is_there_is_not_waited_for(awaited: Path) -> None:
    importlib.import_module("awaited.part")
    before, seen = list(sys.meta_path), []
    after_import("awaited.part", lambda: seen.append("now"))
    assert (seen, sys.meta_path) == (["now"], before)


def test_an_import_that_fails_is_not_met_and_the_next_one_is(awaited: Path) -> None:
    seen: list[str] = []
    after_import("awaited.part", lambda: seen.append("met"))
    awaited.write_text("raise ImportError('a library is missing')\n")
    with pytest.raises(ImportError, match="a library is missing"):
        importlib.import_module("awaited.part")
    assert seen == []
    awaited.write_text("FOUND = 12345\n")
    importlib.import_module("awaited.part")
    assert seen == ["met"]


def test_several_may_wait_and_the_module_is_as_if_nobody_did(awaited: Path) -> None:
    seen: list[str] = []
    for name in ("one", "other"):
        after_import("awaited.part", lambda name=name: seen.append(name))
    module = importlib.import_module("awaited.part")
    assert sorted(seen) == ["one", "other"]
    assert inspect.getsource(module) == "FOUND = 3\n"
    assert type(module.__loader__) is type(sys.modules["awaited"].__loader__)


def test_a_module_that_does_not_exist_is_still_missing(awaited: Path) -> None:
    after_import("awaited.nothing", lambda: pytest.fail("there is nothing to meet"))
    with pytest.raises(ModuleNotFoundError, match=r"awaited\.nothing"):
        importlib.import_module("awaited.nothing")
