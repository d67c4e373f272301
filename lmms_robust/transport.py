"""What a backend reports beside the text, carried in the text, because harness, cache and logs carry nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Injection = Literal["prefill", "inline"]

_TAG = re.compile(r"<injection>(prefill|inline)</injection>\s*\Z")


@dataclass(frozen=True, slots=True)
class Sealed:
    """A response as it comes back from the harness.

    Attributes:
        text: the whole assistant turn, a continued prefill included.
        injection: how the backend delivered an injected start of the assistant turn; ``"inline"`` if it says nothing,
            since only backends that continue a prefill say so.
    """

    text: str
    injection: Injection


def seal(text: str, injection: Injection) -> str:
    """Append how an injected start of the assistant turn was delivered.

    >>> unseal(seal("<answer>A</answer>", "prefill"))
    Sealed(text='<answer>A</answer>', injection='prefill')
    """
    return f"{text}<injection>{injection}</injection>"


def unseal(response: str) -> Sealed:
    """Take apart what :func:`seal` put together; any other text is a response without a report."""
    found = _TAG.search(response)
    if found is None:
        return Sealed(response, "inline")
    return Sealed(response[: found.start()], "prefill" if found.group(1) == "prefill" else "inline")
