"""The lmms-eval model: its arguments, and what it is asked for."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lmms_eval.api.instance import GenerationResult, Instance
from loguru import logger

from lmms_robust.backends.arguments import count, json_object, refuse_others, seconds
from lmms_robust.backends.base import ChatBackend
from lmms_robust.backends.journal import Journal
from lmms_robust.backends.messages import in_parts, to_inline
from lmms_robust.errors import RobustError, unknown

KEY_VARIABLE = "OPENAI_API_KEY"
INJECTIONS = ("auto", "prefill", "inline")
MODEL_ARGUMENTS = (
    *("model", "base_url", "api_key", "concurrency", "timeout", "max_retries", "injection", "resume", "system_prompt"),
    *("top_logprobs", "extra_body"),
)


class RobustOpenAI(ChatBackend):
    """Asks a server for many responses at a time; what the server can do is tried out first.

    Args:
        model: name of the model on the server.
        base_url: address of the server, up to and with ``/v1``; by default that of OpenAI.
        api_key: by default that in the environment variable ``OPENAI_API_KEY``.
        concurrency: most requests under way at a time.
        timeout: seconds that one attempt may take.
        max_retries: how often a request is tried again after overload, server errors, lost connections and replies
            that cannot be read.
        injection: ``"prefill"`` has a trailing assistant message continued; ``"inline"`` moves its words to the user
            turn; ``"auto"`` does the first where the server is seen to do so.
        resume: folder in which finished responses are kept; those found there are not asked for again. Sampled ones
            (temperature above 0) are not kept.
        system_prompt: text, or a file that holds it, for the system turn.
        top_logprobs: likeliest tokens to ask for, from which letter probabilities are computed; 0 asks for none.
        extra_body: JSON object of further fields for every request.
        batch_size: passed by lmms-eval and not used, as are ``max_batch_size`` and ``device``.
        others: refused by name, with the arguments that there are.
    """

    def __init__(
        self,
        model: str = "",
        base_url: str | None = None,
        api_key: str | None = None,
        concurrency: int | str = 16,
        timeout: float | str = 600,
        max_retries: int | str = 8,
        injection: str = "auto",
        resume: str | None = None,
        system_prompt: str | None = None,
        top_logprobs: int | str = 20,
        extra_body: str | Mapping[str, Any] | None = None,
        batch_size: int | str = 1,
        max_batch_size: int | None = None,
        device: str | None = None,
        **others: object,
    ) -> None:
        super().__init__()
        try:
            refuse_others(others, MODEL_ARGUMENTS)
            if injection not in INJECTIONS:
                raise unknown("injection", str(injection), INJECTIONS, where="model_args")
            if not model:
                raise RobustError("model_args: no model; allowed: model=NAME, the name that the server gives it")
            self.concurrency = count("concurrency", concurrency)
            self.top_logprobs = count("top_logprobs", top_logprobs, 0)
            self.extra_body = json_object("extra_body", extra_body)
            key = str(api_key or os.environ.get(KEY_VARIABLE) or "none")
            self.server = _server(
                str(model), base_url, key, seconds("timeout", timeout), count("max_retries", max_retries, 0)
            )
            self.system_prompt = self.read_system_prompt(system_prompt)
            self.join_ranks()
            self.journal = Journal(Path(resume), self._rank) if resume else None
            self.finding = asyncio.run(self.server.try_out(injection, self.top_logprobs, self.extra_body))
        except RobustError as error:
            sys.exit(f"lmms-robust: {error}")
        if api_key:
            logger.warning(f"lmms-eval writes model_args into its results; a key in {KEY_VARIABLE} stays out of them")

    def generate_until(self, requests: Sequence[Instance]) -> list[GenerationResult]:
        """Answer every request, in the order given."""
        from lmms_robust.backends.openai.run import Run

        try:
            return asyncio.run(Run(self, requests).answers())
        except RobustError as error:
            sys.exit(f"lmms-robust: {error}")

    def messages(self, request: Instance) -> tuple[list[Mapping[str, Any]], bool]:
        """Chat messages of a request, and whether they inject a start of the assistant turn."""
        made = in_parts(request.args[1](self.doc(request)))
        if self.system_prompt:
            made = self._apply_system_prompt(made, self.system_prompt)
        injects = made[-1]["role"] == "assistant"
        return (to_inline(made) if self.finding.injection == "inline" else list(made)), injects


def _server(model: str, base_url: str | None, key: str, timeout: float, retries: int) -> Any:
    try:
        from lmms_robust.backends.openai.server import Server
    except ModuleNotFoundError as error:
        raise RobustError(f"robust_openai: no package {error.name}; pip install 'lmms-robust[openai]'") from error
    return Server(model, base_url, key, timeout, retries)
