"""A transformers model that computes what sequences share once: three kinds of forward pass over one cache.

Prefixes with pictures go through the model as transformers wrote it. What follows is packed into one row without
padding and goes through its text model with our cache and attention; a step of all sequences is one CUDA graph.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate
from typing import Any

import torch
from loguru import logger
from torch import Tensor
from transformers import DynamicCache

from lmms_robust.generation.attention import Queries
from lmms_robust.generation.cache import IMPLEMENTATION, Plan, SharedPrefixCache
from lmms_robust.generation.encoding import Group, padded
from lmms_robust.generation.letters import LetterTokens
from lmms_robust.generation.rows import Rows

ARCHITECTURES = frozenset(
    {
        *("qwen2_vl", "qwen2_5_vl", "qwen3_vl", "idefics3", "smolvlm", "llava", "llava_next", "llava_onevision"),
        *("internvl", "gemma3"),
    }
)
"""Model types whose text models go through this engine; each is tried in the tests."""

_LAYERS = {"full_attention", "sliding_attention"}


def unsupported(model: Any) -> str | None:
    """Why a model cannot go through this engine, or None if it can."""
    kind, text = model.config.model_type, model.config.get_text_config()
    if kind not in ARCHITECTURES:
        return f"architecture {kind} has not been tried"
    other = set(getattr(text, "layer_types", None) or ()) - _LAYERS
    if other:
        return f"its text model has layers of type {', '.join(sorted(other))}"
    devices = {parameter.device for parameter in model.parameters()}
    return "it is spread over several devices" if len(devices) > 1 else None


class Engine:
    """Forward passes over one model.

    Args:
        model: an image-text-to-text model for which :func:`unsupported` is None.
        letters: its letter tokens.
        penalty: factor above 1 that makes tokens which were there before less likely, as in transformers.
    """

    def __init__(self, model: Any, letters: LetterTokens, penalty: float = 1.0) -> None:
        self._model = model
        self._text = model.model.get_decoder() if hasattr(model.model, "get_decoder") else model.model.language_model
        self._letters = letters
        self.penalty = penalty
        self.device: torch.device = model.device
        self.vocabulary = model.get_output_embeddings().weight.shape[0]
        self._configs = list({id(m.config): m.config for m in self._text.modules() if hasattr(m, "config")}.values())
        self._graphs: dict[int, torch.cuda.CUDAGraph] = {}
        self._uses_graphs = model.device.type == "cuda"
        self.token_bytes = _token_bytes(model)

    def reset(self, rows: Rows, cache: SharedPrefixCache) -> None:
        """Begin with new buffers; what was computed into old ones is gone."""
        self._rows, self._cache = rows, cache
        self._graphs.clear()

    def forget(self) -> None:
        """Let go of the buffers."""
        self._graphs.clear()
        self._rows = self._cache = None  # type: ignore[assignment]

    def prefill(self, groups: Sequence[Group], slots: Sequence[int]) -> Tensor:
        """Compute prefixes with their pictures and keep them.

        Args:
            groups: whose pixels have the same shape but for the first axis.
            slots: where their prefixes go.

        Returns:
            (groups), what the position of a token is ahead of its place in the sequence.
        """
        inputs = {"input_ids": padded([group.prefix for group in groups], self._padding())}
        inputs |= {name: padded([group.types[name] for group in groups], 0) for name in groups[0].types}
        for name in groups[0].pixels:
            inputs[name] = torch.cat([self._to_device(group.pixels[name]) for group in groups])
        moved = {name: self._to_device(value) for name, value in inputs.items()}
        found = DynamicCache()
        self._model.model.rope_deltas = None  # what an earlier picture left there
        self._model.model(**moved, past_key_values=found, use_cache=True)
        target = torch.tensor(slots, device=self.device)
        for number, layer in enumerate(found.layers):
            self._cache.store_prefix(number, target, layer.keys, layer.values)
        deltas: Tensor | None = self._model.model.rope_deltas
        if deltas is None:
            return torch.zeros(len(groups), dtype=torch.long, device=self.device)
        return deltas.view(-1).long()

    def extend(self, tokens: Sequence[Sequence[int]], slots: Sequence[int], first: int, write: bool) -> None:
        """Compute further tokens of sequences.

        Args:
            tokens: token ids of each.
            slots: prefix of each.
            first: row of the first; the others take the rows that follow.
            write: whether these end the prompts, so that each sequence writes its first token.
        """
        rows, cache, lengths = self._rows, self._cache, [len(one) for one in tokens]
        cut = slice(first, first + len(lengths))
        count = torch.tensor(lengths, device=self.device)
        row = torch.arange(cut.start, cut.stop, device=self.device).repeat_interleave(count)
        place = torch.tensor([i for length in lengths for i in range(length)], device=self.device) + rows.own[row]
        prefix = rows.prefix_length[rows.prefix[cut]]
        bounds = _bounds(lengths).to(self.device)
        by_prefix = [0] * rows.prefixes
        for length, slot in zip(lengths, slots, strict=True):
            by_prefix[slot] += length
        index = rows.prefix_length[rows.prefix[row]] + place
        order = rows.prefix[row].argsort(stable=True)
        cache.plan = Plan(
            slots=row * cache.capacity + place,
            own=Queries(bounds, max(lengths), index),
            own_used=(rows.own[cut] + count).int(), own_start=prefix,
            own_bounds=self._strides(len(lengths), cache.capacity),
            shared=Queries(_bounds(by_prefix).to(self.device), max(by_prefix), index[order]),
            shared_used=rows.prefix_length[:-1].int(),
            shared_start=torch.zeros_like(rows.prefix_length[:-1]),
            shared_bounds=self._strides(rows.prefixes, cache.prefix_capacity),
            order=order, inverse=order.argsort(), first=first, step=False,
        )  # fmt: skip
        packed = torch.tensor([token for one in tokens for token in one], device=self.device)
        hidden = self._forward(packed, index + rows.ahead[row])
        rows.own[cut] += count
        if write:
            self._write(hidden[bounds[1:].long() - 1], cut)

    def branch(self, sources: Sequence[int], targets: Sequence[int], length: int) -> None:
        """Let rows begin with the own tokens that other rows have computed, ``length`` at most."""
        self._cache.branch(sources, targets, length)
        self._rows.own[list(targets)] = self._rows.own[list(sources)]

    def step(self, count: int) -> None:
        """Let the first ``count`` rows write one token each."""
        if self._uses_graphs and count not in self._graphs:
            self._capture(count)
        if count in self._graphs:
            self._graphs[count].replay()
        else:
            self._step(count)

    def _step(self, count: int) -> None:
        rows, cut = self._rows, slice(0, count)
        order, bounds = rows.by_prefix(count)
        shared_by, own = self._shared_by(), rows.own[cut]
        index = (rows.prefix_length[rows.prefix[cut]] + own).repeat_interleave(shared_by)
        folded = (order[:, None] * shared_by + torch.arange(shared_by, device=self.device)).flatten()
        each = torch.arange(count + 1, device=self.device, dtype=torch.int32) * shared_by
        start = torch.arange(count, device=self.device) * self._cache.capacity
        self._cache.plan = Plan(
            slots=start + own,
            own=Queries(each, shared_by, index),
            own_used=(own + 1).int(), own_start=rows.prefix_length[rows.prefix[cut]],
            own_bounds=self._strides(count, self._cache.capacity),
            shared=Queries(bounds * shared_by, rows.most * shared_by, index[folded]),
            shared_used=rows.prefix_length[:-1].int(),
            shared_start=torch.zeros_like(rows.prefix_length[:-1]),
            shared_bounds=self._strides(rows.prefixes, self._cache.prefix_capacity),
            order=folded, inverse=folded.argsort(), first=0, step=True,
        )  # fmt: skip
        position = rows.prefix_length[rows.prefix[cut]] + own + rows.ahead[cut]
        hidden = self._forward(rows.token[cut], position)
        own.add_(1).clamp_(max=self._cache.capacity - 1)
        self._write(hidden, cut)

    def _write(self, hidden: Tensor, rows: slice) -> None:
        """Choose each row's next token from its last hidden state, and note it with the letters' log-probabilities."""
        logits = self._model.get_output_embeddings()(hidden)
        cap = getattr(self._model.config.get_text_config(), "final_logit_softcapping", None)
        if cap:
            logits = torch.tanh(logits / cap) * cap
        self._rows.note(rows, self._letters.logprobs(logits), self._penalised(logits, rows).argmax(-1))

    def _penalised(self, logits: Tensor, rows: slice) -> Tensor:
        if self.penalty == 1.0:
            return logits
        logits = logits.float()
        lower = torch.where(logits < 0, logits * self.penalty, logits / self.penalty)
        return torch.where(self._rows.seen[rows], lower, logits)

    def _forward(self, tokens: Tensor, positions: Tensor) -> Tensor:
        """Last hidden states (t, size) of packed tokens."""
        position_ids = positions.view(1, -1)
        with self._own_attention(), self._cache.active():
            output = self._text(
                input_ids=tokens.view(1, -1), position_ids=position_ids, past_key_values=self._cache, use_cache=True
            )
        hidden: Tensor = output.last_hidden_state
        return hidden[0]

    @contextmanager
    def _own_attention(self) -> Iterator[None]:
        before = [config._attn_implementation for config in self._configs]
        for config in self._configs:
            config._attn_implementation = IMPLEMENTATION
        try:
            yield
        finally:
            for config, implementation in zip(self._configs, before, strict=True):
                config._attn_implementation = implementation

    def _capture(self, count: int) -> None:
        kept = self._rows.copy()
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):  # a first pass outside the graph lets libraries set themselves up
            self._step(count)
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        # One pool of memory for all of them, which is gone with the last of them.
        pool = next(iter(self._graphs.values())).pool() if self._graphs else None
        try:
            with torch.cuda.graph(graph, pool=pool):
                self._step(count)
        except torch.OutOfMemoryError:
            raise
        except RuntimeError as error:  # something in this model, or in this version of torch, needs the host
            logger.warning(f"steps without CUDA graphs, which makes them slower: {str(error).splitlines()[0]}")
            self._uses_graphs = False
        else:
            self._graphs[count] = graph
        self._rows.restore(kept)

    def _to_device(self, value: Tensor) -> Tensor:
        floating = value.is_floating_point()
        return value.to(self.device, self._model.dtype if floating else value.dtype, non_blocking=True)

    def _strides(self, count: int, capacity: int) -> Tensor:
        """Where segments of one capacity begin, and the end of the last."""
        return torch.arange(count + 1, device=self.device, dtype=torch.int32) * capacity

    def _shared_by(self) -> int:
        text = self._model.config.get_text_config()
        return int(text.num_attention_heads // text.num_key_value_heads)

    def _padding(self) -> int:
        text = self._model.config.get_text_config()
        return int(getattr(text, "pad_token_id", None) or 0)


def _bounds(lengths: Sequence[int]) -> Tensor:
    return torch.tensor([0, *accumulate(lengths)], dtype=torch.int32)


def _token_bytes(model: Any) -> int:
    """Bytes of one token's keys and values in all layers."""
    text = model.config.get_text_config()
    size = getattr(text, "head_dim", None) or text.hidden_size // text.num_attention_heads
    return int(2 * text.num_hidden_layers * text.num_key_value_heads * size * model.dtype.itemsize)
