"""Filters for the `filter_list` of lmms-eval and lm-eval tasks, named there by `!function`.

Both harnesses only call ``cls(**kwargs)`` and ``apply(resps, docs)``, so no class of theirs is needed here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lmms_robust.consistency.read import read
from lmms_robust.errors import RobustError
from lmms_robust.schema import MAX_LETTERS, Reading, Verdict, option_texts
from lmms_robust.transport import Response, unseal

NO_ANSWER = ""
CONSISTENT, INCONSISTENT, UNDECIDED = "consistent", "inconsistent", "undecided"

Responses = str | Sequence[str]
Doc = Mapping[str, Any]


class _EachResponse:
    """Apply one reading to every response, keeping the shape: a list per sample, or a string after ``take_first``.

    Args:
        question_key: column of the doc with the question; a doc without it is read without its question.
        options_key: column of the doc with the option texts, as a list, an object of letter to text, or the JSON of
            either; a doc without it is read by form alone.
        injected_key: column of the doc with the start of the response that the model did not write, as our tasks have
            it; it counts where a response starts with it.
    """

    def __init__(
        self, question_key: str = "question", options_key: str = "options", injected_key: str = "prefill"
    ) -> None:
        self.question_key = question_key
        self.options_key = options_key
        self.injected_key = injected_key

    def apply(self, resps: Iterable[Responses], docs: Iterable[Doc] | None) -> list[str | list[str]]:
        """Read the responses of all samples.

        Args:
            resps: per sample its responses.
            docs: per sample its doc; or, as lmms-eval has it, those of the whole split, of which ``resps`` are the
                first (``--limit``), or every n-th from this process's rank on. (With its ``--offset`` they are others,
                which nobody can tell from here.) None: the letters A to K are read by form alone.

        Raises:
            RobustError: a doc's options are no option texts, or there are fewer docs than samples.
        """
        samples = list(resps)
        if docs is None:
            return [self._sample(responses, {}) for responses in samples]
        known = _docs_of(list(docs), len(samples))
        return [self._sample(responses, doc) for responses, doc in zip(samples, known, strict=True)]

    def _sample(self, responses: Responses, doc: Doc) -> str | list[str]:
        question, injected = str(doc.get(self.question_key) or ""), str(doc.get(self.injected_key) or "")
        options = self._options(doc)

        def word(response: str) -> str:
            text = unseal(response).text  # a report at its end is not believed: a model may have written it
            return self.word(*read(question, options, Response(text, None), injected=injected))

        return word(responses) if isinstance(responses, str) else [word(response) for response in responses]

    def _options(self, doc: Doc) -> tuple[str, ...]:
        if not doc.get(self.options_key):
            return ()
        options = option_texts(doc[self.options_key], f"doc column {self.options_key!r}")
        if len(options) > MAX_LETTERS:
            raise RobustError(f"doc column {self.options_key!r}: {len(options)} options; allowed: up to {MAX_LETTERS}")
        return options

    def word(self, reading: Reading, verdict: Verdict) -> str:
        """Return what replaces one response."""
        raise NotImplementedError


def _docs_of(docs: Sequence[Doc], count: int) -> Sequence[Doc]:
    if len(docs) == count:
        return docs
    rank, processes = (int(os.environ.get(name, default)) for name, default in (("RANK", 0), ("WORLD_SIZE", 1)))
    mine = docs[rank::processes][:count]
    if len(mine) < count:
        raise RobustError(f"filter: {count} samples and {len(docs)} docs; allowed: a doc for each sample")
    return mine


class AnswerLetter(_EachResponse):
    """Replace each response by the letter of its answer, or by ``NO_ANSWER`` (the empty string)."""

    def word(self, reading: Reading, verdict: Verdict) -> str:
        """Return the answer letter."""
        return reading.answer or NO_ANSWER


class Consistency(_EachResponse):
    """Replace each response by ``"consistent"``, ``"inconsistent"`` or ``"undecided"``."""

    def word(self, reading: Reading, verdict: Verdict) -> str:
        """Return the word for the verdict of the rules."""
        return {True: CONSISTENT, False: INCONSISTENT, None: UNDECIDED}[verdict.consistent]
