"""Wraps any multiple-choice dataset: from a mapping of its columns to a folder of robust tasks for a harness."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from datasets import Dataset, Image, List, Value

from lmms_robust.benchmarks import MODULES, Benchmark, Source
from lmms_robust.benchmarks import mapping as mappings
from lmms_robust.benchmarks.items import made_of
from lmms_robust.benchmarks.mapped import mapped, taken, with_answer_form
from lmms_robust.benchmarks.pictures import size, stored
from lmms_robust.errors import RobustError
from lmms_robust.harness.plugin import task_folder
from lmms_robust.harness.reading import task_paths
from lmms_robust.harness.rows import Rows, columns_of, first, opened
from lmms_robust.harness.taskfiles import DIALECTS, benchmark_files
from lmms_robust.harness.wrapped import told
from lmms_robust.perturbations import VARIANTS
from lmms_robust.schema import Item
from lmms_robust.writing import filling, printable

SHOWN = 2
CHECKED = 100
MAPPING_FILE = "mapping.yaml"
COMMANDS = {"lmms_eval": "lmms-eval", "lm_eval": "lm_eval run --apply_chat_template"}

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wrapped:
    """What was made.

    Attributes:
        folder: for ``--include_path``.
        harness: ``"lmms_eval"`` or ``"lm_eval"``.
        mapping: the mapping, its form of answers found out.
        rows: rows that were looked at.
        whole: whether the data has no others.
        items: items that they make, their pictures readable.
        left_out: how many rows make none, by reason, in words; empty where every row makes one.
        shown: the first items with their pictures' sizes.
    """

    folder: Path
    harness: str
    mapping: mappings.ColumnMapping
    rows: int
    whole: bool
    items: int
    left_out: str
    shown: tuple[tuple[Item, tuple[int, int]], ...]

    def render(self) -> Iterator[str]:
        """Return the first items and a summary, as lines of text."""
        for item, (width, height) in self.shown:
            yield printable(f"=== {item.id} · {item.category} · picture {width}x{height}")
            yield printable(item.question)
            for letter, option, statement in zip(item.letters, item.options, item.statements, strict=True):
                yield printable(f"{'*' if letter == item.answer else ' '} {letter}. {option}    -> {statement}")
        checked = f"all {self.rows}" if self.whole else f"the first {self.rows}"
        left_out = f" ({self.left_out})" if self.left_out else ""
        yield f"{self.items} items from {checked} rows{left_out}; answers are read by {self.mapping.answer_form}"
        if not self.whole:
            yield "rows after these are read when a task starts; broken ones are then named, counted and left out"
        name, command = self.mapping.name, COMMANDS[self.harness]
        yield f"run: {command} --include_path {self.folder} --tasks 'robust_{name}_*'   (or robustness_{name})"


def wrap(
    rows: Rows, mapping: Path, name: str, output: Path, harness: str = "lmms_eval", check_rows: int = CHECKED
) -> Wrapped:
    """Check a mapping on the first rows, and write the task files to ``<output>/<name>``.

    Args:
        rows: where the data is.
        mapping: mapping file.
        name: name of the new benchmark.
        output: folder of task folders.
        harness: ``"lmms_eval"`` or ``"lm_eval"``.
        check_rows: how many rows to look at, of those that the mapping's filter takes.

    Raises:
        RobustError: a bad name or mapping, data that is not there, missing columns (named with those found), a
            filter that takes no row, no row that makes an item with a picture, or tasks that exist already.
    """
    _check_name(name)
    folder = output / name
    if folder.exists():
        raise RobustError(f"{folder} exists; remove it or choose another --name or --output")
    columns = mappings.read(mapping, name)
    rows, data = opened(rows)
    _check_columns(columns, columns_of(rows, data), mapping)
    found, whole = first(rows, data, columns, check_rows)
    _check_filter(columns, found, mapping)
    columns = with_answer_form(columns, found.select_columns(list(columns.columns)))
    _check_picture(columns, found, mapping)
    dataset = told(columns, found)
    adapter = mapped(columns, Source(rows.path, rows.split, rows.config))
    made = made_of(adapter, dataset)
    sizes = _sizes(adapter, dataset, made.items)
    _write(folder, columns, rows, data, harness)
    unseen = len(made.items) - len(sizes)
    left_out = ", ".join(filter(None, [made.said(), f"{unseen} without one readable picture" if unseen else ""]))
    return Wrapped(output, harness, columns, len(found), whole, len(sizes), left_out, tuple(sizes[:SHOWN]))


def files(columns: mappings.ColumnMapping, rows: Rows, harness: str) -> dict[str, str]:
    """Every file of a wrapped benchmark: name -> content."""
    name, module = columns.name, f"{columns.name}_docs"
    written = {MAPPING_FILE: mappings.dump(columns), f"{module}.py": _module(name)}
    for file, content in benchmark_files(harness, name, _dataset_yaml(rows)).items():
        written[file] = content.replace(f"{DIALECTS[harness].module}.{name}__", f"{module}.")
    return written


def _check_name(name: str) -> None:
    if not re.fullmatch(r"[a-z0-9]+(?:_[a-z0-9]+)*", name):
        raise RobustError(f"--name {name!r}; allowed: lower-case letters and digits, joined by single underscores")
    ours = task_paths(task_folder())
    if name in MODULES or any(f"robust_{name}_{variant}" in ours for variant in VARIANTS):
        raise RobustError(
            f"--name {name!r} is a benchmark of lmms-robust; allowed: any other than {', '.join(MODULES)}"
        )


def _check_columns(columns: mappings.ColumnMapping, found: Sequence[str], path: Path) -> None:
    missing = [column for column in (*columns.pictures, *columns.columns) if column not in found]
    if missing:
        raise RobustError(
            f"mapping {path}: no column {', '.join(map(repr, missing))} in the data; found: {', '.join(found)}"
        )


def _check_filter(columns: mappings.ColumnMapping, found: Dataset, path: Path) -> None:
    """A stream is read on until the filter takes a row: where none is taken, these are all rows."""
    rows = found.select_columns(list(columns.where))
    if not columns.where or any(taken(columns, row) for row in rows):
        return
    asked = {column: list(values) for column, values in columns.where.items()}
    first = [f"{column} {', '.join(map(repr, dict.fromkeys(rows[:SHOWN][column])))}" for column in columns.where]
    raise RobustError(
        f"mapping {path}: where {asked} takes none of {len(rows)} row(s); found, to begin with: {'; '.join(first)}; "
        "allowed: values that the data has"
    )


def _check_picture(columns: mappings.ColumnMapping, found: Dataset, path: Path) -> None:
    texts = ("string", "large_string", "binary", "large_binary", "null")
    for column in columns.pictures:
        feature = found.features[column]
        one = feature.feature if isinstance(feature, List) else feature
        if not (isinstance(one, Image | dict) or (isinstance(one, Value) and one.dtype in texts)):
            raise RobustError(
                f"mapping {path}: picture column {column!r} holds {feature}; allowed: one picture, base64 text or a "
                "file name in each row"
            )


def _sizes(adapter: Benchmark, dataset: Dataset, items: Sequence[Item]) -> list[tuple[Item, tuple[int, int]]]:
    """Items whose picture decodes, with its size; the others are named.

    Raises:
        RobustError: no picture decodes.
    """
    columns = ", ".join(map(repr, adapter.images))
    column = stored(dataset, adapter.images)
    found, reasons = [], []
    for item in items:
        where = f"{adapter.name} item {item.id!r}, column {columns}"
        try:
            found.append((item, size(column.content(item.row, where), where)))
        except RobustError as error:
            reasons.append(error)
    if not found:
        raise reasons[0]
    for reason in reasons:
        logger.warning("left out: %s", reason)
    return found


def _write(folder: Path, columns: mappings.ColumnMapping, rows: Rows, data: Dataset, harness: str) -> None:
    with filling(folder) as part:
        if rows.path == "csv":  # the harness would guess types, and take "3.0" for 3 and "None" for nothing
            data.to_parquet(part / "rows.parquet")
            rows = Rows("parquet", rows.split, files=(folder.resolve() / "rows.parquet",))
        for name, content in files(columns, rows, harness).items():
            (part / name).write_text(content, encoding="utf-8")


def _dataset_yaml(rows: Rows) -> str:
    lines = [f"dataset_path: {json.dumps(rows.path)}"]
    if rows.config:
        lines.append(f"dataset_name: {json.dumps(rows.config)}")
    files = [str(path.resolve()) for path in rows.files] or list(rows.parts)
    if files:
        chosen = {rows.split: files}
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
