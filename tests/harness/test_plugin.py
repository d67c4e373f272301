"""Attaching to lmms-eval, and what happens when it has changed."""

from __future__ import annotations

import subprocess
import sys
import warnings

import pytest

from lmms_robust.errors import RobustError
from lmms_robust.harness import plugin
from lmms_robust.harness.reading import task_paths
from lmms_robust.perturbations import VARIANTS
from tests.harness.conftest import environment

pytestmark = pytest.mark.harness


@pytest.fixture
def task_manager(monkeypatch: pytest.MonkeyPatch):
    import lmms_eval.models  # attaches for the first time
    from lmms_eval.tasks import TaskManager

    assert plugin.attached(TaskManager.initialize_tasks), lmms_eval.models
    monkeypatch.setattr(TaskManager, "initialize_tasks", TaskManager.initialize_tasks)  # put back after the test
    return TaskManager


def test_whoever_imports_the_models_alone_waits_for_no_tasks_and_finds_ours_later() -> None:
    program = """
import sys, lmms_eval.models
print([name for name in ("lmms_eval.tasks", "torch", "datasets") if name in sys.modules])
print("robust_hf" in lmms_eval.models.AVAILABLE_MODELS)
from lmms_eval.tasks import TaskManager
print({"robust_scenes_base", "mmbench_en_dev"} <= set(TaskManager().all_tasks))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-3:] == ["[]", "True", "True"]


def test_the_hook_attaches_once_and_keeps_the_users_folders_first(task_manager) -> None:
    seen = []
    task_manager.initialize_tasks = lambda self, include_path=None, include_defaults=True: seen.append(include_path)
    plugin.attach()
    plugin.attach()
    ours = str(plugin.task_folder())
    task_manager.initialize_tasks(None)
    task_manager.initialize_tasks(None, include_path="theirs")
    task_manager.initialize_tasks(None, ["a", "b"], include_defaults=False)
    assert seen == [[ours], ["theirs", ours], ["a", "b", ours]]


def test_the_hook_knows_a_parameter_by_its_name(task_manager) -> None:
    seen = []
    task_manager.initialize_tasks = lambda self, verbosity="", *, include_path=None: seen.append(
        (verbosity, include_path)
    )
    plugin.attach()
    ours = str(plugin.task_folder())
    task_manager.initialize_tasks(None, "INFO")
    task_manager.initialize_tasks(None, include_path="theirs")
    assert seen == [("INFO", [ours]), ("", ["theirs", ours])]


def test_whatever_a_harness_raises_is_a_warning(monkeypatch: pytest.MonkeyPatch, task_manager) -> None:
    def broken() -> None:
        raise RuntimeError("a later release")

    monkeypatch.setattr(plugin, "attach", broken)
    with pytest.warns(UserWarning, match="cannot add its tasks .*a later release"):
        assert [one.model_id for one in plugin.manifests()] == list(plugin.BACKENDS)


def test_a_changed_harness_gives_one_warning_that_names_the_fallback_and_the_models_stay(task_manager) -> None:
    task_manager.initialize_tasks = lambda self: None
    with pytest.warns(
        UserWarning, match=r"cannot add its tasks .*--include_path \"\$\(lmms-robust tasks --path\)\""
    ) as said:
        found = plugin.manifests()
    assert len(said) == 1
    assert [manifest.model_id for manifest in found] == list(plugin.BACKENDS)


def test_a_harness_without_manifests_gives_a_warning_and_no_crash(
    monkeypatch: pytest.MonkeyPatch, task_manager
) -> None:
    from lmms_eval.models import registry_v2

    monkeypatch.delattr(registry_v2, "ModelManifest")
    with pytest.warns(UserWarning, match=r"cannot add its models \(robust_hf, robust_openai, robust_vllm\)"):
        assert plugin.manifests() == []


def test_lmms_eval_finds_every_task_of_ours(task_manager) -> None:
    ours = set(task_paths(plugin.task_folder()))
    assert len(ours) > 9 * len(VARIANTS)
    assert ours <= set(task_manager().all_tasks)


def test_an_unchanged_harness_gives_no_warning(task_manager) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plugin.manifests()


def test_there_is_no_folder_for_an_unknown_harness() -> None:
    with pytest.raises(RobustError, match="unknown harness 'lm_harness'"):
        plugin.task_folder("lm_harness")
