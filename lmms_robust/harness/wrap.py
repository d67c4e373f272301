"""Wraps any multiple-choice dataset: from a mapping of its columns to a folder of robust tasks for lmms-eval."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from datasets import Dataset

from lmms_robust.benchmarks import MODULES, Benchmark, Source
from lmms_robust.benchmarks import mapping as mappings
from lmms_robust.benchmarks.items import items_of
from lmms_robust.benchmarks.mapped import mapped, with_answer_form
from lmms_robust.benchmarks.pictures import encoded, pictures, size
from lmms_robust.benchmarks.reading import FORMATS, format_of, from_files, from_source
from lmms_robust.errors import RobustError
from lmms_robust.harness.plugin import task_folder
from lmms_robust.harness.reading import task_paths
from lmms_robust.harness.taskfiles import DIALECTS, benchmark_files
from lmms_robust.harness.wrapped import pictured
from lmms_robust.perturbations import VARIANTS
from lmms_robust.schema import Item

SHOWN = 2
MAPPING_FILE = "mapping.yaml"


@dataclass(frozen=True, slots=True)
class Rows:
    """Where the rows of a dataset are, as `datasets` and task files name it.

    Attributes:
        path: hub id, or the format of local files (``"parquet"``, ``"json"``, ``"csv"``).
        split: the split to evaluate; local files are one split of this name.
        config: configuration on the hub, or None.
        files: local files.
    """

    path: str
    split: str
    config: str | None = None
    files: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Wrapped:
    """What was made: the folder for ``--include_path``, counts, and the first items with their pictures' sizes."""

    folder: Path
    mapping: mappings.ColumnMapping
    rows: int
    items: int
    shown: tuple[tuple[Item, tuple[int, int]], ...]

    def render(self) -> Iterator[str]:
        """Return the first items and a summary, as lines of text."""
        for item, (width, height) in self.shown:
            yield f"=== {item.id} · {item.category} · picture {width}x{height}"
            yield item.question
            for letter, option, statement in zip(item.letters, item.options, item.statements, strict=True):
                yield f"{'*' if letter == item.answer else ' '} {letter}. {option}    -> {statement}"
        yield f"{self.items} items from {self.rows} rows; answers are read by {self.mapping.answer_form}"
        name = self.mapping.name
        yield f"run: lmms-eval --include_path {self.folder} --tasks 'robust_{name}_*'   (or robustness_{name})"


def wrap(rows: Rows, mapping: Path, name: str, output: Path) -> Wrapped:
    """Check a mapping on the rows themselves, and write the task files to ``<output>/<name>``.

    Args:
        rows: where the data is.
        mapping: mapping file.
        name: name of the new benchmark.
        output: folder of task folders.

    Raises:
        RobustError: a bad name or mapping, missing columns (named with those found), no row that makes an item, a
            first picture that does not decode, or tasks that exist already.
    """
    _check_name(name)
    folder = output / name
    if folder.exists():
        raise RobustError(f"{folder} exists; remove it or choose another --name or --output")
    columns = mappings.read(mapping, name)
    loaded = _loaded(rows, name)
    _check_columns(columns, loaded, mapping)
    columns = with_answer_form(columns, loaded.select_columns(list(columns.columns)))
    dataset = pictured(columns, loaded)
    adapter = mapped(columns, Source(rows.path, rows.split, rows.config))
    items = items_of(adapter, dataset)
    shown = tuple((item, _size(adapter, dataset, item)) for item in items[:SHOWN])
    _write(folder, columns, rows, loaded)
    return Wrapped(output, columns, len(dataset), len(items), shown)


def files(columns: mappings.ColumnMapping, rows: Rows) -> dict[str, str]:
    """Every file of a wrapped benchmark: name -> content."""
    name, module = columns.name, f"{columns.name}_docs"
    written = {MAPPING_FILE: mappings.dump(columns), f"{module}.py": _module(name)}
    for file, content in benchmark_files("lmms_eval", name, _dataset_yaml(rows)).items():
        written[file] = content.replace(f"{DIALECTS['lmms_eval'].module}.{name}__", f"{module}.")
    return written


def _loaded(rows: Rows, name: str) -> Dataset:
    if rows.files:
        kind, _ = format_of(rows.files)
        if rows.path != kind:
            raise RobustError(f"--dataset-path {rows.path!r} with {kind} files; allowed: {kind}")
        return from_files(rows.files)
    if rows.path in FORMATS.values():
        raise RobustError(f"--dataset-path {rows.path!r} without files; allowed: with --data-files FILE")
    return from_source(Source(rows.path, rows.split, rows.config), name)


def _check_name(name: str) -> None:
    if not re.fullmatch(r"[a-z0-9]+(?:_[a-z0-9]+)*", name):
        raise RobustError(f"--name {name!r}; allowed: lower-case letters and digits, joined by single underscores")
    ours = task_paths(task_folder())
    if name in MODULES or any(f"robust_{name}_{variant}" in ours for variant in VARIANTS):
        raise RobustError(
            f"--name {name!r} is a benchmark of lmms-robust; allowed: any other than {', '.join(MODULES)}"
        )


def _check_columns(columns: mappings.ColumnMapping, dataset: Dataset, path: Path) -> None:
    missing = [column for column in (columns.picture, *columns.columns) if column not in dataset.column_names]
    if missing:
        found = ", ".join(dataset.column_names)
        raise RobustError(f"mapping {path}: no column {', '.join(map(repr, missing))} in the data; found: {found}")


def _size(adapter: Benchmark, dataset: Dataset, item: Item) -> tuple[int, int]:
    where = f"{adapter.name} item {item.id!r}, column {adapter.image!r}"
    row = pictures(dataset, adapter.image)[item.row]
    return size(encoded(row[adapter.image], where), where)


def _write(folder: Path, columns: mappings.ColumnMapping, rows: Rows, loaded: Dataset) -> None:
    try:
        folder.mkdir(parents=True)
        if rows.path == "csv":  # the harness would guess types, and take "3.0" for 3 and "None" for nothing
            copy = (folder / "rows.parquet").resolve()
            loaded.to_parquet(copy)
            rows = Rows("parquet", rows.split, files=(copy,))
        for name, content in files(columns, rows).items():
            (folder / name).write_text(content, encoding="utf-8")
    except OSError as error:
        raise RobustError(f"cannot write {folder}: {error.strerror or error}") from error


def _dataset_yaml(rows: Rows) -> str:
    lines = [f"dataset_path: {json.dumps(rows.path)}"]
    if rows.config:
        lines.append(f"dataset_name: {json.dumps(rows.config)}")
    if rows.files:
        chosen = {rows.split: [str(path.resolve()) for path in rows.files]}
        lines.append(f"dataset_kwargs: {json.dumps({'data_files': chosen})}")
    return "\n".join([*lines, f"test_split: {json.dumps(rows.split)}", ""])


def _module(name: str) -> str:
    """The task's own module: YAML names functions without arguments, so each variant gets a function."""
    functions = "\n".join(f'{variant} = partial(docs, MAPPING, "{variant}")' for variant in (*VARIANTS, "suite"))
    return f'''\
"""Rows of {name} as docs; written by `lmms-robust wrap`. The mapping beside this file says which column is what."""

from functools import partial
from pathlib import Path

from lmms_robust.harness.wrapped import docs

MAPPING = Path(__file__).with_name("{MAPPING_FILE}")

{functions}
'''
