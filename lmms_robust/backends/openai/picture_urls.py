"""Pictures as data URLs."""

from __future__ import annotations

from base64 import b64encode
from collections import OrderedDict
from hashlib import sha256
from io import BytesIO

from PIL import Image


def data_url(picture: Image.Image) -> str:
    """A picture as PNG, without loss."""
    buffer = BytesIO()
    # Hard compression takes longer than a server on the same network needs for the bytes that it saves.
    picture.save(buffer, "PNG", compress_level=1)
    return "data:image/png;base64," + b64encode(buffer.getvalue()).decode()


class PictureUrls:
    """Data URLs of the pictures met last, since the variants of an item bring the same one again and again.

    Args:
        capacity: how many are kept.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._kept: OrderedDict[bytes, str] = OrderedDict()

    def get(self, picture: Image.Image) -> str:
        """The picture's URL."""
        digest = sha256(f"{picture.mode}{picture.size}".encode())
        digest.update(picture.tobytes())
        key = digest.digest()
        if key not in self._kept:
            self._kept[key] = data_url(picture)
        self._kept.move_to_end(key)
        while len(self._kept) > self._capacity:
            self._kept.popitem(last=False)
        return self._kept[key]
