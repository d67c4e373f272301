"""The buffers that sequences are computed in: as large as what is there needs, and as the device's memory allows."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, inf

import torch

from lmms_robust.generation.cache import SharedPrefixCache
from lmms_robust.generation.encoding import Group
from lmms_robust.generation.engine import Engine
from lmms_robust.generation.rows import Rows

_ROUND = 64  # capacities are multiples of it

FIRST_TOKENS = 512
"""New tokens that there is room for at first; more where a sequence writes more, and the limit allows."""


class Room:
    """Cache and rows of one run.

    Args:
        engine: the engine, which is told of new buffers.
        limit: most tokens that a sequence writes.
        steps: tokens that a sequence may write beyond its end before that is seen.

    Attributes:
        rows: state of the sequences; there when the cache is.
    """

    def __init__(self, engine: Engine, limit: int, steps: int) -> None:
        self._engine, self._limit, self._steps = engine, limit, steps
        self._new = min(limit, FIRST_TOKENS)
        self._cache: SharedPrefixCache | None = None
        self.rows: Rows

    @property
    def is_made(self) -> bool:
        """Whether there are buffers."""
        return self._cache is not None  # not "bool": a cache without layers of its own counts as empty

    @property
    def there(self) -> SharedPrefixCache:
        """The cache."""
        assert self._cache is not None
        return self._cache

    def make(self, groups: Sequence[Group], max_num_seqs: int) -> int:
        """Make new buffers for groups, and as many sequences as there is memory for; returns the number of prefixes."""
        needed = [self._needed(group) for group in groups]
        prefix, own = (ceil(max(sizes) / _ROUND) * _ROUND for sizes in zip(*needed, strict=True))
        most = max(len(group.numbers) for group in groups)
        shared_by = sum(len(group.numbers) for group in groups) / len(groups)
        self.free()
        room = 0.8 * self._free_memory() / ((own + prefix / shared_by) * self._engine.token_bytes)  # activations
        sequences = int(max(1, min(max_num_seqs, room)))
        prefixes = max(1, ceil(sequences / shared_by))
        self._cache = SharedPrefixCache(prefixes, prefix, sequences, own)
        vocabulary = self._engine.vocabulary if self._engine.penalty != 1.0 else 0
        tokens = self._limit + self._steps
        self.rows = Rows(sequences, prefixes, min(most, sequences), tokens, vocabulary, self._engine.device)
        self._engine.reset(self.rows, self._cache)
        return prefixes

    def free(self) -> None:
        """Let go of the buffers."""
        self._cache = None
        self._engine.forget()

    def fits(self, group: Group) -> bool:
        """Whether a group fits into the buffers at hand."""
        prefix, own = self._needed(group)
        return prefix <= self.there.prefix_capacity and own <= self.there.capacity

    def grown(self, group: Group) -> bool:
        """Enlarge the buffers for a group while sequences are under way, if there is memory for that."""
        cache = self.there
        prefix, own = (
            max(there, ceil(max(needed, 1.25 * there) / _ROUND) * _ROUND if needed > there else 0)
            for needed, there in zip(self._needed(group), (cache.prefix_capacity, cache.capacity), strict=True)
        )
        tokens = cache.prefixes * (prefix - cache.prefix_capacity) + cache.sequences * (own - cache.capacity)
        if tokens * self._engine.token_bytes > 0.5 * self._free_memory():
            return False
        cache.grow(prefix, own)
        self._engine.reset(self.rows, cache)
        return True

    def is_short(self, own: int) -> bool:
        """Whether a sequence of so many own tokens has no room for the next steps."""
        return own + self._steps >= self.there.capacity

    def longer(self, own: int, most: int) -> tuple[int, int]:
        """A capacity with which a sequence can go on, and how many sequences of it there is memory for.

        Args:
            own: own tokens of the longest sequence.
            most: more than any sequence will have.
        """
        cache = self.there
        enough = own + self._steps + 1
        capacity = ceil(max(enough, min(2 * cache.capacity, most + self._steps)) / _ROUND) * _ROUND
        free = 0.5 * self._free_memory() / self._engine.token_bytes
        if cache.sequences * (capacity - cache.capacity) <= free:
            return capacity, cache.sequences
        return capacity, max(1, int((cache.sequences * cache.capacity + free) / capacity))

    def resize(self, capacity: int, sequences: int) -> None:
        """Give sequences another capacity, and keep the first of them."""
        self._new = min(self._limit, 2 * self._new)
        self.there.resize(capacity, sequences)
        self.rows.sequences, self.rows.most = sequences, min(self.rows.most, sequences)
        self._engine.reset(self.rows, self.there)

    def _needed(self, group: Group) -> tuple[int, int]:
        """Tokens of a group's prefix, and own tokens of one of its sequences, as far as is known."""
        return len(group.prefix), max(map(len, group.suffixes)) + self._new + self._steps

    def _free_memory(self) -> float:
        """Bytes; on the CPU without end, since there ``max_num_seqs`` is small and memory is not known."""
        if self._engine.device.type != "cuda":
            return inf
        torch.cuda.empty_cache()
        free: int = torch.cuda.mem_get_info(self._engine.device)[0]
        return free
