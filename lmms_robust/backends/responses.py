"""From what a model wrote to the text that goes back to the harness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lmms_robust.backends.turns import cut, is_ours, probed
from lmms_robust.generation.decoding import decode
from lmms_robust.generation.letters import LetterTokens, at_the_answer, normalised
from lmms_robust.generation.prompt import Prompt
from lmms_robust.generation.scheduling import Written
from lmms_robust.transport import Injection, Report, seal


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rendered request.

    Attributes:
        prompt: what the model is given.
        doc: the doc that it is about.
        injection: how words are injected; None where there are none.
    """

    prompt: Prompt
    doc: Mapping[str, Any]
    injection: Injection | None


def response(
    question: Rendered, written: Written, stops: Sequence[str], known: LetterTokens, unused: Sequence[str] = ()
) -> str:
    """The whole assistant turn with what is reported beside it.

    Args:
        question: what was asked.
        written: what the model wrote.
        stops: texts at which a response is cut off.
        known: the model's letter tokens.
        unused: names of generation settings that were not used.
    """
    prefill, doc = question.prompt.prefill, question.doc
    text = cut(decode(known.tokenizer, written.tokens), stops)
    if not is_ours(doc):
        return prefill + text
    if doc.get("probe"):
        return probed(prefill, normalised(written.letters[0], len(doc["options"])) if len(written.letters) else None)
    probs = at_the_answer(known, prefill, written.tokens, written.letters, doc["options"], written.cut)
    report = Report(question.injection, probs, written.cut, len(written.tokens), not_honoured=tuple(unused))
    return seal(prefill + text, report)
