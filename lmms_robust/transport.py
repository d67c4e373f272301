"""What a backend reports beside the text, carried in the text, because harness, cache and logs carry nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from lmms_robust.parsing.letter_probs import write_letter_probs
from lmms_robust.schema import LetterProbs

Injection = Literal["prefill", "inline"]

_TAG = re.compile(r"<injection>(prefill|inline)</injection>\s*\Z")


@dataclass(frozen=True, slots=True)
class Sealed:
    """A response as it comes back from the harness.

    Attributes:
        text: the whole assistant turn, a continued prefill included, with its letter probabilities if it has any.
        injection: how the backend delivered an injected start of the assistant turn; ``"inline"`` if it says nothing,
            since only backends that continue a prefill say so.
    """

    text: str
    injection: Injection


def seal(text: str, injection: Injection | None = None, letter_probs: LetterProbs | None = None) -> str:
    """Append letter probabilities, and how an injected start of the assistant turn was delivered.

    Args:
        text: the whole assistant turn.
        injection: None where nothing was injected there.
        letter_probs: None where there are none.

    >>> unseal(seal("<answer>A</answer>", "prefill"))
    Sealed(text='<answer>A</answer>', injection='prefill')
    """
    probs = write_letter_probs(letter_probs) if letter_probs else ""
    return text + probs + (f"<injection>{injection}</injection>" if injection else "")


def unseal(response: str) -> Sealed:
    """Take the report on the injection off; any other text is a response without one."""
    found = _TAG.search(response)
    if found is None:
        return Sealed(response, "inline")
    return Sealed(response[: found.start()], "prefill" if found.group(1) == "prefill" else "inline")
