"""Filters for the `filter_list` of lmms-eval and lm-eval tasks, named there by `!function`.

Both harnesses only call ``cls(**kwargs)`` and ``apply(resps, docs)``, so no class of theirs is needed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lmms_robust.consistency.rules import judge
from lmms_robust.errors import RobustError
from lmms_robust.parsing import parse_response
from lmms_robust.schema import MAX_LETTERS
from lmms_robust.transport import unseal

NO_ANSWER = ""
CONSISTENT, INCONSISTENT, UNDECIDED = "consistent", "inconsistent", "undecided"

Responses = str | Sequence[str]
Doc = Mapping[str, Any]


class _EachResponse:
    """Apply one reading to every response, keeping the shape: a list per sample, or a string after ``take_first``.

    Args:
        question_key: column of the doc with the question; a doc without it is read without its question.
        options_key: column of the doc with the list of option texts; a doc without it is read by form alone.
    """

    def __init__(self, question_key: str = "question", options_key: str = "options") -> None:
        self.question_key = question_key
        self.options_key = options_key

    def apply(self, resps: Iterable[Responses], docs: Iterable[Doc] | None) -> list[str | list[str]]:
        """Read the responses of all samples.

        Args:
            resps: per sample its responses.
            docs: per sample its doc; None in lmms-eval, which passes no docs, so that the options are not known and
                the letters A to J are read by form alone.

        Raises:
            RobustError: a doc's options are no list of texts.
        """
        if docs is None:
            return [self._sample(responses, {}) for responses in resps]
        return [self._sample(responses, doc) for responses, doc in zip(resps, docs, strict=True)]

    def _sample(self, responses: Responses, doc: Doc) -> str | list[str]:
        question, options = str(doc.get(self.question_key, "")), self._options(doc)
        if isinstance(responses, str):
            return self.read(responses, question, options)
        return [self.read(response, question, options) for response in responses]

    def _options(self, doc: Doc) -> tuple[str, ...]:
        options = doc.get(self.options_key, ())
        if isinstance(options, str) or not all(isinstance(option, str) for option in options):
            raise RobustError(f"doc column {self.options_key!r}: {options!r}; allowed: a list of option texts")
        return tuple(options)

    def read(self, response: str, question: str, options: Sequence[str]) -> str:
        """Return what replaces one response."""
        raise NotImplementedError


class AnswerLetter(_EachResponse):
    """Replace each response by the letter of its answer, or by ``NO_ANSWER`` (the empty string)."""

    def read(self, response: str, question: str, options: Sequence[str]) -> str:
        """Return the answer letter."""
        return parse_response(unseal(response).text, options).answer or NO_ANSWER


class Consistency(_EachResponse):
    """Replace each response by ``"consistent"``, ``"inconsistent"`` or ``"undecided"``."""

    def read(self, response: str, question: str, options: Sequence[str]) -> str:
        """Return the word for the verdict of the rules."""
        known = options or ("",) * MAX_LETTERS
        verdict = judge(question, known, parse_response(unseal(response).text, known))
        if verdict.consistent is None:
            return UNDECIDED
        return CONSISTENT if verdict.consistent else INCONSISTENT
