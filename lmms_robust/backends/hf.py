"""``robust_hf``: any transformers image-text-to-text checkpoint as an lmms-eval chat model that continues a prefill."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from lmms_eval.api.instance import GenerationResult, Instance, TokenCounts
from lmms_eval.api.model import lmms
from loguru import logger
from tqdm import tqdm
from transformers import AutoModelForImageTextToText, AutoProcessor

from lmms_robust.backends.chat import Prompt, check_prefill, to_inline, to_prompt
from lmms_robust.backends.journal import Journal, request_key
from lmms_robust.errors import RobustError, unknown
from lmms_robust.transport import Injection, seal

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
MODEL_ARGUMENTS = (
    *("pretrained", "revision", "device", "dtype", "batch_size", "attn_implementation", "injection", "resume"),
    "system_prompt",
)
PASSED_ON = ("max_new_tokens", "top_p", "top_k", "num_beams", "repetition_penalty")


class RobustHF(lmms):  # type: ignore[misc]
    """Generates with left-padded batches; weights are loaded when the first response is needed.

    Args:
        pretrained: checkpoint on the hub or in a folder; no remote code is run.
        device: ``"cpu"``, ``"cuda"``, ``"cuda:1"``, …; by default CUDA if there is one.
        dtype: ``"float32"``, ``"bfloat16"``, ``"float16"`` or ``"auto"``: the checkpoint's own on CUDA, float32 on CPU.
        batch_size: requests per forward pass.
        attn_implementation: passed to transformers, e.g. ``"sdpa"``.
        injection: ``"prefill"`` continues a trailing assistant message; ``"inline"`` moves its words to the user turn.
        resume: folder in which finished responses are kept; those found there are not generated again. Sampled ones
            (temperature above 0) are not kept.
        system_prompt: text, or a file that holds it, for the system turn.
        revision: branch, tag or commit on the hub.
        max_batch_size: passed by lmms-eval and not used.
        others: refused by name, with the arguments that there are.
    """

    is_simple = False
    _model: Any = None

    def __init__(
        self,
        pretrained: str,
        device: str | None = None,
        dtype: str = "auto",
        batch_size: int | str = 1,
        max_batch_size: int | None = None,
        attn_implementation: str | None = None,
        injection: Injection = "prefill",
        resume: str | None = None,
        system_prompt: str | None = None,
        revision: str = "main",
        **others: object,
    ) -> None:
        super().__init__()
        try:
            self._check(dtype, batch_size, injection)
            for name in others:
                raise unknown("model argument", name, MODEL_ARGUMENTS, where="model_args")
            self.accelerator = Accelerator()
            self._rank, self._world_size = self.accelerator.process_index, self.accelerator.num_processes
            self.device = self._choose_device(device)
            self._settings: dict[str, Any] = {"pretrained": pretrained, "revision": revision, "dtype": dtype}
            self._settings |= {"injection": injection, "weights": _weights(Path(pretrained))}
            self._loading = {
                "revision": revision,
                "attn_implementation": attn_implementation,
                "dtype": self._dtype(dtype),
            }
            self.batch_size = int(batch_size)
            self.injection: Injection = injection
            self.system_prompt = self._resolve_system_prompt(system_prompt) if system_prompt else None
            self.processor = self._load_processor(pretrained, revision)
            if injection == "prefill":
                check_prefill(self.processor, pretrained)
            self._journal = Journal(Path(resume), self._rank) if resume else None
        except RobustError as error:
            sys.exit(f"lmms-robust: {error}")

    def generate_until(self, requests: Sequence[Instance]) -> list[GenerationResult]:
        """Answer every request, in the order given."""
        results: list[GenerationResult | None] = [None] * len(requests)
        with tqdm(total=len(requests), desc="robust_hf", unit="response", disable=self._rank != 0) as progress:
            for batch in self._batches(requests):
                for index, result in zip(batch, self._answer([requests[i] for i in batch]), strict=True):
                    results[index] = result
                progress.update(len(batch))
        return [result for result in results if result is not None]

    def loglikelihood(self, requests: Sequence[Instance]) -> list[tuple[float, bool]]:
        """Not offered: chat tasks of lmms-eval only generate."""
        raise NotImplementedError("robust_hf answers generate_until requests only")

    def generate_until_multi_round(self, requests: Sequence[Instance]) -> list[str]:
        """Not offered: every item is one turn."""
        raise NotImplementedError("robust_hf answers generate_until requests only")

    def _batches(self, requests: Sequence[Instance]) -> Iterator[list[int]]:
        """Indices of requests with the same generation settings, the longest prompts first."""
        groups: dict[str, list[int]] = {}
        for index, request in enumerate(requests):
            groups.setdefault(json.dumps(request.args[2], sort_keys=True, default=str), []).append(index)
        for group in groups.values():
            group.sort(key=lambda index: -len(requests[index].args[0]))
            yield from (group[start : start + self.batch_size] for start in range(0, len(group), self.batch_size))

    def _answer(self, requests: Sequence[Instance]) -> list[GenerationResult]:
        settings = requests[0].args[2]
        try:
            prompts = [self._prompt(request) for request in requests]
        except RobustError as error:
            sys.exit(f"lmms-robust: {error}")
        sampled = float(settings.get("temperature") or 0) > 0
        if self._journal is None or sampled:  # repeated samples of one request have to differ
            texts = self._generate(prompts, settings)
        else:
            texts = self._resumed(self._journal, prompts, settings)
        return [self._result(prompt, text) for prompt, text in zip(prompts, texts, strict=True)]

    def _resumed(self, journal: Journal, prompts: Sequence[Prompt], settings: Mapping[str, Any]) -> list[str]:
        keys = [request_key(prompt.text, prompt.pictures, {**self._settings, **settings}) for prompt in prompts]
        todo = {key: prompt for key, prompt in zip(keys, prompts, strict=True) if journal.get(key) is None}
        if todo:
            journal.put(dict(zip(todo, self._generate(list(todo.values()), settings), strict=True)))
        return [journal[key] for key in keys]

    def _prompt(self, request: Instance) -> Prompt:
        _, doc_to_messages, _, doc_id, task, split = request.args
        messages = doc_to_messages(self.task_dict[task][split][doc_id])
        if self.system_prompt:
            messages = self._apply_system_prompt(messages, self.system_prompt)
        if self.injection == "inline":
            messages = to_inline(messages)
        return to_prompt(self.processor, messages, str(self._settings["pretrained"]))

    def _generate(self, prompts: Sequence[Prompt], settings: Mapping[str, Any]) -> list[str]:
        inputs = self._inputs(prompts)
        stops = [stop for stop in settings.get("until") or [] if stop]
        with torch.inference_mode():
            output = self.model.generate(**inputs, **self._generation(settings, stops))
        new = output[:, inputs["input_ids"].shape[1] :]
        return [_cut(text, stops) for text in self.processor.batch_decode(new, skip_special_tokens=True)]

    def _inputs(self, prompts: Sequence[Prompt]) -> Any:
        texts = [prompt.text for prompt in prompts]
        pictures = [list(prompt.pictures) for prompt in prompts] if any(prompt.pictures for prompt in prompts) else None
        bos = self.processor.tokenizer.bos_token
        written = bool(bos) and texts[0].startswith(bos)
        inputs = self.processor(
            text=texts, images=pictures, padding=True, return_tensors="pt", add_special_tokens=not written
        )
        return inputs.to(self.device, dtype=self.model.dtype)

    def _generation(self, settings: Mapping[str, Any], stops: list[str]) -> dict[str, Any]:
        temperature = float(settings.get("temperature") or 0)
        arguments = {name: settings[name] for name in PASSED_ON if settings.get(name) is not None}
        arguments["do_sample"] = temperature > 0
        arguments["temperature"] = temperature if temperature > 0 else None
        arguments["pad_token_id"] = self.processor.tokenizer.pad_token_id
        if stops:
            arguments |= {"stop_strings": stops, "tokenizer": self.processor.tokenizer}
        return arguments

    def _result(self, prompt: Prompt, text: str) -> GenerationResult:
        tokens = TokenCounts(output_tokens=len(self.processor.tokenizer(text, add_special_tokens=False)["input_ids"]))
        if prompt.prefill:
            text = seal(prompt.prefill + text, "prefill")
        return GenerationResult(text=text, token_counts=tokens)

    @property
    def model(self) -> Any:
        """The model, loaded on first use."""
        if self._model is None:
            self._model = self._load_model()
            self._model.to(self.device).eval()
            logger.info(f"robust_hf: {self._settings['pretrained']} on {self.device} in {self._model.dtype}")
        return self._model

    def _load_model(self) -> Any:
        pretrained = self._settings["pretrained"]
        try:
            return AutoModelForImageTextToText.from_pretrained(
                pretrained, trust_remote_code=False, use_safetensors=True, **self._loading
            )
        except (OSError, ValueError) as error:
            reason = str(error).strip().splitlines()[0]
            sys.exit(
                f"lmms-robust: pretrained={pretrained!r}: {reason}; allowed: a checkpoint with safetensors weights"
            )

    def _load_processor(self, pretrained: str, revision: str) -> Any:
        try:
            processor = AutoProcessor.from_pretrained(pretrained, revision=revision, trust_remote_code=False)
        except (OSError, ValueError) as error:
            reason = str(error).strip().splitlines()[0]
            raise RobustError(
                f"pretrained={pretrained!r}: {reason}; allowed: a folder or hub id of a checkpoint"
            ) from error
        processor.tokenizer.padding_side = "left"
        if processor.tokenizer.pad_token is None:
            processor.tokenizer.pad_token = processor.tokenizer.eos_token
        return processor

    def _check(self, dtype: str, batch_size: int | str, injection: str) -> None:
        if dtype not in (*DTYPES, "auto"):
            raise unknown("dtype", str(dtype), [*DTYPES, "auto"], where="model_args")
        if injection not in ("prefill", "inline"):
            raise unknown("injection", injection, ["prefill", "inline"], where="model_args")
        if not str(batch_size).isdigit() or int(batch_size) < 1:
            raise RobustError(f"batch_size {batch_size!r}; allowed: a whole number from 1")

    def _choose_device(self, device: str | None) -> torch.device:
        if self._world_size > 1 or device is None:
            return torch.device(self.accelerator.device)
        if device.startswith("cuda") and not torch.cuda.is_available():
            raise RobustError(f"device {device!r}: this machine has no CUDA device; allowed: cpu")
        return torch.device(device)

    def _dtype(self, dtype: str) -> Any:
        if dtype == "auto":
            return torch.float32 if self.device.type == "cpu" else "auto"
        return DTYPES[dtype]


def _weights(folder: Path) -> list[tuple[str, int, int]]:
    """What tells a local checkpoint's weights from those of an earlier one in the same folder."""
    files = sorted(folder.glob("*.safetensors")) if folder.is_dir() else []
    return [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in files]


def _cut(text: str, stops: Sequence[str]) -> str:
    for stop in stops:
        text = text.split(stop)[0]
    return text
