"""One rendered request."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image


@dataclass(frozen=True, slots=True)
class Prompt:
    """One rendered request.

    Attributes:
        text: everything up to where the model goes on.
        pictures: pictures in the order of their placeholders.
        prefill: the start of the assistant turn at the end of ``text``: a thought that the chat template opens, and
            the words that are injected; or ``""``.
    """

    text: str
    pictures: tuple[Image.Image, ...]
    prefill: str
