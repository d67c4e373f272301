"""robust_vllm against robust_hf on the embedded model: texts, answers, letters.

On one GPU with vLLM:

python -m benchmarks.vllm_agreement --dtype float32 --output agreement.json
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

import torch
from datasets import load_dataset

from benchmarks.instances import PREFILL, instances
from lmms_robust.backends.hf import RobustHF
from lmms_robust.backends.vllm import RobustVLLM
from lmms_robust.embedded import TINY_MODEL
from lmms_robust.harness.docs import variant_docs
from lmms_robust.harness.lmms_eval import records
from lmms_robust.perturbations import VARIANTS
from lmms_robust.record import Record
from lmms_robust.scenes.dataset import TEST_FILE
from lmms_robust.transport import unseal

ROOM = {"enforce_eager": True, "gpu_memory_utilization": 0.15, "kv_cache_memory_bytes": 2 << 30}
"""Arguments of vLLM for a small model beside another on one GPU."""

Answered = list[tuple[str, int, Record]]
"""Text, tokens and record of each response."""


def answered(backend: Any, docs: Sequence[dict[str, Any]], tokens: int) -> tuple[Answered, float]:
    """Answer docs; the responses, and the seconds that they took."""
    backend.task_dict, requests = instances("scenes", docs, PREFILL, tokens)
    started = perf_counter()
    results = backend.generate_until(requests)
    seconds = perf_counter() - started
    return [
        (unseal(result.text).text, result.token_counts.output_tokens, records(doc, [result.text])[0])
        for doc, result in zip(docs, results, strict=True)
    ], seconds


def compared(one: Answered, other: Answered) -> dict[str, Any]:
    """How far two backends agree; letters are compared where the texts are equal."""
    pairs = list(zip(one, other, strict=True))
    known = [(a, b) for (text, _, a), (same, _, b) in pairs if text == same and a.letter_probs and b.letter_probs]
    apart = [max(abs(a.letter_probs[letter] - b.letter_probs[letter]) for letter in a.letter_probs) for a, b in known]
    return {
        "responses": len(pairs),
        "texts equal": sum(a[0] == b[0] for a, b in pairs),
        "tokens equal": sum(a[1] == b[1] for a, b in pairs),
        "answers equal": sum(a[2].answer == b[2].answer for a, b in pairs),
        "injection equal": sum(a[2].injection == b[2].injection for a, b in pairs),
        "letters in both": len(known),
        "letters in one alone": sum((a[2].letter_probs is None) != (b[2].letter_probs is None) for a, b in pairs),
        "letters apart, largest": max(apart, default=None),
        "mass apart, largest": max((abs(a.mass - b.mass) for a, b in known if a.mass and b.mass), default=None),
        "differ": [[a[2].item, a[2].variant, a[0][-160:], b[0][-160:]] for a, b in pairs if a[0] != b[0]][:4],
    }


def main() -> None:
    """Compare responses and probes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dtype", required=True)
    parser.add_argument("--items", type=int, default=50)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    rows = load_dataset("parquet", data_files=str(TEST_FILE), split="train").select(range(options.items))
    local = RobustHF(str(TINY_MODEL), dtype=options.dtype)
    served = RobustVLLM(str(TINY_MODEL), dtype=options.dtype, **ROOM)
    figures: dict[str, Any] = {"device": torch.cuda.get_device_name(), "dtype": options.dtype}
    figures |= {name: version(name) for name in ("torch", "transformers", "vllm")}
    for name, probe, tokens in (("responses", False, 192), ("probes", True, 1)):
        docs = list(variant_docs("scenes", tuple(VARIANTS), rows, probe=probe))
        (expected, _), (found, seconds) = answered(local, docs, tokens), answered(served, docs, tokens)
        figures[name] = compared(expected, found) | {"seconds of robust_vllm": seconds}
        print(options.dtype, name, json.dumps({key: figures[name][key] for key in figures[name] if key != "differ"}))
        options.output.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
