"""What a harness's generation settings mean, the same for every way of generating."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lmms_robust.errors import RobustError
from lmms_robust.generation.decoding import decode

Stopped = Callable[[Sequence[int]], bool]
"""Whether the text of some new tokens holds a stop text."""

PASSED_ON = ("top_p", "top_k", "num_beams", "repetition_penalty")
"""Settings that transformers' ``generate`` takes as they are."""

KNOWN = frozenset({*PASSED_ON, "max_new_tokens", "temperature", "do_sample", "until"})

NEW_TOKENS = 1024
"""Most new tokens where the settings say nothing."""


def max_new_tokens(settings: Mapping[str, Any]) -> int:
    """Most tokens that a response may have.

    Raises:
        RobustError: fewer than one.
    """
    wanted = settings.get("max_new_tokens")
    found = NEW_TOKENS if wanted is None else int(wanted)
    if found < 1:
        raise RobustError(f"max_new_tokens {wanted!r}; allowed: a whole number from 1, in a task's generation_kwargs")
    return found


def stop_texts(settings: Mapping[str, Any]) -> list[str]:
    """Texts at which a response ends, without them.

    >>> stop_texts({"until": ["</think>", ""]}), stop_texts({"until": "###"}), stop_texts({})
    (['</think>'], ['###'], [])
    """
    until = settings.get("until") or []
    return [stop for stop in ([until] if isinstance(until, str) else until) if stop]


def stopped(settings: Mapping[str, Any], tokenizer: Any) -> Stopped | None:
    """How to see that a response is to end; None if no text ends one. Special tokens have no text."""
    stops = stop_texts(settings)
    if not stops:
        return None

    def holds(tokens: Sequence[int]) -> bool:
        text = decode(tokenizer, tokens)
        return any(stop in text for stop in stops)

    return holds


def cut(tokens: Sequence[int], holds: Stopped, checked: int = 0) -> int | None:
    """Fewest tokens whose text holds a stop text, or None; the first ``checked`` of them do not.

    >>> cut([7, 8, 9], lambda tokens: 8 in tokens)
    2
    """
    if not holds(tokens):
        return None
    return next(count for count in range(checked, len(tokens) + 1) if holds(tokens[:count]))


def unknown_settings(settings: Mapping[str, Any]) -> list[str]:
    """Names of settings that no way of generating takes."""
    return sorted(name for name, value in settings.items() if name not in KNOWN and value is not None)


def same_settings(settings: Mapping[str, Any]) -> str:
    """A key that is equal for equal generation settings."""
    return json.dumps(settings, sort_keys=True, default=str)
