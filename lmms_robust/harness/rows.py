"""Where the rows of somebody's dataset are, and the first of them: a mapping is checked without fetching the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from datasets import (
    ClassLabel,
    Dataset,
    DatasetBuilder,
    Features,
    IterableDataset,
    Value,
    load_dataset,
    load_dataset_builder,
)
from datasets.exceptions import DatasetsError

from lmms_robust.benchmarks.mapped import taken
from lmms_robust.benchmarks.mapping import ColumnMapping
from lmms_robust.benchmarks.pictures import undecoded
from lmms_robust.benchmarks.reading import FORMATS, NAME_COLUMNS, format_of, from_files
from lmms_robust.errors import RobustError, unknown

MAX_PARTS = 200
"""A split in more files is not named file by file: the harness then fetches all splits."""

Data: TypeAlias = "Dataset | IterableDataset"


@dataclass(frozen=True, slots=True)
class Rows:
    """Where the rows of a dataset are, as `datasets` and task files name it.

    Attributes:
        path: hub id, folder with a dataset, or the format of local files (``"parquet"``, ``"json"``, ``"csv"``).
        split: the split to evaluate; local files are one split of this name.
        config: configuration on the hub, or None.
        files: local files.
        parts: the split's files in the dataset, if it has other splits that need not be fetched.
    """

    path: str
    split: str
    config: str | None = None
    files: tuple[Path, ...] = ()
    parts: tuple[str, ...] = ()


def opened(rows: Rows) -> tuple[Rows, Data]:
    """Find a dataset, and narrow it down to the files of its split.

    Returns:
        The same place with :attr:`Rows.parts`, and its rows: a stream, unless they are on this machine.

    Raises:
        RobustError: files and format that do not agree, files that cannot be read, a dataset that cannot be reached,
            or a split that it does not have.
    """
    if rows.files:
        return rows, _local(rows)
    if rows.path in FORMATS.values():
        raise RobustError(f"--dataset-path {rows.path!r} without files; allowed: with --data-files FILE")
    if Path(rows.path).is_file():
        kind = FORMATS.get(Path(rows.path).suffix.casefold(), "parquet")
        raise RobustError(
            f"--dataset-path {rows.path!r} is a file; allowed: --dataset-path {kind} --data-files {rows.path}"
        )
    if Path(rows.path).is_dir():
        rows = replace(rows, path=str(Path(rows.path).resolve()))
    try:
        builder = load_dataset_builder(rows.path, rows.config)
        return _narrowed(rows, builder), _streamed(rows, builder)
    except (DatasetsError, OSError, ValueError, RuntimeError, StopIteration) as error:  # the last for an empty json
        if isinstance(error, RobustError):
            raise
        raise _unreachable(rows, error) from error


def columns_of(rows: Rows, data: Data) -> list[str]:
    """Names of the columns; a stream of json tells them by its first row only.

    Raises:
        RobustError: there is none that can be read.
    """
    try:
        return list(data.column_names or next(iter(data), {}))
    except (DatasetsError, OSError, ValueError) as error:
        raise _unreachable(rows, error) from error


def first(rows: Rows, data: Data, mapping: ColumnMapping, count: int) -> tuple[Dataset, bool]:
    """Fetch the rows up to the ``count``-th that the mapping's filter takes, pictures as they are stored.

    Args:
        rows: where the data is, for errors.
        data: the rows.
        mapping: the mapping; its columns are known to be there.
        count: how many.

    Returns:
        The rows, and whether they are all that there are.

    Raises:
        RobustError: there are none, or a stream breaks off.
    """
    wanted = (*mapping.pictures, *mapping.columns, *NAME_COLUMNS)
    data = data.select_columns([column for column in columns_of(rows, data) if column in wanted])
    if data.features:
        for column in mapping.pictures:
            data = data.cast_column(column, undecoded(data.features[column]))
    try:
        found, whole = _until(data, mapping, count)
        if found:
            classes = classes_of(data.features)
            features = data.features and Features(data.features | dict.fromkeys(classes, Value("string")))
            return Dataset.from_list(found, features=features), whole
    except (DatasetsError, OSError, ValueError, TypeError) as error:
        raise _unreachable(rows, error) from error
    raise RobustError(f"{rows.path}, split {rows.split}: no rows; allowed: at least one")


def _until(data: Data, mapping: ColumnMapping, count: int) -> tuple[list[dict[str, Any]], bool]:
    found: list[dict[str, Any]] = []
    classes = classes_of(data.features)
    for row in data:
        if not count:
            return found, False
        row = row | {column: name_of(feature, row[column]) for column, feature in classes.items()}
        if taken(mapping, row):
            count -= 1
        else:
            row = row | dict.fromkeys(mapping.pictures)  # it only holds the place of its index
        found.append(row)
    return found, True


def classes_of(features: Features | None) -> dict[str, ClassLabel]:
    """Columns that hold numbers of named classes."""
    return {column: feature for column, feature in (features or {}).items() if isinstance(feature, ClassLabel)}


def name_of(feature: ClassLabel, number: int | None) -> str | None:
    """Name of a class; None where the row has none."""
    return feature.int2str(number) if number is not None and number >= 0 else None


def _local(rows: Rows) -> Dataset:
    kind, _ = format_of(rows.files)
    if rows.path != kind:
        raise RobustError(f"--dataset-path {rows.path!r} with {kind} files; allowed: {kind}")
    return from_files(rows.files)


def _streamed(rows: Rows, builder: DatasetBuilder) -> Data:
    """The split's rows, one after another."""
    if builder.config.data_files and not _is_kept(builder):
        data: Data = builder.as_streaming_dataset(split=rows.split)
    else:
        data = load_dataset(rows.path, rows.config, split=rows.split)
    return data


def _narrowed(rows: Rows, builder: DatasetBuilder) -> Rows:
    files = builder.config.data_files or {}
    splits = list(files or builder.info.splits or ())
    if splits and rows.split not in splits:
        raise unknown("split", rows.split, splits, where=rows.path)
    if len(splits) < 2 or _is_kept(builder) or not 0 < len(files.get(rows.split, ())) <= MAX_PARTS:
        return rows
    return replace(rows, parts=_below(files[rows.split], builder.base_path or ""))


def _is_kept(builder: DatasetBuilder) -> bool:
    """Whether all splits were fetched before: they are then used again, offline too, which chosen files are not."""
    return Path(builder.cache_dir).is_dir()


def _below(files: Sequence[str], base: str) -> tuple[str, ...]:
    """Names within the dataset, since an address would keep tasks at today's revision; none if one is elsewhere."""
    names = tuple(str(name).removeprefix(base.rstrip("/") + "/") for name in files)
    return () if any("://" in name for name in names) else names


def _unreachable(rows: Rows, error: Exception) -> RobustError:
    config = f", config {rows.config}" if rows.config else ""
    reason = " ".join(str(error).split())[:300] or "no rows"
    return RobustError(
        f"cannot load {rows.path}{config}, split {rows.split} ({reason}); allowed: a hub that can be reached, "
        "or local copies with --data-files FILE"
    )
