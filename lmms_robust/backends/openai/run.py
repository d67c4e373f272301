"""How ``robust_openai`` answers the requests of one call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lmms_eval.api.instance import GenerationResult, Instance
from loguru import logger
from tqdm import tqdm

from lmms_robust.backends.base import as_result, complete
from lmms_robust.backends.journal import Journal, Kept, request_key
from lmms_robust.backends.openai.client import Session
from lmms_robust.backends.openai.errors import RefusedError
from lmms_robust.backends.openai.picture_urls import PictureUrls
from lmms_robust.backends.openai.requests import fields, to_api, unsent
from lmms_robust.backends.openai.server import together
from lmms_robust.backends.replies import Question, response
from lmms_robust.backends.turns import is_ours
from lmms_robust.errors import RobustError
from lmms_robust.generation.settings import same_settings, stop_texts
from lmms_robust.transport import Report, seal

if TYPE_CHECKING:
    from lmms_robust.backends.openai import RobustOpenAI

FEWEST_REFUSALS = 8
"""A run ends after so many refusals in a row, or as many as may be under way at a time if that is more."""


class Run:
    """The requests of one call, as many at a time as may be."""

    def __init__(self, backend: RobustOpenAI, requests: Sequence[Instance]) -> None:
        self._backend, self._requests = backend, requests
        self._journal: Journal | None = backend.journal
        self._results: list[GenerationResult | None] = [None] * len(requests)
        self._urls = PictureUrls(2 * backend.concurrency)
        self._answered = self._in_a_row = self._kept = 0
        for settings in {same_settings(request.args[2]): request.args[2] for request in requests}.values():
            if unsent(settings):
                names = ", ".join(unsent(settings))
                logger.warning(f"robust_openai: generation settings that are not sent: {names}")

    async def answers(self) -> list[GenerationResult]:
        """Results in the order of the requests.

        Raises:
            RobustError: the server is gone, or refuses everything.
        """
        waiting = iter(enumerate(self._requests))
        name, ranks_after = "robust_openai", self._backend.rank != 0
        async with self._backend.server.connected() as session:
            with tqdm(total=len(self._requests), desc=name, unit="response", disable=ranks_after) as progress:
                many = min(self._backend.concurrency, len(self._requests))
                await together([self._work(session, waiting, progress) for _ in range(many)])
        if self._journal:
            self._journal.say_kept(self._kept, len(self._requests))
        return complete(self._results)

    async def _work(self, session: Session, waiting: Iterator[tuple[int, Instance]], progress: tqdm[Any]) -> None:
        for number, request in waiting:  # shared by all workers, so a picture is read only when its turn has come
            self._results[number] = await self._answer(session, request)
            progress.update()

    async def _answer(self, session: Session, request: Instance) -> GenerationResult:
        backend, settings = self._backend, request.args[2]
        question = self._question(request)
        wanted = fields(settings, question, backend.top_logprobs, backend.extra_body)
        key = self._key(question, wanted)
        found = self._journal.get(key) if self._journal and key else None
        if found is not None:
            self._answered += 1
            self._kept += 1
            return as_result(found)
        try:
            reply = await session.ask(to_api(question, self._urls), wanted)
        except RefusedError as error:
            return self._refused(request, question, error)
        kept_out = reply.not_honoured  # what the server chooses in their place may differ from time to time
        reply = replace(reply, not_honoured=(*kept_out, *unsent(settings)))
        text = response(question, reply, backend.finding.echoes, stop_texts(settings))
        kept = Kept(text, reply.prompt_tokens, reply.output_tokens, reply.reasoning_tokens)
        if not (reply.text or reply.reasoning or reply.steps):
            logger.warning(f"robust_openai: {self._name(request, question)}: the reply is empty")
        elif self._journal and key and not kept_out:
            self._journal.put(key, kept)
        self._answered, self._in_a_row = self._answered + 1, 0
        return as_result(kept)

    def _question(self, request: Instance) -> Question:
        messages, injects = self._backend.messages(request)
        injection = self._backend.finding.injection if injects else None
        doc = self._backend.doc(request)
        if doc.get("probe") and is_ours(doc) and injection != "prefill":
            raise RobustError(
                f"{request.args[4]}: {self._backend.server.base_url} does not continue a prefill, and a probe asks for "
                f"nothing else ({self._backend.finding.why}); allowed: a server that does"
            )
        return Question(doc, messages, injection, self._backend.finding.opened)

    def _key(self, question: Question, wanted: Mapping[str, Any]) -> str | None:
        """What the response is kept under; None for sampled ones, since repeated samples have to differ."""
        if self._journal is None or wanted["temperature"] > 0:
            return None
        server = self._backend.server
        return request_key(question.words, question.pictures, {"at": [server.base_url, server.model], **wanted})

    def _refused(self, request: Instance, question: Question, error: RefusedError) -> GenerationResult:
        """An empty response, which is not kept, so that it is asked for again in a later run."""
        name = self._name(request, question)
        logger.warning(f"robust_openai: {name} is refused, its response is empty: {error}")
        self._in_a_row += 1
        few = max(FEWEST_REFUSALS, self._backend.concurrency)
        if self._in_a_row >= few or (not self._answered and self._in_a_row == len(self._requests)):
            raise RobustError(
                f"{self._backend.server.base_url}: {self._in_a_row} requests in a row are refused, the last one with "
                f"{str(error)!r}; allowed: requests that the server answers"
            )
        return GenerationResult(text=seal("", Report(question.injection)) if is_ours(question.doc) else "")

    @staticmethod
    def _name(request: Instance, question: Question) -> str:
        _, _, _, doc_id, task, _ = request.args
        variant = f" ({question.doc['variant']})" if is_ours(question.doc) else ""
        return f"{task} item {question.doc.get('id', doc_id)!r}{variant}"
