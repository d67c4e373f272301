"""What tests of servers share."""

from __future__ import annotations

import pytest

from lmms_robust.backends.openai import client, errors


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses a hundred times as short."""
    monkeypatch.setattr(client, "pause", lambda *asked: errors.pause(*asked) / 100)
