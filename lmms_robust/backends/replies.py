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
from lmms_robust.transport import Injection, Report, seal


@dataclass(frozen=True, slots=True)
class Question:
    """What one request asks.

    Attributes:
        doc: the doc that it is about.
        messages: chat messages; where words are injected as a start of the turn, they end in an assistant message.
        injection: how words are injected; None where there are none.
    """

    doc: Mapping[str, Any]
    messages: Sequence[Message]
    injection: Injection | None

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
        cut: it stops at the limit of tokens.
        steps: tokens with the likeliest ones there; empty where the server gives none.
        prompt_tokens: length of the prompt, pictures included, or None.
        output_tokens: length of what was written, reasoning included, or None.
        prompt_text: the rendered prompt, where the server shows it.
    """

    text: str
    reasoning: str = ""
    cut: bool = False
    steps: tuple[Step, ...] = ()
    prompt_tokens: int | None = None
    output_tokens: int | None = None
    prompt_text: str | None = None


def response(question: Question, reply: Reply, echoes: bool = False, until: Sequence[str] = ()) -> str:
    """The whole assistant turn with what is reported beside it; for docs of other tasks the text alone.

    Args:
        question: what was asked.
        reply: the server's answer.
        echoes: the server repeats the start of the turn.
        until: texts at which the response ends.
    """
    prefill = question.prefill
    written = cut(reply.text.removeprefix(prefill) if echoes else reply.text, until)
    turn = _turn(prefill, reply.reasoning, written, reply.cut)
    if not is_ours(question.doc):
        return turn
    if question.doc.get("probe"):
        return probed(prefill, at_the_start(reply.steps, question.doc["options"]))
    ending = written or (reply.reasoning if turn.endswith(reply.reasoning) else "")
    probs = at_the_answer(reply.steps, turn, ending, question.doc["options"]) if reply.steps else None
    return seal(turn, Report(question.injection, probs))


def _turn(prefill: str, reasoning: str, written: str, cut: bool) -> str:
    """Put reasoning that the server keeps apart back between its tags."""
    if not reasoning:
        return prefill + written
    if prefill.rfind("<think>") <= prefill.rfind("</think>") and prefill:
        if not written:  # the server saw no closing tag, and took the answer for reasoning
            return prefill + reasoning
        return f"{prefill}<think>{reasoning}</think>{written}"
    opened = prefill or ("" if reasoning.lstrip().startswith("<think>") else "<think>")
    closed = "" if not written and cut else "</think>"
    return f"{opened}{reasoning}{closed}{written}"
