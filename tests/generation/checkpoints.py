"""Tiny checkpoints with random weights: the real architectures and processors, made without a network.

Weights are drawn wide, or every picture and prompt would lead to the same token.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

CHATML = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
VISION = ("<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>")
TEXT = {
    "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "head_dim": 8, "max_position_embeddings": 4096,
}  # fmt: skip
SIGLIP = {
    "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2, "patch_size": 8,
}  # fmt: skip
_PARTS = (
    "{% for part in m.content %}{% if part.type == 'image' %}IMAGE{% elif 'text' in part %}{{ part.text }}{% endif %}"
    "{% endfor %}"
)
_CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{% if m.content is string %}{{ m.content }}{% else %}"
    + _PARTS
    + "{% endif %}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_SMOL = (
    "<|im_start|>{% for m in messages %}{{ m.role | capitalize }}{{ ':' if m.content[0].type == 'image' else ': ' }}"
    + _PARTS
    + "<end_of_utterance>\n{% endfor %}{% if add_generation_prompt %}Assistant:{% endif %}"
)
_GEMMA = (
    "{{ bos_token }}{% for m in messages %}<start_of_turn>{{ 'model' if m.role == 'assistant' else m.role }}\n"
    + _PARTS.replace("part.text", "part.text | trim")
    + "<end_of_turn>\n{% endfor %}{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)
_VICUNA = (
    "{% for m in messages %}{{ m.role.upper() }}: "
    + _PARTS
    + "{{ ' ' if m.role == 'user' else '' }}{% endfor %}{% if add_generation_prompt %}ASSISTANT:{% endif %}"
)
_MISTRAL = "{{ bos_token }}{% for m in messages %}{{ '[INST]' if m.role == 'user' else '' }}" + _PARTS
_MISTRAL += "{{ '[/INST]' if m.role == 'user' else eos_token }}{% endfor %}"


def byte_tokenizer(special: Sequence[str], merges: Sequence[str] = (), **named: Any) -> PreTrainedTokenizerFast:
    """A tokenizer of single bytes, with special tokens.

    Args:
        special: special tokens.
        merges: pairs that are one token, as byte-level BPE writes them: ``"Ġ A"``.
        named: special tokens by role, e.g. ``eos_token``.
    """
    alphabet = [*sorted(pre_tokenizers.ByteLevel.alphabet()), *(pair.replace(" ", "") for pair in merges)]
    pairs = [(first, second) for first, second in (pair.split(" ") for pair in merges)]
    tokenizer = Tokenizer(models.BPE(vocab={token: number for number, token in enumerate(alphabet)}, merges=pairs))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, additional_special_tokens=list(special), **named)


def qwen2_vl(folder: Path) -> Path:
    """Write a Qwen2-VL."""
    vision = {"depth": 2, "embed_dim": 32, "hidden_size": 32, "num_heads": 2, "mlp_ratio": 2}
    return _qwen(folder, "Qwen2VL", vision)


def qwen2_5_vl(folder: Path) -> Path:
    """Write a Qwen2.5-VL: some of its vision layers attend within windows."""
    vision = {
        "depth": 2, "hidden_size": 32, "intermediate_size": 64, "num_heads": 2, "out_hidden_size": 32,
        "fullatt_block_indexes": [1], "window_size": 56,
    }  # fmt: skip
    return _qwen(folder, "Qwen2_5_VL", vision)


def qwen3_vl(folder: Path) -> Path:
    """Write a Qwen3-VL: vision features also enter later layers of the text model."""
    vision = {
        "depth": 2, "hidden_size": 32, "intermediate_size": 64, "num_heads": 2, "out_hidden_size": 32,
        "num_position_embeddings": 64, "deepstack_visual_indexes": [0],
    }  # fmt: skip
    return _qwen(folder, "Qwen3VL", vision, patch_size=16)


def _qwen(folder: Path, name: str, vision: dict[str, Any], patch_size: int = 14) -> Path:
    tokenizer = byte_tokenizer((*CHATML[1:], *VISION), eos_token="<|im_end|>", pad_token="<|endoftext|>")
    ids = dict(zip((*CHATML, *VISION), tokenizer.convert_tokens_to_ids([*CHATML, *VISION]), strict=True))
    rope = {"rope_type": "default", "rope_theta": 10_000.0, "mrope_section": [2, 1, 1]}
    text = TEXT | {"vocab_size": len(tokenizer), "rope_parameters": rope, "tie_word_embeddings": False}
    text |= {"bos_token_id": ids["<|endoftext|>"], "eos_token_id": ids["<|im_end|>"]}
    config = getattr(transformers, f"{name}Config")(
        text_config=text, vision_config=vision, tie_word_embeddings=False,
        image_token_id=ids["<|image_pad|>"], video_token_id=ids["<|video_pad|>"],
        vision_start_token_id=ids["<|vision_start|>"], vision_end_token_id=ids["<|vision_end|>"],
    )  # fmt: skip
    side = 2 * patch_size
    size = {"shortest_edge": 4 * side**2, "longest_edge": 20 * side**2}
    video = "Qwen3VLVideoProcessor" if name == "Qwen3VL" else "Qwen2VLVideoProcessor"
    processor = getattr(transformers, f"{name}Processor")(
        image_processor=transformers.Qwen2VLImageProcessor(size=size, patch_size=patch_size), tokenizer=tokenizer,
        video_processor=getattr(transformers, video)(size=size, patch_size=patch_size),
        chat_template=_CHATML.replace("IMAGE", "<|vision_start|><|image_pad|><|vision_end|>"),
    )  # fmt: skip
    return _save(folder, getattr(transformers, f"{name}ForConditionalGeneration")(config), processor)


def idefics3(folder: Path) -> Path:
    """Write an Idefics3: a picture is cut into tiles."""
    return _tiled(folder, "Idefics3")


def smolvlm(folder: Path) -> Path:
    """Write a SmolVLM; its processor wants the package num2words, or a stand-in for it."""
    video = transformers.SmolVLMVideoProcessor(size={"longest_edge": 32}, max_image_size={"longest_edge": 32})
    return _tiled(folder, "SmolVLM", video_processor=video)


def _tiled(folder: Path, name: str, **parts: Any) -> Path:
    special = ["<|im_start|>", "<end_of_utterance>", "<fake_token_around_image>", "<image>", "<global-img>"]
    special += [f"<row_{row}_col_{column}>" for row in range(1, 5) for column in range(1, 5)]
    tokenizer = byte_tokenizer(
        special, bos_token="<|im_start|>", eos_token="<end_of_utterance>", pad_token="<|im_end|>"
    )
    for role, token in (
        ("fake_image_token", special[2]),
        ("image_token", special[3]),
        ("global_image_token", special[4]),
    ):
        setattr(tokenizer, role, token)
    tokenizer.end_of_utterance_token = "<end_of_utterance>"
    text = TEXT | {"model_type": "llama", "vocab_size": len(tokenizer), "pad_token_id": tokenizer.pad_token_id}
    config = getattr(transformers, f"{name}Config")(
        text_config=text, vision_config=SIGLIP | {"image_size": 32}, scale_factor=2,
        image_token_id=tokenizer.convert_tokens_to_ids("<image>"), pad_token_id=tokenizer.pad_token_id,
        tie_word_embeddings=False,
    )  # fmt: skip
    images = getattr(transformers, f"{name}ImageProcessor")(
        size={"longest_edge": 96}, max_image_size={"longest_edge": 32}, return_row_col_info=True
    )
    processor = getattr(transformers, f"{name}Processor")(
        image_processor=images, tokenizer=tokenizer, image_seq_len=4,
        chat_template=_SMOL.replace("IMAGE", "<image>"), **parts,
    )  # fmt: skip
    return _save(folder, getattr(transformers, f"{name}ForConditionalGeneration")(config), processor)


def llava_next(folder: Path) -> Path:
    """Write a LLaVA-NeXT: the number of tiles depends on the picture's shape."""
    tokenizer = byte_tokenizer(("<image>",), bos_token="<s>", eos_token="</s>", pad_token="<pad>")
    pinpoints = [[32, 64], [64, 32], [64, 64]]
    config = transformers.LlavaNextConfig(
        text_config=TEXT | {"model_type": "llama", "vocab_size": len(tokenizer)},
        vision_config=SIGLIP | {"model_type": "clip_vision_model", "image_size": 32},
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"), image_grid_pinpoints=pinpoints,
        image_seq_length=16, tie_word_embeddings=False,
    )  # fmt: skip
    images = transformers.LlavaNextImageProcessor(
        size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}, image_grid_pinpoints=pinpoints
    )
    processor = transformers.LlavaNextProcessor(
        image_processor=images, tokenizer=tokenizer, patch_size=8, vision_feature_select_strategy="default",
        num_additional_image_tokens=1, chat_template=_VICUNA.replace("IMAGE", "<image>\n"),
    )  # fmt: skip
    return _save(folder, transformers.LlavaNextForConditionalGeneration(config), processor)


def llava_onevision(folder: Path) -> Path:
    """Write a LLaVA-OneVision."""
    tokenizer = byte_tokenizer((*CHATML[1:], "<image>", "<video>"), eos_token="<|im_end|>", pad_token="<|endoftext|>")
    pinpoints = [[32 * height, 32 * width] for height in (1, 2, 3) for width in (1, 2, 3)]
    config = transformers.LlavaOnevisionConfig(
        text_config=TEXT | {"model_type": "qwen2", "vocab_size": len(tokenizer)},
        vision_config=SIGLIP | {"model_type": "siglip_vision_model", "image_size": 32, "vision_use_head": False},
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
        video_token_index=tokenizer.convert_tokens_to_ids("<video>"),
        image_grid_pinpoints=pinpoints, tie_word_embeddings=False,
    )  # fmt: skip
    size = {"height": 32, "width": 32}
    processor = transformers.LlavaOnevisionProcessor(
        image_processor=transformers.LlavaOnevisionImageProcessor(size=size, image_grid_pinpoints=pinpoints),
        video_processor=transformers.LlavaOnevisionVideoProcessor(size=size), tokenizer=tokenizer,
        num_image_tokens=16, vision_feature_select_strategy="full",
        chat_template=_CHATML.replace("IMAGE", "<image>\n"),
    )  # fmt: skip
    return _save(folder, transformers.LlavaOnevisionForConditionalGeneration(config), processor)


def internvl(folder: Path) -> Path:
    """Write an InternVL."""
    named = {"start_image_token": "<img>", "end_image_token": "</img>", "context_image_token": "<IMG_CONTEXT>"}
    named |= {"video_token": "<video>"}
    tokenizer = byte_tokenizer(
        (*CHATML[1:], *named.values()), eos_token="<|im_end|>", pad_token="<|endoftext|>", extra_special_tokens=named
    )
    vision = SIGLIP | {"image_size": [32, 32], "patch_size": [8, 8], "layer_scale_init_value": 1.0}
    config = transformers.InternVLConfig(
        text_config=TEXT | {"model_type": "qwen2", "vocab_size": len(tokenizer)}, vision_config=vision,
        image_token_id=tokenizer.convert_tokens_to_ids("<IMG_CONTEXT>"), image_seq_length=4, tie_word_embeddings=False,
    )  # fmt: skip
    size = {"height": 32, "width": 32}
    processor = transformers.InternVLProcessor(
        image_processor=transformers.GotOcr2ImageProcessor(size=size, crop_to_patches=True, max_patches=6),
        video_processor=transformers.InternVLVideoProcessor(size=size), tokenizer=tokenizer, image_seq_length=4,
        chat_template=_CHATML.replace("IMAGE", "<IMG_CONTEXT>\n"),
    )  # fmt: skip
    return _save(folder, transformers.InternVLForConditionalGeneration(config), processor)


def gemma3(folder: Path, window: int = 4096) -> Path:
    """Write a Gemma 3: picture tokens see each other, and every other layer sees a window only."""
    named = {"boi_token": "<start_of_image>", "eoi_token": "<end_of_image>", "image_token": "<image_soft_token>"}
    special = ("<start_of_turn>", "<end_of_turn>")
    tokenizer = byte_tokenizer(
        (*special, *named.values()), bos_token="<bos>", eos_token="<eos>", pad_token="<pad>", extra_special_tokens=named
    )
    text = TEXT | {"vocab_size": len(tokenizer), "sliding_window": window, "query_pre_attn_scalar": 8}
    text |= {"tie_word_embeddings": False}
    text |= {"layer_types": ["sliding_attention", "full_attention"], "pad_token_id": tokenizer.pad_token_id}
    text |= {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id}
    ids = {f"{role}_index": tokenizer.convert_tokens_to_ids(named[f"{role}_token"]) for role in ("boi", "eoi")}
    config = transformers.Gemma3Config(
        text_config=text, vision_config=SIGLIP | {"image_size": 32, "vision_use_head": False}, mm_tokens_per_image=4,
        image_token_index=tokenizer.convert_tokens_to_ids("<image_soft_token>"),
        boi_token_index=ids["boi_index"], eoi_token_index=ids["eoi_index"], tie_word_embeddings=False,
    )  # fmt: skip
    processor = transformers.Gemma3Processor(
        image_processor=transformers.Gemma3ImageProcessor(size={"height": 32, "width": 32}), tokenizer=tokenizer,
        image_seq_length=4, chat_template=_GEMMA.replace("IMAGE", "<start_of_image>"),
    )  # fmt: skip
    return _save(folder, transformers.Gemma3ForConditionalGeneration(config), processor)


def gemma3_narrow(folder: Path) -> Path:
    """Write a Gemma 3 whose window is shorter than any prompt and than most prefixes."""
    return gemma3(folder, window=44)


def mistral3(folder: Path) -> Path:
    """Write a Mistral 3, which the engine does not know."""
    special = ("[IMG]", "[IMG_BREAK]", "[IMG_END]", "[INST]", "[/INST]")
    tokenizer = byte_tokenizer(special, bos_token="<s>", eos_token="</s>", pad_token="<pad>")
    vision = SIGLIP | {"model_type": "pixtral", "image_size": 64, "head_dim": 16}
    config = transformers.Mistral3Config(
        text_config=TEXT | {"model_type": "mistral", "vocab_size": len(tokenizer), "sliding_window": None},
        vision_config=vision, image_token_index=tokenizer.convert_tokens_to_ids("[IMG]"), tie_word_embeddings=False,
    )  # fmt: skip
    processor = transformers.PixtralProcessor(
        image_processor=transformers.PixtralImageProcessor(size={"longest_edge": 64}, patch_size=8),
        tokenizer=tokenizer, patch_size=8, spatial_merge_size=2, chat_template=_MISTRAL.replace("IMAGE", "[IMG]"),
    )  # fmt: skip
    return _save(folder, transformers.Mistral3ForConditionalGeneration(config), processor)


KNOWN: dict[str, Callable[[Path], Path]] = {
    "Qwen2-VL": qwen2_vl, "Qwen2.5-VL": qwen2_5_vl, "Qwen3-VL": qwen3_vl, "Idefics3": idefics3, "SmolVLM": smolvlm,
    "LLaVA-NeXT": llava_next, "LLaVA-OneVision": llava_onevision, "InternVL": internvl, "Gemma 3": gemma3,
    "Gemma 3, narrow window": gemma3_narrow,
}  # fmt: skip


def _save(folder: Path, model: Any, processor: Any) -> Path:
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.copy_(0.3 * torch.randn(parameter.shape, generator=generator))
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder
