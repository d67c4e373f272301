"""From what a chat server wrote to the text that goes back to the harness; knows no server."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image

from lmms_robust.backends.messages import Message, pictures_of, text_of
from lmms_robust.backends.token_probs import Step, at_the_answer, at_the_start
from lmms_robust.backends.turns import cut, is_ours, probed
from lmms_robust.transport import Injection, Reasoning, Report, seal


@dataclass(frozen=True, slots=True)
class Question:
    """What one request asks.

    Attributes:
        doc: the doc that it is about.
        messages: chat messages; where words are injected as a start of the turn, they end in an assistant message.
        injection: how words are injected; None where there are none.
        opened: the thought that the server's chat template opens for a new turn, or ``""``.
    """

    doc: Mapping[str, Any]
    messages: Sequence[Message]
    injection: Injection | None
    opened: str = ""

    @property
    def prefill(self) -> str:
        """The start of the assistant turn, or ``""``."""
        return text_of(self.messages[-1]) if self.injection == "prefill" else ""

    @property
    def pictures(self) -> tuple[Image.Image, ...]:
        """Pictures in order."""
        return pictures_of(self.messages)

    @property
    def words(self) -> str:
        """All but the pictures, as text."""
        shown = [
            [message["role"], *(part.get("text", part["type"]) for part in message["content"])]
            for message in self.messages
        ]
        return json.dumps(shown, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answers.

    Attributes:
        text: the response, without reasoning that the server keeps apart.
        reasoning: that reasoning, or ``""``.
        cut: it stops at the limit of tokens; None where that is not known.
        steps: tokens with the likeliest ones there; empty where the server gives none.
        prompt_tokens: length of the prompt, pictures included, or None.
        output_tokens: length of what was written, reasoning included, or None.
        prompt_text: the rendered prompt, where the server shows it.
        reasoning_tokens: how many of the tokens written are reasoning, or None.
        shows: whether ``reasoning`` is the model's own, a summary, or kept back.
        price: US dollars, or None.
        not_honoured: names of generation settings that the server did not take.
    """

    text: str
    reasoning: str = ""
    cut: bool | None = None
    steps: tuple[Step, ...] = ()
    prompt_tokens: int | None = None
    output_tokens: int | None = None
    prompt_text: str | None = None
    reasoning_tokens: int | None = None
    shows: Reasoning = "shown"
    price: float | None = None
    not_honoured: tuple[str, ...] = ()


def response(question: Question, reply: Reply, echoes: bool = False, until: Sequence[str] = ()) -> str:
    """The whole assistant turn with what is reported beside it; for docs of other tasks the text alone.

    Args:
        question: what was asked.
        reply: the server's answer.
        echoes: the server repeats the start of the turn.
        until: texts at which the response ends.
    """
    prefill = question.prefill
    whole = reply.text.removeprefix(prefill) if echoes else reply.text
    written = cut(whole, until)
    at_limit = reply.cut if written == whole else False
    turn = _turn(question, reply.reasoning, written, at_limit)
    if not is_ours(question.doc):
        return turn
    if question.doc.get("probe"):
        return probed(prefill, at_the_start(reply.steps, question.doc["options"]))
    ending = written or (reply.reasoning if turn.endswith(reply.reasoning) else "")
    probs = at_the_answer(reply.steps, turn, ending, question.doc["options"], at_limit) if reply.steps else None
    return seal(
        turn,
        Report(
            *(question.injection, probs, at_limit, reply.output_tokens, reply.reasoning_tokens, reply.shows),
            not_honoured=reply.not_honoured,
            price=reply.price,
        ),
    )


def _turn(question: Question, reasoning: str, written: str, cut: bool | None) -> str:
    """Put back reasoning that the server keeps apart, and the tag of a thought that was opened for the model."""
    prefill = question.prefill
    if not reasoning:
        return prefill + written if prefill else _reopened(question.opened, written)
    if prefill.rfind("<think>") <= prefill.rfind("</think>") and prefill:
        if not written:  # the server saw no closing tag, and took the answer for reasoning
            return prefill + reasoning
        return f"{prefill}<think>{reasoning}</think>{written}"
    closed = "" if not written and cut else "</think>"
    thought = prefill + reasoning if prefill else _reopened(question.opened or "<think>", reasoning)
    return f"{thought}{closed}{written}"


def _reopened(opened: str, text: str) -> str:
    """A text after what opened its thought, unless the server left that where it was."""
    return text if opened.strip() and text.lstrip().startswith(opened.strip()) else opened + text
