"""Task files of a benchmark that read its rows from local files, for machines without the hub.

They have the names of the packaged tasks and stand before them when their folder is given as ``--include_path``.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from datasets import Dataset, Image

from lmms_robust.benchmarks import Benchmark, Source, benchmark
from lmms_robust.benchmarks.reading import load
from lmms_robust.errors import RobustError
from lmms_robust.harness.taskfiles import benchmark_files, dataset_yaml

logger = logging.getLogger(__name__)


def write_local(name: str, data_files: Sequence[Path], images: Path | None, output: Path, harness: str) -> Path:
    """Write the task files of a benchmark over local files in the benchmark's own schema.

    The rows are written beside them as parquet, so that every format that we read works in either harness.

    Args:
        name: benchmark name.
        data_files: files of one format, see :mod:`lmms_robust.benchmarks.reading`.
        images: folder of the pictures that rows name by file name.
        output: folder; ``<output>/<name>`` is written.
        harness: ``"lmms_eval"`` or ``"lm_eval"``.

    Returns:
        The folder for ``--include_path``.

    Raises:
        RobustError: unknown benchmark, files that cannot be read, rows that make no items, or a folder that cannot be
            written.
    """
    adapter = benchmark(name)
    rows = load(adapter, data_files, images)
    adapter.items(rows.select_columns(adapter.read_columns(rows.column_names)), rows.column_names)
    rows = _with_pictures(rows, adapter.image)
    _write(output / name, rows, adapter, harness)
    return output


def _write(folder: Path, rows: Dataset, adapter: Benchmark, harness: str) -> None:
    name, split, copy = adapter.name, adapter.source.split, folder.resolve() / "rows.parquet"
    # lmms-eval reads names relative to a task file, so its folder may be moved; lm-eval does not
    source = Source("parquet", split, data_files={split: copy.name if harness == "lmms_eval" else str(copy)})
    try:
        folder.mkdir(parents=True, exist_ok=True)
        rows.to_parquet(copy)
        for file, content in benchmark_files(harness, name, dataset_yaml(source)).items():
            (folder / file).write_text(content, encoding="utf-8")
    except OSError as error:
        raise RobustError(f"cannot write {folder}: {error.strerror or error}") from error


def _with_pictures(rows: Dataset, column: str) -> Dataset:
    """Leave out rows whose picture file is not there, since parquet files hold the pictures themselves."""
    if not isinstance(rows.features[column], Image):
        return rows
    stored = rows.select_columns([column]).cast_column(column, Image(decode=False))
    kept = [index for index, row in enumerate(stored) if _is_there(row[column])]
    if len(kept) < len(rows):
        logger.warning("%d row(s) left out: their picture file does not exist", len(rows) - len(kept))
    return rows.select(kept)


def _is_there(picture: Mapping[str, Any] | None) -> bool:
    return picture is not None and (picture["bytes"] is not None or Path(picture["path"] or "").is_file())
