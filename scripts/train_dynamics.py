"""GRPO on the embedded architecture, by four recipes: plain, augmentation, the faithfulness reward, and both.

One process is one recipe and seed; it keeps a checkpoint at step 0 and every ``--save`` steps, for the harness's tasks:

    lmms-robust augment scenes --limit 20000 --rates '' --output out/plain
    lmms-robust augment scenes --limit 20000 --output out/augmented
    python scripts/train_dynamics.py --start CHECKPOINT --recipe both --data out/augmented --output out/both-0
    lmms-eval --model robust_hf --model_args pretrained=out/both-0/checkpoint-100 --tasks robustness_scenes …
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
from pathlib import Path
from time import perf_counter
from typing import Any

import torch
from datasets import load_dataset
from transformers import AutoModelForImageTextToText, AutoProcessor, TrainerCallback, TrainerControl, TrainerState
from trl import GRPOConfig

from lmms_robust.training.rewards import Recipe
from lmms_robust.training.trl import RobustReward
from lmms_robust.training.trl_trainer import PrefillGRPOTrainer

FORMS = {"plain": "accuracy", "augmented": "accuracy", "faithful": "multiplied", "both": "multiplied"}
"""Recipe -> form of its reward; ``augmented`` and ``both`` are trained on prompts with perturbations."""
GROUP = 8


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--start", type=Path, required=True, help="checkpoint to start from")
    parser.add_argument("--recipe", choices=FORMS, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder by lmms-robust augment --format trl")
    parser.add_argument("--output", type=Path, required=True, help="folder of checkpoints and log; must not exist")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--save", type=int, default=50, help="steps between checkpoints")
    parser.add_argument("--rollouts", type=int, default=256, help="responses a step, in groups of 8")
    parser.add_argument("--rate", type=float, default=5e-5, help="learning rate, constant")
    parser.add_argument("--tokens", type=int, default=96, help="most new tokens")
    parser.add_argument("--temperature", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


class Log(TrainerCallback):
    """Writes what the trainer logs as JSON lines, with seconds since the start."""

    def __init__(self, path: Path) -> None:
        """Open the log."""
        self._path, self._started = path, perf_counter()

    def on_log(
        self, args: Any, state: TrainerState, control: TrainerControl, logs: dict[str, float] | None = None, **_: Any
    ) -> None:
        """Append one line."""
        line = {"step": state.global_step, "seconds": round(perf_counter() - self._started, 2), **(logs or {})}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def config(options: argparse.Namespace) -> GRPOConfig:
    """TRL's settings: one update a rollout, no KL term, as in the paper; loss and scaling are TRL's own defaults."""
    cuda = torch.cuda.is_available()
    return GRPOConfig(
        output_dir=str(options.output),
        max_steps=options.steps,
        per_device_train_batch_size=min(64, options.rollouts),
        gradient_accumulation_steps=max(1, options.rollouts // 64),
        num_generations=GROUP,
        max_completion_length=options.tokens,
        temperature=options.temperature,
        learning_rate=options.rate,
        lr_scheduler_type="constant",
        weight_decay=0.0,
        beta=0.0,
        bf16=cuda,
        use_cpu=not cuda,
        save_strategy="steps",
        save_steps=options.save,
        save_only_model=True,
        logging_steps=1,
        report_to=[],
        disable_tqdm=True,
        gradient_checkpointing=False,
        dataloader_num_workers=0,
        seed=options.seed,
        data_seed=options.seed,
    )


def main() -> None:
    """Train one recipe with one seed."""
    options = arguments()
    options.output.mkdir(parents=True)
    torch.set_num_threads(max(1, min(2, os.cpu_count() or 1)))
    model = AutoModelForImageTextToText.from_pretrained(options.start, dtype=torch.float32)
    processor = AutoProcessor.from_pretrained(options.start)
    shutil.copytree(options.start, options.output / "checkpoint-0")
    data = load_dataset("parquet", data_files=str(options.data / "train.parquet"), split="train")
    trainer = PrefillGRPOTrainer(
        model=model,
        processing_class=processor,
        reward_funcs=[RobustReward(Recipe(FORMS[options.recipe]))],
        args=config(options),
        train_dataset=data,
        callbacks=[Log(options.output / "log.jsonl")],
    )
    started = perf_counter()
    trainer.train()
    for checkpoint in options.output.glob("checkpoint-*"):
        if not (checkpoint / "processor_config.json").is_file():
            processor.save_pretrained(checkpoint)
    told = {name: str(value) for name, value in vars(options).items()}
    told |= {
        "seconds": perf_counter() - started,
        "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU",
    }
    (options.output / "run.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    print(f"{options.recipe} seed {options.seed}: {options.steps} steps in {told['seconds']:.0f} s", flush=True)


if __name__ == "__main__":
    main()
