"""Seconds of robust_vllm on the work of :mod:`benchmarks.throughput`, each measurement with pictures of its own.

Run both on one GPU, one after the other, and compare them by ratio:

python -m benchmarks.vllm_throughput --output vllm.json
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any
from unittest.mock import patch

import torch

from benchmarks import shape
from benchmarks.instances import PREFILL, instances
from benchmarks.throughput import SIX, show
from lmms_robust.backends.vllm import RobustVLLM
from lmms_robust.harness.docs import variant_docs
from lmms_robust.perturbations import VARIANTS

TUNED = {
    "max_num_batched_tokens": 32768,
    "compilation_config": {"compile_mm_encoder": True, "max_cudagraph_capture_size": 768},
}
"""Arguments with which vLLM was fastest on this work."""


class ConfigSavedError(Exception):
    """Ends the making of the model once its configuration is written: vLLM makes random weights of its own."""


def checkpoint(folder: Path, items: int) -> None:
    """Processor and configuration, no weights."""
    docs = variant_docs("scenes", tuple(VARIANTS), shape.questions(items, 672))
    ids = shape.save_processor(folder, [doc["prompt"] + doc["prefill"] for doc in docs])
    with patch.object(shape.Qwen2_5_VLForConditionalGeneration, "_from_config", side_effect=ConfigSavedError):
        try:
            shape.random_model(folder, ids)
        except ConfigSavedError:
            torch.set_default_dtype(torch.float32)


class Bench:
    """The backend, and pictures that it has not seen."""

    def __init__(self, folder: Path, items: int, arguments: dict[str, Any]) -> None:
        self.items, self.sets = items, 0
        started = perf_counter()
        self.backend = RobustVLLM(str(folder), dtype="bfloat16", load_format="dummy", **arguments)
        self.timed(("base",), 4)
        self.start = perf_counter() - started

    def requests(self, names: Sequence[str], tokens: int, probe: bool = False) -> list[Any]:
        """Requests about new pictures."""
        self.sets += 1
        noise, number = shape._noise, self.sets
        with patch.object(shape, "_noise", lambda seed, size: noise(seed + 100_000 * number, size)):
            rows = shape.questions(self.items, 672)
        docs = variant_docs("scenes", tuple(names), rows, probe=probe)
        self.backend_docs, requests = instances("-".join(names), docs, PREFILL, tokens)
        return requests

    def timed(self, names: Sequence[str], tokens: int, probe: bool = False) -> dict[str, float]:
        """Seconds of generate_until as a whole."""
        requests = self.requests(names, tokens, probe)
        self.backend.task_dict = self.backend_docs
        started = perf_counter()
        results = self.backend.generate_until(requests)
        seconds = perf_counter() - started
        written = sum(result.token_counts.output_tokens for result in results)
        return {"seconds": seconds, "responses": len(results), "tokens": written, "tokens_per_s": written / seconds}


def main() -> None:
    """Measure what is asked for and write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=64)
    parser.add_argument("--tokens", type=int, default=128)
    parser.add_argument("--tuned", action="store_true")
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    figures: dict[str, Any] = {name: version(name) for name in ("torch", "transformers", "vllm")}
    with tempfile.TemporaryDirectory() as folder:
        checkpoint(Path(folder), options.items)
        bench = Bench(Path(folder), options.items, TUNED if options.tuned else {})
        figures |= {"device": torch.cuda.get_device_name(), "start": bench.start}
        for name, names in (("6 variants", SIX), ("12 variants", tuple(VARIANTS)), ("base alone", ("base",))):
            show(figures, f"robust_vllm, {name}", bench.timed(names, options.tokens))
            options.output.write_text(json.dumps(figures, indent=1))
        show(figures, "probe, 12 variants", bench.timed(tuple(VARIANTS), 1, probe=True))
    options.output.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
