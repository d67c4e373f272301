"""Items and pictures that several tests use."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import BytesIO

import pytest
from datasets import Dataset, Features, Image, Sequence, Value, disable_progress_bars
from hypothesis import settings
from loguru import logger
from PIL import Image as PillowImage

from lmms_robust.schema import Item

# How long an example takes says how busy the machine is.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

disable_progress_bars()  # as our commands do, which here find datasets imported

FEATURES = Features(
    {
        "id": Value("string"),
        "image": Image(),
        "category": Value("string"),
        "question": Value("string"),
        "options": Sequence(Value("string")),
        "answer": Value("string"),
        "statements": Sequence(Value("string")),
    }
)


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """Lines of the log, each after its level."""
    lines: list[str] = []
    number = logger.add(lambda message: lines.append(str(message)), format="{level} {message}")
    yield lines
    logger.remove(number)


@pytest.fixture(autouse=True)
def nobody_asked_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test asked as a harness does for a model that is none of ours, the next one has not asked."""
    loaded = sys.modules.get("lmms_robust.harness.lmms_eval")
    if loaded is not None:
        monkeypatch.setitem(loaded._ASKED, "continues", True)


def png(color: str = "red", size: tuple[int, int] = (32, 24), form: str = "PNG") -> bytes:
    buffer = BytesIO()
    PillowImage.new("RGB", size, color).save(buffer, format=form)
    return buffer.getvalue()


def cut(form: str) -> bytes:
    """A noisy picture of which the last third is missing."""
    buffer = BytesIO()
    PillowImage.effect_noise((300, 300), 90).convert("RGB").save(buffer, format=form)
    return buffer.getvalue()[: 2 * len(buffer.getvalue()) // 3]


def row(number: int = 0, **changes: object) -> dict[str, object]:
    return {
        "id": f"scenes-x-{number:04}",
        "image": {"bytes": png(), "path": None},
        "category": "left_right",
        "question": "Where is the red circle relative to the blue square?",
        "options": ["to the left", "to the right"],
        "answer": "A",
        "statements": [
            "The red circle is to the left of the blue square.",
            "The red circle is to the right of the blue square.",
        ],
    } | changes


def rows(*made: dict[str, object]) -> Dataset:
    return Dataset.from_list(list(made), features=FEATURES)


@pytest.fixture
def item() -> Item:
    return Item(
        id="scenes-x-0001",
        benchmark="scenes",
        category="color",
        question="What color is the square?",
        options=("red", "green", "blue", "black"),
        answer="C",
        statements=tuple(f"The square is {color}." for color in ("red", "green", "blue", "black")),
        row=0,
    )
