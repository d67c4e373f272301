"""The picture in a row, encoded: an image feature, base64 text, or the name of a file below a folder."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lmms_robust.errors import RobustError

if TYPE_CHECKING:
    from datasets import Dataset

ALLOWED = "allowed: an encoded picture, the path of one, or base64 text"


def pictures(dataset: Dataset, column: str) -> Dataset:
    """The picture column alone, as it is stored: image features are not decoded."""
    from datasets import Image

    alone = dataset.select_columns([column])
    if isinstance(alone.features[column], Image):
        alone = alone.cast_column(column, Image(decode=False))
    return alone


def encoded(value: Mapping[str, Any] | str | bytes | None, where: str) -> bytes:
    """Return the bytes of an encoded picture.

    Args:
        value: what the row holds: ``{"bytes", "path"}``, base64 text (with or without ``data:…;base64,``), or bytes.
        where: names the row in errors.

    Raises:
        RobustError: there is no picture, or it cannot be read.
    """
    if isinstance(value, Mapping):
        value = value.get("bytes") or _file(value.get("path"), where)
    if not value:
        raise RobustError(f"{where}: no picture; {ALLOWED}")
    return value if isinstance(value, bytes) else _from_base64(value, where)


def size(content: bytes, where: str) -> tuple[int, int]:
    """Decode a picture wholly and return its width and height in pixels.

    Raises:
        RobustError: it does not decode.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with _whole_pictures_only(), Image.open(BytesIO(content)) as image:
            width, height = image.size
            image.draft("RGB", (1, 1))  # a JPEG is then read whole but not scaled up to all of its pixels
            image.load()
    except (OSError, SyntaxError, ValueError, RuntimeError, Image.DecompressionBombError) as error:
        known = not isinstance(error, UnidentifiedImageError)  # whose own words name an object in memory
        reason = error if known else "not a picture that Pillow knows"
        raise RobustError(f"{where}: unreadable picture ({reason}); allowed: a picture that Pillow reads") from error
    return width, height


@contextmanager
def _whole_pictures_only() -> Iterator[None]:
    """lmms-eval has Pillow fill up pictures that were cut off; here they are to be found."""
    from PIL import ImageFile

    before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def below(folder: Path, name: str, where: str) -> Path:
    """Resolve a file name that a row gives against a folder.

    Raises:
        RobustError: the name leads outside the folder, by "..", as an absolute path or through a link.
    """
    root = folder.resolve()
    try:
        path = (root / name).resolve()
    except (OSError, ValueError, RuntimeError) as error:
        raise RobustError(f"{where}: picture {name[:80]!r}: {error}; allowed: a file name below {folder}") from error
    if not path.is_relative_to(root):
        raise RobustError(f"{where}: picture {name!r} leads outside {folder}; allowed: a file name below it")
    return path


def _file(path: str | None, where: str) -> bytes | None:
    try:
        return Path(path).read_bytes() if path else None
    except (OSError, ValueError) as error:
        raise RobustError(f"{where}: unreadable picture ({error}); {ALLOWED}") from error


def _from_base64(text: str, where: str) -> bytes:
    head, comma, rest = text.partition(",")
    try:
        return b64decode(rest if comma and head.startswith("data:") else text, validate=True)
    except (binascii.Error, ValueError) as error:
        hint = f"{text[:40]!r} is not base64"
        raise RobustError(f"{where}: unreadable picture ({hint}); {ALLOWED}; file names need --images") from error
