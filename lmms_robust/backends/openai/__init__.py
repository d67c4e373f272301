"""``robust_openai``: any OpenAI-compatible server, tried out before work starts, asked for many responses at a time."""

from __future__ import annotations

from lmms_robust.backends.openai.model import RobustOpenAI

__all__ = ["RobustOpenAI"]
