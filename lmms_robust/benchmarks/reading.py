"""Loads the rows of a benchmark: from local files in the benchmark's own schema, or from the hub."""

from __future__ import annotations

import csv
import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import file_digest
from importlib.resources import files as package_files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lmms_robust.benchmarks.picture_folder import Pictures, below
from lmms_robust.benchmarks.pictures import allow
from lmms_robust.benchmarks.registry import NAME_COLUMNS as NAME_COLUMNS
from lmms_robust.benchmarks.registry import PART, Benchmark, Source
from lmms_robust.errors import RobustError

if TYPE_CHECKING:
    from datasets import Dataset

FORMATS = {".parquet": "parquet", ".json": "json", ".jsonl": "json", ".tsv": "csv", ".csv": "csv"}

logger = logging.getLogger(__name__)


def load(adapter: Benchmark, files: Sequence[Path] = (), images: Path | None = None) -> Dataset:
    """Load the rows of a benchmark.

    Args:
        adapter: the benchmark; its source is read from the hub where no files are given.
        files: local files in the benchmark's own schema, all of one format.
        images: folder of the pictures that rows name by file name, or tell by their digest. The picture column then
            holds their paths.

    Returns:
        The rows. Without ``images`` the picture column is left as it is. Where the source has parts, a column
        :data:`~lmms_robust.benchmarks.registry.PART` says which one a row is from: by its split, or by the start of its
        file's name, or ``""``.

    Raises:
        RobustError: files that are missing, mixed or unreadable, or a hub that cannot be reached or lacks the data.
    """
    parts = adapter.source.parts
    if not files:
        dataset = from_source(adapter.source, adapter.name)
    elif parts:
        format_of(files)
        dataset = _joined((_part_of(path, parts), from_files([path])) for path in files)
    else:
        dataset = from_files(files)
    if images is None:
        return dataset
    if adapter.image_digest:
        return with_content(dataset, adapter.image, adapter.image_digest, images)
    return with_files(dataset, adapter.image, images)


def from_files(files: Sequence[Path]) -> Dataset:
    """Load rows from local parquet, json, jsonl, tsv or csv files; all columns of the last two are text.

    Raises:
        RobustError: a file is missing, of another format than the first, unreadable, or without rows.
    """
    from datasets import load_dataset
    from datasets.exceptions import DatasetsError

    kind, options = format_of(files)
    try:
        return load_dataset(kind, data_files={"rows": [str(path) for path in files]}, split="rows", **options)
    except (DatasetsError, OSError, ValueError, TypeError) as error:
        reason = " ".join(str(error.__cause__ or error).split())
        if "corresponds to no data" in reason or "BatchSize must be" in reason:  # json and csv, parquet
            reason = "no rows"
        raise RobustError(f"cannot read {', '.join(map(str, files))} as {kind}: {reason}") from error


def format_of(files: Sequence[Path]) -> tuple[str, dict[str, Any]]:
    """Builder of `datasets` for some local files, and its options.

    Raises:
        RobustError: a file is missing, or their formats are unknown or mixed.
    """
    for path in files:
        if not path.is_file():
            raise RobustError(f"data file {str(path)!r} does not exist; allowed: {', '.join(FORMATS)} files")
    suffixes = sorted({path.suffix.casefold() for path in files})
    kinds = {FORMATS.get(suffix) for suffix in suffixes}
    if None in kinds or len(kinds) > 1:
        raise RobustError(f"data files end in {', '.join(suffixes)}; allowed: files of one of {', '.join(FORMATS)}")
    kind = str(kinds.pop())
    return kind, _csv_options(files[0]) if kind == "csv" else {}


def from_source(source: Source, name: str) -> Dataset:
    """Load one split from the hub, or the rows that come with the package; former ids are tried in turn.

    Raises:
        RobustError: nothing could be loaded; names the ids and the switch for local files.
    """
    from datasets.exceptions import DatasetsError

    if source.made_by:
        raise RobustError(
            f"benchmark {name}: no hub has its rows; {source.made_by}; the file is read with --data-files"
        )
    reasons = []
    for path in (source.path, *source.former):
        try:
            return _from_hub(path, source, name)
        except (DatasetsError, OSError, ValueError) as error:
            reasons.append(f"{path!r}: {' '.join(str(error).split())[:200]}{_other_splits(path, source)}")
    raise RobustError(
        f"benchmark {name}: cannot load split {source.split!r} from the hub ({'; '.join(reasons)}); "
        "local copies are read with --data-files FILE (and --images DIR)"
    )


def _from_hub(path: str, source: Source, name: str) -> Dataset:
    from datasets import load_dataset

    if source.parts:
        splits = load_dataset(path, source.config, data_files=dict(source.parts))
        return _joined((part, splits[part]) for part in source.parts)
    chosen = {split: _packaged(pattern, name) for split, pattern in source.data_files.items()}
    return load_dataset(path, source.config, split=source.split, data_files=chosen or None)


def _other_splits(path: str, source: Source) -> str:
    """What a repository holds, where splits are read by names that it may have changed."""
    from datasets import get_dataset_split_names
    from datasets.exceptions import DatasetsError

    if not source.parts:
        return ""
    try:
        found = ", ".join(get_dataset_split_names(path, source.config))
    except (DatasetsError, OSError, ValueError):
        return ""
    return f"; found splits: {found}; expected: {', '.join(source.parts)}"


def _part_of(path: Path, parts: Iterable[str]) -> str:
    """The part that a local file holds: those of the hub are named ``<split>-00000-of-00001.parquet``."""
    named = [part for part in parts if re.match(rf"{re.escape(part)}(?![A-Za-z0-9])", path.name, re.IGNORECASE)]
    return named[0] if named else ""


def _joined(parts: Iterable[tuple[str, Dataset]]) -> Dataset:
    """Parts one after the other; the column that names them is made where they do not bring it."""
    from datasets import concatenate_datasets

    marked = [rows if PART in rows.column_names else rows.add_column(PART, [part] * len(rows)) for part, rows in parts]
    try:
        return concatenate_datasets(marked)
    except ValueError as error:
        raise RobustError(f"data files of different columns: {' '.join(str(error).split())[:200]}") from error


def with_files(dataset: Dataset, column: str, images: Path) -> Dataset:
    """Make a picture column from the file names that rows hold; a name that leads outside the folder gives no picture.

    Args:
        dataset: rows with file names, in ``column`` or one of :data:`NAME_COLUMNS`.
        column: name of the picture column to make.
        images: the folder.

    Raises:
        RobustError: no such folder, or no column of names.
    """
    from datasets import Value

    _checked_folder(images)
    texts = [name for name, feature in dataset.features.items() if feature in (Value("string"), Value("large_string"))]
    named = next((name for name in (column, *NAME_COLUMNS) if name in texts), None)
    if named is None:
        raise RobustError(
            f"an image folder needs a column of file names; found: {', '.join(dataset.column_names)}; "
            f"expected text in one of: {', '.join(dict.fromkeys((column, *NAME_COLUMNS)))}"
        )
    return _pictured(dataset, column, list(_paths(dataset[named], images)))


def with_content(dataset: Dataset, column: str, digests: str, images: Path) -> Dataset:
    """Make a picture column from the digests that rows hold: of each the file with this content, whatever its name.

    Args:
        dataset: rows with digests.
        column: name of the picture column to make; a row without such a file has no picture.
        digests: column of SHA-256 digests in hexadecimal digits.
        images: the folder; every file below it is read once.

    Raises:
        RobustError: no such folder, or no column of digests.
    """
    _checked_folder(images)
    if digests not in dataset.column_names:
        found = ", ".join(dataset.column_names)
        raise RobustError(f"an image folder needs the pictures' digests; found: {found}; expected: {digests}")
    found_by = {}
    for path in (path for named in Pictures.below(images).paths.values() for path in named):
        with path.open("rb") as file:
            found_by[file_digest(file, "sha256").hexdigest()] = {"bytes": None, "path": str(path.resolve())}
    return _pictured(dataset, column, [found_by.get((digest or "").casefold()) for digest in dataset[digests]])


def _checked_folder(images: Path) -> None:
    if not images.is_dir():
        raise RobustError(f"image folder {str(images)!r} does not exist; allowed: a folder of pictures")
    allow(images)


def _pictured(dataset: Dataset, column: str, paths: list[dict[str, str | None] | None]) -> Dataset:
    from datasets import Image

    kept = dataset.remove_columns(column) if column in dataset.column_names else dataset
    return kept.add_column(column, paths, feature=Image())


def _paths(names: Sequence[str | None], images: Path) -> Iterator[dict[str, str | None] | None]:
    for index, name in enumerate(names):
        try:
            yield {"bytes": None, "path": str(below(images, name, f"row {index}"))} if name else None
        except RobustError as error:
            logger.warning("no picture: %s", error)
            yield None


def _csv_options(path: Path) -> dict[str, Any]:
    """All columns as text: an option "3.0" or "None" is not a number and not missing."""
    from datasets import Features, Value

    separator = "\t" if path.suffix.casefold() == ".tsv" else ","
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            names = next(csv.reader(file, delimiter=separator), [])
    except (UnicodeDecodeError, csv.Error) as error:
        raise RobustError(f"cannot read {path}: {error}; allowed: text in UTF-8") from error
    features = Features({name: Value("string") for name in names})
    return {"sep": separator, "features": features, "keep_default_na": False, "na_values": [""]}


def _packaged(pattern: str | list[str], name: str) -> str | list[str]:
    if isinstance(pattern, list):
        return pattern
    path = Path(str(package_files("lmms_robust.tasks") / "lmms_eval" / name / pattern))
    return str(path) if path.is_file() else pattern
