"""Small copies of the pictures that samples are about, once a digest, from wherever they are at hand."""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Callable, Collection, Iterator, Sequence
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from lmms_robust.errors import RobustError

SIDE = 384
"""Pixels of the longer side at most."""
QUALITY = 78

logger = logging.getLogger(__name__)
Pictures = Callable[[str], Iterator[bytes]]
"""Name of a benchmark -> its pictures, as they are stored."""


def thumbnails(benchmark: str, wanted: Collection[str], pictures: Pictures) -> Iterator[tuple[str, str]]:
    """Yield digest and picture (WebP, base64) of the pictures of a benchmark that are wanted, as far as they are found.

    A picture of another digest than the record's is never taken: it is another one.

    Args:
        benchmark: its name.
        wanted: digests, see :attr:`lmms_robust.schema.Item.picture`.
        pictures: where they come from.
    """
    open_ones = set(wanted)
    try:
        for content in pictures(benchmark) if open_ones else ():
            digest = sha256(content).hexdigest()[:16]
            if digest in open_ones:
                open_ones.remove(digest)
                try:
                    yield digest, small(content, f"picture {digest}")
                except RobustError as error:
                    logger.warning("no picture: %s", error)
            if not open_ones:
                return
    except RobustError as error:
        logger.warning("no pictures of %s: %s", benchmark, error)


def of_rows(benchmark: str, files: Sequence[Path] = (), images: Path | None = None) -> Iterator[bytes]:
    """Yield the pictures of a benchmark's items as its rows have them; those that cannot be read are named in warnings.

    Args:
        benchmark: its name.
        files: local files in the benchmark's own schema; else the rows are where the benchmark says.
        images: folder of the pictures that rows name by file name.

    Raises:
        RobustError: the package has no such benchmark, or its rows cannot be loaded.
    """
    from lmms_robust.benchmarks import benchmark as adapter_of
    from lmms_robust.benchmarks.items import items_of
    from lmms_robust.benchmarks.pictures import stored
    from lmms_robust.benchmarks.reading import load

    adapter = adapter_of(benchmark)
    rows = load(adapter, files, images)
    column = stored(rows, adapter.images)
    for row in sorted({item.row for item in items_of(adapter, rows)}):
        try:
            yield column.content(row, f"row {row}")
        except RobustError as error:
            logger.warning("no picture: %s", error)


def small(content: bytes, where: str) -> str:
    """A picture of at most :data:`SIDE` pixels, as a viewer shows it, in base64.

    Raises:
        RobustError: it does not decode.
    """
    from lmms_robust.benchmarks.pictures import shown

    picture = shown(content, where)
    picture.thumbnail((SIDE, SIDE))
    buffer = BytesIO()
    picture.save(buffer, "WEBP", quality=QUALITY, method=1)
    return b64encode(buffer.getvalue()).decode()
