"""Token ids are the processor's, and it sees a picture once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from lmms_robust.embedded import TINY_MODEL
from lmms_robust.generation.encoding import Encoder, common, padded
from lmms_robust.generation.prompt import Prompt
from tests.generation import checkpoints
from tests.generation.conftest import Checkpoint, read

MADE = {"LLaVA": lambda folder: TINY_MODEL} | checkpoints.KNOWN


@pytest.fixture(params=MADE)
def checkpoint(request: pytest.FixtureRequest, tmp_path: Path) -> Checkpoint:
    return read(MADE[request.param](tmp_path))


def counted(processor: Any, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pictures each call of the image processor is given."""
    calls: list[int] = []
    kind = type(processor.image_processor)
    original = kind.__call__

    def call(self: Any, images: Any, *arguments: Any, **named: Any) -> Any:
        calls.append(len(images))
        return original(self, images, *arguments, **named)

    monkeypatch.setattr(kind, "__call__", call)
    return calls


def ids(processor: Any, prompt: Prompt) -> tuple[int, ...]:
    bos = processor.tokenizer.bos_token
    special = not (bos and prompt.text.startswith(bos))
    found = processor(
        text=[prompt.text], images=[list(prompt.pictures)], return_tensors="pt", add_special_tokens=special
    )
    return tuple(found["input_ids"][0].tolist())


def test_ids_are_the_processors_and_the_prefix_holds_the_picture(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = Encoder(checkpoint.processor)
    encoded = [encoder.encode(range(len(prompts)), prompts) for prompts in checkpoint.prompts]
    for prompts, (group,) in zip(checkpoint.prompts, encoded, strict=True):
        expected = [ids(checkpoint.processor, prompt) for prompt in prompts]
        assert [group.prefix + suffix for suffix in group.suffixes] == expected
        assert all(group.suffixes)
        assert all(len(row) == len(group.prefix) for row in group.types.values())
    calls = counted(checkpoint.processor, monkeypatch)
    (again,) = encoder.encode(range(len(checkpoint.prompts[0])), checkpoint.prompts[0])
    assert len(calls) == 1  # the trials are over
    assert (again.prefix, again.suffixes) == (encoded[0][0].prefix, encoded[0][0].suffixes)
    for name, value in again.pixels.items():
        torch.testing.assert_close(value, encoded[0][0].pixels[name])


def test_where_the_tokenizer_gives_other_ids_every_prompt_goes_through_the_processor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checkpoint = read(TINY_MODEL)
    encoder = Encoder(checkpoint.processor)
    tokenize = encoder._tokenize
    monkeypatch.setattr(encoder, "_tokenize", lambda text: (*tokenize(text)[:-1], 3, 3))
    calls = counted(checkpoint.processor, monkeypatch)
    for prompts in checkpoint.prompts * 2:
        calls.clear()
        (group,) = encoder.encode(range(len(prompts)), prompts)
        assert len(calls) == len(prompts)
        found = [group.prefix + suffix for suffix in group.suffixes]
        assert found == [ids(checkpoint.processor, prompt) for prompt in prompts]


@pytest.mark.parametrize("texts", [("<image>\nLong before.", "It is long before. <image>\nWhat?", "<image>\nNo.")])
def test_a_picture_at_another_place_is_still_encoded_rightly(texts: tuple[str, ...]) -> None:
    """After the trials too, which saw the picture at one place."""
    checkpoint = read(TINY_MODEL)
    encoder = Encoder(checkpoint.processor)
    for prompts in checkpoint.prompts:
        encoder.encode(range(len(prompts)), prompts)
    pictures = checkpoint.prompts[0][0].pictures
    prompts = [Prompt(text, pictures, "") for text in texts]
    groups = encoder.encode([5, 6, 7], prompts)
    assert [group.numbers for group in groups] == [(5,), (6,), (7,)]
    expected = [ids(checkpoint.processor, prompt) for prompt in prompts]
    assert [group.prefix + group.suffixes[0] for group in groups] == expected


def test_prompts_without_or_with_several_pictures() -> None:
    checkpoint = read(TINY_MODEL)
    encoder = Encoder(checkpoint.processor)
    picture = checkpoint.prompts[0][0].pictures[0]
    (none,) = encoder.encode([0, 1], [Prompt("USER: What?", (), ""), Prompt("USER: Where is it?", (), "")])
    assert not none.pixels
    assert all(none.suffixes)
    two = [Prompt(f"USER: <image> or <image>? {end}", (picture, picture), "") for end in ("Say.", "Think.")]
    (group,) = encoder.encode([0, 1], two)
    token = checkpoint.processor.image_token_id
    assert group.prefix.count(token) == ids(checkpoint.processor, two[0]).count(token)
    assert [group.prefix + suffix for suffix in group.suffixes] == [ids(checkpoint.processor, one) for one in two]


def test_common_and_padded() -> None:
    assert common([(1, 2, 3), (1, 2), (1, 2, 4)]) == 2
    assert common([(1,), (2,)]) == 0
    assert padded([(1, 2), (3,)], 9).tolist() == [[1, 2], [3, 9]]
