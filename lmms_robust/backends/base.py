"""What our lmms-eval models have in common."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from accelerate import Accelerator
from accelerate.utils import InitProcessGroupKwargs
from lmms_eval.api.instance import GenerationResult, Instance, TokenCounts
from lmms_eval.api.model import lmms

from lmms_robust.backends.journal import Kept
from lmms_robust.errors import RobustError

# A slash alone makes no path: "/no_think" is a system prompt.
_TEXT_FILE = re.compile(r"^\S+\.(txt|md|jinja)$")


def complete(results: Sequence[GenerationResult | None]) -> list[GenerationResult]:
    """The results, of which none may be missing: the harness would give later ones to the wrong samples.

    Raises:
        RuntimeError: one is missing.
    """
    found = [result for result in results if result is not None]
    if len(found) < len(results):
        raise RuntimeError(f"{len(results) - len(found)} of {len(results)} requests without a response")
    return found


def as_result(kept: Kept) -> GenerationResult:
    """A response as the harness has it, with what is known of its lengths."""
    counts = (kept.input_tokens, kept.output_tokens, kept.reasoning_tokens)
    return GenerationResult(kept.response, None if counts == (None, None, None) else TokenCounts(*counts))


class ChatBackend(lmms):  # type: ignore[misc]
    """A chat model that answers ``generate_until`` requests, on one process or several."""

    is_simple = False

    @classmethod
    def create_from_arg_string(cls, arg_string: str, additional_config: dict[str, Any] | None = None) -> Any:
        """As lmms-eval has it; an argument that is an option of its command line, too, is refused."""
        given = {part.partition("=")[0].strip() for part in arg_string.split(",")}
        options = {name for name, value in (additional_config or {}).items() if value is not None}
        for name in sorted(given & options):
            sys.exit(f"lmms-robust: model_args: {name}; allowed: the option --{name} of lmms-eval")
        return super().create_from_arg_string(arg_string, additional_config)

    def join_ranks(self) -> None:
        """Set ``accelerator``, ``device``, rank and number of processes."""
        # A rank that is done waits for the others, which may take hours longer.
        patient = InitProcessGroupKwargs(timeout=timedelta(weeks=52))
        self.accelerator = Accelerator(kwargs_handlers=[patient])
        self._rank, self._world_size = self.accelerator.process_index, self.accelerator.num_processes
        self.device = self.accelerator.device

    @staticmethod
    def read_system_prompt(value: str | None) -> str | None:
        """The text, or that of the file that it names.

        Raises:
            RobustError: it looks like the name of a file, and there is none.
        """
        if not value:
            return None
        if _TEXT_FILE.search(value) and not Path(value).is_file():
            raise RobustError(f"system_prompt={value!r}: no such file; allowed: a file, or the words themselves")
        text: str = lmms._resolve_system_prompt(value)
        return text

    def doc(self, request: Instance) -> Mapping[str, Any]:
        """The doc that a request is about."""
        _, _, _, doc_id, task, split = request.args
        doc: Mapping[str, Any] = self.task_dict[task][split][doc_id]
        return doc

    def loglikelihood(self, requests: Sequence[Instance]) -> list[tuple[float, bool]]:
        """Not offered: chat tasks of lmms-eval only generate."""
        raise NotImplementedError(f"{type(self).__name__} answers generate_until requests only")

    def generate_until_multi_round(self, requests: Sequence[Instance]) -> list[str]:
        """Not offered: every item is one turn."""
        raise NotImplementedError(f"{type(self).__name__} answers generate_until requests only")
