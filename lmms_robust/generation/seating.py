"""The order in which new sequences take rows: those that compute a stem, those that copy it, and the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lmms_robust.generation.encoding import Group
from lmms_robust.generation.stems import stems


@dataclass(slots=True)
class Row:
    """A sequence under way.

    Attributes:
        group: its group.
        place: of its prompt there.
        slot: number of its prefix.
        tokens: what it has written, as far as that was looked at.
    """

    group: Group
    place: int
    slot: int
    tokens: list[int] = field(default_factory=list)

    @property
    def number(self) -> int:
        """The caller's number of the prompt."""
        return self.group.numbers[self.place]

    @property
    def suffix(self) -> tuple[int, ...]:
        """Token ids after the prefix."""
        return self.group.suffixes[self.place]


@dataclass(frozen=True, slots=True)
class Seating:
    """New sequences in the order of their rows.

    Attributes:
        rows: first one leader for each stem, then its followers, then sequences without a stem.
        lengths: of the leaders' stems.
        leaders: for each follower the number of its leader.
    """

    rows: list[Row]
    lengths: list[int]
    leaders: list[int]

    @property
    def computed(self) -> list[int]:
        """Of each row, how many suffix tokens come from a stem."""
        followed = [self.lengths[leader] for leader in self.leaders]
        return [*self.lengths, *followed, *([0] * (len(self.rows) - len(self.lengths) - len(followed)))]


def seated(groups: Sequence[Group], slots: Sequence[int]) -> Seating:
    """Arrange the sequences of groups whose prefixes have given numbers."""
    leading: list[Row] = []
    following: list[Row] = []
    alone: list[Row] = []
    lengths: list[int] = []
    leaders: list[int] = []
    for group, slot in zip(groups, slots, strict=True):
        for stem in stems(group.suffixes):
            first, *others = (Row(group, place, slot) for place in stem.members)
            if not stem.length:
                alone += [first, *others]
                continue
            leaders += [len(leading)] * len(others)
            leading.append(first)
            following += others
            lengths.append(stem.length)
    return Seating(leading + following + alone, lengths, leaders)
