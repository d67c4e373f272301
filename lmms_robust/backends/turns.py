"""What all backends put into the text that goes back to the harness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lmms_robust.schema import LetterProbs
from lmms_robust.transport import Report, seal


def is_ours(doc: Mapping[str, Any]) -> bool:
    """Whether a doc is a variant of ours; docs of other tasks get plain responses."""
    return {"source", "row", "variant", "options"} <= set(doc)


def cut(text: str, stops: Sequence[str]) -> str:
    """A response up to the first of some texts."""
    for stop in stops:
        text = text.split(stop)[0]
    return text


def probed(prefill: str, probs: LetterProbs | None) -> str:
    """The response to a probe: the letter that is likeliest right after the forced start of the answer."""
    if probs is None:
        return seal(prefill, Report("prefill"))
    letter = max(probs.probs, key=lambda letter: probs.probs[letter])
    return seal(f"{prefill}{letter}</answer>", Report("prefill", probs))
