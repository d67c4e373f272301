"""The model's shape, and a forward pass for training that fits `torch.compile`.

The training pass knows that every conversation begins with the picture, so it joins embeddings by
position; `check_forward` holds it against the library's own forward pass.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from transformers import (
    LlavaConfig,
    LlavaForConditionalGeneration,
    PreTrainedTokenizerFast,
    Qwen2Config,
    SiglipVisionConfig,
)

from tiny_model.processor import BOS, CONTEXT, END, IMAGE, IMAGE_SIZE, IMAGE_TOKENS, PAD, PATCH_SIZE

LEAD = 2
"""Tokens before the picture: the start of the text and of the user turn."""


def configure(tokenizer: PreTrainedTokenizerFast, width: int, vision_layers: int, text_layers: int) -> LlavaConfig:
    """Describe a LLaVA-type model: SigLIP tower, two-layer projector, Qwen2 decoder with tied embeddings."""
    bos, end, pad, image = tokenizer.convert_tokens_to_ids([BOS, END, PAD, IMAGE])
    vision = SiglipVisionConfig(
        hidden_size=width,
        intermediate_size=4 * width,
        num_hidden_layers=vision_layers,
        num_attention_heads=width // 64,
        image_size=IMAGE_SIZE,
        patch_size=PATCH_SIZE,
        vision_use_head=False,
    )
    text = Qwen2Config(
        vocab_size=len(tokenizer),
        hidden_size=width,
        intermediate_size=21 * width // 8,
        num_hidden_layers=text_layers,
        num_attention_heads=width // 64,
        num_key_value_heads=max(1, width // 128),
        max_position_embeddings=CONTEXT,
        bos_token_id=bos,
        eos_token_id=end,
        pad_token_id=pad,
        tie_word_embeddings=True,
    )
    return LlavaConfig(
        vision_config=vision,
        text_config=text,
        image_token_index=image,
        image_seq_length=IMAGE_TOKENS,
        vision_feature_select_strategy="full",
        vision_feature_layer=-1,
        tie_word_embeddings=True,
        bos_token_id=bos,
        eos_token_id=end,
        pad_token_id=pad,
    )


def create(config: LlavaConfig, seed: int) -> LlavaForConditionalGeneration:
    """Make a model with fresh weights and greedy generation as its default."""
    torch.manual_seed(seed)
    model = LlavaForConditionalGeneration(config)
    model.generation_config.update(
        bos_token_id=config.text_config.bos_token_id,
        eos_token_id=config.text_config.eos_token_id,
        pad_token_id=config.text_config.pad_token_id,
        do_sample=False,
    )
    return model


def normalized(images: Tensor) -> Tensor:
    """Turn uint8 pictures (batch, 112, 112, 3) into the image processor's floats (batch, 3, 112, 112)."""
    return (images.permute(0, 3, 1, 2).float() / 255 - 0.5) / 0.5


def compile_layers(model: LlavaForConditionalGeneration) -> None:
    """Compile each transformer layer: nearly all of the gain at a fraction of the compile time."""
    for layer in (*_vision(model).encoder.layers, *model.model.language_model.layers):
        layer.compile(dynamic=False)


def _vision(model: LlavaForConditionalGeneration) -> Any:
    tower = model.model.vision_tower
    return getattr(tower, "vision_model", tower)


def hidden_states(model: LlavaForConditionalGeneration, images: Tensor, tokens: Tensor) -> Tensor:
    """Run vision tower, projector and decoder.

    Args:
        model: the model.
        images: uint8, (batch, 112, 112, 3).
        tokens: conversations without their image tokens, (batch, length), padded on the right.

    Returns:
        Final states from the picture's last token on, (batch, length - LEAD + 1, width): state ``i`` predicts
        token ``LEAD + i``.
    """
    vision, decoder = _vision(model), model.model.language_model
    seen = vision.embeddings(normalized(images))
    for layer in vision.encoder.layers:
        seen = layer(seen, attention_mask=None)
    # The model reads the last layer's output (vision_feature_layer=-1), which is not normalised.
    seen = model.model.multi_modal_projector(seen)
    words = decoder.embed_tokens(tokens)
    states = torch.cat([words[:, :LEAD], seen.to(words.dtype), words[:, LEAD:]], dim=1)
    positions = torch.arange(states.shape[1], device=states.device)[None]
    rotations = decoder.rotary_emb(states, positions)
    for layer in decoder.layers:
        # Padding stands on the right, so the causal mask alone hides it and flash attention applies.
        states = layer(states, attention_mask=None, position_ids=positions, position_embeddings=rotations)
    result: Tensor = decoder.norm(states[:, LEAD + IMAGE_TOKENS - 1 :])
    return result


def token_losses(model: LlavaForConditionalGeneration, images: Tensor, tokens: Tensor) -> Tensor:
    """Cross entropy of every token from position ``LEAD`` on, (batch, length - LEAD)."""
    logits = model.lm_head(hidden_states(model, images, tokens)[:, :-1]).float()
    goals = tokens[:, LEAD:].long()
    return nn.functional.cross_entropy(logits.flatten(0, 1), goals.flatten(), reduction="none").view_as(goals)


def check_forward(model: LlavaForConditionalGeneration, images: Tensor, tokens: Tensor) -> None:
    """Make sure that the training pass computes what the saved model will compute.

    Raises:
        RuntimeError: the two passes differ.
    """
    picture = torch.full((len(tokens), IMAGE_TOKENS), model.config.image_token_id, device=tokens.device)
    ids = torch.cat([tokens[:, :LEAD], picture, tokens[:, LEAD:]], dim=1)
    with torch.no_grad():
        expected = model(input_ids=ids, pixel_values=normalized(images)).logits[:, LEAD + IMAGE_TOKENS - 1 :]
        found = model.lm_head(hidden_states(model, images, tokens))
    if not torch.allclose(found, expected, atol=1e-3, rtol=1e-3):
        raise RuntimeError(f"training pass and model differ by {(found - expected).abs().max().item():.3g}")
