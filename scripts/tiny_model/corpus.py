"""Training data as arrays: small pictures and rows of tokens, made by many processes at once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import LlavaProcessor

from lmms_robust.scenes.render import render
from tiny_model.processor import ASSISTANT, BOS, END, USER
from tiny_model.samples import GROUPS, Sample, samples_of

_SHARD = 250


@dataclass(frozen=True, slots=True)
class Corpus:
    """Pictures and conversations.

    Attributes:
        images: uint8, (pictures, 112, 112, 3), as the image processor resizes them.
        tokens: int16, (samples, length), without image tokens, padded on the right.
        start: index of the first token to learn, (samples,).
        stop: index behind the last token, (samples,).
        picture: row of ``images``, (samples,).
        group: index into ``GROUPS``, (samples,).
    """

    images: NDArray[np.uint8]
    tokens: NDArray[np.int16]
    start: NDArray[np.int32]
    stop: NDArray[np.int32]
    picture: NDArray[np.int32]
    group: NDArray[np.int32]


@lru_cache(maxsize=1)
def _processor(folder: str) -> LlavaProcessor:
    torch.set_num_threads(1)
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    return LlavaProcessor.from_pretrained(folder)


def encode(processor: LlavaProcessor, sample: Sample) -> tuple[list[int], int]:
    """Tokenise a conversation without its image tokens.

    Returns:
        The tokens, and the index of the first one to learn.

    Raises:
        RuntimeError: the given start of the reply is tokenised differently when it stands alone, as it does when
            the model continues it.
    """
    asked = f"{BOS}{USER}{sample.prompt}{END}{ASSISTANT}{sample.prefill}"
    whole = _tokens(processor, f"{asked}{sample.target}{END}")
    if not sample.prefill:
        return whole, whole.index(processor.tokenizer.convert_tokens_to_ids(ASSISTANT)) + 1
    known = _tokens(processor, asked)
    if whole[: len(known)] != known:
        raise RuntimeError(f"the reply's start merges with what follows: {sample.prefill!r} + {sample.target!r}")
    return whole, len(known)


def _tokens(processor: LlavaProcessor, text: str) -> list[int]:
    ids: list[int] = processor.tokenizer(text, add_special_tokens=False, return_attention_mask=False)["input_ids"]
    return ids


def row_length(processor: LlavaProcessor, scenes: int) -> int:
    """Tokens that nearly every conversation fits into, a multiple of 16, judged by the first scenes."""
    samples = (sample for index in range(scenes) for sample in samples_of(index, len(GROUPS))[1])
    return -(-max(len(encode(processor, sample)[0]) for sample in samples) // 16) * 16


def make_shard(folder: str, first: int, n: int, questions: int, length: int) -> Corpus:
    """Make the samples of scenes ``first`` to ``first + n - 1``; pictures are numbered from 0.

    Conversations of more than ``length`` tokens are left out.
    """
    processor = _processor(folder)
    made = [samples_of(index, questions) for index in range(first, first + n)]
    rows = [(i, sample, *encode(processor, sample)) for i, (_, samples) in enumerate(made) for sample in samples]
    rows = [row for row in rows if len(row[2]) <= length]
    tokens = np.full((len(rows), length), processor.tokenizer.pad_token_id, np.int16)
    for row, (_, _, ids, _) in zip(tokens, rows, strict=True):
        row[: len(ids)] = ids
    resized = processor.image_processor(
        [render(scene) for scene, _ in made], do_rescale=False, do_normalize=False, return_tensors="pt"
    )["pixel_values"]
    return Corpus(
        images=np.ascontiguousarray(resized.permute(0, 2, 3, 1).to(torch.uint8).numpy()),
        tokens=tokens,
        start=np.array([start for _, _, _, start in rows], np.int32),
        stop=np.array([len(ids) for _, _, ids, _ in rows], np.int32),
        picture=np.array([i for i, _, _, _ in rows], np.int32),
        group=np.array([GROUPS.index(sample.group) for _, sample, _, _ in rows], np.int32),
    )


def start(pool: Executor, folder: Path, scenes: int, questions: int, length: int) -> list[Future[Corpus]]:
    """Have a pool of processes make the samples of the first ``scenes`` train items.

    Args:
        pool: processes that were spawned, not forked: the parent may have started PyTorch's threads.
        folder: saved processor.
        scenes: number of pictures.
        questions: most questions about a picture.
        length: most tokens of a conversation.
    """
    firsts = range(0, scenes, _SHARD)
    return [pool.submit(make_shard, str(folder), f, min(_SHARD, scenes - f), questions, length) for f in firsts]


def collect(futures: Sequence[Future[Corpus]]) -> Corpus:
    """Wait for all shards, say how far they are, and join them."""
    shards: list[Corpus] = []
    for done, future in enumerate(futures, 1):
        shards.append(future.result())
        if done % max(1, len(futures) // 5) == 0:
            print(f"  {done * 100 // len(futures)} % of the scenes", flush=True)
    return _joined(shards)


def _joined(shards: list[Corpus]) -> Corpus:
    def all_of(name: str) -> Iterator[NDArray[np.int32]]:
        return (getattr(shard, name) for shard in shards)

    offsets = np.cumsum([0, *(len(shard.images) for shard in shards[:-1])])
    pictures = [shard.picture + offset for shard, offset in zip(shards, offsets, strict=True)]
    return Corpus(
        images=np.concatenate([shard.images for shard in shards]),
        tokens=np.concatenate([shard.tokens for shard in shards]),
        start=np.concatenate(list(all_of("start"))),
        stop=np.concatenate(list(all_of("stop"))),
        picture=np.concatenate(pictures).astype(np.int32),
        group=np.concatenate(list(all_of("group"))),
    )
