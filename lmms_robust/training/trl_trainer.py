"""TRL's GRPO trainer for prompts that start the reply: the model goes on from there, and that start carries no loss.

TRL renders every prompt as finished and opens a new turn, which closes a trailing assistant message. Only how prompts
become tokens is changed here; since the start is a part of the prompt, everything else of the trainer holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from hashlib import sha256
from typing import Any

import torch
from trl import GRPOTrainer
from trl.data_utils import prepare_multimodal_messages

from lmms_robust.generation.decoding import decode


class PrefillGRPOTrainer(GRPOTrainer):  # type: ignore[misc]
    """:class:`trl.GRPOTrainer` whose prompts may end in an assistant message, which is continued."""

    generation_config: Any

    def _tokenize_prompts(self, prompts: list[Any]) -> tuple[list[list[int]], list[Any] | None, dict[str, Any]]:
        """Render each prompt once, however often it stands in the batch.

        Args:
            prompts: conversations, pictures in their messages.

        Returns:
            Token ids per prompt, pictures per prompt or None, and the processor's further fields over all of them.
        """
        prompts = [prepare_multimodal_messages(prompt) for prompt in prompts]
        images = [_images(prompt) for prompt in prompts]
        rendered: dict[tuple[Any, ...], Any] = {}
        tokenized = []
        for prompt in prompts:
            key = tuple((message["role"], *map(_key, message["content"])) for message in prompt)
            if key not in rendered:
                rendered[key] = self._rendered(prompt)
            tokenized.append(rendered[key])
        fields: dict[str, list[Any]] = {}
        for one in tokenized:
            for name, value in one.items():
                if name not in ("input_ids", "attention_mask"):
                    fields.setdefault(name, []).append(value)
        merged = {
            name: torch.cat(values) if isinstance(values[0], torch.Tensor) else [row for rows in values for row in rows]
            for name, values in fields.items()
        }
        return [one["input_ids"][0] for one in tokenized], images if any(images) else None, merged

    def continued(self, conversations: Sequence[list[dict[str, Any]]], max_new_tokens: int = 1) -> list[str]:
        """Go on with started replies by the model as it is now, greedily, as many as are given at a time.

        Args:
            conversations: each ends in an assistant message; pictures in their messages.
            max_new_tokens: most tokens to go on by.

        Returns:
            The new words alone.

        Raises:
            ValueError: the trainer generates with vLLM, which is set to sample whole responses.
        """
        if self.use_vllm:
            raise ValueError("PrefillGRPOTrainer.continued with use_vllm=True; allowed: generation by transformers")
        sampling = self.generation_config
        self.generation_config = deepcopy(sampling)
        self.generation_config.update(max_new_tokens=max_new_tokens, do_sample=False)
        try:
            prompts, images, fields = self._tokenize_prompts([*conversations])
            found, _ = self._generate_single_turn(prompts, images, fields, 1)
        finally:
            self.generation_config = sampling
        return [decode(self._tokenizer, tokens) for tokens in found]

    def _rendered(self, prompt: list[dict[str, Any]]) -> Any:
        started = prompt[-1]["role"] == "assistant"
        return self.processing_class.apply_chat_template(
            conversation=[prompt],
            tools=self.tools or None,
            chat_template=self.chat_template,
            add_generation_prompt=not started,
            continue_final_message=started,
            tokenize=True,
            return_dict=True,
            **self.chat_template_kwargs,
        )


def _images(prompt: list[dict[str, Any]]) -> list[Any] | None:
    found = [part["image"] for message in prompt for part in message["content"] if part["type"] == "image"]
    return found or None


def _key(part: dict[str, Any]) -> tuple[Any, ...]:
    """What two equal parts of messages have in common; a group's responses have each a copy of its picture."""
    if part["type"] != "image":
        return part["type"], part["text"]
    image = part["image"]
    return image.mode, image.size, sha256(image.tobytes()).digest()
