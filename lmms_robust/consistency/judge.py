"""What a judge is asked about one response, and what counts as its reply.

A judge is shown the question, the options and the reasoning, never the answer, the right option or the planted one, and
names the option that the reasoning ends on. All that it is shown was written by others, and may be written to talk it
into a verdict: it is quoted line by line between marks that nobody could foresee, bounded, and without signs that no
reader sees; and a reply is one letter or none, or the judge has failed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from lmms_robust import prompts
from lmms_robust.consistency.explicit import TAIL
from lmms_robust.prompts import inert, render
from lmms_robust.reading import parse_response
from lmms_robust.reading.tags import split_blocks
from lmms_robust.record import Record
from lmms_robust.schema import Reading, letters

TEMPLATE = "judge"
NONE = "none"
_MOST = {"question": 4_000, "option": 1_000, "given": 2_000, "reasoning": TAIL}
"""Characters that a judge is shown: the first of question and options, the last of what reasoning ends on."""
_LONGEST_REPLY = 200
_CUT = "[…]"
_JOINERS = "\u200c\u200d"
"""Of the signs that no reader sees, those that letters of some scripts need."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a judge is asked about.

    Attributes:
        question: the question alone.
        options: option texts in order.
        given: the start of the reasoning that the model did not write, or ``""``.
        reasoning: the rest of it.
        seed: of item and response; the marks are drawn by it.
    """

    question: str
    options: tuple[str, ...]
    given: str
    reasoning: str
    seed: str


@dataclass(frozen=True, slots=True)
class Request:
    """What a judge is sent.

    Attributes:
        text: the one user turn.
        mark: what divides it; a reply that repeats it has moved something of the request into the verdict.
        count: number of the options.
    """

    text: str
    mark: str
    count: int

    @property
    def schema(self) -> dict[str, Any]:
        """JSON schema of the reply."""
        conclusion = {"type": "string", "enum": [*letters(self.count), NONE]}
        return {
            "type": "object",
            "properties": {"conclusion": conclusion},
            "required": ["conclusion"],
            "additionalProperties": False,
        }


@dataclass(frozen=True, slots=True)
class Said:
    """What a judge's reply says.

    Attributes:
        conclusion: letter, or None if the reasoning ends on none, or the judge failed.
        failed: why there is no verdict: ``"empty"``, ``"unreadable"`` (more, or something else, than one letter or
            none), ``"no_option"`` (a letter that no option has), ``"canary"`` (repeats the mark); else None.
    """

    conclusion: str | None
    failed: str | None = None


def asked(record: Record, text: str, prefill: str = "") -> Asked | None:
    """What to ask about a response; None where there is nothing to ask.

    That is where consistency does not apply, where no answer was read, and where reasoning and answer cannot be told
    apart.

    Args:
        record: what became of the response.
        text: the whole turn, without what a backend reports beside it.
        prefill: what the turn was started with.
    """
    if not record.applicable or record.answer is None:
        return None
    seed = sha256(f"{record.digest}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()
    return asked_about(record.question, record.options, _read(record, text, prefill), seed)


def own_reasoning(record: Record, text: str, prefill: str = "") -> str:
    """The model's own words of the reasoning, without the answer; ``""`` where there are none. As for :func:`asked`."""
    reading = _read(record, text, prefill)
    return (reading.think or "")[reading.own :].strip()


def _read(record: Record, text: str, prefill: str) -> Reading:
    injected = "" if record.injection == "inline" else prefill
    return parse_response(text, record.options, injected=injected, question=record.question)


def asked_about(question: str, options: Sequence[str], reading: Reading, seed: str) -> Asked | None:
    """What to ask about a reading; None where there is nothing to ask, see :func:`asked`."""
    if reading.answer is None or not reading.separable or not (reading.think or "").strip():
        return None
    think = reading.think or ""
    return Asked(question, tuple(options), think[: reading.own].strip(), think[reading.own :].strip(), seed)


def request(about: Asked) -> Request:
    """What a judge is sent.

    Raises:
        RobustError: a user's own template cannot be rendered.
    """
    known = letters(len(about.options))
    texts = {
        "question": quoted(about.question, _MOST["question"]),
        "options": "\n".join(
            quoted(f"{letter}. {option}", _MOST["option"]) for letter, option in zip(known, about.options, strict=True)
        ),
        "given": about.given and quoted(about.given, -_MOST["given"]),
        "reasoning": quoted(about.reasoning, -_MOST["reasoning"]),
    }
    mark = unforeseen(about.seed, "".join(texts.values()))
    allowed = ", ".join([*known, NONE])
    return Request(render(TEMPLATE, {**texts, "mark": mark, "allowed": allowed}), mark, len(known))


def template_digest() -> str:
    """Digest of the template that judges are asked by, 8 hexadecimal digits."""
    return prompts.template_digest(TEMPLATE)


_REPLY = re.compile(
    r"(?:```(?:json)?\s{0,3})?"
    r"(?:\{\s{0,9}\"conclusion\"\s{0,9}:\s{0,9}\"([A-K]|(?i:none))\"\s{0,9}\}|[(\[*\"]{0,3}([A-K]|(?i:none))[)\]*\".]{0,3})"
    r"(?:\s{0,3}```)?"
)


def read_reply(text: str, asked: Request) -> Said:
    """Read a judge's reply: the JSON object, one letter, or none. Anything else is a failure; never raises.

    What a judge thinks before it, in a block of its own, is no part of its reply.
    """
    blocks = split_blocks(text)
    said = (text[slice(*blocks.answer)] if blocks.form == "after" else text).strip()
    if asked.mark in said:
        return Said(None, "canary")
    if not said:
        return Said(None, "empty")
    match = _REPLY.fullmatch(said) if len(said) <= _LONGEST_REPLY else None
    if match is None:
        return Said(None, "unreadable")
    conclusion = match[1] or match[2]
    if conclusion.lower() == NONE:
        return Said(None)
    return Said(conclusion) if conclusion in letters(asked.count) else Said(None, "no_option")


def quoted(text: str, most: int) -> str:
    """A text of others: bounded (from its end if ``most`` is negative), each line quoted, and no token of a model's."""
    shown = text[:most] if most > 0 else text[most:]
    clean = "".join(map(_visible, shown))
    if len(shown) < len(text):
        clean = f"{clean} {_CUT}" if most > 0 else f"{_CUT} {clean}"
    return "\n".join(f"> {line}" for line in inert(clean).splitlines()) or ">"


def _visible(sign: str) -> str:
    r"""A sign that readers see, or white space; of all others, such as tags that spell out hidden text, nothing.

    >>> [_visible(one) for one in ("a", "\n", "\x1b", "\u202e", "\U000e0041")]
    ['a', '\n', '', '', '']
    """
    hidden = unicodedata.category(sign)[0] == "C" and sign not in _JOINERS
    return sign if not hidden or sign in "\t\n\r\f\v\x1c\x1d\x1e\x85" else ""


def unforeseen(seed: str, texts: str) -> str:
    """A mark that stands in none of the texts."""
    while True:
        seed = sha256(seed.encode()).hexdigest()
        if seed[:12] not in texts:
            return f"#{seed[:12]}"
