"""Pictures look as a viewer shows them, and come only from where the user allowed."""

from __future__ import annotations

import base64
import os
import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lmms_robust.benchmarks import pictures
from lmms_robust.benchmarks.picture_folder import Pictures
from lmms_robust.benchmarks.pictures import allow, encoded, shown, size
from lmms_robust.errors import RobustError

RED, GREY = (220, 0, 0), (128, 128, 128)


def patch() -> Image.Image:
    """Grey, 120x80, red at the top left."""
    image = Image.new("RGB", (120, 80), GREY)
    image.paste(RED, (0, 0, 60, 40))
    return image


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def corners(image: Image.Image) -> list[tuple[int, ...]]:
    width, height = image.size
    return [image.getpixel((x, y)) for x, y in ((5, 5), (width - 6, 5), (5, height - 6), (width - 6, height - 6))]


def near(got: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return all(abs(one - other) <= 6 for one, other in zip(got, wanted, strict=True))


TURNED = {2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
          5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
          8: Image.Transpose.ROTATE_270}  # fmt: skip


@pytest.mark.parametrize("orientation", TURNED)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_photograph_stands_upright(orientation: int, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    kept = patch().transpose(TURNED[orientation])  # as the sensor keeps it
    content = saved(kept, kind, exif=exif.tobytes() if kind != "TIFF" else exif)
    image = shown(content, "x")
    assert (image.mode, image.size, size(content, "x")) == ("RGB", (120, 80), (120, 80))
    assert [near(got, RED) for got in corners(image)] == [True, False, False, False]


def two(bright: float, dark: float, kind: type) -> np.ndarray:
    pixels = np.full((80, 120), dark, kind)
    pixels[:40, :60] = bright
    return pixels


GREYS = {
    "16 bit PNG": (saved(Image.fromarray(two(60_000, 20_000, np.uint16))), 233, 78),
    "32 bit TIFF of 16 bit values": (saved(Image.fromarray(two(60_000, 20_000, np.int32)), "TIFF"), 233, 78),
    "32 bit TIFF of 8 bit values": (saved(Image.fromarray(two(230, 70, np.int32)), "TIFF"), 230, 70),
    "float TIFF up to 1": (saved(Image.fromarray(two(0.9, 0.3, np.float32)), "TIFF"), 230, 76),
    "float TIFF up to 255": (saved(Image.fromarray(two(230.0, 70.0, np.float32)), "TIFF"), 230, 70),
    "grey": (saved(Image.fromarray(two(230, 70, np.uint8))), 230, 70),
    "one bit": (saved(Image.fromarray(two(255, 0, np.uint8)).convert("1")), 255, 0),
}


@pytest.mark.parametrize("case", GREYS)
def test_brightness_is_scaled_to_8_bits(case: str) -> None:
    content, bright, dark = GREYS[case]
    found = corners(shown(content, "x"))
    assert near(found[0], (bright,) * 3)
    assert all(near(one, (dark,) * 3) for one in found[1:])


NO_BRIGHTNESS = {
    "negative": two(0.5, -1.0, np.float32),
    "not a number": two(0.5, np.nan, np.float32),
    "infinite": two(np.inf, 0, np.float32),
    "large": two(1e9, 0, np.float32),
    "negative whole numbers": two(9, -1, np.int32),
    "large whole numbers": two(70_000, 0, np.int32),
}


@pytest.mark.parametrize("case", NO_BRIGHTNESS)
@pytest.mark.parametrize("read", [size, shown])
def test_pixels_that_are_no_brightness_are_refused_where_rows_are_read(case: str, read: Callable) -> None:
    with pytest.raises(RobustError, match="row 3: unreadable picture"):
        read(saved(Image.fromarray(NO_BRIGHTNESS[case]), "TIFF"), "row 3")


def odd_exif(orientation: int) -> bytes:
    """Exif of a camera that writes a text where a fraction belongs (XResolution), which Pillow cannot write again."""
    entries = [(0x0112, 3, 1, struct.pack("<HH", orientation, 0)), (0x011A, 2, 4, b"abc\0")]
    body = b"".join(struct.pack("<HHI", tag, kind, count) + value for tag, kind, count, value in entries)
    return b"Exif\0\0II*\0" + struct.pack("<IH", 8, len(entries)) + body + struct.pack("<I", 0)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photograph_stands_upright_whatever_else_its_camera_wrote(kind: str) -> None:
    content = saved(patch().transpose(TURNED[6]), kind, exif=odd_exif(6))
    assert size(content, "x") == (120, 80)
    assert [near(got, RED) for got in corners(shown(content, "x"))] == [True, False, False, False]


def clear(mode: str) -> bytes:
    """Red at the top left, elsewhere wholly transparent black."""
    over = Image.new("RGBA", (120, 80), (0, 0, 0, 0))
    over.paste((*RED, 255), (0, 0, 60, 40))
    if mode == "P":
        return saved(over.quantize(), "PNG")
    if mode == "GIF":
        return saved(over, "GIF")
    if mode == "key":  # one colour of an RGB picture stands for transparent
        image = Image.new("RGB", (120, 80), (0, 0, 0))
        image.paste(RED, (0, 0, 60, 40))
        return saved(image, "PNG", transparency=(0, 0, 0))
    return saved(over.convert(mode), "PNG")


@pytest.mark.parametrize("mode", ["RGBA", "P", "GIF", "key"])
def test_transparent_ground_is_white(mode: str) -> None:
    found = corners(shown(clear(mode), "x"))
    assert near(found[0], RED)
    assert all(near(one, (255, 255, 255)) for one in found[1:])


def test_grey_with_transparency_is_on_white() -> None:
    assert corners(shown(clear("LA"), "x"))[3] == (255, 255, 255)


@pytest.mark.parametrize("content", [saved(patch().convert("CMYK"), "JPEG", quality=95), saved(patch().quantize(4))])
def test_cmyk_and_palettes_keep_their_colours(content: bytes) -> None:
    found = corners(shown(content, "x"))
    assert near(found[0], RED)
    assert near(found[3], GREY)


PLAIN = base64.b64encode(saved(patch())).decode()
TEXTS = {
    "plain": PLAIN,
    "in lines": base64.encodebytes(saved(patch())).decode(),
    "without padding": PLAIN.rstrip("="),
    "for URLs": base64.urlsafe_b64encode(saved(patch())).decode(),
    "as a URI": f"data:image/png;base64,{PLAIN}",
    "with a charset": f"data:image/png;charset=utf-8;base64,{PLAIN}",
    "as a URI in capitals": f" DATA:image/png;BASE64, {PLAIN}",
    "as bytes": PLAIN.encode(),
    "as bytes of lines": base64.encodebytes(saved(patch())),
    "as Python prints bytes": str(PLAIN.encode()),
    "as Python prints lines": repr(base64.encodebytes(saved(patch()))),
    "in quotes": f'"{PLAIN}"',
}


@pytest.mark.parametrize("case", TEXTS)
def test_base64_in_every_common_form(case: str) -> None:
    assert encoded(TEXTS[case], "x") == saved(patch())


def test_one_picture_in_a_list_is_taken_and_more_are_refused() -> None:
    one = {"bytes": saved(patch()), "path": None}
    assert encoded([one], "x") == encoded([PLAIN], "x") == one["bytes"]
    with pytest.raises(RobustError, match=r"row 7: 2 pictures; allowed: one in each row"):
        encoded([one, one], "row 7")
    with pytest.raises(RobustError, match="no picture"):
        encoded([], "x")


def bare_png(width: int, height: int, rows: int) -> bytes:
    """A one-bit PNG that says a size and holds so many rows of it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    pixels = zlib.compress(b"\0" * ((width + 7) // 8 + 1) * rows, 9)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 20 20\n%%EndComments\n(x) print\nshowpage\n%%EOF\n"
WHOLE = saved(patch())
FLIPPED = WHOLE[:70] + bytes([WHOLE[70] ^ 128]) + WHOLE[71:]
CLEAR, MIXED = (struct.pack("<HHIH", 338, 3, 1, kind) for kind in (2, 1))  # ExtraSamples of a TIFF
MULTIPLIED = saved(Image.new("LA", (9, 9)), "TIFF").replace(CLEAR, MIXED)
REFUSED = {
    "few rows": (bare_png(1000, 1000, 3), "its pixels stop early"),
    "many pixels": (bare_png(13_000, 13_000, 13_000), "at most 100,000,000 pixels"),
    "bomb": (bare_png(30_000, 30_000, 1), "unreadable|at most"),
    "PostScript": (EPS, "not a picture"),
    "SVG": (b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', "not a picture"),
    "PPM": (b"P6 64 64 255\n" + b"\0" * 64 * 64 * 3, "not a picture"),
    "cut": (saved(patch())[:-40], "unreadable"),
    "one bit of the pixels flipped": (FLIPPED, "incorrect data check"),
    "grey multiplied by alpha": (MULTIPLIED, "conversion from La"),
    "cut JPEG": (saved(patch(), "JPEG")[:-200], "unreadable"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_whole_picture_of_a_known_format_is_refused(case: str) -> None:
    content, said = REFUSED[case]
    with pytest.raises(RobustError, match=said):
        size(content, "row 3")


def test_whole_pictures_pass() -> None:
    assert size(bare_png(1000, 700, 700), "x") == (1000, 700)
    for kind in ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"):
        assert size(saved(patch(), kind), "x") == (120, 80)


def test_a_row_names_files_only_below_a_folder_that_was_given(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(pictures, "_FOLDERS", set())
    given, other = tmp_path / "given", tmp_path / "other"
    given.mkdir()
    other.mkdir()
    for folder in (given, other):
        (folder / "a.png").write_bytes(saved(patch()))
    (given / "link.png").symlink_to(other / "a.png")
    with pytest.raises(RobustError, match="without a folder that was given"):
        encoded({"bytes": None, "path": str(given / "a.png")}, "x")
    allow(given)
    assert encoded({"bytes": None, "path": str(given / "a.png")}, "x") == saved(patch())
    for path in ("/etc/passwd", str(other / "a.png"), str(given / ".." / "other" / "a.png"), str(given / "link.png")):
        with pytest.raises(RobustError, match="without a folder that was given"):
            encoded({"bytes": None, "path": path}, "x")


@pytest.mark.parametrize("name", ["a.png", "train/cat", "cat"])
def test_a_file_name_without_a_folder_is_named_and_says_how_to_give_one(name: str) -> None:
    with pytest.raises(
        RobustError, match=f"{name}' is not base64 of a picture.*--images, or in a mapping the key images"
    ):
        encoded(name, "x")


def test_pipes_devices_and_huge_files_are_not_read(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(pictures, "_FOLDERS", {tmp_path.resolve(), Path("/dev")})
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(pictures.MAX_BYTES + 1)
    got = {
        tmp_path / "pipe": "no regular file", Path("/dev/zero"): "no regular file", tmp_path: "a folder",
        tmp_path / "huge": "256 MB",
    }  # fmt: skip
    for path, said in got.items():
        with pytest.raises(RobustError, match=f"is {said}; allowed: a file of at most"):
            encoded({"bytes": None, "path": str(path)}, "x")
    with pytest.raises(RobustError, match="unreadable picture"):
        encoded({"bytes": None, "path": str(tmp_path / "none.png")}, "x")


def test_a_link_that_leads_out_of_a_folder_of_pictures_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "private.png").write_bytes(saved(patch()))
    folder = tmp_path / "images"
    folder.mkdir()
    (folder / "link.png").symlink_to(tmp_path / "private.png")
    (folder / "own.png").write_bytes(saved(patch()))
    found = Pictures.below(folder)
    assert found.find("link.png", "x") is None
    assert found.find("own.png", "x") == folder / "own.png"
