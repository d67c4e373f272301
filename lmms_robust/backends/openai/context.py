"""What a server's refusal says of the tokens that it has room for."""

from __future__ import annotations

import re

_CONTEXT = re.compile(r"context (?:length|window|size)\D{0,40}(\d+)", re.IGNORECASE)
_PROMPT = re.compile(
    r"(\d+) (?:tokens )?(?:in|from) the (?:messages|prompt|input)|(\d+) (?:\w+ )?(?:input|prompt) tokens|"
    r"(?:input|prompt) (?:contains|has|of)\D{0,16}(\d+)",
    re.IGNORECASE,
)
_OUTPUT = re.compile(r"(?:at most|>) (\d+)\D{0,40}(?:completion|output) tokens", re.IGNORECASE)


def tokens_left(refusal: str, wanted: int) -> int | None:
    """Most new tokens that a server takes, where its refusal names the numbers and that is fewer than were wanted.

    Args:
        refusal: the error's text.
        wanted: most new tokens that were asked for.

    >>> tokens_left("maximum context length is 2048 tokens and your request has 1024 input tokens", 4096)
    1024
    >>> tokens_left("This model supports at most 4096 completion tokens", 8192), tokens_left("No such model", 8192)
    (4096, None)
    """
    context, prompt, output = (pattern.search(refusal) for pattern in (_CONTEXT, _PROMPT, _OUTPUT))
    if context and prompt:
        left = int(context[1]) - int(next(number for number in prompt.groups() if number))
    elif output:
        left = int(output[1])
    else:
        return None
    return left if 0 < left < wanted else None
