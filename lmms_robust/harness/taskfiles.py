"""Writes lmms-eval's task files from the lists of benchmarks and variants; run it with ``python -m``.

They are checked in; a test fails when they are stale.
"""

from __future__ import annotations

from pathlib import Path

from lmms_robust.harness import scoring
from lmms_robust.harness.lmms_eval import suite_metrics
from lmms_robust.harness.plugin import BACKENDS, task_folder
from lmms_robust.perturbations import VARIANTS

VERSION = 1.0
FUNCTIONS = "!function lmms_robust.harness.lmms_eval"

DATASETS = {
    "scenes": """\
dataset_path: parquet
dataset_kwargs:
  data_files: {test: test.parquet}
test_split: test
""",
}
"""Benchmark -> where its rows come from, as YAML."""


def task_files() -> dict[str, str]:
    """Return every task file: path below the task folder -> content."""
    written = {"robustness.yaml": _group()}
    for benchmark, dataset in DATASETS.items():
        written[f"{benchmark}/_default_template_yaml"] = _common(dataset)
        written[f"{benchmark}/robustness_{benchmark}.yaml"] = _suite(benchmark)
        for variant in VARIANTS:
            written[f"{benchmark}/robust_{benchmark}_{variant}.yaml"] = _leaf(benchmark, variant)
    return written


def write(folder: Path) -> None:
    """Write every task file below ``folder``."""
    for name, content in task_files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def _common(dataset: str) -> str:
    continuing = "".join(f"  {name}: {{injection: prefill}}\n" for name in BACKENDS)
    return f"""\
{dataset}output_type: generate_until
doc_to_visual: {FUNCTIONS}.doc_to_visual
doc_to_text: {FUNCTIONS}.doc_to_text
doc_to_messages: {FUNCTIONS}.doc_to_messages
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


def _leaf(benchmark: str, variant: str) -> str:
    metrics = "\n".join(
        _metric(metric, "aggregate", scoring.HIGHER_IS_BETTER[metric]) for metric in scoring.rates(variant)
    )
    return f"""\
include: _default_template_yaml
task: robust_{benchmark}_{variant}
process_docs: {FUNCTIONS}.{benchmark}__{variant}
process_results: {FUNCTIONS}.process_results
metadata: {{version: {VERSION}, about: "{VARIANTS[variant].about}"}}
metric_list:
{metrics}
"""


def _suite(benchmark: str) -> str:
    lines = []
    for metric, variant in suite_metrics():
        name = metric if variant is None else f"{metric}_{variant}"
        aggregation = metric if metric in ("drop", "survival") else "worst_case" if variant is None else "aggregate"
        lines += [
            _metric(name, aggregation, scoring.HIGHER_IS_BETTER[metric]),
            _metric(f"{name}_n", f"{aggregation}_n", True),
        ]
    return f"""\
include: _default_template_yaml
task: robustness_{benchmark}
process_docs: {FUNCTIONS}.{benchmark}__suite
process_results: {FUNCTIONS}.process_suite_results
metadata: {{version: {VERSION}, about: "every variant of every item; metrics in _n count what the others rest on"}}
metric_list:
{chr(10).join(lines)}
"""


def _metric(name: str, aggregation: str, higher_is_better: bool) -> str:
    direction = str(higher_is_better).lower()
    return f"  - {{metric: {name}, aggregation: {FUNCTIONS}.{aggregation}, higher_is_better: {direction}}}"


def _group() -> str:
    tasks = "".join(f"  - robustness_{benchmark}\n" for benchmark in DATASETS)
    return f'group: robustness\ntask:\n{tasks}metadata: {{version: {VERSION}, about: "the suites of all benchmarks"}}\n'


if __name__ == "__main__":
    write(task_folder())
