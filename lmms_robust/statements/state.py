"""From a question and its options to one declarative sentence per option, by question patterns."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import compress, product
from typing import Any

from lmms_robust.statements.asked import EMPTY, asked, source
from lmms_robust.statements.grammar import capitalize, mid_sentence
from lmms_robust.statements.refusals import named_by, points, quoted, refusals
from lmms_robust.statements.viewpoints import viewed
from lmms_robust.statements.words import one_spelling

FALLBACK = "fallback"

LONGEST = 1_500
"""Characters of a question up to which patterns are tried; their time grows with its square."""

_ASKING = "what|where|who|whose|when|why|how|which"
_SECOND = re.compile(
    rf"\b(?!(?:{_ASKING})\b)\w+\W+(and (?:(?:{_ASKING})\b|(?:is|are|was|were|do|does|did|has|have|can) "
    r"(?:it|he|she|they|there)\b))",
    re.IGNORECASE,
)  # not "when and where"


@dataclass(frozen=True, slots=True)
class Pattern:
    """One family of questions.

    Attributes:
        name: names the family in audits.
        question: matches the whole question (``re.fullmatch``, case ignored).
        statement: makes the sentence for one option from the match, the option, and all options that do not refuse;
            None if this option does not fit the family, which makes the pattern not apply to the question.
    """

    name: str
    question: re.Pattern[str]
    statement: Callable[[re.Match[str], str, Sequence[str]], str | None]


@dataclass(frozen=True, slots=True)
class Statements:
    """One sentence per option, and the name of the pattern that made them (or ``FALLBACK``)."""

    texts: tuple[str, ...]
    pattern: str

    @property
    def fields(self) -> dict[str, Any]:
        """The statements and their source, as fields of an :class:`lmms_robust.schema.Item`."""
        source = FALLBACK if self.pattern == FALLBACK else f"pattern:{self.pattern}"
        return {"statements": self.texts, "statement_source": source}


def state(question: str, options: Sequence[str], patterns: Sequence[Pattern]) -> Statements:
    """Make the statements of an item by the first pattern that applies to the question and all of its options.

    Options that refuse ("not visible") have sentences of their own in every family. Where no pattern applies, an option
    leans on the others ("both"), or two sentences would read the same, a neutral sentence that is still a statement is
    used.
    """
    question = " ".join(question.replace("？", "?").split())
    at = [next(place for place, known in enumerate(options) if one_spelling(known, option)) for option in options]
    if len(set(at)) < len(options):  # a repeated option is one option
        kept = sorted(set(at))
        at = [kept.index(place) for place in at]
        stated = state(question, [options[place] for place in kept], patterns)
        return Statements(tuple(stated.texts[place] for place in at), stated.pattern)
    refused = refusals(question, options)
    refusing = [text for text in refused if text is not None]
    if len(set(refusing)) < len(refusing):  # "not shown" beside "not visible"
        return Statements(tuple(fallback(question, option) for option in options), FALLBACK)
    together = [named_by(option, options) for option in options]
    states = [text is None and held is None for text, held in zip(refused, together, strict=True)]
    chosen = [option.strip() for option in compress(options, states)]
    whole = re.sub(r"\bthe an? (?=\w)", "the ", EMPTY.sub("", question))  # "of the a girl"
    whole = re.sub(r"\?{2,}", "?", whole)
    seen, view = viewed(whole) if len(whole) <= LONGEST else (whole, "")
    asking, by = dict.fromkeys((seen, asked(seen))), source(seen)
    readable = len(question) <= LONGEST and chosen and not any(map(points, chosen))
    for pattern, text in product(patterns if readable else (), asking):
        found = pattern.question.fullmatch(text)
        made = [pattern.statement(found, option, chosen) for option in chosen] if found else [None]
        known = [one for one in made if one is not None]
        if len(known) < len(made) or _asks_on(text, known, chosen):
            continue
        for lead in (by if text != seen else "", view):
            known = [f"{capitalize(lead)}, {mid_sentence(one)}" for one in known] if lead else known
        rest, told = iter(known), refusals(question, options, known) if refusing else refused
        single = [next(rest) if plain else text or "" for plain, text in zip(states, told, strict=True)]
        # "all of the above" says each of their sentences
        texts = [
            " ".join(single[place] for place in held) if held else one
            for one, held in zip(single, together, strict=True)
        ]
        if len({text.casefold() for text in texts}) == len(options):
            return Statements(tuple(texts), pattern.name)
    left = [
        text if text is not None else fallback(question, option.strip())
        for option, text in zip(options, refused, strict=True)
    ]
    return Statements(tuple(left), FALLBACK)


def _asks_on(question: str, statements: Sequence[str], options: Sequence[str]) -> bool:
    """Whether a statement holds the second of two questions in one: "the car and where is it parked"."""
    second = _SECOND.search(question)
    asked = second[1].casefold() if second else ""
    return bool(asked) and any(
        asked in statement.casefold() and asked not in option.casefold()
        for statement, option in zip(statements, options, strict=True)
    )


def fallback(question: str, option: str) -> str:
    """A sentence that says of any option that it holds.

    >>> fallback("What does he ask?", "Who?")
    'The answer to the question "What does he ask?" is: "Who?".'
    """
    answer = option.strip().rstrip(". ") or option.strip()
    told = quoted(answer) if answer.endswith(("?", "!", ".", ":", ";", ",")) else answer
    return f"The answer to the question {quoted(question)} is: {told}."
