from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention

from lmms_robust.generation.vision import _attention, use_segments
from tests.generation import checkpoints
from tests.generation.conftest import DEVICE, read


@pytest.mark.parametrize("lengths", [[4, 4, 4], [4, 4, 2, 2, 4], [1], [3, 5, 1]])
def test_each_window_is_attended_by_itself(lengths: list[int]) -> None:
    torch.manual_seed(0)
    query, key, value = torch.randn(3, 1, 2, sum(lengths), 8)
    bounds = torch.tensor([0, *lengths], dtype=torch.int32).cumsum(0, dtype=torch.int32)
    output, _ = _attention(SimpleNamespace(), query, key, value, None, 0.3, bounds, max(lengths))
    parts = (part.split(lengths, dim=2) for part in (query, key, value))
    expected = torch.cat([scaled_dot_product_attention(*window, scale=0.3) for window in zip(*parts, strict=True)], 2)
    torch.testing.assert_close(output, expected.transpose(1, 2))


@pytest.mark.parametrize("make", [checkpoints.qwen2_vl, checkpoints.qwen2_5_vl, checkpoints.qwen3_vl])
def test_a_vision_tower_gives_the_same_features(make, tmp_path) -> None:
    """Two pictures at once, of different sizes."""
    checkpoint = read(make(tmp_path))
    model = checkpoint.load()
    pictures = [prompts[0].pictures[0] for prompts in checkpoint.prompts[:2]]
    found = checkpoint.processor.image_processor(pictures, return_tensors="pt")
    asked = {name: found[name].to(DEVICE) for name in ("pixel_values", "image_grid_thw")}
    with torch.inference_mode():
        before = model.model.get_image_features(**asked).pooler_output
        assert use_segments(model)
        after = model.model.get_image_features(**asked).pooler_output
    assert "lmms_robust" in model.model.visual.blocks[0].attn.config._attn_implementation
    assert "lmms_robust" not in model.model.language_model.config._attn_implementation
    torch.testing.assert_close(torch.cat(list(after)), torch.cat(list(before)), atol=1e-4, rtol=1e-4)


def test_other_vision_towers_are_let_be(tmp_path) -> None:
    assert not use_segments(read(checkpoints.internvl(tmp_path)).load())
