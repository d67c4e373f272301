"""Attention over segments of different lengths, with the log-sum-exp that lets two parts of one softmax be merged.

Two kernels of one meaning: torch's variable-length flash attention for half precision on CUDA, matrix products
elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

FLASH_MAX_HEAD_DIM = 256


@dataclass(frozen=True, slots=True)
class Queries:
    """Where the segments of packed queries lie.

    Attributes:
        bounds: (n + 1), int32, cumulative; queries after the last bound belong to no segment and get any result.
        longest: length of the longest segment.
        index: (t), place of each query's token in its whole sequence.
    """

    bounds: Tensor
    longest: int
    index: Tensor


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys and values of the same segments.

    Attributes:
        key: (n, capacity, key heads, head size).
        value: the same shape.
        used: (n), int32, how many of each segment are filled.
        start: (n), place of each segment's first key in its whole sequence.
        bounds: (n + 1), int32, multiples of the capacity.
    """

    key: Tensor
    value: Tensor
    used: Tensor
    start: Tensor
    bounds: Tensor


def attend(
    query: Tensor, queries: Queries, keys: Keys, scale: float, window: int | None, causal: bool
) -> tuple[Tensor, Tensor]:
    """Attend from packed queries to the keys of their segments.

    Args:
        query: (t, query heads, head size).
        queries: segments of the queries.
        keys: what they see.
        scale: factor of the scores.
        window: a query sees that many tokens back, itself included; None for all.
        causal: whether keys may lie after a query. Without it all keys are taken to lie before it.

    Returns:
        Output (t, query heads, head size), and log-sum-exp of the scores (t, query heads), float32.
    """
    if window is None and query.is_cuda and query.dtype != torch.float32 and query.shape[-1] <= FLASH_MAX_HEAD_DIM:
        return _flash(query, queries, keys, scale, causal)
    return _matrices(query, queries, keys, scale, window, causal)


def merge(first: tuple[Tensor, Tensor], second: tuple[Tensor, Tensor]) -> Tensor:
    """Attention over the keys of two parts, from the attention over each."""
    weight = torch.sigmoid(first[1] - second[1]).unsqueeze(-1).to(first[0].dtype)
    return torch.lerp(second[0], first[0], weight)


def flash_varlen(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    bounds: tuple[Tensor, Tensor],
    longest: tuple[int, int],
    scale: float,
    causal: bool = False,
    used: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Torch's own kernel: packed (t, heads, size) -> output and log-sum-exp (heads, t).

    ``torch.nn.attention.varlen`` is its public face, but takes ``seqused_k`` in newer versions of torch only.
    """
    output, lse, *_ = torch.ops.aten._flash_attention_forward(
        query, key, value, *bounds, *longest, 0.0, causal, False, scale=scale, seqused_k=used
    )
    return output, lse


def _flash(query: Tensor, queries: Queries, keys: Keys, scale: float, causal: bool) -> tuple[Tensor, Tensor]:
    longest = max(2, queries.longest)  # with 1, torch takes every segment to have exactly one query
    output, lse = flash_varlen(
        query, keys.key.flatten(0, 1), keys.value.flatten(0, 1), (queries.bounds, keys.bounds),
        (longest, keys.key.shape[1]), scale=scale, causal=causal, used=keys.used,
    )  # fmt: skip
    return output, lse.T


def _matrices(
    query: Tensor, queries: Queries, keys: Keys, scale: float, window: int | None, causal: bool
) -> tuple[Tensor, Tensor]:
    if query.device.type == "cpu":  # elsewhere this would wait for the device
        queries, keys = _filled(queries, keys)
    n, capacity, key_heads = keys.key.shape[:3]
    segment, offset = _places(queries, len(query))
    padded = query.new_zeros(n + 1, queries.longest, *query.shape[1:])
    padded[segment, offset] = query
    index = queries.index.new_zeros(n + 1, queries.longest)
    index[segment, offset] = queries.index
    grouped = padded[:n].unflatten(2, (key_heads, -1)).permute(0, 2, 3, 1, 4)  # n, key heads, shared by, queries, size
    scores = (grouped @ keys.key.permute(0, 2, 3, 1).unsqueeze(2)).float() * scale
    seen = _seen(index[:n], keys, capacity, window, causal)
    scores = scores.masked_fill(~seen[:, None, None], float("-inf"))
    lse = scores.logsumexp(-1)
    weights = (scores - lse.unsqueeze(-1)).exp().nan_to_num(0.0).to(query.dtype)
    output = (weights @ keys.value.permute(0, 2, 1, 3).unsqueeze(2)).permute(0, 3, 1, 2, 4).flatten(2, 3)
    segment = segment.clamp(max=n - 1)
    return output[segment, offset], lse.permute(0, 3, 1, 2).flatten(2, 3)[segment, offset]


def _filled(queries: Queries, keys: Keys) -> tuple[Queries, Keys]:
    """The same without segments that have no queries, and without places that no segment has filled."""
    lengths = queries.bounds.diff()
    kept = lengths.nonzero().squeeze(1)
    used = keys.used[kept]
    places = slice(0, int(used.max()))
    bounds = torch.cat([queries.bounds[:1], lengths[kept].cumsum(0, dtype=torch.int32)])
    return (
        Queries(bounds, int(lengths.max()), queries.index),
        Keys(keys.key[kept, places], keys.value[kept, places], used, keys.start[kept], keys.bounds),
    )


def _places(queries: Queries, total: int) -> tuple[Tensor, Tensor]:
    """Segment of each query, the number of segments if it has none, and its offset there."""
    number = torch.arange(total, device=queries.bounds.device)
    segment = torch.searchsorted(queries.bounds[1:].long(), number, right=True)
    offset = number - queries.bounds.long()[segment]
    return segment, offset.clamp(max=queries.longest - 1)


def _seen(index: Tensor, keys: Keys, capacity: int, window: int | None, causal: bool) -> Tensor:
    """(n, longest, capacity): which keys each query sees."""
    slot = torch.arange(capacity, device=index.device)
    seen = (slot < keys.used.unsqueeze(1)).unsqueeze(1).expand(-1, index.shape[1], -1)
    back = index.unsqueeze(2) - (keys.start.unsqueeze(1) + slot).unsqueeze(1)
    if causal:
        seen = seen & (back >= 0)
    if window is not None:
        seen = seen & (back < window)
    return seen
