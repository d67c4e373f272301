"""Train the tiny vision-language model that ships with the package, measure it, and write its folder.

From scratch on generated scenes, on one GPU in well under fifteen minutes, or for a smoke test on a CPU:

    python scripts/train_tiny_model.py --output out/tiny
    python scripts/train_tiny_model.py --output out/smoke --items 200 --steps 5 --test-items 18

Measured again, with its card, where the conventions of the package changed:

    python scripts/train_tiny_model.py --output models/tiny --measure-only
"""

from __future__ import annotations

import argparse
import json
import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

import torch
import transformers
from safetensors.torch import load_file, save_file
from tiny_model.card import family_table, variant_table, write_card
from tiny_model.corpus import Corpus, collect, make_shard, row_length, start
from tiny_model.evaluate import Subject, evaluate, summarize
from tiny_model.fit import Batches, Outcome, Plan, fit, warm_up
from tiny_model.network import check_forward, compile_layers, configure, create
from tiny_model.processor import build_processor, train_tokenizer
from tiny_model.samples import MIX, texts
from transformers import LlavaForConditionalGeneration, LlavaProcessor


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, required=True, help="folder of the model; must not exist")
    parser.add_argument("--items", type=int, default=200_000, help="scenes to train on")
    parser.add_argument("--questions", type=int, default=4, help="most questions about a scene")
    parser.add_argument("--minutes", type=float, default=5.5, help="time for training alone")
    parser.add_argument("--steps", type=int, default=1_000_000, help="most steps")
    parser.add_argument("--batch", type=int, default=512, help="samples a step")
    parser.add_argument("--rate", type=float, default=1e-3, help="highest learning rate")
    parser.add_argument("--width", type=int, default=256, help="width of both halves; a multiple of 64")
    parser.add_argument("--vision-layers", type=int, default=4)
    parser.add_argument("--text-layers", type=int, default=6)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes that make the data")
    parser.add_argument("--measure-only", action="store_true", help="measure the model in the folder again")
    parser.add_argument("--test-items", type=int, default=600, help="test items to measure on")
    parser.add_argument("--test-batch", type=int, default=600)
    parser.add_argument("--compile", action=argparse.BooleanOptionalAction, default=torch.cuda.is_available())
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


class Clock:
    """Says what is being done and how long the last thing took."""

    def __init__(self) -> None:
        """Start at zero."""
        self._started = perf_counter()

    def say(self, text: str) -> None:
        """Print a line with the seconds since the start."""
        print(f"[{self.seconds:6.1f} s] {text}", flush=True)

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return perf_counter() - self._started


def prepare(
    options: argparse.Namespace, processor: LlavaProcessor, length: int, device: torch.device
) -> LlavaForConditionalGeneration:
    """Create the model, hold its two forward passes against each other, and compile it."""
    config = configure(processor.tokenizer, options.width, options.vision_layers, options.text_layers)
    model = create(config, options.seed).to(device)
    few = make_shard(str(options.output), 0, 1, 2, length)
    images, tokens = (torch.from_numpy(a).to(device) for a in (few.images[few.picture], few.tokens))
    check_forward(model, images, tokens.int())
    if options.compile:
        compile_layers(model)
    warm_up(model, options.batch, length, device)
    return model


def make_data(
    options: argparse.Namespace, processor: LlavaProcessor, device: torch.device, clock: Clock
) -> tuple[Corpus, LlavaForConditionalGeneration]:
    """Make the data on all processor cores, and the model on the device meanwhile."""
    length = row_length(processor, min(1000, options.items))
    clock.say(f"{len(processor.tokenizer)} tokens, rows of {length}; data with {options.workers} processes")
    with ProcessPoolExecutor(options.workers, mp_context=get_context("spawn")) as pool:
        futures = start(pool, options.output, options.items, options.questions, length)
        try:
            model = prepare(options, processor, length, device)
            clock.say("model ready")
            return collect(futures), model
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def save(model: LlavaForConditionalGeneration, folder: Path) -> None:
    """Save the weights in bfloat16, with the model's configuration.

    The vision tower's names are those of transformers 4: vLLM knows no others, and transformers 5 reads both.
    """
    model.to(torch.bfloat16).save_pretrained(folder)
    weights = folder / "model.safetensors"
    tensors = load_file(weights)
    old, kept = "vision_tower.", "vision_tower.vision_model."
    renamed = {
        name if name.startswith(kept) else name.replace(old, kept, 1): tensor for name, tensor in tensors.items()
    }
    save_file(renamed, weights, metadata={"format": "pt"})
    weights.chmod(0o644)


def facts(
    options: argparse.Namespace, plan: Plan, corpus: Corpus, model: LlavaForConditionalGeneration, outcome: Outcome
) -> dict[str, Any]:
    """Everything about the run that is not a result."""
    cuda = torch.cuda.is_available()
    return {
        "parameters": sum(p.numel() for p in model.parameters()),
        "width": options.width,
        "vision_layers": options.vision_layers,
        "text_layers": options.text_layers,
        "vocabulary": model.config.text_config.vocab_size,
        "scenes": len(corpus.images),
        "samples": len(corpus.tokens),
        "mix": MIX,
        "batch": plan.batch,
        "rate": plan.rate,
        "seed": options.seed,
        "steps": outcome.steps,
        "loss": outcome.loss,
        "train_seconds": outcome.seconds,
        "device": torch.cuda.get_device_name() if cuda else "CPU",
        "torch": torch.__version__,
        "transformers": transformers.__version__,
    }


def measure(options: argparse.Namespace, metrics: dict[str, Any], device: torch.device) -> None:
    """Measure the saved model, and write its figures and its card."""
    records = evaluate(Subject(options.output, device), options.test_items, options.test_batch)
    metrics = metrics | {"variants": summarize(records)}
    (options.output / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    (options.output / "README.md").write_text(write_card(metrics), encoding="utf-8")
    print(variant_table(metrics["variants"]), family_table(metrics["variants"]), sep="\n\n")


def main() -> None:
    """Run all phases in order, or the last one alone."""
    options, clock = arguments(), Clock()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if options.measure_only:
        measure(options, json.loads((options.output / "metrics.json").read_text(encoding="utf-8")), device)
        return
    options.output.mkdir(parents=True)
    plan = Plan(options.minutes, options.steps, options.batch, options.rate, seed=options.seed)
    clock.say("tokenizer")
    processor = build_processor(train_tokenizer(texts(min(2000, options.items))))
    processor.save_pretrained(options.output)
    corpus, model = make_data(options, processor, device, clock)
    clock.say(f"{len(corpus.tokens)} samples about {len(corpus.images)} scenes; training on {device}")
    answer = processor.tokenizer.convert_tokens_to_ids("<answer>")
    outcome = fit(model, Batches(corpus, plan, device, answer), plan, device)
    metrics = facts(options, plan, corpus, model, outcome)
    save(model, options.output)
    clock.say(f"{outcome.steps} steps, loss {outcome.loss:.4f}, saved; measuring")
    measure(options, metrics | {"total_seconds": clock.seconds}, device)
    clock.say("done")


if __name__ == "__main__":
    main()
