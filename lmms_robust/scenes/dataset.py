"""Splits as parquet files that `datasets` reads as pictures, and the embedded test split.

Written with pyarrow alone. The same library versions give the same bytes; those versions stand in
the file's own metadata (`made_with`).
"""

from __future__ import annotations

import json
import os
import platform
from importlib.resources import files
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import __version__ as pillow_version
from PIL import features
from tqdm import tqdm

from lmms_robust.errors import RobustError, unknown
from lmms_robust.scenes.generate import SPLITS, SceneItem, generate
from lmms_robust.writing import replacing

TEST_SIZE = 600
TEST_FILE = Path(str(files("lmms_robust.tasks") / "lmms_eval" / "scenes" / "test.parquet"))
"""The embedded test split; it lies beside the task files, which name it relative to themselves."""

MADE_WITH = b"made_with"
_CHUNK = 512
_PROGRESS_FROM = 2000

_TEXT = {"dtype": "string", "_type": "Value"}
# Old versions of `datasets` do not know "List"; new ones still read "Sequence" as a list.
_TEXTS = {"feature": _TEXT, "_type": "Sequence"}
_FEATURES = {
    "id": _TEXT,
    "image": {"_type": "Image"},
    "category": _TEXT,
    "question": _TEXT,
    "options": _TEXTS,
    "answer": _TEXT,
    "statements": _TEXTS,
    "reasoning": _TEXT,
    "scene": _TEXT,
}


def schema() -> pa.Schema:
    """Arrow columns of a split, with the features and the versions that decide its bytes as metadata."""
    text, texts = pa.string(), pa.list_(pa.string())
    types = {"image": pa.struct({"bytes": pa.binary(), "path": text}), "options": texts, "statements": texts}
    return pa.schema(
        [(name, types.get(name, text)) for name in _FEATURES],
        metadata={
            b"huggingface": json.dumps({"info": {"features": _FEATURES}}).encode(),
            MADE_WITH: json.dumps(made_with()).encode(),
        },
    )


def made_with() -> dict[str, str]:
    """Versions on which a file's bytes depend: the libraries', their compressor's and the processor's."""
    return {
        "pillow": pillow_version,
        "zlib": str(features.version("zlib")),
        "pyarrow": pa.__version__,
        "machine": platform.machine(),
    }


def write(split: str, n: int, output_dir: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
    """Write the first ``n`` items of a split as ``<split>.parquet``.

    Memory does not grow with ``n``. The file appears under its name only when it is complete.

    Returns:
        Path of the file.

    Raises:
        RobustError: unknown split, ``n`` below 1, the file exists and ``overwrite`` is False, or it cannot be written.
    """
    if split not in SPLITS:
        raise unknown("split", split, SPLITS, "scenes")
    if n < 1:
        raise RobustError(f"{n} items of scenes split {split!r}; allowed: 1 and above")
    target = Path(output_dir) / f"{split}.parquet"
    if target.exists() and not overwrite:
        raise RobustError(f"{target} exists; remove it or choose another folder")
    with replacing(target) as part:
        _write_chunks(split, n, part)
    return target


def _write_chunks(split: str, n: int, path: Path) -> None:
    items = iter(tqdm(generate(split, n), total=n, desc=f"scenes {split}", disable=n < _PROGRESS_FROM))
    with pq.ParquetWriter(path, schema(), compression="zstd") as writer:
        while chunk := list(islice(items, _CHUNK)):
            writer.write_table(_table(chunk))


def _table(items: list[SceneItem]) -> pa.Table:
    columns = {name: [getattr(item, name) for item in items] for name in _FEATURES}
    columns["image"] = [{"bytes": data, "path": None} for data in columns["image"]]
    return pa.Table.from_pydict(columns, schema=schema())
