"""Keys and values of a batch whose sequences share prefixes: each prefix once, and each sequence's own tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from torch import Tensor
from transformers import AttentionInterface, Cache

from lmms_robust.generation.attention import Keys, Queries, attend, merge

IMPLEMENTATION = "lmms_robust_shared_prefix"
"""Name of this attention among transformers' attention implementations."""

_ACTIVE: list[SharedPrefixCache] = []


@dataclass(frozen=True, slots=True)
class Plan:
    """What one forward pass over packed tokens does.

    Attributes:
        slots: (t), where in the flattened own buffers each token's key goes: sequence * capacity + place.
        own: segments of tokens by sequence.
        own_used: (sequences), int32, filled own places, these tokens included.
        own_start: (sequences), place of the first own token in the whole sequence.
        own_bounds: (sequences + 1), int32, multiples of the capacity.
        shared: segments of tokens by prefix, over ``order``.
        shared_used: (prefixes), int32, lengths of the prefixes.
        shared_start: (prefixes), zeros.
        shared_bounds: (prefixes + 1), int32, multiples of their capacity.
        order: (t), tokens sorted by prefix.
        inverse: (t), the way back.
        first: number of the first sequence; the others follow it.
        step: whether each sequence has one token, which then sees all of its own places; query heads that share a key
            head are then counted as queries of their own.
    """

    slots: Tensor
    own: Queries
    own_used: Tensor
    own_start: Tensor
    own_bounds: Tensor
    shared: Queries
    shared_used: Tensor
    shared_start: Tensor
    shared_bounds: Tensor
    order: Tensor
    inverse: Tensor
    first: int
    step: bool


class SharedPrefixCache(Cache):  # type: ignore[misc]
    """A transformers cache that stores per layer (prefixes, capacity) and (sequences, capacity) keys and values.

    ``plan`` says what the next forward pass does; the model's layers call :meth:`update` and :meth:`attention`.

    Args:
        prefixes: how many prefixes there is room for.
        prefix_capacity: tokens of the longest.
        sequences: how many sequences there is room for.
        capacity: own tokens of the longest.
    """

    plan: Plan

    def __init__(self, prefixes: int, prefix_capacity: int, sequences: int, capacity: int) -> None:
        super().__init__(layers=[])
        self.prefixes, self.prefix_capacity = prefixes, prefix_capacity
        self.sequences, self.capacity = sequences, capacity
        self._shared: dict[int, tuple[Tensor, Tensor]] = {}
        self._own: dict[int, tuple[Tensor, Tensor]] = {}

    def store_prefix(self, layer: int, slots: Tensor, key: Tensor, value: Tensor) -> None:
        """Store prefixes as a transformers cache holds them: (n, key heads, tokens, head size)."""
        if layer not in self._shared:
            self._shared[layer] = self._room(key, self.prefixes, self.prefix_capacity)
            self._own[layer] = self._room(key, self.sequences, self.capacity)
        for room, new in zip(self._shared[layer], (key, value), strict=True):
            room[slots, : new.shape[2]] = new.transpose(1, 2)

    def update(self, key: Tensor, value: Tensor, layer_idx: int, *_: Any, **__: Any) -> tuple[Tensor, Tensor]:
        """Store the keys and values of packed tokens, (1, key heads, t, head size), and return them."""
        for room, new in zip(self._own[layer_idx], (key, value), strict=True):
            room.view(-1, *room.shape[2:]).index_copy_(0, self.plan.slots, new[0].transpose(0, 1))
        return key, value

    def grow(self, prefix_capacity: int, capacity: int) -> None:
        """Make room for longer prefixes and sequences; what is stored stays."""
        for layer in self._own:
            self._shared[layer] = _enlarged(self._shared[layer], prefix_capacity)
            self._own[layer] = _enlarged(self._own[layer], capacity)
        self.prefix_capacity, self.capacity = prefix_capacity, capacity

    def resize(self, capacity: int, sequences: int) -> None:
        """Make room for longer sequences, and keep the first ``sequences`` of them."""
        for layer, rooms in self._own.items():
            self._own[layer] = _enlarged((rooms[0][:sequences], rooms[1][:sequences]), capacity)
        self.capacity, self.sequences = capacity, sequences

    def move(self, sources: Sequence[int], targets: Sequence[int]) -> None:
        """Move own tokens from some sequences to others, which are overwritten."""
        for rooms in self._own.values():
            for room in rooms:
                room[list(targets)] = room[list(sources)]

    def branch(self, sources: Sequence[int], targets: Sequence[int], length: int) -> None:
        """Copy the first own tokens of some sequences to others."""
        for rooms in self._own.values():
            for room in rooms:
                room[list(targets), :length] = room[list(sources), :length]

    def attention(self, module: Any, query: Tensor, key: Tensor, scale: float, window: int | None) -> Tensor:
        """Attention of packed tokens to prefix and stored own tokens: (1, heads, t, size) -> (1, t, heads, size)."""
        plan, layer = self.plan, module.layer_idx
        if window is not None and self.prefix_capacity + self.capacity <= window:
            window = None
        shared_by = query.shape[1] // key.shape[1]
        asked = _folded(query[0], shared_by) if plan.step else query[0].transpose(0, 1)
        prefix = Keys(*self._shared[layer], plan.shared_used, plan.shared_start, plan.shared_bounds)
        own = self._own_keys(layer)
        first = self._to_prefix(asked, prefix, scale, window)
        second = attend(asked, plan.own, own, scale, window, causal=not plan.step)
        output = merge(first, second)
        if plan.step:
            output = output.unflatten(0, (-1, shared_by)).transpose(1, 2).flatten(1, 2)
        return output.unsqueeze(0)

    @contextmanager
    def active(self) -> Iterator[None]:
        """Within this context, the attention called :data:`IMPLEMENTATION` is this cache's."""
        _ACTIVE.append(self)
        try:
            yield
        finally:
            _ACTIVE.remove(self)

    def get_seq_length(self, layer_idx: int = 0) -> int:
        """Not known as one number; positions are always given."""
        return 0

    def _to_prefix(self, asked: Tensor, prefix: Keys, scale: float, window: int | None) -> tuple[Tensor, Tensor]:
        plan = self.plan
        output, lse = attend(asked[plan.order], plan.shared, prefix, scale, window, causal=False)
        return output[plan.inverse], lse[plan.inverse]

    def _own_keys(self, layer: int) -> Keys:
        plan = self.plan
        key, value = (room[plan.first : plan.first + len(plan.own_used)] for room in self._own[layer])
        return Keys(key, value, plan.own_used, plan.own_start, plan.own_bounds)

    def _room(self, like: Tensor, n: int, capacity: int) -> tuple[Tensor, Tensor]:
        shape = (n, capacity, like.shape[1], like.shape[3])
        return like.new_zeros(shape), like.new_zeros(shape)


def _enlarged(rooms: tuple[Tensor, Tensor], capacity: int) -> tuple[Tensor, Tensor]:
    if rooms[0].shape[1] == capacity:
        return rooms
    key, value = (room.new_zeros(len(room), capacity, *room.shape[2:]) for room in rooms)
    for new, room in zip((key, value), rooms, strict=True):
        new[:, : room.shape[1]] = room
    return key, value


def _folded(query: Tensor, shared_by: int) -> Tensor:
    """Query heads of one key head as further queries: (heads, t, size) -> (t * shared by, key heads, size)."""
    return query.unflatten(0, (-1, shared_by)).permute(2, 1, 0, 3).flatten(0, 1)


def _attention(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: None,
    scaling: float,
    sliding_window: int | None = None,
    **_: Any,
) -> tuple[Tensor, None]:
    return _ACTIVE[-1].attention(module, query, key, scaling, sliding_window), None


AttentionInterface.register(IMPLEMENTATION, _attention)
