"""Seconds and tokens/s of robust_hf and of lmms-eval's own qwen2_5_vl on the same work, beside the hardware's bound.

The shape of Qwen2.5-VL-7B with random weights, pictures of 672x672, a fixed number of new tokens. On one GPU:

python -m benchmarks.throughput --stock 64,128,192 --output figures.json

and of robust_hf over several: accelerate launch --multi_gpu --num_processes 2 -m benchmarks.throughput --short
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any
from unittest.mock import patch

import torch
from lmms_eval.api.instance import Instance

from benchmarks.bound import Work, lower_bound, measured_rates
from benchmarks.instances import INLINE, PREFILL, instances, rank
from benchmarks.shape import questions, random_model, save_processor
from lmms_robust.backends import hf, hf_run
from lmms_robust.generation.scheduling import Written
from lmms_robust.harness.docs import variant_docs
from lmms_robust.perturbations import VARIANTS

KINDS = {
    "attention": ("flash",),
    "products": ("nvjet", "gemm", "cutlass", "splitKreduce", "cublas"),
    "copies": ("Memcpy", "CatArray", "copy", "index", "gather", "scatter"),
    "norms": ("norm",),
}
"""Kinds of kernels, by parts of their names, the first that fits; all others are elementwise and reductions."""
SIX = ("base", "wrong_think", "wrong_caption", "correct_think", "correct_caption", "stop_think")


class Bench:
    """The model, the docs and the backends."""

    def __init__(self, items: int, tokens: int, folder: Path) -> None:
        self.tokens, self.folder = tokens, folder
        rows = questions(items, 672)
        self.docs = {names: variant_docs("scenes", names, rows) for names in (SIX, tuple(VARIANTS), ("base",))}
        ids = save_processor(folder, [doc["prompt"] + doc["prefill"] for doc in self.docs[tuple(VARIANTS)]])
        self.model = random_model(folder, ids)

    def requests(
        self, names: Sequence[str], kwargs: dict[str, str], tokens: int, probe: bool = False
    ) -> list[Instance]:
        """This process's requests of some variants of every item."""
        name = "-".join(names) + ("-probe" if probe else "")
        docs = [{**doc, "probe": probe} for doc in self.docs[tuple(names)]]
        self.task_dict, requests = instances(name, docs, kwargs, tokens)
        return requests

    def robust(self, fast: bool = True, **arguments: Any) -> hf.RobustHF:
        """robust_hf around the model."""
        backend = hf.RobustHF(str(self.folder), fast=fast, **arguments)
        with patch.object(hf, "load_model", lambda *_: self.model):
            _ = backend.loaded
        return backend

    def stock(self, batch_size: int) -> Any:
        """lmms-eval's own backend around the model."""
        from lmms_eval.models.chat.qwen2_5_vl import Qwen2_5_VL, Qwen2_5_VLSimple
        from transformers import Qwen2_5_VLForConditionalGeneration

        assert Qwen2_5_VLSimple is not None
        with patch.object(Qwen2_5_VLForConditionalGeneration, "from_pretrained", lambda *_, **__: self.model):
            return Qwen2_5_VL(str(self.folder), device="cuda", device_map="cuda", batch_size=batch_size)

    def timed(self, backend: Any, requests: list[Instance]) -> dict[str, float]:
        """Run requests; seconds, tokens/s and peak memory of generate_until as a whole."""
        backend.task_dict = self.task_dict
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
        torch.cuda.synchronize()
        started = perf_counter()
        results = backend.generate_until(requests)
        torch.cuda.synchronize()
        seconds = perf_counter() - started
        written = sum(result.token_counts.output_tokens for result in results)
        figures = {"seconds": seconds, "responses": len(results), "tokens": written, "tokens_per_s": written / seconds}
        return figures | {"peak_gib": torch.cuda.max_memory_allocated() / 2**30}


def written(bench: Bench, backend: Any, requests: list[Instance]) -> dict[tuple[str, str], Written]:
    """What the model wrote, by item and variant."""
    found: dict[tuple[str, str], Written] = {}

    def note(question: Any, answer: Written, *_: Any) -> str:
        found[question.doc["id"], question.doc["variant"]] = answer
        return ""

    backend.task_dict = bench.task_dict
    with patch.object(hf_run, "response", note):
        backend.generate_until(requests)
    return found


def agreement(some: dict[Any, Written], others: dict[Any, Written]) -> dict[str, float]:
    """How far tokens are equal, and probabilities of the letters A to D at the first token and while they are equal."""
    first, later, lengths = [], [], []
    for key, one in some.items():
        other = others[key]
        pairs = zip(one.tokens, other.tokens, strict=False)
        equal = next((place for place, (a, b) in enumerate(pairs) if a != b), len(one.tokens))
        probs, expected = (answer.letters[: equal + 1, :4].softmax(-1) for answer in (one, other))
        shown = min(len(probs), len(expected))
        apart = (probs[:shown] - expected[:shown]).abs().amax(-1)
        first.append(float(apart[0]))
        later += apart[1:].tolist()
        lengths.append(equal)
    return {
        "responses": len(first), "equal_tokens": sum(lengths) / len(lengths),
        "first_largest": max(first), "first_mean": sum(first) / len(first),
        "later_largest": max(later), "later_mean": sum(later) / len(later), "later": len(later),
    }  # fmt: skip


def phases(bench: Bench, backend: Any, requests: list[Instance]) -> dict[str, float]:
    """Seconds in each kind of forward pass, the device waited for after each; the rest is the host's."""
    from lmms_robust.generation.engine import Engine

    spent = {"vision": 0.0, "vision and prefix": 0.0, "suffixes": 0.0, "steps": 0.0}

    def clocked(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            torch.cuda.synchronize()
            started = perf_counter()
            result = method(*arguments, **named)
            torch.cuda.synchronize()
            spent[name] += perf_counter() - started
            return result

        return call

    with (
        patch.object(bench.model.model, "get_image_features", clocked("vision", bench.model.model.get_image_features)),
        patch.object(Engine, "prefill", clocked("vision and prefix", Engine.prefill)),
        patch.object(Engine, "extend", clocked("suffixes", Engine.extend)),
        patch.object(Engine, "step", clocked("steps", Engine.step)),
    ):
        whole = bench.timed(backend, requests)["seconds"]
    spent["prefix"] = spent.pop("vision and prefix") - spent["vision"]
    return spent | {"host": whole - sum(spent.values()), "whole": whole}


def kernels(bench: Bench, backend: Any, requests: list[Instance]) -> dict[str, float]:
    """Milliseconds of the kernels by kind, the longest of each printed."""
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CUDA]) as found:
        bench.timed(backend, requests)
    return _by_kind(found)


def vision_kernels(bench: Bench, backend: Any, requests: list[Instance]) -> dict[str, float]:
    """The same for the vision tower alone."""
    from torch.profiler import ProfilerActivity, profile

    features, total = bench.model.model.get_image_features, {}

    def profiled(*arguments: Any, **named: Any) -> Any:
        with profile(activities=[ProfilerActivity.CUDA]) as found:
            result = features(*arguments, **named)
            torch.cuda.synchronize()
        for kind, milliseconds in _by_kind(found).items():
            total[kind] = total.get(kind, 0.0) + milliseconds
        return result

    with patch.object(bench.model.model, "get_image_features", profiled):
        bench.timed(backend, requests)
    return total


def _by_kind(found: Any) -> dict[str, float]:
    total = dict.fromkeys((*KINDS, "other"), 0.0)
    for event in sorted(found.key_averages(), key=lambda event: -event.self_device_time_total):
        kind = next((kind for kind, names in KINDS.items() if any(name in event.key for name in names)), "other")
        milliseconds = event.self_device_time_total / 1e3
        if milliseconds > 10:
            print(f"{milliseconds:9.1f} ms {event.count:7d} {kind:10s} {event.key[:90]}", flush=True)
        total[kind] += milliseconds
    return total


def main() -> None:
    """Measure what is asked for and write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=64)
    parser.add_argument("--tokens", type=int, default=128)
    parser.add_argument("--stock", default="", help="batch sizes of lmms-eval's own backend, e.g. 64,128")
    parser.add_argument("--short", action="store_true", help="robust_hf with 6 and 12 variants only")
    parser.add_argument("--agreement", action="store_true", help="compare with transformers' generate")
    parser.add_argument("--profile", action="store_true", help="kernels by kind as well")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Bench(options.items, options.tokens, Path(folder)), options)
    if options.output and rank()[0] == 0:
        options.output.write_text(json.dumps(figures, indent=1))


def measure(bench: Bench, options: argparse.Namespace) -> dict[str, Any]:
    """Every measurement, printed as it comes."""
    figures: dict[str, Any] = {"device": torch.cuda.get_device_name(), "processes": rank()[1]}
    figures |= {name: version(name) for name in ("torch", "transformers", "lmms-eval")}
    rates = measured_rates()
    show(figures, "rates", rates)
    for batch in filter(None, options.stock.split(",")):
        stock = bench.stock(int(batch))
        bench.timed(stock, bench.requests(SIX, INLINE, 4)[: int(batch)])
        show(figures, f"stock, batch {batch}", bench.timed(stock, bench.requests(SIX, INLINE, options.tokens)))
        del stock
        gc.collect()
    plain: dict[int, dict[Any, Written]] = {}
    if options.agreement:  # before the fast way, which puts its own kernels into the model
        for batch in (24, 12):
            asked = bench.requests(SIX, PREFILL, 16)[:96]
            plain[batch] = written(bench, bench.robust(fast=False, batch_size=batch), asked)
        show(figures, "agreement of generate with itself in batches of 12", agreement(plain[12], plain[24]))
    backend = bench.robust()
    if options.agreement:
        fast = written(bench, backend, bench.requests(SIX, PREFILL, 16)[:96])
        show(figures, "agreement of robust_hf with generate", agreement(fast, plain[24]))
        bench.model.generation_config.repetition_penalty = 1.05
        asked = bench.requests(SIX, PREFILL, options.tokens)
        bench.timed(backend, bench.requests(SIX, PREFILL, 4)[:24])
        show(figures, "robust_hf, 6 variants, repetition penalty 1.05", bench.timed(backend, asked))
        bench.model.generation_config.repetition_penalty = 1.0
    bench.timed(backend, bench.requests(SIX, PREFILL, 4)[:24])
    show(figures, "robust_hf, 6 variants", bench.timed(backend, bench.requests(SIX, PREFILL, options.tokens)))
    twelve = tuple(VARIANTS)
    show(figures, "robust_hf, 12 variants", bench.timed(backend, bench.requests(twelve, PREFILL, options.tokens)))
    if options.short:
        return figures
    show(figures, "robust_hf, base alone", bench.timed(backend, bench.requests(("base",), PREFILL, options.tokens)))
    show(figures, "probe, 12 variants", bench.timed(backend, bench.requests(twelve, PREFILL, 1, probe=True)))
    show(figures, "phases, 6 variants", phases(bench, backend, bench.requests(SIX, PREFILL, options.tokens)))
    work = Work.of(backend, bench.requests(SIX, PREFILL, options.tokens), bench.task_dict, options.tokens)
    show(figures, "work", work.figures())
    show(figures, "lower bound", lower_bound(bench.model, work, rates))
    if options.profile:
        for tokens in (1, 65):
            asked = bench.requests(SIX, PREFILL, tokens)
            show(figures, f"kernels (ms), {tokens} new tokens", kernels(bench, backend, asked))
        asked = bench.requests(SIX, PREFILL, 1)
        show(figures, "kernels (ms), vision", vision_kernels(bench, backend, asked))
    return figures


def show(figures: dict[str, Any], name: str, value: dict[str, float]) -> None:
    """Print a measurement and keep it."""
    figures[name] = value
    if rank()[0] == 0:
        print(name, {key: round(number, 3) for key, number in value.items()}, flush=True)


if __name__ == "__main__":
    main()
