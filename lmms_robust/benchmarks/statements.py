"""From a question and its options to one declarative sentence per option, by question patterns."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

FALLBACK = "fallback"


@dataclass(frozen=True, slots=True)
class Pattern:
    """One family of questions.

    Attributes:
        name: names the family in audits.
        question: matches the whole question (``re.fullmatch``, case ignored).
        statement: makes the sentence for one option from the match, the option, and all options; None if this option
            does not fit the family, which makes the pattern not apply to the question.
    """

    name: str
    question: re.Pattern[str]
    statement: Callable[[re.Match[str], str, Sequence[str]], str | None]


@dataclass(frozen=True, slots=True)
class Statements:
    """One sentence per option, and the name of the pattern that made them (or ``FALLBACK``)."""

    texts: tuple[str, ...]
    pattern: str


def state(question: str, options: Sequence[str], patterns: Sequence[Pattern]) -> Statements:
    """Make the statements of an item by the first pattern that applies to the question and all of its options.

    Where none does, or two sentences would read the same, a neutral sentence that is still a statement is used.
    """
    question = " ".join(question.split())
    for pattern in patterns:
        found = pattern.question.fullmatch(question)
        texts = [pattern.statement(found, option.strip(), options) for option in options] if found else [None]
        known = [text for text in texts if text is not None]
        if len(known) == len(texts) == len({text.casefold() for text in known}):
            return Statements(tuple(known), pattern.name)
    return Statements(tuple(fallback(question, option) for option in options), FALLBACK)


def fallback(question: str, option: str) -> str:
    """A sentence that says of any option that it holds."""
    return f'The answer to the question "{question}" is: {option.strip().rstrip(".")}.'
