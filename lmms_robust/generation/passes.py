"""Cuts work into the passes that an engine makes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from lmms_robust.generation.encoding import Group

PREFILL_TOKENS = 16_384
"""Tokens of one forward pass over prefixes or suffixes, unless a single one is longer."""


def part(group: Group, places: Iterable[int]) -> Group:
    """A group of some of its prompts."""
    chosen = list(places)
    return replace(
        group,
        numbers=tuple(group.numbers[place] for place in chosen),
        suffixes=tuple(group.suffixes[place] for place in chosen),
    )


def batches(groups: Sequence[Group]) -> Iterator[list[Group]]:
    """Neighbours whose pixels can be joined, in as many tokens as one pass takes."""
    batch: list[Group] = []
    for group in groups:
        tokens = (len(batch) + 1) * len(group.prefix)  # prefixes come in ascending length
        if batch and (tokens > PREFILL_TOKENS or _shape(group) != _shape(batch[0])):
            yield batch
            batch = []
        batch.append(group)
    if batch:
        yield batch


def _shape(group: Group) -> Any:
    return {name: tuple(value.shape[1:]) for name, value in group.pixels.items()}, sorted(group.types)


def within(tokens: Sequence[Sequence[int]], start: int) -> int:
    """End of the sequences from ``start`` on whose tokens one pass takes."""
    total, stop = 0, start
    while stop < len(tokens):
        total += len(tokens[stop])
        if total > PREFILL_TOKENS and stop > start:
            break
        stop += 1
    return stop
