import fnmatch

import pytest
import yaml

from lmms_robust.benchmarks import MODULES
from lmms_robust.harness.plugin import BACKENDS, HARNESSES, task_folder
from lmms_robust.harness.reading import task_config, task_descriptions, task_docs, task_paths
from lmms_robust.harness.taskfiles import task_files
from lmms_robust.perturbations import VARIANTS


@pytest.mark.parametrize("harness", HARNESSES)
def test_the_files_are_those_that_the_generator_writes(harness: str) -> None:
    folder = task_folder(harness)
    found = {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.suffix == ".yaml" or path.name == "_default_template_yaml"
    }
    assert found == task_files(harness), "run `make tasks`"


def test_the_wildcard_matches_leaf_tasks_only_and_each_once() -> None:
    for harness in HARNESSES:
        leaves = fnmatch.filter(task_paths(task_folder(harness)), "robust_*")
        assert sorted(leaves) == sorted(f"robust_{name}_{variant}" for name in MODULES for variant in VARIANTS)


def test_every_task_says_what_it_is() -> None:
    for harness in HARNESSES:
        assert all(task_descriptions(task_folder(harness)).values())


def test_generation_is_never_cut_at_a_blank_line_and_reasoning_is_kept() -> None:
    config = task_config("robust_scenes_base", task_folder())
    assert config["generation_kwargs"]["until"] == []
    assert config["reasoning_tags"] == "none"


def test_our_backends_are_asked_to_continue_a_prefill_and_all_others_are_not() -> None:
    asked = task_config("robust_scenes_wrong_think", task_folder())["lmms_eval_specific_kwargs"]
    assert asked == {"default": {"injection": "inline"}} | {name: {"injection": "prefill"} for name in BACKENDS}


def test_every_metric_names_its_direction() -> None:
    for path in [path for harness in HARNESSES for path in task_paths(task_folder(harness)).values()]:
        content = yaml.safe_load(path.read_text(encoding="utf-8").replace("!function ", ""))
        for metric in content.get("metric_list", []):
            assert isinstance(metric["higher_is_better"], bool)


def test_a_leaf_has_every_item_once_and_the_suite_has_every_variant_of_it() -> None:
    leaf = task_docs(task_config("robust_scenes_wrong_think", task_folder()))
    suite = task_docs(task_config("robustness_scenes", task_folder()))
    assert len(leaf) == len(set(leaf["id"])) == 600
    assert len(suite) == 12 * 600
    assert suite.filter(lambda variant: variant == "wrong_think", input_columns="variant").to_list() == leaf.to_list()
