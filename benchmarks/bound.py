"""The time below which no implementation can come, from measured rates of the device and the work that must be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import pairwise
from time import perf_counter
from typing import Any

import torch
from lmms_eval.api.instance import Instance

from lmms_robust.generation.encoding import Encoder, common


@dataclass(frozen=True, slots=True)
class Work:
    """What has to be computed once the pictures and common starts are computed once.

    Attributes:
        patches: picture patches.
        prefix_tokens: tokens of the common starts.
        suffix_tokens: tokens of the prompts after them; those that two prompts of an item begin with count once.
        sequences: responses.
        new_tokens: tokens of each.
    """

    patches: int
    prefix_tokens: int
    suffix_tokens: int
    sequences: int
    new_tokens: int

    @classmethod
    def of(cls, backend: Any, requests: Sequence[Instance], task_dict: dict[str, Any], new_tokens: int) -> Work:
        """Count the work of some requests."""
        backend.task_dict = task_dict
        by_picture: dict[Any, list[Instance]] = {}
        for request in requests:
            by_picture.setdefault(backend.picture_key(request), []).append(request)
        encoder, totals = Encoder(backend.processor), [0, 0, 0]
        for group in by_picture.values():
            prompts = [backend.question(request).prompt for request in group]
            for found in encoder.encode(range(len(prompts)), prompts):
                totals[0] += len(found.pixels["pixel_values"])
                totals[1] += len(found.prefix)
                totals[2] += _distinct(found.suffixes)
        return cls(totals[0], totals[1], totals[2], len(requests), new_tokens)

    def figures(self) -> dict[str, float]:
        """As plain numbers."""
        return asdict(self)


def measured_rates() -> dict[str, float]:
    """Copy bandwidth in bytes/s (read and written) and bf16 matrix product rate in FLOP/s, the best of five each."""
    source, target = (torch.empty(2**32, dtype=torch.uint8, device="cuda") for _ in range(2))
    copy = _best(partial(target.copy_, source))
    one, other = (torch.randn(8192, 8192, device="cuda", dtype=torch.bfloat16) for _ in range(2))
    product = _best(partial(torch.matmul, one, other))
    return {"bytes_per_s": 2 * 2**32 / copy, "flop_per_s": 2 * 8192**3 / product}


def lower_bound(model: Any, work: Work, rates: dict[str, float]) -> dict[str, float]:
    """Seconds of each part: weights used once per token or patch, and what a step of all sequences must read.

    Attention's own arithmetic, the vocabulary at the prompts, and everything elementwise are left out: they only add.
    """
    text = model.config.get_text_config()
    layers = sum(parameter.numel() for parameter in model.model.language_model.layers.parameters())
    head = model.get_output_embeddings().weight.numel()
    vision = sum(p.numel() for name, p in model.model.visual.named_parameters() if "merger" not in name)
    merger = sum(parameter.numel() for parameter in model.model.visual.merger.parameters())
    flop, byte = rates["flop_per_s"], rates["bytes_per_s"]
    held = work.prefix_tokens + work.suffix_tokens + work.sequences * work.new_tokens / 2
    size = text.hidden_size // text.num_attention_heads
    token_bytes = 2 * 2 * text.num_hidden_layers * text.num_key_value_heads * size
    read = 2 * (layers + head) + token_bytes * held
    step = max(2 * (layers + head) * work.sequences / flop, read / byte)
    parts = {
        "vision": 2 * (vision * work.patches + merger * work.patches / 4) / flop,
        "prefix": 2 * layers * work.prefix_tokens / flop,
        "suffixes": 2 * layers * work.suffix_tokens / flop,
        "steps": step * (work.new_tokens - 1),
    }
    return parts | {"whole": sum(parts.values())}


def _distinct(suffixes: Sequence[tuple[int, ...]]) -> int:
    """Nodes of the tree that the suffixes make."""
    return sum(map(len, suffixes)) - sum(common(pair) for pair in pairwise(sorted(suffixes)))


def _best(call: Any) -> float:
    for _ in range(2):
        call()
    seconds = []
    for _ in range(5):
        torch.cuda.synchronize()
        started = perf_counter()
        call()
        torch.cuda.synchronize()
        seconds.append(perf_counter() - started)
    return min(seconds)
