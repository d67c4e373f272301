"""Harness docs: a Variant as flat text columns, and its picture by reference.

A doc holds the index of its row in the benchmark's dataset, which stays where it is; so twelve variants of a picture
share one copy of its bytes.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

from datasets import Dataset
from PIL import Image as PillowImage

from lmms_robust.benchmarks import Benchmark, benchmark
from lmms_robust.benchmarks.captions import Captions, read
from lmms_robust.benchmarks.pictures import Stored, shown, size, stored
from lmms_robust.errors import RobustError
from lmms_robust.harness import judging
from lmms_robust.harness.settings import CAPTIONS_VARIABLE, captions_file, opened_think, plant_seed
from lmms_robust.perturbations import build
from lmms_robust.perturbations.columns import to_columns
from lmms_robust.perturbations.probe import force_answer
from lmms_robust.schema import Item

logger = logging.getLogger(__name__)
_SOURCES: dict[str, Stored] = {}
_CHECKED: dict[tuple[str, str], dict[str, str]] = {}


def variant_docs(name: str | Benchmark, variants: Sequence[str], dataset: Dataset, probe: bool = False) -> Dataset:
    """Build the docs of some variants of a benchmark, all variants of an item as adjacent rows.

    Args:
        name: benchmark name, or the benchmark itself if it has no packaged name.
        variants: names of variants, in the order in which they stand per item.
        dataset: the benchmark's rows with their pictures.
        probe: force the reply up to the answer letter.

    Raises:
        RobustError: a judge that cannot be asked, unknown benchmark or variant, wrong columns, a row that makes no
            valid item, an unreadable picture, or a template that cannot be rendered.
    """
    judging.check()
    adapter = benchmark(name) if isinstance(name, str) else name
    found = dataset.column_names
    rows = dataset.select_columns(adapter.read_columns(found))
    items = adapter.items(rows, found)
    checked = (adapter.name, dataset._fingerprint)
    if checked not in _CHECKED:
        _CHECKED[checked] = read_pictures(adapter, dataset, items)
    pictures = _CHECKED[checked]
    key = held(adapter.name, dataset, adapter.images, pictures.values())
    items = [replace(item, picture=pictures[item.id]) for item in items if item.id in pictures]
    written = _captions(adapter.name, items)
    docs = [_doc(item, variant, written.get(item.id), key, probe) for item in items for variant in variants]
    return Dataset.from_list(docs)


def held(name: str, dataset: Dataset, columns: Sequence[str], digests: Iterable[str]) -> str:
    """Keep a dataset's pictures at hand for docs that name its rows, and return what their ``source`` is to be.

    Args:
        name: of the benchmark.
        dataset: the rows.
        columns: that hold pictures.
        digests: of the pictures; other pictures make another ``source``.
    """
    key = f"{name}-{_digest(''.join(digests).encode())}"
    _SOURCES[key] = stored(dataset, columns)
    return key


def read_pictures(adapter: Benchmark, dataset: Dataset, items: Sequence[Item]) -> dict[str, str]:
    """Read every picture once, so that a bad one is met before a model is loaded and not at sample 3,000.

    Returns:
        Digest of the picture by id of its item, the same on every machine, of the items whose picture is readable. Each
        of the others is named in a warning.

    Raises:
        RobustError: no picture is readable, or one is not and ``adapter.bad_rows`` is ``"refuse"``.
    """
    found: dict[str, str] = {}
    column = stored(dataset, adapter.images)
    for item in items:
        where = f"benchmark {adapter.name} item {item.id!r}"
        try:
            content = column.content(item.row, where)
            size(content, where)
        except RobustError as error:
            if adapter.bad_rows == "refuse":
                raise
            logger.warning("left out: %s", error)
            continue
        found[item.id] = _digest(content)
    if len(found) < len(items):
        lost = len(items) - len(found)
        logger.warning("benchmark %s: %d item(s) left out for their picture", adapter.name, lost)
    if not found:
        raise RobustError(f"benchmark {adapter.name}: none of {len(items)} pictures is readable")
    return found


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:16]


def picture(doc: Mapping[str, Any]) -> PillowImage.Image:
    """Return the doc's picture, decoded, in RGB; one object for the variants of an item that follow each other.

    Backends call it from several threads.
    """
    key = (doc["source"], int(doc["row"]))
    with _LOCK:
        image = _DECODED.get(key)
    if image is None:
        where = f"{doc['benchmark']} item {doc['id']!r}"
        image = shown(_SOURCES[key[0]].content(key[1], where), where)
    with _LOCK:
        image = _DECODED.pop(key, image)
        _DECODED[key] = image  # the latest stands last
        while len(_DECODED) > 1 and sum(one.width * one.height for one in _DECODED.values()) > _MOST_PIXELS:
            del _DECODED[next(iter(_DECODED))]
    return image


def picture_bytes(doc: Mapping[str, Any]) -> bytes:
    """The doc's picture, encoded as its row has it."""
    return _SOURCES[doc["source"]].content(int(doc["row"]), f"{doc['benchmark']} item {doc['id']!r}")


def picture_place(doc: Mapping[str, Any]) -> str:
    """Where the doc's picture lies, in words."""
    return _SOURCES[doc["source"]].place(int(doc["row"]))


_LOCK = Lock()
_DECODED: dict[tuple[str, int], PillowImage.Image] = {}
_MOST_PIXELS = 64_000_000
"""Of decoded pictures that are kept, 192 MB; the last one always is."""


def _captions(name: str, items: Sequence[Item]) -> dict[str, Captions]:
    """Captions by a language model, where the user names a file of them.

    Raises:
        RobustError: the file has none for the benchmark, or see :func:`lmms_robust.benchmarks.captions.read`.
    """
    path = captions_file()
    written = read(Path(path), items) if path else {}
    missing = len(items) - len(written)
    if path and not written:
        raise RobustError(
            f"{CAPTIONS_VARIABLE}: {path} has no captions for any of {len(items)} items of benchmark {name}; allowed: "
            f"a file by `lmms-robust captions {name}`, or {CAPTIONS_VARIABLE} not set"
        )
    if path and missing:
        logger.warning("%s: no captions for %d of %d items; their statements are used", path, missing, len(items))
    return written


def _doc(item: Item, name: str, written: Captions | None, source: str, probe: bool) -> dict[str, Any]:
    by = f"llm:{written.model} {written.template_hash}" if written else "statements"
    variant = build(item, name, plant_seed(), written.captions if written else (), by)
    variant = force_answer(variant) if probe else variant
    return to_columns(variant) | {"opened_think": opened_think(), "source": source}
