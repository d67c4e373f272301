"""Task files of a benchmark that read its rows from local files, for machines without the hub.

They have the names of the packaged tasks and stand before them when their folder is given as ``--include_path``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from datasets import Dataset, Image, concatenate_datasets

from lmms_robust.benchmarks import Benchmark, Source, benchmark
from lmms_robust.benchmarks.items import items_of
from lmms_robust.benchmarks.pictures import is_there, stored
from lmms_robust.benchmarks.reading import load
from lmms_robust.errors import RobustError
from lmms_robust.harness.docs import read_pictures
from lmms_robust.harness.taskfiles import benchmark_files, dataset_yaml
from lmms_robust.writing import filling


def write_local(name: str, data_files: Sequence[Path], images: Path | None, output: Path, harness: str) -> Path:
    """Write the task files of a benchmark over local files in the benchmark's own schema.

    The rows are written beside them as parquet, so that every format that we read works in either harness. Items whose
    picture is missing or does not decode are named in warnings; their rows stay, since ids may be numbers of rows, and
    are left out of every run.

    Args:
        name: benchmark name.
        data_files: files of one format, see :mod:`lmms_robust.benchmarks.reading`.
        images: folder of the pictures that rows name by file name.
        output: folder; ``<output>/<name>`` is written.
        harness: ``"lmms_eval"`` or ``"lm_eval"``.

    Returns:
        The folder for ``--include_path``.

    Raises:
        RobustError: unknown benchmark, files that cannot be read, rows that make no items, no readable picture, or a
            folder that cannot be written, or whose task files are not as they are written here.
    """
    adapter = benchmark(name)
    rows = load(adapter, data_files, images)
    items = items_of(adapter, rows)
    readable = read_pictures(adapter, rows, items)
    rows = _without(rows, adapter.image, {item.row for item in items if item.id not in readable})
    _write(output / name, rows, adapter, harness)
    return output


def _write(folder: Path, rows: Dataset, adapter: Benchmark, harness: str) -> None:
    name, split, copy = adapter.name, adapter.source.split, folder.resolve() / "rows.parquet"
    # lmms-eval reads names relative to a task file, so its folder may be moved; lm-eval does not
    source = Source("parquet", split, data_files={split: copy.name if harness == "lmms_eval" else str(copy)})
    files = benchmark_files(harness, name, dataset_yaml(source))
    for file, content in files.items():
        path = folder / file
        if path.is_file() and path.read_text(encoding="utf-8", errors="replace") != content:
            raise RobustError(
                f"{path} is not as `lmms-robust local` writes it; allowed: to remove it, or another --output"
            )
    with filling(folder) as part:
        rows.to_parquet(part / copy.name)
        for file, content in files.items():
            (part / file).write_text(content, encoding="utf-8")


def _without(rows: Dataset, column: str, unreadable: Collection[int]) -> Dataset:
    """Empty the cells of pictures that are not readable: parquet files hold the pictures, not the names of their files.

    A row that makes no item may lack its file too.
    """
    if not isinstance(rows.features[column], Image):
        return rows
    column_of = stored(rows, [column])
    kept = column_of.rows
    empty = {
        index for index, row in enumerate(kept) if index in unreadable or not is_there(row[column], column_of.listed)
    }
    if not empty:
        return rows
    kept = kept.map(
        lambda row, index: {column: None if index in empty else row[column]},
        with_indices=True,
        features=kept.features,
    )
    return concatenate_datasets([rows.remove_columns(column), kept.cast_column(column, Image())], axis=1)
