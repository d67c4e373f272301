"""How prompts become tokens with Qwen2.5-VL's processor: as TRL does it, but for a reply that is started."""

from __future__ import annotations

from types import MethodType, SimpleNamespace
from typing import Any

import pytest
import torch
from PIL import Image
from transformers import AutoProcessor
from trl import GRPOTrainer

from lmms_robust.training.trl_trainer import PrefillGRPOTrainer
from tests.harness.qwen import make

START = "<think>The dog is left."


@pytest.fixture(scope="module")
def trainer(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """As much of a trainer as the method reads."""
    processor = AutoProcessor.from_pretrained(make(tmp_path_factory.mktemp("qwen")))
    found = SimpleNamespace(
        processing_class=processor, tools=None, chat_template=None, chat_template_kwargs={}, _is_vlm=True,
        environment_factories=None,
    )  # fmt: skip
    found._rendered = MethodType(PrefillGRPOTrainer._rendered, found)
    return found


def prompt(color: str, size: tuple[int, int], start: str = "") -> list[dict[str, Any]]:
    image = {"type": "image", "image": Image.new("RGB", size, color)}
    turns: list[dict[str, Any]] = [{"role": "user", "content": [image, {"type": "text", "text": f"What is {color}?"}]}]
    return turns + ([{"role": "assistant", "content": start}] if start else [])


def rows(values: Any) -> list[Any]:
    return [torch.as_tensor(one).tolist() for one in values]


def test_prompts_that_start_nothing_are_tokenized_as_trl_does(trainer: Any) -> None:
    prompts = [prompt("red", (56, 56)), prompt("red", (56, 56)), prompt("blue", (84, 56))]
    ids, images, fields = PrefillGRPOTrainer._tokenize_prompts(trainer, prompts)
    expected_ids, expected_images, expected = GRPOTrainer._tokenize_prompts(trainer, prompts)
    assert ids == expected_ids
    assert [[one.size for one in each] for each in images or []] == [
        [one.size for one in each] for each in expected_images
    ]
    assert set(fields) == set(expected)
    for name, value in expected.items():
        assert rows(fields[name]) == rows(value), name


def test_a_started_reply_is_the_end_of_its_prompt_and_is_not_closed(trainer: Any) -> None:
    prompts = [prompt("red", (56, 56)), prompt("red", (56, 56), START), prompt("blue", (84, 56), START)]
    ids, _, fields = PrefillGRPOTrainer._tokenize_prompts(trainer, prompts)
    texts = [trainer.processing_class.decode(one) for one in ids]
    assert texts[0].endswith("<|im_start|>assistant\n")
    assert texts[1] == texts[0] + START
    assert texts[2].endswith(f"What is blue?<|im_end|>\n<|im_start|>assistant\n{START}")
    patches = [int(grid.prod()) for grid in fields["image_grid_thw"]]
    assert len(patches) == 3
    assert len(fields["pixel_values"]) == sum(patches)
    assert [len(one) for one in fields["mm_token_type_ids"]] == [len(one) for one in ids]


def test_equal_prompts_with_other_pictures_are_told_apart(trainer: Any) -> None:
    prompts = [prompt("red", (56, 56), START), prompt("red", (56, 56), START), prompt("red", (56, 56), START + " Yes")]
    prompts[1][0]["content"][0] = {"type": "image", "image": Image.new("RGB", (56, 56), "blue")}
    _, _, fields = PrefillGRPOTrainer._tokenize_prompts(trainer, prompts)
    first, second, third = fields["pixel_values"].chunk(3)
    assert not torch.equal(first, second)
    assert torch.equal(first, third)
