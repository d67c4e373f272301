"""Writes the task files of both harnesses from the lists of benchmarks and variants; run it with ``python -m``.

They are checked in; a test fails when they are stale.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lmms_robust.benchmarks import MODULES, Source, benchmark
from lmms_robust.harness import aggregation, suite, unprepared
from lmms_robust.harness.plugin import BACKENDS, task_folder
from lmms_robust.perturbations import VARIANTS

VERSION = 2.0


@dataclass(frozen=True, slots=True)
class Dialect:
    """What differs between the harnesses' task files.

    Attributes:
        module: where the functions are that the files name.
        common: settings that all tasks of a benchmark share.
        records: whether the samples' records need an aggregation of their own.
        probes: whether a backend can be asked for the letter after a forced start.
    """

    module: str
    common: Callable[[], str]
    records: bool
    probes: bool


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
filter_list:
  - name: none
    filter:
      - function: !function {functions}.EveryResponse
generation_kwargs:
  max_new_tokens: 4096
  temperature: 0
  do_sample: false
  until: []
lmms_eval_specific_kwargs:
  default: {{injection: inline}}
{continuing}"""


def _lm_eval() -> str:
    functions = DIALECTS["lm_eval"].module
    return f"""\
class: !function {functions}_task.VariantTask
output_type: generate_until
doc_to_image: !function {functions}.doc_to_image
doc_to_text: !function {functions}.doc_to_text
doc_to_target: answer
gen_prefix: prefill
filter_list:
  - name: none
    filter:
      - function: !function {functions}.EveryResponse
generation_kwargs:
  max_gen_toks: 4096
  temperature: 0
  do_sample: false
  until: []
"""


DIALECTS = {
    "lmms_eval": Dialect("lmms_robust.harness.lmms_eval", _lmms_eval, records=False, probes=True),
    "lm_eval": Dialect("lmms_robust.harness.lm_eval", _lm_eval, records=True, probes=False),
}


def task_files(harness: str) -> dict[str, str]:
    """Return every task file of a harness: path below its task folder -> content."""
    written = {"robustness.yaml": _group("robustness", "the suites")}
    if DIALECTS[harness].probes:
        written["robustprobe.yaml"] = _group("robustprobe", "the probes")
    for name in MODULES:
        source = benchmark(name).source
        dataset = dataset_yaml(source)
        if (harness, name) == ("lm_eval", "scenes"):
            dataset = f"custom_dataset: !function {DIALECTS[harness].module}.scenes_rows\ntest_split: test\n"
        for file, content in benchmark_files(harness, name, dataset).items():
            if source.made_by:  # the harness would only say that it does not find a file
                content = content.replace(f"{DIALECTS[harness].module}.{name}__", f"{unprepared.__name__}.{name}__")
            written[f"{name}/{file}"] = content
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
    if dialect.probes and name in MODULES:  # docs of wrapped data are made by functions of their own, without probes
        shared[f"robustprobe_{name}.yaml"] = _probe(dialect, name)
    return shared | leaves


def dataset_yaml(source: Source) -> str:
    """Where rows come from, as YAML that both harnesses read."""
    lines = [f"dataset_path: {source.path}"]
    if source.config:
        lines.append(f"dataset_name: {source.config}")
    if source.files:
        lines.append(f"dataset_kwargs: {json.dumps({'data_files': source.files})}")
    if source.former:
        lines.insert(0, f"# the same data under older ids: {', '.join(source.former)}")
    return "\n".join([*lines, f"test_split: {source.split}", ""])


def write() -> None:
    """Write every task file of both harnesses."""
    for harness in DIALECTS:
        for name, content in task_files(harness).items():
            path = task_folder(harness) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")


def _leaf(dialect: Dialect, name: str, variant: str) -> str:
    return f"""\
include: _default_template_yaml
task: robust_{name}_{variant}
process_docs: !function {dialect.module}.{name}__{variant}
process_results: !function {dialect.module}.process_results
metadata: {{version: {VERSION}, about: "{VARIANTS[variant].about}"}}
metric_list:
{_metrics(dialect, suite.leaf(variant))}
"""


def _suite(dialect: Dialect, name: str) -> str:
    return f"""\
include: _default_template_yaml
task: robustness_{name}
process_docs: !function {dialect.module}.{name}__suite
process_results: !function {dialect.module}.process_suite_results
metadata: {{version: {VERSION}, about: "every variant of every item"}}
metric_list:
{_metrics(dialect, suite.SUITE)}
"""


def _probe(dialect: Dialect, name: str) -> str:
    return f"""\
include: _default_template_yaml
task: robustprobe_{name}
process_docs: !function {dialect.module}.{name}__probe
process_results: !function {dialect.module}.process_probe_results
generation_kwargs:
  max_new_tokens: 1
  temperature: 0
  do_sample: false
  until: []
metadata: {{version: {VERSION}, about: "every variant of every item, the reply forced up to the answer letter"}}
metric_list:
{_metrics(dialect, suite.PROBE)}
"""


def _metrics(dialect: Dialect, metrics: Sequence[suite.Metric]) -> str:
    lines = [metric_line(metric.name, metric.aggregation, metric.higher_is_better) for metric in metrics]
    return "\n".join([*lines, *([metric_line("record", "count", None)] if dialect.records else [])])


def metric_line(name: str, aggregate: str, higher_is_better: bool | None) -> str:
    """One metric of a task file."""
    function, direction = f"{aggregation.__name__}.{aggregate}", json.dumps(higher_is_better)
    return f"  - {{metric: {name}, aggregation: !function {function}, higher_is_better: {direction}}}"


def _group(group: str, what: str) -> str:
    """The tasks that run as they are: one that lacks its rows would end the run of all the others."""
    tasks = "".join(f"  - {group}_{name}\n" for name in MODULES if not benchmark(name).source.made_by)
    about = f"{what} of all benchmarks whose rows come with the package or from the hub"
    return f'group: {group}\ntask:\n{tasks}metadata: {{version: {VERSION}, about: "{about}"}}\n'


if __name__ == "__main__":
    write()
