"""Prompts and responses as pieces, each with what it is, so that a page marks them and never looks for them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from lmms_robust.reading import own_start, parse_response

Piece = tuple[str, str]
"""What it is, :data:`PLAIN`, ``"injected"``, ``"reasoning"`` or ``"answer"``, and its text."""

PLAIN, INJECTED, REASONING, ANSWER = "", "injected", "reasoning", "answer"


def prompt(text: str, base: str) -> list[Piece]:
    r"""A prompt, with the words marked that it has beyond the one of the same item at base.

    Args:
        text: what was sent.
        base: what is sent at base; where it is ``""``, nothing is marked.

    >>> prompt("Caption: a dog.\nWhere?", "Where?")
    [('injected', 'Caption: a dog.\n'), ('', 'Where?')]
    """
    if not base or text == base:
        return [(PLAIN, text)] if text else []
    start = _word(text, base, _same(text, base))
    end = _same(text[start:][::-1], base[start:][::-1])
    rest = text[len(text) - end :] if end else ""
    while rest and not rest[0].isspace() and not text[len(text) - len(rest) - 1 : len(text) - len(rest)].isspace():
        rest = rest[1:]  # a word is injected as a whole
    pieces = [(PLAIN, text[:start]), (INJECTED, text[start : len(text) - len(rest)]), (PLAIN, rest)]
    return [piece for piece in pieces if piece[1]]


def response(text: str, options: Sequence[str], truncated: bool, started: str, question: str) -> list[Piece]:
    """A response in pieces: what it was started with, its reasoning, and the letter of its answer.

    >>> response("<think>So left.</think><answer>A</answer>", ("left", "right"), False, "<think>So", "Where?")
    [('injected', '<think>So'), ('reasoning', ' left.'), ('', '</think><answer>'), ('answer', 'A'), ('', '</answer>')]
    """
    found = parse_response(text, options, truncated, started, question)
    spans = []
    if started:
        spans.append((0, max(own_start(text, started), 0), INJECTED))
    if found.at is not None:
        spans.append((found.at, found.at + 1, ANSWER))
    if found.think and text[found.start : found.start + len(found.think)] == found.think:
        spans.append((found.start, found.start + len(found.think), REASONING))
    edges = sorted({0, len(text), *(edge for start, end, _ in spans for edge in (start, end))})
    pieces: list[Piece] = []
    for start, end in pairwise(edges):
        kind = next((kind for first, last, kind in spans if first <= start and end <= last), PLAIN)
        before = pieces.pop()[1] if pieces and pieces[-1][0] == kind else ""
        pieces.append((kind, before + text[start:end]))
    return pieces


def _same(one: str, other: str) -> int:
    """How many characters two texts share at their start."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _word(text: str, base: str, start: int) -> int:
    """The start of the word that an offset is in: texts that differ in a word may share its first letters."""
    while start and not text[start - 1].isspace() and (text[start : start + 1] + base[start : start + 1]).strip():
        start -= 1
    return start
