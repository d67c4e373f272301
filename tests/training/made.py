"""Variants, responses and rows that several tests use."""

from __future__ import annotations

from typing import Any

from lmms_robust.perturbations import build
from lmms_robust.perturbations.columns import to_columns
from lmms_robust.schema import Item, Variant

DOG = Item(question="Where is the dog?", options=("left", "right"), answer="A", id="dog")
"""Right is A, so that B is planted."""


def asked(variant: str = "base", item: Item = DOG) -> dict[str, Any]:
    return to_columns(build(item, variant))


def variant(name: str = "base", item: Item = DOG) -> Variant:
    return build(item, name)


def reply(conclusion: str, answer: str) -> str:
    """A response of its own whose reasoning ends on one letter and whose answer is another or the same."""
    return f"<think>Looking at it, the answer is {conclusion}.</think><answer>{answer}</answer>"
