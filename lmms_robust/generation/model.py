"""One model behind both ways of generating: the engine where it can be used, transformers' ``generate`` elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from threading import local
from typing import Any

import torch
from loguru import logger

from lmms_robust.generation.encoding import Encoder, Trial
from lmms_robust.generation.engine import Engine, unsupported
from lmms_robust.generation.letters import LetterTokens
from lmms_robust.generation.plain import Plain, ends
from lmms_robust.generation.scheduling import Scheduler
from lmms_robust.generation.settings import stopped
from lmms_robust.generation.tuning import tune
from lmms_robust.generation.vision import use_segments

_PROCESSED = (
    *("no_repeat_ngram_size", "encoder_no_repeat_ngram_size", "bad_words_ids", "suppress_tokens"),
    *("begin_suppress_tokens", "min_length", "min_new_tokens", "forced_bos_token_id", "forced_eos_token_id"),
    *("sequence_bias", "guidance_scale", "exponential_decay_length_penalty", "encoder_repetition_penalty"),
    *("stop_strings", "max_time"),
)
"""Settings of a checkpoint that change the choice of a token and that the engine does not know."""


class Model:
    """A loaded model and how it is run.

    Args:
        model: an image-text-to-text model.
        processor: its processor.
        fast: whether to use the engine where that is possible.
        max_num_seqs: most sequences under way in the engine; None for 1024 on CUDA and 64 on the CPU.
    """

    def __init__(self, model: Any, processor: Any, fast: bool = True, max_num_seqs: int | None = None) -> None:
        self.model, self.processor = model, processor
        vocabulary = model.get_output_embeddings().weight.shape[0]
        letters = LetterTokens(processor.tokenizer, vocabulary).to(model.device)
        # Counted in tokens, those of pictures included.
        self._context: int | None = getattr(model.config.get_text_config(), "max_position_embeddings", None)
        self.plain = Plain(model, processor, letters, self._context)
        self.letters, self._thread, self._trial = letters, local(), Trial()
        self._max_num_seqs = max_num_seqs or (1024 if model.device.type == "cuda" else 64)
        self._obstacle = self._find_obstacle() if fast else "fast=False"
        if not self._obstacle:
            use_segments(model)
            if model.device.type == "cuda" and model.dtype != torch.float32:
                tune(model)
        elif fast:
            logger.warning(f"plain generation, {self._obstacle}: every prompt is computed by itself")

    def is_fast(self, settings: Mapping[str, Any]) -> bool:
        """Whether the engine answers requests with these generation settings: greedy ones without further rules."""
        greedy = float(settings.get("temperature") or 0) == 0 and int(settings.get("num_beams") or 1) == 1
        return self._obstacle is None and greedy

    def say_why_plain(self, settings: Mapping[str, Any]) -> None:
        """Log why these settings lead to plain generation, where it is not the model, which was named before."""
        if self._obstacle is None:
            sampled = {name: settings[name] for name in ("temperature", "num_beams") if settings.get(name)}
            beams = int(settings.get("num_beams") or 1) > 1
            more = ", and beams have no letter probabilities" if beams else ""
            logger.info(f"plain generation with {sampled}: only greedy requests share what they have in common{more}")

    def encoder(self) -> Encoder:
        """The calling thread's own encoder: tokenizers of transformers are not to be shared by threads."""
        if not hasattr(self._thread, "encoder"):
            self._thread.encoder = Encoder(deepcopy(self.processor), self.model.dtype, self._trial)
        encoder: Encoder = self._thread.encoder
        return encoder

    def scheduler(self, settings: Mapping[str, Any], prompts: int | None = None) -> Scheduler:
        """A scheduler for requests with these settings; with room for no more than their number, if that is known."""
        penalty = settings.get("repetition_penalty") or self.model.generation_config.repetition_penalty or 1.0
        engine = Engine(self.model, self.letters, float(penalty))
        found = ends(self.model, self.processor.tokenizer)
        at_once = min(self._max_num_seqs, prompts or self._max_num_seqs)
        return Scheduler(engine, at_once, found, stopped(settings, self.processor.tokenizer), self._context)

    def _find_obstacle(self) -> str | None:
        ruled = [name for name in _PROCESSED if getattr(self.model.generation_config, name, None)]
        if ruled:
            return f"its generation_config sets {', '.join(ruled)}"
        return unsupported(self.model)
