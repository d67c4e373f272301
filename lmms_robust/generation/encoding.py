"""From prompts about one picture to token ids, with the picture processed once and the common start found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from lmms_robust.generation.prompt import Prompt

_PER_TOKEN = ("input_ids", "attention_mask", "token_type_ids", "mm_token_type_ids")


@dataclass(frozen=True, slots=True)
class Group:
    """Prompts that begin alike.

    Attributes:
        numbers: the caller's number of each prompt.
        suffixes: token ids of each prompt after the prefix, at least one.
        prefix: token ids with which all begin; holds every picture token.
        types: further rows of integers that the model takes per prefix token, by name.
        pixels: what the model takes for the picture, by name.
    """

    numbers: tuple[int, ...]
    suffixes: tuple[tuple[int, ...], ...]
    prefix: tuple[int, ...]
    types: dict[str, tuple[int, ...]]
    pixels: dict[str, Tensor]


@dataclass(slots=True)
class Trial:
    """Whether the tokenizer, with the picture's tokens put in, gives what the processor gives.

    Attributes:
        left: groups on which it is still to be tried.
        alike: whether it was so up to now.
    """

    left: int = 2
    alike: bool = True


class Encoder:
    """Turns prompts into groups; one prompt of a picture goes through the processor, the others through the tokenizer.

    Whether that gives what the processor gives is tried on the first pictures; where it does not, every prompt goes
    through the processor.

    Args:
        processor: of the model.
        dtype: of the model.
        trial: shared by encoders of one model.
    """

    def __init__(self, processor: Any, dtype: torch.dtype = torch.float32, trial: Trial | None = None) -> None:
        self._processor, self._dtype, self._trial = processor, dtype, trial or Trial()

    def encode(self, numbers: Sequence[int], prompts: Sequence[Prompt]) -> list[Group]:
        """Encode prompts that have the same pictures, as one group or, if they share too little, one each."""
        full = self._process(prompts[0])
        ids = [tuple(full["input_ids"][0].tolist())]
        if len(prompts) > 1:
            ids += self._others(prompts, ids[0])
        pixels = {name: self._small(value) for name, value in full.items() if name not in _PER_TOKEN}
        types = {n: tuple(full[n][0].tolist()) for n in _PER_TOKEN[2:] if n in full}
        shared = min(common(ids), min(len(one) for one in ids) - 1)
        if len(ids) > 1 and shared < self._pictures_end(ids[0], prompts[0]):
            parts = zip(numbers, prompts, strict=True)
            return [group for number, prompt in parts for group in self.encode([number], [prompt])]
        cut = {name: row[:shared] for name, row in types.items()}
        return [Group(tuple(numbers), tuple(one[shared:] for one in ids), ids[0][:shared], cut, pixels)]

    def _process(self, prompt: Prompt) -> dict[str, Tensor]:
        pictures = [list(prompt.pictures)] if prompt.pictures else None
        special = not self._has_bos(prompt.text)
        return dict(
            self._processor(text=[prompt.text], images=pictures, return_tensors="pt", add_special_tokens=special)
        )

    def _small(self, value: Tensor) -> Tensor:
        """Numbers in the model's own precision, which halves what is sent to the device."""
        return value.to(self._dtype) if value.is_floating_point() else value

    def _tokenize(self, text: str) -> tuple[int, ...]:
        return tuple(self._processor.tokenizer(text, add_special_tokens=not self._has_bos(text))["input_ids"])

    def _has_bos(self, text: str) -> bool:
        """Whether the chat template wrote the token that starts every sequence."""
        bos = self._processor.tokenizer.bos_token
        return bool(bos) and text.startswith(bos)

    def _others(self, prompts: Sequence[Prompt], first: tuple[int, ...]) -> list[tuple[int, ...]]:
        if not self._trial.alike or len(prompts[0].pictures) != 1:
            return [tuple(self._process(prompt)["input_ids"][0].tolist()) for prompt in prompts[1:]]
        raw = [self._tokenize(prompt.text) for prompt in prompts]
        before = common([raw[0], first])
        after = common([raw[0][before:][::-1], first[before:][::-1]])
        middle, replaced = first[before : len(first) - after], len(raw[0]) - before - after
        found = [one[:before] + middle + one[before + replaced :] for one in raw[1:]]
        if self._trial.left:
            self._trial.left -= 1
            expected = [tuple(self._process(prompt)["input_ids"][0].tolist()) for prompt in prompts[1:]]
            self._trial.alike &= found == expected
            return expected
        return found

    def _pictures_end(self, ids: tuple[int, ...], prompt: Prompt) -> int:
        """Number of tokens up to the last one of a picture."""
        if not prompt.pictures:
            return 0
        token = getattr(self._processor, "image_token_id", None)
        if token is None:
            token = self._processor.tokenizer.convert_tokens_to_ids(self._processor.image_token)
        return max((place + 1 for place, one in enumerate(ids) if one == token), default=len(ids))


def common(rows: Sequence[tuple[int, ...]]) -> int:
    """Length of the start that all rows share.

    >>> common([(1, 2, 3), (1, 2), (1, 2, 4)])
    2
    """
    one, other = min(rows), max(rows)  # rows between these two share at least as much
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low


def padded(rows: Sequence[Sequence[int]], value: int) -> Tensor:
    """Rows of integers filled up on the right: (n, longest)."""
    longest = max(len(row) for row in rows)
    return torch.tensor([[*row, *([value] * (longest - len(row)))] for row in rows])
