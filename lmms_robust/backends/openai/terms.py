"""The fields of a request that a server was found not to take, so that later requests go without them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from loguru import logger

_UNSUPPORTED = re.compile(
    r"(?:un|not |n't )support|unrecogni[sz]ed|unexpected|unknown|not permitted|extra (?:field|input)|"
    r"not (?:be )?allowed|not available",
    re.IGNORECASE,
)
_OPTIONAL = ("temperature", "top_p", "stop", "seed", "presence_penalty", "frequency_penalty")


class Terms:
    """Starts as those of the API, and learns from refusals.

    Args:
        who: talks to the server; log lines begin with it.
    """

    def __init__(self, who: str = "robust_openai") -> None:
        self.who = who
        self._without: set[str] = set()
        self._most_logprobs: int | None = None
        self._renames_limit = False

    def apply(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The fields as the server takes them."""
        kept = {name: value for name, value in fields.items() if name not in self._without}
        if self._renames_limit and "max_tokens" in kept:
            kept["max_completion_tokens"] = kept.pop("max_tokens")
        if self._most_logprobs is not None and "top_logprobs" in kept:
            kept["top_logprobs"] = min(kept["top_logprobs"], self._most_logprobs)
        return kept

    def left_out(self, fields: Mapping[str, Any]) -> tuple[str, ...]:
        """Names of settings among the fields that the server does not take; stop texts take effect all the same."""
        return tuple(name for name in _OPTIONAL if name in fields and name in self._without and name != "stop")

    def learn(self, refusal: str, sent: Mapping[str, Any]) -> None:
        """Take from the words of a refusal which field the server does not take; many say nothing of the kind.

        Args:
            refusal: the error's text.
            sent: fields of the request that was refused.
        """
        if "logprob" in refusal:
            self._learn_logprobs(refusal, sent)
        elif not _UNSUPPORTED.search(refusal):
            return
        elif "max_completion_tokens" in refusal:
            self._renames_limit = True
        else:
            self._leave_out([name for name in _OPTIONAL if name in sent and re.search(rf"\b{name}\b", refusal)])

    def _learn_logprobs(self, refusal: str, sent: Mapping[str, Any]) -> None:
        numbers = [int(number) for number in re.findall(r"\b\d+\b", refusal)]
        fewer = [number for number in numbers if 0 < number < sent.get("top_logprobs", 0)]
        if fewer:
            self._most_logprobs = max(fewer)
        else:
            self._leave_out([name for name in ("logprobs", "top_logprobs") if name in sent])

    def _leave_out(self, names: list[str]) -> None:
        new = [name for name in names if name not in self._without]
        if new:
            logger.warning(f"{self.who}: the server does not take {', '.join(new)}; requests go without")
            self._without.update(new)
