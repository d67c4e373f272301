"""Vision attention over many windows and pictures in one kernel, where transformers would launch one each."""

from __future__ import annotations

import inspect
from typing import Any

import torch
from torch import Tensor
from transformers import AttentionInterface

from lmms_robust.generation.attention import FLASH_MAX_HEAD_DIM, flash_varlen

IMPLEMENTATION = "lmms_robust_varlen_flash"
"""Transformers passes segment bounds to implementations that have ``flash`` in their name."""


def use_segments(model: Any) -> bool:
    """Let vision towers that cut their tokens into segments hand over all of them at once.

    Returns:
        Whether the model has such layers.
    """
    found = [module for module in model.modules() if _takes_segments(module)]
    for module in found:
        module.config._attn_implementation = IMPLEMENTATION
    return bool(found)


def _takes_segments(module: torch.nn.Module) -> bool:
    forward = inspect.signature(module.forward).parameters
    return hasattr(module, "config") and {"hidden_states", "cu_seqlens"} <= set(forward) and hasattr(module, "scaling")


def _attention(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: None,
    scaling: float,
    cu_seq_lens_q: Tensor,
    max_length_q: int,
    **_: Any,
) -> tuple[Tensor, None]:
    if query.is_cuda and query.dtype != torch.float32 and query.shape[-1] <= FLASH_MAX_HEAD_DIM:
        packed = [part[0].transpose(0, 1) for part in (query, key, value)]
        bounds = cu_seq_lens_q.to(torch.int32)
        longest = (max_length_q, max_length_q)
        output, _lse = flash_varlen(packed[0], packed[1], packed[2], (bounds, bounds), longest, scaling)
        return output.unsqueeze(0), None
    return _stacked(query, key, value, scaling, (cu_seq_lens_q[1:] - cu_seq_lens_q[:-1]).tolist()), None


def _stacked(query: Tensor, key: Tensor, value: Tensor, scale: float, lengths: list[int]) -> Tensor:
    """Neighbouring segments of one length go through one call: (1, heads, t, size) -> (1, t, heads, size)."""
    outputs, start = [], 0
    while lengths:
        count = next((i for i, length in enumerate(lengths) if length != lengths[0]), len(lengths))
        stop = start + count * lengths[0]
        parts = (part[0, :, start:stop].unflatten(1, (count, -1)).transpose(0, 1) for part in (query, key, value))
        output = torch.nn.functional.scaled_dot_product_attention(*parts, scale=scale)
        outputs.append(output.transpose(1, 2).flatten(0, 1))
        start, lengths = stop, lengths[count:]
    return torch.cat(outputs).unsqueeze(0)


AttentionInterface.register(IMPLEMENTATION, _attention)
