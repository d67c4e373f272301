"""Harness docs: a Variant as flat text columns, and its picture by reference.

A doc holds the index of its row in the benchmark's dataset, which stays where it is; so twelve variants of a picture
share one copy of its bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from datasets import Dataset, Image
from PIL import Image as PillowImage

from lmms_robust.benchmarks import Benchmark, benchmark
from lmms_robust.errors import RobustError
from lmms_robust.perturbations import build
from lmms_robust.schema import Variant, letters

_SOURCES: dict[str, tuple[Dataset, str]] = {}
_DIGESTS: dict[str, str] = {}


def variant_docs(name: str, variants: Sequence[str], dataset: Dataset) -> Dataset:
    """Build the docs of some variants of a benchmark, all variants of an item as adjacent rows.

    Args:
        name: benchmark name.
        variants: names of variants, in the order in which they stand per item.
        dataset: the benchmark's rows with their pictures.

    Raises:
        RobustError: unknown benchmark or variant, wrong columns, a row that makes no valid item, an unreadable
            picture, or a template that cannot be rendered.
    """
    adapter = benchmark(name)
    found = dataset.column_names
    rows = dataset.select_columns([column for column in adapter.columns if column in found])
    items = adapter.items(rows, found)
    if dataset._fingerprint not in _DIGESTS:
        _DIGESTS[dataset._fingerprint] = _read_pictures(adapter, dataset, [item.id for item in items])
    key = f"{name}-{_DIGESTS[dataset._fingerprint]}"
    _SOURCES[key] = (dataset, adapter.image)
    docs = [_doc(build(item, variant), key) for item in items for variant in variants]
    return Dataset.from_list(docs)


def picture(doc: Mapping[str, Any]) -> PillowImage.Image:
    """Return the doc's picture, decoded, in RGB."""
    dataset, column = _SOURCES[doc["source"]]
    image: PillowImage.Image = dataset[int(doc["row"])][column]
    return image.convert("RGB")


def _doc(variant: Variant, source: str) -> dict[str, Any]:
    item = variant.item
    offered = len(variant.options) > len(item.options)
    return {
        "id": item.id,
        "benchmark": item.benchmark,
        "category": item.category,
        "question": item.question,
        "options": list(variant.options),
        "answer": item.answer,
        "variant": variant.name,
        "planted": variant.planted,
        "abstain": letters(len(variant.options))[-1] if offered else "",
        "prompt": variant.prompt,
        "prefill": variant.prefill,
        "source": source,
        "row": item.row,
    }


def _read_pictures(adapter: Benchmark, dataset: Dataset, ids: Sequence[str]) -> str:
    """Read every picture once, so that a bad one is met before a model is loaded and not at sample 3,000.

    Returns:
        Digest of all pictures: the same pictures have the same one on every machine.
    """
    digest = sha256()
    encoded = dataset.select_columns([adapter.image]).cast_column(adapter.image, Image(decode=False))
    for item, row in zip(ids, encoded, strict=True):
        digest.update(_checked_bytes(row[adapter.image], f"benchmark {adapter.name} item {item!r}"))
    return digest.hexdigest()[:16]


def _checked_bytes(encoded: Mapping[str, Any] | None, where: str) -> bytes:
    if not encoded or (encoded["bytes"] is None and not encoded["path"]):
        raise RobustError(f"{where}: no picture; allowed: an encoded picture or the path of one")
    try:
        content = encoded["bytes"] if encoded["bytes"] is not None else Path(encoded["path"]).read_bytes()
        with PillowImage.open(BytesIO(content)) as image:
            image.verify()
    except (OSError, SyntaxError, ValueError, PillowImage.DecompressionBombError) as error:
        raise RobustError(f"{where}: unreadable picture ({error}); allowed: a picture that Pillow reads") from error
    return bytes(content)
