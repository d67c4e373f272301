"""Writes the task files of both harnesses from the lists of benchmarks and variants; run it with ``python -m``.

They are checked in; a test fails when they are stale.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from lmms_robust.benchmarks import MODULES, Source, benchmark
from lmms_robust.harness import scoring
from lmms_robust.harness.lmms_eval import suite_metrics
from lmms_robust.harness.plugin import BACKENDS, task_folder
from lmms_robust.perturbations import VARIANTS

VERSION = 1.0


@dataclass(frozen=True, slots=True)
class Dialect:
    """What differs between the harnesses' task files.

    Attributes:
        module: where the functions are that the files name.
        common: settings that all tasks of a benchmark share.
        records: whether the samples' records need an aggregation of their own.
    """

    module: str
    common: Callable[[], str]
    records: bool


def _lmms_eval() -> str:
    functions = DIALECTS["lmms_eval"].module
    continuing = "".join(f"  {name}: {{injection: prefill}}\n" for name in BACKENDS)
    return f"""\
output_type: generate_until
doc_to_visual: !function {functions}.doc_to_visual
doc_to_text: !function {functions}.doc_to_text
doc_to_messages: !function {functions}.doc_to_messages
doc_to_target: answer
reasoning_tags: none
generation_kwargs:
  max_new_tokens: 1024
  temperature: 0
  do_sample: false
  until: []
lmms_eval_specific_kwargs:
  default: {{injection: inline}}
{continuing}"""


def _lm_eval() -> str:
    functions = DIALECTS["lm_eval"].module
    return f"""\
output_type: generate_until
doc_to_image: !function {functions}.doc_to_image
doc_to_text: !function {functions}.doc_to_text
doc_to_target: answer
gen_prefix: prefill
generation_kwargs:
  max_gen_toks: 1024
  temperature: 0
  do_sample: false
  until: []
"""


DIALECTS = {
    "lmms_eval": Dialect("lmms_robust.harness.lmms_eval", _lmms_eval, records=False),
    "lm_eval": Dialect("lmms_robust.harness.lm_eval", _lm_eval, records=True),
}


def task_files(harness: str) -> dict[str, str]:
    """Return every task file of a harness: path below its task folder -> content."""
    written = {"robustness.yaml": _group()}
    for name in MODULES:
        dataset = dataset_yaml(benchmark(name).source)
        if (harness, name) == ("lm_eval", "scenes"):
            dataset = f"custom_dataset: !function {DIALECTS[harness].module}.scenes_rows\ntest_split: test\n"
        files = benchmark_files(harness, name, dataset)
        written |= {f"{name}/{file}": content for file, content in files.items()}
    return written


def benchmark_files(harness: str, name: str, dataset: str) -> dict[str, str]:
    """Return the task files of one benchmark: file name -> content.

    Args:
        harness: ``"lmms_eval"`` or ``"lm_eval"``.
        name: benchmark name.
        dataset: where its rows come from, as YAML.
    """
    dialect = DIALECTS[harness]
    leaves = {f"robust_{name}_{variant}.yaml": _leaf(dialect, name, variant) for variant in VARIANTS}
    shared = {"_default_template_yaml": dataset + dialect.common(), f"robustness_{name}.yaml": _suite(dialect, name)}
    return shared | leaves


def dataset_yaml(source: Source) -> str:
    """Where rows come from, as YAML that both harnesses read."""
    lines = [f"dataset_path: {source.path}"]
    if source.config:
        lines.append(f"dataset_name: {source.config}")
    if source.data_files:
        lines.append(f"dataset_kwargs: {json.dumps({'data_files': dict(source.data_files)})}")
    return "\n".join([*lines, f"test_split: {source.split}", ""])


def write() -> None:
    """Write every task file of both harnesses."""
    for harness in DIALECTS:
        for name, content in task_files(harness).items():
            path = task_folder(harness) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")


def _leaf(dialect: Dialect, name: str, variant: str) -> str:
    metrics = [_metric(dialect, m, "aggregate", scoring.HIGHER_IS_BETTER[m]) for m in scoring.rates(variant)]
    return f"""\
include: _default_template_yaml
task: robust_{name}_{variant}
process_docs: !function {dialect.module}.{name}__{variant}
process_results: !function {dialect.module}.process_results
metadata: {{version: {VERSION}, about: "{VARIANTS[variant].about}"}}
metric_list:
{_lines(dialect, metrics)}
"""


def _suite(dialect: Dialect, name: str) -> str:
    metrics = []
    for metric, variant in suite_metrics():
        shown = metric if variant is None else f"{metric}_{variant}"
        aggregation = metric if metric in ("drop", "survival") else "worst_case" if variant is None else "aggregate"
        metrics.append(_metric(dialect, shown, aggregation, scoring.HIGHER_IS_BETTER[metric]))
        metrics.append(_metric(dialect, f"{shown}_n", f"{aggregation}_n", True))
    return f"""\
include: _default_template_yaml
task: robustness_{name}
process_docs: !function {dialect.module}.{name}__suite
process_results: !function {dialect.module}.process_suite_results
metadata: {{version: {VERSION}, about: "every variant of every item; metrics in _n count what the others rest on"}}
metric_list:
{_lines(dialect, metrics)}
"""


def _lines(dialect: Dialect, metrics: list[str]) -> str:
    records = [_metric(dialect, "record", "count", True)] if dialect.records else []
    return "\n".join(metrics + records)


def _metric(dialect: Dialect, name: str, aggregation: str, higher_is_better: bool) -> str:
    function, direction = f"{dialect.module}.{aggregation}", str(higher_is_better).lower()
    return f"  - {{metric: {name}, aggregation: !function {function}, higher_is_better: {direction}}}"


def _group() -> str:
    tasks = "".join(f"  - robustness_{name}\n" for name in MODULES)
    return f'group: robustness\ntask:\n{tasks}metadata: {{version: {VERSION}, about: "the suites of all benchmarks"}}\n'


if __name__ == "__main__":
    write()
