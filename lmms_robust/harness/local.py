"""Task files of a benchmark that read its rows from local files, for machines without the hub.

They have the names of the packaged tasks and stand before them when their folder is given as ``--include_path``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lmms_robust.benchmarks import Source, benchmark
from lmms_robust.benchmarks.reading import load
from lmms_robust.harness.taskfiles import benchmark_files, dataset_yaml


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
        RobustError: unknown benchmark, files that cannot be read, or rows that make no items.
    """
    adapter = benchmark(name)
    rows = load(adapter, data_files, images)
    known = rows.select_columns([column for column in adapter.columns if column in rows.column_names])
    adapter.items(known, rows.column_names)
    folder = (output / name).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    rows.to_parquet(folder / "rows.parquet")
    source = Source("parquet", adapter.source.split, data_files={adapter.source.split: str(folder / "rows.parquet")})
    for file, content in benchmark_files(harness, name, dataset_yaml(source)).items():
        (folder / file).write_text(content, encoding="utf-8")
    return output
