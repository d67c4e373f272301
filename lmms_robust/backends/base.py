"""What our lmms-eval models have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from accelerate import Accelerator
from accelerate.utils import InitProcessGroupKwargs
from lmms_eval.api.instance import GenerationResult, Instance
from lmms_eval.api.model import lmms


def complete(results: Sequence[GenerationResult | None]) -> list[GenerationResult]:
    """The results, of which none may be missing: the harness would give later ones to the wrong samples.

    Raises:
        RuntimeError: one is missing.
    """
    found = [result for result in results if result is not None]
    if len(found) < len(results):
        raise RuntimeError(f"{len(results) - len(found)} of {len(results)} requests without a response")
    return found


class ChatBackend(lmms):  # type: ignore[misc]
    """A chat model that answers ``generate_until`` requests, on one process or several."""

    is_simple = False

    def join_ranks(self) -> None:
        """Set ``accelerator``, ``device``, rank and number of processes."""
        # A rank that is done waits for the others, which may take hours longer.
        patient = InitProcessGroupKwargs(timeout=timedelta(weeks=52))
        self.accelerator = Accelerator(kwargs_handlers=[patient])
        self._rank, self._world_size = self.accelerator.process_index, self.accelerator.num_processes
        self.device = self.accelerator.device

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
