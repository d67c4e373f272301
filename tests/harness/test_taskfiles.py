import fnmatch

import pytest
import yaml

from lmms_robust.benchmarks import MODULES, benchmark
from lmms_robust.harness import aggregation
from lmms_robust.harness.plugin import BACKENDS, HARNESSES, task_folder
from lmms_robust.harness.reading import task_config, task_docs, task_paths, task_source
from lmms_robust.harness.taskfiles import benchmark_files, dataset_yaml, task_files
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


def test_the_group_holds_the_suites_that_run_without_preparation() -> None:
    ready = [name for name in MODULES if name != "spatial_mm_multihop"]
    for harness in HARNESSES:
        group = yaml.safe_load(task_files(harness)["robustness.yaml"])
        assert group["task"] == [f"robustness_{name}" for name in ready]


def test_a_task_without_rows_on_the_hub_says_what_to_do_and_one_over_local_rows_runs() -> None:
    for harness in HARNESSES:
        packaged = task_files(harness)
        written = benchmark_files(harness, "spatial_mm_multihop", "")
        for variant in VARIANTS:
            name = f"robust_spatial_mm_multihop_{variant}.yaml"
            line = f"process_docs: !function lmms_robust.harness.{{}}.spatial_mm_multihop__{variant}\n"
            assert line.format("unprepared") in packaged[f"spatial_mm_multihop/{name}"]
            assert line.format(harness) in written[name]
        assert "unprepared" not in packaged["vstar/robustness_vstar.yaml"]


def test_older_ids_of_the_same_data_are_named_beside_the_id_that_is_read() -> None:
    assert dataset_yaml(benchmark("vstar").source).splitlines()[:2] == [
        "# the same data under older ids: lmms-lab/vstar-bench",
        "dataset_path: lmms-lab-encoder/vstar-bench",
    ]
    assert "#" not in dataset_yaml(benchmark("cv_bench").source)
    config = task_config("robust_mmbench_base", task_folder())
    assert task_source(config).startswith("lmms-lab-encoder/MMBench (older id: lmms-lab/MMBench), config en, split dev")


def test_probes_are_tasks_of_their_own_in_a_group_of_their_own() -> None:
    paths = task_paths(task_folder())
    assert {f"robustprobe_{name}" for name in MODULES} | {"robustprobe"} <= set(paths)
    assert not any("probe" in name for name in task_paths(task_folder("lm_eval")))
    assert not fnmatch.filter([name for name in paths if "probe" in name], "robust_*")


def test_a_probe_asks_for_one_token_after_a_forced_start() -> None:
    config = task_config("robustprobe_scenes", task_folder())
    settings = {"max_new_tokens": 1, "temperature": 0, "do_sample": False, "until": []}
    assert config["generation_kwargs"] == settings
    assert config["reasoning_tags"] == "none"
    docs = task_docs(config)
    assert len(docs) == 12 * 600
    assert docs["variant"][:12] == list(VARIANTS)
    assert set(docs["probe"]) == {True}


def test_every_metric_of_a_task_is_aggregated_by_a_function_that_there_is() -> None:
    for path in [path for harness in HARNESSES for path in task_paths(task_folder(harness)).values()]:
        content = yaml.safe_load(path.read_text(encoding="utf-8").replace("!function ", ""))
        for metric in content.get("metric_list", []):
            module, _, name = metric["aggregation"].rpartition(".")
            assert module == aggregation.__name__
            assert callable(getattr(aggregation, name))


def test_every_task_says_what_it_is() -> None:
    for harness in HARNESSES:
        paths = task_paths(task_folder(harness)).values()
        assert all('about: "' in path.read_text(encoding="utf-8") for path in paths)


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
            assert metric["higher_is_better"] in (True, False, None)


def test_a_leaf_has_every_item_once_and_the_suite_has_every_variant_of_it() -> None:
    leaf = task_docs(task_config("robust_scenes_wrong_think", task_folder()))
    suite = task_docs(task_config("robustness_scenes", task_folder()))
    assert len(leaf) == len(set(leaf["id"])) == 600
    assert len(suite) == 12 * 600
    assert suite.filter(lambda variant: variant == "wrong_think", input_columns="variant").to_list() == leaf.to_list()
