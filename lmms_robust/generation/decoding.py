"""What a model wrote, as text: without special tokens, but for those that part its reasoning from its answer.

Some models open and close their thoughts by special tokens ("[THINK]", "<|channel>"), which a tokenizer leaves out with
all others: their thoughts would run into their answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from lmms_robust.reading.tags import opens_thought, parts_turn


def decode(tokenizer: Any, tokens: Sequence[int]) -> str:
    """The text of tokens.

    Args:
        tokenizer: of the model.
        tokens: their numbers.
    """
    silent = _silent(tokenizer)
    if silent is None:
        return str(tokenizer.decode(tokens, skip_special_tokens=True))
    return str(tokenizer.decode([token for token in tokens if token not in silent], skip_special_tokens=False))


@lru_cache(maxsize=8)
def _silent(tokenizer: Any) -> frozenset[int] | None:
    """Special tokens without text; None where no special token opens a thought, so that all are."""
    added = getattr(tokenizer, "added_tokens_decoder", {})
    special = {number: token.content for number, token in added.items() if token.special}
    named = tokenizer.all_special_ids
    special |= dict(zip(named, tokenizer.convert_ids_to_tokens(named), strict=True))
    if not any(map(opens_thought, special.values())):
        return None
    return frozenset(number for number, token in special.items() if not parts_turn(token))
