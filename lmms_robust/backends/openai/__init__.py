"""``robust_openai``: any OpenAI-compatible server, tried out before work starts, asked for many responses at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lmms_robust.backends.openai.model import RobustOpenAI as RobustOpenAI

__all__ = ["RobustOpenAI"]


def __getattr__(name: str) -> Any:
    """The model when it is asked for: the harness loads slowly, and requests alone need none."""
    if name != "RobustOpenAI":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from lmms_robust.backends.openai.model import RobustOpenAI

    return RobustOpenAI
