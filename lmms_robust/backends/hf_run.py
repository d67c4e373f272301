"""How ``robust_hf`` answers the requests of one call that share generation settings."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import torch
from lmms_eval.api.instance import GenerationResult, Instance
from loguru import logger

from lmms_robust.backends.base import as_result
from lmms_robust.backends.journal import Kept
from lmms_robust.backends.responses import Rendered, response
from lmms_robust.generation.encoding import Group
from lmms_robust.generation.prefetch import prefetched
from lmms_robust.generation.scheduling import Written
from lmms_robust.generation.settings import max_new_tokens, stop_texts, unknown_settings

if TYPE_CHECKING:
    from lmms_robust.backends.hf import RobustHF


@dataclass(frozen=True, slots=True)
class _Prepared:
    """The requests about one picture.

    Attributes:
        found: what was kept, by the caller's number.
        asked: the others, with the key under which their response is to be kept.
        groups: the others encoded, if the engine answers them.
    """

    found: dict[int, Kept]
    asked: dict[int, tuple[Rendered, str | None]]
    groups: list[Group]


class Run:
    """Requests on their way: asked and encoded in threads, answered here, handed over one by one.

    Args:
        backend: whose requests they are.
        requests: requests by the caller's number.
        finished: called with the number and the result of each.
    """

    def __init__(
        self, backend: RobustHF, requests: Mapping[int, Instance], finished: Callable[[int, GenerationResult], None]
    ) -> None:
        self._backend, self._requests, self._finished = backend, requests, finished
        self._settings: Mapping[str, Any] = next(iter(requests.values())).args[2]
        self._stops, self._unused = stop_texts(self._settings), unknown_settings(self._settings)
        if self._unused:
            logger.warning(f"robust_hf: generation settings that are not used: {', '.join(self._unused)}")
        sampled = float(self._settings.get("temperature") or 0) > 0
        self._journal = None if sampled else backend.journal  # repeated samples of one request have to differ
        self._workers = max(1, min(8, (os.cpu_count() or 2) // 2))
        self._asked: dict[int, tuple[Rendered, str | None]] = {}
        self._readings: deque[Future[None]] = deque()
        self.kept = 0

    def answer(self) -> None:
        """Answer every request."""
        by_picture: dict[tuple[object, ...], list[int]] = {}
        for number, request in self._requests.items():
            by_picture.setdefault(self._backend.picture_key(request), []).append(number)
        pending = self._pending(
            prefetched(self._prepare, by_picture.values(), self._workers, 4 * self._workers, self._one_core)
        )
        first = next((prepared for prepared in pending if prepared is not None), None)
        if first is None:
            return
        left = chain([first], pending)
        # Reading a response takes longer than a step of the model, so that is left to a thread too.
        with ThreadPoolExecutor(1) as self._readers, _quick_turns():
            if self._backend.loaded.is_fast(self._settings):
                self._fast(left)
            else:
                self._backend.loaded.say_why_plain(self._settings)
                self._plain(left)
        for reading in self._readings:
            reading.result()

    def _one_core(self) -> None:
        if self._backend.device.type == "cuda":  # else the cores that compute are the same
            torch.set_num_threads(1)

    def _prepare(self, numbers: Sequence[int]) -> _Prepared:
        found: dict[int, Kept] = {}
        asked: dict[int, tuple[Rendered, str | None]] = {}
        for number in numbers:
            question = self._backend.question(self._requests[number])
            key = self._backend.key(question.prompt, self._settings) if self._journal else None
            kept = self._journal.get(key) if self._journal and key else None
            if kept is None:
                asked[number] = question, key
            else:
                found[number] = kept
        groups: list[Group] = []
        if asked and self._backend.loaded.is_fast(self._settings):
            prompts = [question.prompt for question, _ in asked.values()]
            groups = self._backend.loaded.encoder().encode(list(asked), prompts)
        return _Prepared(found, asked, groups)

    def _pending(self, prepared: Iterator[_Prepared | None]) -> Iterator[_Prepared | None]:
        """What is left to answer; responses that were kept are handed over."""
        for one in prepared:
            if one is None:
                yield None
                continue
            self.kept += len(one.found)
            for number, kept in one.found.items():
                self._finished(number, as_result(kept))
            self._asked |= one.asked
            if one.asked:
                yield one

    def _fast(self, left: Iterator[_Prepared | None]) -> None:
        groups = (group for one in left for group in (one.groups if one else [None]))
        limit = max_new_tokens(self._settings)
        self._backend.loaded.scheduler(self._settings, len(self._requests)).run(groups, limit, self._hand_over)

    def _plain(self, left: Iterator[_Prepared | None]) -> None:
        waiting = (entry for one in left if one for entry in one.asked.items())
        while batch := list(islice(waiting, self._backend.batch_size)):
            prompts = [question.prompt for _, (question, _) in batch]
            answers = self._backend.loaded.plain.generate(prompts, self._settings)
            for (number, _), written in zip(batch, answers, strict=True):
                self._hand_over(number, written)

    def _hand_over(self, number: int, written: Written) -> None:
        self._readings.append(self._readers.submit(self._read, number, written))
        while self._readings and self._readings[0].done():  # an error ends the run now
            self._readings.popleft().result()

    def _read(self, number: int, written: Written) -> None:
        question, key = self._asked.pop(number)
        text = response(question, written, self._stops, self._backend.loaded.letters, self._unused)
        kept = Kept(text, output_tokens=len(written.tokens))
        if self._journal is not None and key is not None:
            self._journal.put(key, kept)
        self._finished(number, as_result(kept))


@contextmanager
def _quick_turns() -> Iterator[None]:
    """Give the thread that feeds the device its turn soon; by default others may keep it waiting for 5 ms."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
