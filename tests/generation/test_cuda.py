"""What only a GPU has: kernels for half precision, and steps replayed as graphs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from loguru import logger

from lmms_robust.embedded import TINY_MODEL
from lmms_robust.generation.attention import Keys, Queries, _flash, _matrices
from tests.generation.conftest import Checkpoint, assert_same, by_engine, by_generate, read

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="torch.cuda.is_available() is False here")

SETTINGS = {"max_new_tokens": 12, "temperature": 0}


@pytest.fixture(scope="module")
def checkpoint() -> Checkpoint:
    return read(TINY_MODEL)


@pytest.fixture
def warnings() -> Iterator[list[str]]:
    found: list[str] = []
    handler = logger.add(found.append, format="{message}", level="WARNING")
    yield found
    logger.remove(handler)


@pytest.mark.parametrize("penalty", [1.0, 1.05])
def test_steps_are_replayed_as_graphs_and_without_them_give_the_same(
    checkpoint: Checkpoint, warnings: list[str], monkeypatch: pytest.MonkeyPatch, penalty: float
) -> None:
    expected = by_generate(checkpoint.load(repetition_penalty=penalty), checkpoint, SETTINGS)
    assert_same(by_engine(checkpoint.load(repetition_penalty=penalty), checkpoint, SETTINGS, 8), expected)
    assert warnings == []

    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("operation not permitted when stream is capturing\nmore of it")

    monkeypatch.setattr(torch.cuda, "graph", refuse)
    assert_same(by_engine(checkpoint.load(repetition_penalty=penalty), checkpoint, SETTINGS, 8), expected)
    said = "steps without CUDA graphs, which makes them slower: operation not permitted when stream is capturing\n"
    assert warnings == [said]


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize("lengths", [[(3, 5), (1, 1), (0, 4), (7, 16)], [(1, 3), (1, 12)], [(5, 9)]])
def test_the_flash_kernel_gives_what_matrix_products_give(
    lengths: list[tuple[int, int]], causal: bool, dtype: torch.dtype
) -> None:
    """Segments with no queries, with one, and with room for more keys than are used."""
    generator = torch.Generator("cuda").manual_seed(0)
    asked, filled = zip(*lengths, strict=True)
    places = [used - count + i for count, used in lengths for i in range(count)]
    query = torch.randn(sum(asked), 4, 64, generator=generator, device="cuda").to(dtype)
    key, value = torch.randn(2, len(lengths), 16, 2, 64, generator=generator, device="cuda").to(dtype)
    bounds = torch.tensor([0, *asked], device="cuda").cumsum(0, dtype=torch.int32)
    used = torch.tensor(filled, dtype=torch.int32, device="cuda")
    strides = torch.arange(len(lengths) + 1, dtype=torch.int32, device="cuda") * 16
    queries = Queries(bounds, max(asked), torch.tensor(places, device="cuda"))
    keys = Keys(key, value, used, torch.zeros_like(used), strides)
    found, lse = _flash(query, queries, keys, 0.2, causal)
    expected, expected_lse = _matrices(query, queries, keys, 0.2, None, causal)
    torch.testing.assert_close(found, expected, atol=0.01, rtol=0.02)
    torch.testing.assert_close(lse, expected_lse, atol=0.01, rtol=0.01)
