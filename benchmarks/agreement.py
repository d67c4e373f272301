"""How far robust_hf's fast way agrees with transformers' own generate, and that with itself in other ways.

On the embedded model and benchmark:

python -m benchmarks.agreement --dtype bfloat16 --items 600
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import torch
from datasets import load_dataset

from benchmarks.instances import PREFILL, instances
from lmms_robust.backends.hf import RobustHF
from lmms_robust.embedded import TINY_MODEL
from lmms_robust.harness.docs import variant_docs
from lmms_robust.harness.lmms_eval import records
from lmms_robust.perturbations import VARIANTS
from lmms_robust.record import Record
from lmms_robust.scenes.dataset import TEST_FILE
from lmms_robust.transport import unseal


def responses(docs: list[dict[str, Any]], penalty: float, **arguments: Any) -> list[str]:
    """Answer all docs."""
    backend = RobustHF(str(TINY_MODEL), **arguments)
    backend.loaded.model.generation_config.repetition_penalty = penalty
    backend.task_dict, requests = instances("scenes", docs, PREFILL, 192)
    return [result.text for result in backend.generate_until(requests)]


def compared(docs: list[dict[str, Any]], found: list[str], plain: list[str]) -> dict[str, float]:
    """Shares of equal texts and answers, and the distance of the letter probabilities where the texts are equal."""
    one, other = ([records(doc, [text])[0] for doc, text in zip(docs, texts, strict=True)] for texts in (found, plain))
    same = [_words(a) == _words(b) for a, b in zip(found, plain, strict=True)]
    apart = [_distance(a, b) for a, b, equal in zip(one, other, same, strict=True) if equal]
    known = [distance for distance in apart if distance is not None]
    return {
        "responses": len(docs),
        "texts_equal": sum(same) / len(same),
        "answers_equal": sum(a.answer == b.answer for a, b in zip(one, other, strict=True)) / len(one),
        "largest_probability_difference": max(known),
        "mean_probability_difference": sum(known) / len(known),
    }


def _words(response: str) -> str:
    return unseal(response).text


def _distance(one: Record, other: Record) -> float | None:
    if one.letter_probs is None or other.letter_probs is None:
        return None
    return max(abs(one.letter_probs[letter] - other.letter_probs[letter]) for letter in one.letter_probs)


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=600)
    parser.add_argument("--dtype", nargs="+", default=["float32"])
    parser.add_argument("--batch-size", type=int, help="compare generate with itself in such batches, too")
    parser.add_argument("--repetition-penalty", type=float, default=1.0, help="as some checkpoints set it")
    parser.add_argument("--device-map", help="compare generate with itself with this device_map, too")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    rows = load_dataset("parquet", data_files=str(TEST_FILE), split="train").select(range(options.items))
    docs = list(variant_docs("scenes", tuple(VARIANTS), rows))
    figures: dict[str, Any] = {"device": torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu"}
    penalty = options.repetition_penalty
    for dtype in options.dtype:
        plain = responses(docs, penalty, dtype=dtype, fast=False, batch_size=128)
        others: dict[str, dict[str, Any]] = {"fast": {"fast": True}}
        if options.batch_size:
            others[f"plain, batches of {options.batch_size}"] = {"fast": False, "batch_size": options.batch_size}
        if options.device_map:
            others["plain, device_map"] = {"fast": False, "batch_size": 128, "device_map": options.device_map}
        for name, arguments in others.items():
            figures[f"{dtype}, {name}"] = compared(docs, responses(docs, penalty, dtype=dtype, **arguments), plain)
            print(dtype, name, figures[f"{dtype}, {name}"], flush=True)
            if options.output:
                options.output.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
