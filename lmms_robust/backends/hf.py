"""``robust_hf``: any transformers image-text-to-text checkpoint as an lmms-eval chat model that continues a prefill."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any

import torch
from lmms_eval.api.instance import GenerationResult, Instance
from loguru import logger
from tqdm import tqdm

from lmms_robust.backends.arguments import count, flag, refuse_others
from lmms_robust.backends.base import ChatBackend, complete
from lmms_robust.backends.chat import check_prefill, to_prompt
from lmms_robust.backends.checkpoint import dtype_as_run, load_model, load_processor, resolve_dtype, version
from lmms_robust.backends.exchange import exchange, is_whole
from lmms_robust.backends.hf_run import Run
from lmms_robust.backends.journal import Journal, request_key
from lmms_robust.backends.messages import in_parts, to_inline
from lmms_robust.backends.responses import Rendered
from lmms_robust.backends.turns import is_ours
from lmms_robust.errors import RobustError, unknown
from lmms_robust.generation.letters import before_the_letter
from lmms_robust.generation.model import Model
from lmms_robust.generation.prompt import Prompt
from lmms_robust.generation.settings import same_settings
from lmms_robust.transport import Injection

MODEL_ARGUMENTS = (
    *("pretrained", "revision", "device", "dtype", "attn_implementation", "injection", "resume"),
    *("system_prompt", "fast", "max_num_seqs", "device_map"),
)


class RobustHF(ChatBackend):
    """Continues a prefill and gives letter probabilities; weights are loaded when the first response is needed.

    Args:
        pretrained: checkpoint on the hub or in a folder; no remote code is run.
        device: ``"cpu"``, ``"cuda"``, ``"cuda:1"``, …; by default CUDA if there is one.
        dtype: ``"float32"``, ``"bfloat16"``, ``"float16"`` or ``"auto"``: the checkpoint's own on CUDA, float32 on CPU.
        fast: compute what the variants of an item share once. False: transformers' ``generate`` for every request;
            so it is anyway for sampled requests, and for architectures that the fast way does not know.
        max_num_seqs: most responses under way at a time, in the fast way; fewer where memory is short.
        batch_size: requests per batch, in the plain way.
        attn_implementation: passed to transformers, e.g. ``"sdpa"``.
        device_map: passed to transformers, e.g. ``"auto"`` for a model larger than one GPU; on several, the plain way.
        injection: ``"prefill"`` continues a trailing assistant message; ``"inline"`` moves its words to the user turn.
        resume: folder in which finished responses are kept; those found there are not generated again. Sampled ones
            (temperature above 0) are not kept.
        system_prompt: text, or a file that holds it, for the system turn.
        revision: branch, tag or commit on the hub.
        max_batch_size: passed by lmms-eval and not used.
        others: refused by name, with the arguments that there are.
    """

    _loaded: Model | None = None

    def __init__(
        self,
        pretrained: str = "",
        device: str | None = None,
        dtype: str = "auto",
        fast: bool | str = True,
        max_num_seqs: int | str | None = None,
        batch_size: int | str = 1,
        max_batch_size: int | None = None,
        attn_implementation: str | None = None,
        device_map: str | None = None,
        injection: Injection = "prefill",
        resume: str | None = None,
        system_prompt: str | None = None,
        revision: str = "main",
        **others: object,
    ) -> None:
        super().__init__()
        self._lock, self._tokenizing = Lock(), Lock()
        try:
            refuse_others(others, MODEL_ARGUMENTS)
            if not pretrained:
                raise RobustError("model_args: no pretrained; allowed: pretrained=CHECKPOINT, a folder or hub id")
            if injection not in ("prefill", "inline"):
                raise unknown("injection", injection, ["prefill", "inline"], where="model_args")
            self.batch_size = count("batch_size", batch_size)
            self._max_num_seqs = None if max_num_seqs is None else count("max_num_seqs", max_num_seqs)
            self._fast = flag("fast", fast)
            self.join_ranks()
            self.device = self._choose_device(device)
            self._pretrained, self.injection = pretrained, injection
            loaded_in = resolve_dtype(dtype, self.device)
            self._loading = {"revision": revision, "attn_implementation": attn_implementation}
            self._loading |= {"dtype": loaded_in, "device_map": device_map}
            self.system_prompt = self.read_system_prompt(system_prompt)
            self.processor = load_processor(pretrained, revision)
            self._settings: dict[str, Any] = {
                **{"pretrained": pretrained, "revision": revision, "version": version(pretrained, revision)},
                **{"device": self.device.type, "dtype": dtype_as_run(pretrained, revision, loaded_in)},
                **{"fast": self._fast, "attn_implementation": attn_implementation, "injection": injection},
            }
            if injection == "prefill":
                check_prefill(self.processor, pretrained)
            self._journal = Journal(Path(resume), self._rank) if resume else None
        except RobustError as error:
            sys.exit(f"lmms-robust: {error}")

    def generate_until(self, requests: Sequence[Instance]) -> list[GenerationResult]:
        """Answer every request, in the order given."""
        try:
            if self._world_size > 1 and is_whole():
                return exchange(requests, self.accelerator, self.picture_key, self._answers)
            return self._answers(requests)
        except RobustError as error:
            sys.exit(f"lmms-robust: {error}")

    def _answers(self, requests: Sequence[Instance]) -> list[GenerationResult]:
        results: list[GenerationResult | None] = [None] * len(requests)
        by_settings: dict[str, list[int]] = {}
        kept = 0
        for number, request in enumerate(requests):
            by_settings.setdefault(same_settings(request.args[2]), []).append(number)
        with tqdm(total=len(requests), desc="robust_hf", unit="response", disable=self._rank != 0) as progress:

            def finished(number: int, result: GenerationResult) -> None:
                results[number] = result
                progress.update()

            for numbers in by_settings.values():
                run = Run(self, {number: requests[number] for number in numbers}, finished)
                run.answer()
                kept += run.kept
        if self._journal:
            self._journal.say_kept(kept, len(requests))
        return complete(results)

    def question(self, request: Instance) -> Rendered:
        """What a request asks."""
        doc, doc_to_messages = self.doc(request), request.args[1]
        messages = in_parts(doc_to_messages(doc))
        injects = messages[-1]["role"] == "assistant"
        if self.system_prompt:
            messages = self._apply_system_prompt(messages, self.system_prompt)
        if self.injection == "inline":
            messages = to_inline(messages)
        prompt = to_prompt(self.processor, messages, self._pretrained)
        if is_ours(doc) and doc.get("probe"):
            with self._tokenizing:
                text = before_the_letter(self.processor.tokenizer, prompt.text, len(doc["options"]))
            prompt = replace(prompt, text=text)
        return Rendered(prompt, doc, self.injection if injects else None)

    def key(self, prompt: Prompt, settings: Mapping[str, Any]) -> str:
        """What the response to a prompt is kept under."""
        return request_key(prompt.text, prompt.pictures, {**self._settings, **settings})

    @property
    def journal(self) -> Journal | None:
        """Where finished responses are kept."""
        return self._journal

    @property
    def loaded(self) -> Model:
        """The model, loaded on first use, by whichever thread that is."""
        with self._lock:
            if self._loaded is None:
                model = load_model(self._pretrained, self._loading, self.device)
                devices = ", ".join(sorted({str(parameter.device) for parameter in model.parameters()}))
                logger.info(f"robust_hf: {self._pretrained} on {devices} in {model.dtype}")
                self._loaded = Model(model, self.processor, self._fast, self._max_num_seqs)
            return self._loaded

    def picture_key(self, request: Instance) -> tuple[object, ...]:
        """Equal for requests about one item, whose picture is then one; found without reading it."""
        doc = self.doc(request)
        return (doc["source"], doc["id"]) if is_ours(doc) else tuple(request.args[3:6])

    def _choose_device(self, device: str | None) -> torch.device:
        if self._world_size > 1 or device is None:
            return torch.device(self.accelerator.device)
        try:
            chosen = torch.device(device)
        except RuntimeError as error:
            raise RobustError(f"device {device!r}; allowed: cpu, cuda, cuda:1, …") from error
        if chosen.type == "meta":
            raise RobustError(f"device {device!r}: nothing is computed there; allowed: cpu, cuda, cuda:1, …")
        if chosen.type == "cuda" and not torch.cuda.is_available():
            raise RobustError(f"device {device!r}: this machine has no CUDA device; allowed: cpu")
        return chosen
