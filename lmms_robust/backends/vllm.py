"""``robust_vllm``: a checkpoint in vLLM as an lmms-eval chat model that continues a prefill."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import Any

from lmms_eval.api.instance import GenerationResult, Instance
from loguru import logger

from lmms_robust.backends.arguments import flag
from lmms_robust.backends.base import ChatBackend, as_result, complete
from lmms_robust.backends.chat import check_prefill, to_prompt
from lmms_robust.backends.checkpoint import load_processor, version
from lmms_robust.backends.journal import Journal, Kept, request_key
from lmms_robust.backends.messages import in_parts, to_inline
from lmms_robust.backends.turns import cut, is_ours, probed
from lmms_robust.backends.vllm_run import SAMPLING, Asked, Engine, Written, reason
from lmms_robust.errors import RobustError, unknown
from lmms_robust.generation.decoding import decode
from lmms_robust.generation.letters import before_the_letter
from lmms_robust.generation.settings import KNOWN, stop_texts
from lmms_robust.transport import Injection, Report, seal

_AT_ONCE = 4096
"""Most requests handed to vLLM at a time: after each time responses are kept, and pictures are let go."""

_HONOURED = frozenset({*KNOWN, *SAMPLING, "seed"}) - {"num_beams"}
_ROOM = frozenset(
    {"gpu_memory_utilization", "tensor_parallel_size", "max_num_seqs", "max_num_batched_tokens", "enforce_eager"}
)
"""Arguments of vLLM that may be changed after a run broke off: they do not say what is computed."""


class RobustVLLM(ChatBackend):
    """Hands all requests to vLLM at once, those about one picture one after the other.

    Args:
        pretrained: checkpoint on the hub or in a folder.
        model: the same, as vLLM calls it.
        revision: branch, tag or commit on the hub.
        trust_remote_code: run code that comes with the checkpoint.
        injection: ``"prefill"`` continues a trailing assistant message; ``"inline"`` moves its words to the user turn.
        resume: folder in which finished responses are kept; those found there are not generated again.
        system_prompt: text, or a file that holds it, for the system turn.
        batch_size: passed by lmms-eval and not used: vLLM makes its own batches.
        max_batch_size: the same.
        device: the same.
        arguments: go to ``vllm.LLM`` as they are, e.g. ``dtype``, ``max_model_len``, ``tensor_parallel_size``,
            ``gpu_memory_utilization``, ``seed``, ``mm_processor_kwargs``; objects and lists as JSON.
    """

    def __init__(
        self,
        pretrained: str = "",
        model: str = "",
        revision: str = "main",
        trust_remote_code: bool | str = False,
        injection: Injection = "prefill",
        resume: str | None = None,
        system_prompt: str | None = None,
        batch_size: object = None,
        max_batch_size: object = None,
        device: object = None,
        **arguments: Any,
    ) -> None:
        super().__init__()
        try:
            _check_package()
            self._pretrained, self._injection = pretrained or model, injection
            if not self._pretrained:
                raise RobustError("model_args: no pretrained; allowed: pretrained=CHECKPOINT, a folder or hub id")
            if injection not in ("prefill", "inline"):
                raise unknown("injection", injection, ["prefill", "inline"], where="model_args")
            trusted = flag("trust_remote_code", trust_remote_code)
            passed_on = {name: _parsed(name, value) for name, value in arguments.items()}
            self._seed = passed_on.get("seed", 0)
            self.system_prompt = self.read_system_prompt(system_prompt)
            self.processor = load_processor(self._pretrained, revision, trusted)
            if injection == "prefill":
                check_prefill(self.processor, self._pretrained)
            self._settings = {name: value for name, value in passed_on.items() if name not in _ROOM}
            self._settings |= {"pretrained": self._pretrained, "version": version(self._pretrained, revision)}
            self._settings |= {"injection": injection, "backend": "robust_vllm"}
            self._journal = Journal(Path(resume), self._rank) if resume else None
            passed_on |= {"revision": revision, "trust_remote_code": trusted}
            self.engine = Engine(self._pretrained, self.processor, passed_on)
        except RobustError as error:
            sys.exit(f"lmms-robust: {error}")
        self._warned: set[str] = set()

    def generate_until(self, requests: Sequence[Instance]) -> list[GenerationResult]:
        """Answer every request, in the order given."""
        results: list[GenerationResult | None] = [None] * len(requests)
        places: dict[tuple[object, ...], int] = {}
        pictures = [places.setdefault(self._picture_key(request), len(places)) for request in requests]
        order = sorted(range(len(requests)), key=pictures.__getitem__)
        seeds = list(_seeds(requests, self._seed))
        try:
            for start in range(0, len(order), _AT_ONCE):
                chosen = order[start : start + _AT_ONCE]
                groups = [list(group) for _, group in groupby(chosen, key=pictures.__getitem__)]
                answered = self._answers(self._asked(requests, groups, seeds))
                for number, result in zip(chosen, answered, strict=True):
                    results[number] = result
        except RobustError as error:
            sys.exit(f"lmms-robust: {error}")
        return complete(results)

    def _picture_key(self, request: Instance) -> tuple[object, ...]:
        """Equal for requests about one picture, found without reading it."""
        doc = self.doc(request)
        return (doc["source"], doc["row"]) if is_ours(doc) else tuple(request.args[3:6])

    def _asked(
        self, requests: Sequence[Instance], groups: Sequence[Sequence[int]], seeds: Sequence[int]
    ) -> list[Asked]:
        """Render requests, given by number, those about one picture by one thread."""

        def rendered(group: Sequence[int]) -> list[Asked]:
            return [self._rendered(requests[number], seeds[number]) for number in group]

        with ThreadPoolExecutor(min(16, os.cpu_count() or 1)) as pool:
            asked = [one for group in pool.map(rendered, groups) for one in group]
        return [self._before_letter(one) if one.probe else one for one in asked]

    def _rendered(self, request: Instance, seed: int) -> Asked:
        doc = self.doc(request)
        messages = in_parts(request.args[1](doc))
        if self.system_prompt:
            messages = self._apply_system_prompt(messages, self.system_prompt)
        if self._injection == "inline":
            messages = to_inline(messages)
        return Asked(to_prompt(self.processor, messages, self._pretrained), doc, request.args[2], seed)

    def _before_letter(self, one: Asked) -> Asked:
        text = before_the_letter(self.processor.tokenizer, one.prompt.text, len(one.doc["options"]))
        return replace(one, prompt=replace(one.prompt, text=text))

    def _answers(self, asked: Sequence[Asked]) -> list[GenerationResult]:
        """Answer requests, but for those whose response was kept."""
        if self._journal is None:
            written = self.engine.answer(asked)
            return [as_result(self._kept(one, new)) for one, new in zip(asked, written, strict=True)]
        keys = [self._key(one) for one in asked]
        known = {key: found for key in keys if (found := self._journal.get(key)) is not None}
        self._journal.say_kept(sum(key in known for key in keys), len(keys))
        left = {key: one for key, one in zip(keys, asked, strict=True) if key not in known}
        written = self.engine.answer(list(left.values()))
        for (key, one), new in zip(left.items(), written, strict=True):
            known[key] = self._kept(one, new)
            self._journal.put(key, known[key])
        return [as_result(known[key]) for key in keys]

    def _key(self, one: Asked) -> str:
        sampled = {"seed": one.seed} if one.settings.get("temperature") else {}
        return request_key(one.prompt.text, one.prompt.pictures, {**self._settings, **one.settings, **sampled})

    def _kept(self, one: Asked, written: Written) -> Kept:
        """The whole assistant turn, with what is reported beside it for docs of ours."""
        if one.probe:
            return Kept(probed(one.prompt.prefill, written.probs), output_tokens=1)
        text = decode(self.processor.tokenizer, written.tokens)
        text = one.prompt.prefill + cut(text, stop_texts(one.settings))
        unused, count = self._unused(one.settings), len(written.tokens)
        if is_ours(one.doc):
            injection = self._injection if one.doc["prefill"] else None
            text = seal(text, Report(injection, written.probs, written.cut, count, not_honoured=unused))
        return Kept(text, output_tokens=count)

    def _unused(self, settings: Mapping[str, Any]) -> tuple[str, ...]:
        """Names of settings that are not applied; each is logged once."""
        found = {name for name, value in settings.items() if value is not None and name not in _HONOURED}
        if int(settings.get("num_beams") or 1) == 1:
            found -= {"num_beams"}
        if found - self._warned:
            logger.warning(f"robust_vllm: generation settings that are not used: {', '.join(sorted(found))}")
            self._warned |= found
        return tuple(sorted(found))


def _check_package() -> None:
    processes = int(os.environ.get("WORLD_SIZE") or 1)
    if processes > 1:
        raise RobustError(
            f"robust_vllm: {processes} processes; allowed: one, with tensor_parallel_size={processes} for one copy of "
            f"the model, or `vllm serve --data-parallel-size {processes}` and robust_openai for several"
        )
    if find_spec("vllm") is None:
        raise RobustError("robust_vllm: no package vllm; pip install 'vllm>=0.20'")
    try:
        import vllm

        vllm.SamplingParams(logprob_token_ids=[0])
    except ImportError as error:
        raise RobustError(f"robust_vllm: vllm cannot be imported: {reason(error)}; allowed: a whole vllm") from error
    except TypeError as error:
        raise RobustError(f"robust_vllm: vllm {vllm.__version__}; allowed: vllm>=0.20") from error


def _parsed(name: str, value: Any) -> Any:
    if not isinstance(value, str) or not value.startswith(("{", "[")):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise RobustError(f"{name} {value!r}; allowed: JSON (in model_args)") from error


def _seeds(requests: Sequence[Instance], default: object) -> Iterator[int]:
    """A seed for each request: another one for each repeat, and the same ones in every run."""
    seen: Counter[tuple[object, ...]] = Counter()
    for request in requests:
        about, wanted = tuple(request.args[3:6]), request.args[2].get("seed")
        words = json.dumps([default if wanted is None else wanted, seen[about], *about], default=str)
        seen[about] += 1
        yield int.from_bytes(sha256(words.encode()).digest()[:4], "big")
