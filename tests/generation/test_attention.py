"""Attention over segments, against torch's own over each segment by itself."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from lmms_robust.generation.attention import Keys, Queries, attend, merge

SIZE, SCALE = 8, 0.3
LENGTHS = st.lists(st.tuples(st.integers(0, 5), st.integers(1, 9)), min_size=1, max_size=5).filter(
    lambda made: any(asked for asked, _ in made)
)


def segments(lengths: list[tuple[int, int]], heads: int, start: int = 0, causal: bool = True) -> tuple:
    """Queries at the end of their segments' keys, or after all of them."""
    generator = torch.Generator().manual_seed(len(lengths))
    asked = [min(pair) if causal else pair[0] for pair in lengths]
    used = torch.tensor([filled for _, filled in lengths], dtype=torch.int32)
    query = torch.randn(sum(asked), 4, SIZE, generator=generator)
    shape = (len(lengths), 12, heads, SIZE)  # there is room for more keys than are used
    key, value = torch.randn(shape, generator=generator), torch.randn(shape, generator=generator)
    bounds = torch.tensor([0, *torch.tensor(asked).cumsum(0).tolist()], dtype=torch.int32)
    before = [filled - count if causal else filled for count, (_, filled) in zip(asked, lengths, strict=True)]
    index = torch.tensor([start + first + i for first, count in zip(before, asked, strict=True) for i in range(count)])
    strides = torch.arange(len(lengths) + 1, dtype=torch.int32) * 12
    keys = Keys(key, value, used, torch.full((len(lengths),), start), strides)
    return query, Queries(bounds, max(1, *asked), index), keys


def by_torch(query: Tensor, queries: Queries, keys: Keys, window: int | None, causal: bool) -> Tensor:
    outputs = []
    for number, used in enumerate(keys.used.tolist()):
        cut = slice(int(queries.bounds[number]), int(queries.bounds[number + 1]))
        if cut.start == cut.stop:
            continue
        back = queries.index[cut, None] - (keys.start[number] + torch.arange(used))
        seen = (back >= 0) | torch.tensor(not causal)
        if window is not None:
            seen &= back < window
        parts = (query[cut], keys.key[number, :used], keys.value[number, :used])
        outputs.append(
            scaled_dot_product_attention(
                *(part.transpose(0, 1) for part in parts), attn_mask=seen, scale=SCALE, enable_gqa=True
            ).transpose(0, 1)
        )
    return torch.cat(outputs)


@settings(max_examples=60)
@given(lengths=LENGTHS, heads=st.sampled_from([1, 2, 4]), window=st.sampled_from([None, 1, 3]), causal=st.booleans())
def test_each_segment_is_attended_by_itself(
    lengths: list[tuple[int, int]], heads: int, window: int | None, causal: bool
) -> None:
    if not causal:
        window = None
    query, queries, keys = segments(lengths, heads, start=7, causal=causal)
    output, lse = attend(query, queries, keys, SCALE, window, causal)
    torch.testing.assert_close(output, by_torch(query, queries, keys, window, causal), atol=1e-5, rtol=1e-5)
    assert output.shape == query.shape
    assert lse.shape == query.shape[:2]


@settings(max_examples=60)
@given(lengths=LENGTHS, shared=st.integers(1, 12), window=st.sampled_from([None, 1, 2, 6]))
def test_two_parts_merge_into_one_softmax(lengths: list[tuple[int, int]], shared: int, window: int | None) -> None:
    """All segments share a prefix, some of it or all of it outside the window."""
    query, queries, own = segments(lengths, heads=2, start=shared)
    generator = torch.Generator().manual_seed(shared)
    prefix = torch.randn(2, 1, 12, 2, SIZE, generator=generator)
    one = Queries(torch.tensor([0, len(query)], dtype=torch.int32), len(query), queries.index)
    before = Keys(*prefix, torch.tensor([shared], dtype=torch.int32), torch.zeros(1), torch.tensor([0, 12]).int())
    parts = attend(query, one, before, SCALE, window, False), attend(query, queries, own, SCALE, window, True)
    both = [
        torch.cat([room[:, :shared].expand(len(lengths), -1, -1, -1), part], 1)
        for room, part in zip(prefix, (own.key, own.value), strict=True)
    ]
    whole = Keys(*both, own.used + shared, torch.zeros(len(lengths)), own.bounds)
    expected = by_torch(query, queries, whole, window, True)
    torch.testing.assert_close(merge(*parts), expected, atol=1e-5, rtol=1e-5)


def test_queries_after_the_last_segment_are_let_be() -> None:
    query, queries, keys = segments([(2, 3), (1, 4)], heads=2)
    more = torch.cat([query, query[:2]])
    longer = Queries(queries.bounds, queries.longest, torch.cat([queries.index, queries.index[:2]]))
    output, _ = attend(more, longer, keys, SCALE, None, True)
    torch.testing.assert_close(output[:3], attend(query, queries, keys, SCALE, None, True)[0])
