"""Docs of two tasks and hand-made responses to them, as they come back from a backend that gives probabilities."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

from lmms_robust.harness import docs
from lmms_robust.perturbations import VARIANTS
from lmms_robust.schema import LetterProbs, letters
from lmms_robust.transport import Report, seal
from tests.conftest import row, rows

Doc = dict[str, Any]


@cache
def made(probe: bool = False, items: int = 30) -> list[Doc]:
    """Docs of every variant of some items."""
    source = rows(*(row(number, answer="AB"[number % 2]) for number in range(items)))
    return docs.variant_docs("scenes", tuple(VARIANTS), source, probe=probe).to_list()


def probabilities(doc: Doc, rng: random.Random) -> dict[str, float]:
    """Some distribution over the letters shown, of eighths, so that sums are exact and ties occur."""
    shown = letters(len(doc["options"]))
    weights = [0] * len(shown)
    for _ in range(8):
        weights[rng.randrange(len(shown))] += 1
    return {letter: weight / 8 for letter, weight in zip(shown, weights, strict=True)}


def response(doc: Doc, probs: dict[str, float] | None, answer: str | None, at_most: str = "") -> str:
    """The whole turn, as the backends write it."""
    start = doc["prefill"] if doc["probe"] else (doc["prefill"] or "<think>") + " So it is.</think><answer>"
    text = f"{start}{answer}</answer>" if answer else start
    return seal(text, Report("prefill" if doc["prefill"] else None, LetterProbs(probs, at_most) if probs else None))


def responses(found: list[Doc], seed: int = 0) -> list[str]:
    """A response a doc: likeliest letters, now and then no probabilities and no answer."""
    rng = random.Random(seed)
    written = []
    for doc in found:
        probs = probabilities(doc, rng)
        answer = max(probs, key=lambda letter: probs[letter])
        known, answered = rng.random() > 0.1, rng.random() > 0.1
        written.append(response(doc, probs if known else None, answer if answered else None))
    return written
