"""Which sequences of one prefix go on alike for a while, so that this too is computed once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lmms_robust.generation.encoding import common

WORTHWHILE = 16
"""Tokens from which on a stem is worth a pass of its own."""


@dataclass(frozen=True, slots=True)
class Stem:
    """Sequences that begin alike.

    Attributes:
        members: their places, in ascending order.
        length: tokens that all share; 0 for one by itself. Each member has at least one more.
    """

    members: tuple[int, ...]
    length: int


def stems(suffixes: Sequence[tuple[int, ...]]) -> list[Stem]:
    """Sort sequences into stems, each in exactly one.

    >>> stems([tuple(range(20)), (*range(18), 7, 8), (5, 6)])
    [Stem(members=(0, 1), length=18), Stem(members=(2,), length=0)]
    """
    order = sorted(range(len(suffixes)), key=lambda place: suffixes[place])
    found = [Stem(tuple(sorted(places)), length) for places, length in _runs(suffixes, order)]
    return sorted(found, key=lambda stem: stem.members)


def _runs(suffixes: Sequence[tuple[int, ...]], order: Sequence[int]) -> Iterator[tuple[list[int], int]]:
    """Neighbours in dictionary order that share enough with all of their run."""
    run: list[int] = []
    length = 0
    for place in order:
        most = len(suffixes[place]) - 1
        shared = min(most, common([suffixes[run[0]], suffixes[place]]), length or most) if run else 0
        if len(run) == 1:
            shared = min(shared, len(suffixes[run[0]]) - 1)
        if run and shared < WORTHWHILE:
            yield run, length
            run, length, shared = [], 0, 0
        run.append(place)
        length = shared
    if run:
        yield run, length
