"""Pictures come from the benchmark's rows, are told by their digest, and are small; what is not found is not shown."""

from __future__ import annotations

from base64 import b64decode
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from lmms_robust.pages.thumbnails import SIDE, of_rows, small, thumbnails
from lmms_robust.scenes.generate import generate
from tests.conftest import png
from tests.pages.made import inside, lmms_robust
from tests.report.samples import line, log, record


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:16]


def opened(picture: str) -> Image.Image:
    return Image.open(BytesIO(b64decode(picture)))


def test_each_picture_that_is_wanted_is_found_once() -> None:
    first, second = (item.image for item in generate("test", 2))
    found = list(thumbnails("scenes", [digest(second), digest(first), digest(first)], of_rows))
    assert [name for name, _ in found] == [digest(first), digest(second)]
    picture = opened(found[0][1])
    assert (picture.format, picture.size) == ("WEBP", (SIDE, SIDE))


def test_another_picture_is_never_taken_for_it() -> None:
    assert list(thumbnails("scenes", [digest(png("red"))], of_rows)) == []


def test_a_benchmark_that_is_not_known_has_none(caplog: pytest.LogCaptureFixture) -> None:
    assert list(thumbnails("mine", ["0" * 16], of_rows)) == []
    assert "no pictures of mine" in caplog.text


@pytest.mark.parametrize(("size", "shown"), [((1600, 800), (384, 192)), ((20, 10), (20, 10))])
def test_a_copy_is_small_and_keeps_its_shape(size: tuple[int, int], shown: tuple[int, int]) -> None:
    assert opened(small(png("blue", size), "here")).size == shown


def test_the_page_holds_the_pictures_of_its_samples(tmp_path: Path) -> None:
    (item,) = generate("test", 1)
    records = [record(name, "base", "A", True, digest=name, picture=digest(item.image)) for name in ("w", "x")]
    records.append(record("y", "base", "A", True, digest="y", picture="0" * 16))
    log(tmp_path / "run" / "m", "d1", "robust_scenes_base", *map(line, records))
    lmms_robust("report", tmp_path / "run", "--output", tmp_path / "page")
    data = inside((tmp_path / "page" / "index.html").read_text())
    assert data["index"]["pictures"] == {digest(item.image): 0}
    assert list(data["pictures-0"]) == [digest(item.image)]
