"""The picture in a row: where its bytes may come from, and how it looks.

A row may name a file only where the user gave a folder for it; pictures are of few formats and of bounded size; and
they are shown as a viewer shows them.
"""

from __future__ import annotations

import binascii
import re
import stat
import struct
import warnings
import zlib
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lmms_robust.errors import RobustError

if TYPE_CHECKING:
    from datasets import Dataset
    from PIL.Image import Image

ALLOWED = "allowed: an encoded picture, the path of one below a folder that was given, or base64 text"
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
MAX_BYTES = 256 * 2**20
"""Of an encoded picture."""
MAX_PIXELS = 100_000_000
"""300 MB when decoded; the largest picture of the benchmarks here has 42 million."""

_FOLDER = "file names need the folder of the pictures: --images, or in a mapping the key images"
_STARTS = (b"\x89PNG", b"\xff\xd8", b"RIFF", b"GIF8", b"BM", b"II", b"MM")
"""Of encoded pictures of :data:`FORMATS`, in this order; a TIFF is of either of the last two."""

_FOLDERS: set[Path] = set()


class NoPicture(RobustError):
    """A row holds no picture."""


class SeveralPictures(RobustError):
    """A row holds several pictures, of which nobody knows the one that is asked about."""


def allow(folder: Path) -> None:
    """Let rows name files below a folder: the user gave it."""
    _FOLDERS.add(folder.resolve())


@dataclass(frozen=True, slots=True)
class Stored:
    """The picture column of a dataset, or several of which one is filled, as stored: image features are not decoded.

    Attributes:
        rows: these columns alone.
        listed: the paths in it are of files that `datasets` itself found in a folder of pictures.
    """

    rows: Dataset
    listed: bool

    def content(self, row: int, where: str) -> bytes:
        """The bytes of one row's encoded picture; raises as :func:`encoded` does."""
        return encoded(self._cell(row), where, self.listed)

    def place(self, row: int) -> str:
        """Where the picture of one row lies, in words: a file, or the row itself."""
        value = _one(self._cell(row), f"row {row}")
        named = value.get("path") if isinstance(value, Mapping) else None
        if isinstance(value, Mapping) and not value.get("bytes"):
            return f"file {named}"
        return f"in row {row}" + (f" as {named}" if named else "")

    def _cell(self, row: int) -> Any:
        """What the row holds: of several columns, all that are filled."""
        cells = list(self.rows[row].values())
        return [cell for cell in cells if _filled(cell)] if len(cells) > 1 else cells[0]


def stored(dataset: Dataset, columns: Sequence[str]) -> Stored:
    """The picture columns of a dataset."""
    alone = dataset.select_columns(list(columns))
    for column in columns:
        feature = undecoded(alone.features[column])
        if feature != alone.features[column]:  # to cast text to text would copy it
            alone = alone.cast_column(column, feature)
    return Stored(alone, dataset.info.builder_name == "imagefolder")


def _filled(cell: Any) -> bool:
    return any(cell.values()) if isinstance(cell, Mapping) else bool(cell)


def undecoded(feature: Any) -> Any:
    """The feature of a picture, or of a list of them, with the pictures as they are stored."""
    from datasets import Image, List

    if isinstance(feature, List):
        return List(undecoded(feature.feature))
    return Image(decode=False) if isinstance(feature, Image) else feature


def encoded(value: Mapping[str, Any] | Sequence[Any] | str | bytes | None, where: str, listed: bool = False) -> bytes:
    """Return the bytes of an encoded picture.

    Args:
        value: what the row holds: ``{"bytes", "path"}``, base64 text or the bytes of it (with or without
            ``data:…;base64,``, in lines, in the alphabet of URLs, without padding, as Python prints it), bytes, or a
            list of one of these.
        where: names the row in errors.
        listed: a path is one that was not in the data, but found in a folder.

    Raises:
        RobustError: there is no picture, or several, or it cannot be read.
    """
    value = _one(value, where)
    if isinstance(value, Mapping):
        value = value.get("bytes") or _file(value.get("path"), where, listed)
    if not value:
        raise NoPicture(f"{where}: no picture; {ALLOWED}")
    if isinstance(value, bytes):
        return _from_base64(value.decode(), where) if _IS_TEXT.match(value) else value
    return _from_base64(str(value), where)


def _one(value: Any, where: str) -> Any:
    """The picture of a row that has a list of one."""
    if not isinstance(value, list | tuple):
        return value
    if len(value) > 1:
        raise SeveralPictures(f"{where}: {len(value)} pictures; allowed: one in each row")
    return value[0] if value else None


def size(content: bytes, where: str) -> tuple[int, int]:
    """Decode a picture wholly and return its width and height in pixels, as it is shown.

    Raises:
        RobustError: it does not decode, is not of :data:`FORMATS`, is larger than :data:`MAX_PIXELS`, or has pixels
            that are no brightness (negative, not a number).
    """
    with _opened(content, where) as image:
        whole = image.size
        image.draft("RGB", (1, 1))  # a JPEG is then read whole but not scaled up to all of its pixels
        image.load()
        width, height = whole if image.format == "JPEG" else image.size  # loading turns a TIFF
        turned = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
        if image.format == "PNG" and _stops_early(content):
            raise RobustError(f"{where}: unreadable picture (its pixels stop early); allowed: a whole one")
        # Whether a mode can be shown is seen in one pixel, but in these each may be no brightness.
        _in_rgb(image if image.mode in ("I", "F") else image.crop((0, 0, 1, 1)), where)
    return (height, width) if turned else (width, height)


def shown(content: bytes, where: str) -> Image:
    """A picture in RGB as a viewer shows it: turned upright, 8 bits a channel, transparent ground on white.

    Raises:
        RobustError: as :func:`size` does.
    """
    from PIL import ImageOps

    with _opened(content, where) as image:
        image.getexif()  # is kept by the image: turning writes these texts anew, which fails for some
        for text in ("exif", "Raw profile type exif"):
            image.info.pop(text, None)
        return _in_rgb(ImageOps.exif_transpose(image), where)


def _in_rgb(image: Image, where: str) -> Image:
    from PIL import Image

    if image.mode.startswith(("I", "F")):
        image = _to_8_bits(image, where)
    if "transparency" in image.info or image.mode in ("RGBA", "LA", "PA", "La", "RGBa"):
        over = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", over.size, "white"), over).convert("RGB")
    return image.convert("RGB")


def _to_8_bits(image: Image, where: str) -> Image:
    """Whole numbers are of 16 bits where they do not fit 8; others up to 1, 255 or 65,535, whichever they fit."""
    import numpy as np
    from PIL import Image

    pixels = np.asarray(image, dtype=np.float64)
    most = pixels.max(initial=0.0)
    if not (pixels.min(initial=0.0) >= 0.0 and most <= 65_535):  # false for what is not a number, too
        raise RobustError(f"{where}: unreadable picture (pixels of {pixels.min()} to {most}); allowed: 0 to 65535")
    deep = image.mode.startswith("I;16") or most > 255
    scale = 1 / 257 if deep else 255.0 if image.mode == "F" and most <= 1 else 1.0
    return Image.fromarray((pixels * scale).round().astype(np.uint8), "L")


@contextmanager
def _opened(content: bytes, where: str) -> Iterator[Image]:
    from PIL import Image, ImageFile, UnidentifiedImageError

    before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False  # lmms-eval fills up what was cut
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own bound is below
            image = Image.open(BytesIO(content), formats=FORMATS)
        with image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise RobustError(f"{where}: picture of {width}x{height}; allowed: at most {MAX_PIXELS:,} pixels")
            yield image
    except RobustError:
        raise
    except Exception as error:  # Pillow raises whatever broken data leads it to, not its own errors alone
        known = not isinstance(error, UnidentifiedImageError)  # whose own words name an object in memory
        reason = error if known else "not a picture that Pillow knows"
        raise RobustError(f"{where}: unreadable picture ({reason}); allowed: {', '.join(FORMATS)}") from error
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def _stops_early(png: bytes) -> bool:
    """Whether the pixels of a PNG end before its last row, which Pillow passes over; not seen in interlaced ones."""
    width, height, depth, kind, *_, interlaced = struct.unpack(">IIBBBBB", png[16:29])
    if interlaced:
        return False
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[kind]
    missing = ((width * channels * depth + 7) // 8 + 1) * height
    inflater, at = zlib.decompressobj(), 8
    while at + 8 <= len(png) and missing > 0:
        length, name = struct.unpack(">I4s", png[at : at + 8])
        data = png[at + 8 : at + 8 + length] if name == b"IDAT" else b""
        while data and missing > 0:
            missing -= len(inflater.decompress(data, 1 << 20))
            data = inflater.unconsumed_tail
        at += length + 12
    return bool(missing > 0)


def is_there(value: Mapping[str, Any] | None, listed: bool) -> bool:
    """Whether an image feature holds a picture, or names a file that may be read."""
    if value is None or value["bytes"] is not None:
        return value is not None
    try:
        return _may_read(Path(value["path"] or ""), listed) and Path(value["path"] or "").is_file()
    except (OSError, ValueError, RuntimeError):
        return False


def _may_read(path: Path, listed: bool) -> bool:
    return listed or any(path.resolve().is_relative_to(folder) for folder in _FOLDERS)


def _file(name: str | None, where: str, listed: bool) -> bytes | None:
    if not name:
        return None
    path = Path(name)
    try:
        if not _may_read(path, listed):
            raise RobustError(f"{where}: path {name[:80]!r} without a folder that was given for it; {ALLOWED}")
        about = path.stat()
        if not stat.S_ISREG(about.st_mode) or about.st_size > MAX_BYTES:
            other = "a folder" if stat.S_ISDIR(about.st_mode) else "no regular file"
            got = f"{about.st_size >> 20} MB" if stat.S_ISREG(about.st_mode) else other
            raise RobustError(f"{where}: {name[-80:]!r} is {got}; allowed: a file of at most {MAX_BYTES >> 20} MB")
        return path.read_bytes()
    except RobustError:
        raise
    except (OSError, ValueError, RuntimeError) as error:
        raise RobustError(f"{where}: unreadable picture ({error}); {ALLOWED}") from error


_IS_TEXT = re.compile(rb"[\w+/=\-\s:;,.]{32,}\Z", re.ASCII)  # no encoded picture: each has zeros or other marks in it
_PRINTED = re.compile(r"b?(?P<quote>['\"])(.*)(?P=quote)", re.DOTALL)  # as Python prints bytes and texts


def _from_base64(text: str, where: str) -> bytes:
    printed = _PRINTED.fullmatch(text.strip())
    head, comma, rest = (printed[2].replace("\\n", "") if printed else text.strip()).partition(",")
    bare = "".join((rest if comma and head.casefold().startswith("data:") else head + comma + rest).split()).rstrip("=")
    try:
        content = b64decode(bare.replace("-", "+").replace("_", "/") + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if not content.startswith(_STARTS):  # "train/cat" is base64 of something, too
        hint = f"{text[:40]!r} is not base64 of a picture, {', '.join(FORMATS)}"
        raise RobustError(f"{where}: unreadable picture ({hint}); {ALLOWED}; {_FOLDER}")
    return content
