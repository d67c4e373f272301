"""What tests of servers share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from loguru import logger

from lmms_robust.backends.openai import client, errors


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses a hundred times as short."""
    monkeypatch.setattr(client, "pause", lambda *asked: errors.pause(*asked) / 100)


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """Lines of the log, each after its level."""
    lines: list[str] = []
    number = logger.add(lambda message: lines.append(str(message)), format="{level} {message}")
    yield lines
    logger.remove(number)
