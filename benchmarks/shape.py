"""A checkpoint in the shape of Qwen2.5-VL-7B with random weights, and a benchmark of noise: costs without downloads."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
import torch
from datasets import Dataset, Features, Image, Value
from datasets import Sequence as Row
from PIL import Image as PillowImage
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    PreTrainedTokenizerFast,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2_5_VLProcessor,
    Qwen2VLImageProcessor,
    Qwen2VLVideoProcessor,
)

VOCABULARY = 152_064
SPECIAL = (
    *("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>"),
    "<|video_pad|>",
)
TEMPLATE = (
    "{% if messages[0].role != 'system' %}<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n{% endif %}"
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{% if m.content is string %}{{ m.content }}{% else %}"
    "{% for part in m.content %}{% if part.type == 'image' %}<|vision_start|><|image_pad|><|vision_end|>"
    "{% elif 'text' in part %}{{ part.text }}{% endif %}{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
FEATURES = Features(
    {
        **{name: Value("string") for name in ("id", "category", "question", "answer")},
        **{name: Row(Value("string")) for name in ("options", "statements")},
        "image": Image(),
    }
)


def questions(count: int, size: int) -> Dataset:
    """Rows in the schema of ``scenes``, each with a picture of noise of its own."""
    things = ("bus", "bicycle", "bench", "dog", "lamp", "suitcase", "fountain", "umbrella")
    options = ["in front of", "behind", "to the left of", "to the right of"]
    rows = []
    for number in range(count):
        one, other = things[number % 8], things[(number // 8 + number + 1) % 8]
        where = f"the {one} with the number {number}", f"the {other} beside the entrance of the building"
        rows.append(
            {
                "id": f"row-{number}",
                "category": "relation",
                "question": f"Seen from the camera, where is {where[0]} with respect to {where[1]}?",
                "answer": "ABCD"[number % 4],
                "options": options,
                "statements": [f"Seen from the camera, {where[0]} is {option} {where[1]}." for option in options],
                "image": {"bytes": _noise(number, size), "path": None},
            }
        )
    return Dataset.from_list(rows, features=FEATURES)


def _noise(seed: int, size: int) -> bytes:
    coarse = np.random.default_rng(seed).integers(0, 256, (size // 14, size // 14, 3), dtype=np.uint8)
    buffer = BytesIO()
    PillowImage.fromarray(coarse).resize((size, size), PillowImage.Resampling.NEAREST).save(buffer, format="PNG")
    return buffer.getvalue()


def save_processor(folder: Path, texts: Sequence[str]) -> dict[str, int]:
    """Write a processor whose tokenizer was trained on some texts; returns its special tokens' ids."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=4096, initial_alphabet=alphabet))
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        additional_special_tokens=[token for token in SPECIAL if token not in ("<|im_end|>", "<|endoftext|>")],
    )
    size = {"shortest_edge": 56 * 56, "longest_edge": 1280 * 28 * 28}
    Qwen2_5_VLProcessor(
        image_processor=Qwen2VLImageProcessor(size=size), tokenizer=wrapped,
        video_processor=Qwen2VLVideoProcessor(size=size), chat_template=TEMPLATE,
    ).save_pretrained(folder)  # fmt: skip
    return {token: wrapped.convert_tokens_to_ids(token) for token in SPECIAL}


def random_model(folder: Path, ids: dict[str, int], layers: int = 28) -> Qwen2_5_VLForConditionalGeneration:
    """Make the model on the device; its config is written beside the processor. It never ends a response."""
    text = {
        "hidden_size": 3584, "intermediate_size": 18944, "num_hidden_layers": layers,
        "num_attention_heads": 28, "num_key_value_heads": 4, "vocab_size": VOCABULARY,
        "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [16, 24, 24]},
        "bos_token_id": ids["<|endoftext|>"], "eos_token_id": ids["<|im_end|>"], "pad_token_id": ids["<|endoftext|>"],
    }  # fmt: skip
    vision = {
        "depth": 32, "hidden_size": 1280, "intermediate_size": 3420, "num_heads": 16, "out_hidden_size": 3584,
        "fullatt_block_indexes": [7, 15, 23, 31], "window_size": 112, "patch_size": 14,
    }  # fmt: skip
    config = Qwen2_5_VLConfig(
        text_config=text, vision_config=vision, tie_word_embeddings=False,
        image_token_id=ids["<|image_pad|>"], video_token_id=ids["<|video_pad|>"],
        vision_start_token_id=ids["<|vision_start|>"], vision_end_token_id=ids["<|vision_end|>"],
    )  # fmt: skip
    config.architectures = ["Qwen2_5_VLForConditionalGeneration"]
    config.save_pretrained(folder)
    torch.manual_seed(0)
    default = torch.get_default_dtype()
    torch.set_default_dtype(torch.bfloat16)
    with torch.device("cuda"):
        model = Qwen2_5_VLForConditionalGeneration._from_config(config, attn_implementation="sdpa")
    torch.set_default_dtype(default)
    with torch.no_grad():
        model.lm_head.weight[ids["<|im_end|>"]] = 0  # its logit is 0, which is never the largest
    model.generation_config.eos_token_id = ids["<|im_end|>"]
    model.generation_config.pad_token_id = ids["<|endoftext|>"]
    return model.eval()
