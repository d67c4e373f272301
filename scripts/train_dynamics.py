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
MICRO_BATCH = 64
"""Responses whose gradient is computed at once."""


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--start", type=Path, required=True, help="checkpoint to start from")
    parser.add_argument("--recipe", choices=FORMS, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder by lmms-robust augment --format trl")
    parser.add_argument("--output", type=Path, required=True, help="folder of checkpoints and log; must not exist")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--save", type=int, default=50, help="steps between checkpoints")
    parser.add_argument("--rollouts", type=int, default=256, help="responses a step")
    parser.add_argument("--rate", type=float, default=5e-5, help="learning rate, constant")
    parser.add_argument("--tokens", type=int, default=96, help="most new tokens")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.add_argument_group("as in TRL's GRPOConfig, with its defaults")
    chosen.add_argument("--temperature", type=float, default=1.0)
    chosen.add_argument("--num-generations", type=int, default=8, help="responses a group")
    chosen.add_argument("--num-iterations", type=int, default=1, help="steps that each response is used for")
    chosen.add_argument("--beta", type=float, default=0.0, help="weight of the KL term to the start")
    chosen.add_argument("--scale-rewards", choices=("group", "batch", "none"), default="group")
    chosen.add_argument("--loss-type", choices=("dapo", "grpo", "dr_grpo", "bnpo"), default="dapo")
    chosen.add_argument("--top-entropy-quantile", type=float, default=1.0, help="share of the tokens that carry loss")
    chosen.add_argument(
        "--bf16",
        action=argparse.BooleanOptionalAction,
        default=torch.cuda.is_available(),
        help="compute in bfloat16; default: on a GPU",
    )
    options = parser.parse_args()
    if options.rollouts % options.num_generations or options.rollouts % _micro_batch(options):
        parser.error(
            f"argument --rollouts: got {options.rollouts}; allowed: multiples of {options.num_generations} (the group) "
            f"and, above {MICRO_BATCH}, of {MICRO_BATCH}"
        )
    return options


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


def _micro_batch(options: argparse.Namespace) -> int:
    return min(MICRO_BATCH, options.rollouts)


def config(options: argparse.Namespace) -> GRPOConfig:
    """TRL's settings; unless asked otherwise one update a rollout and no KL term, as in the paper."""
    return GRPOConfig(
        output_dir=str(options.output),
        max_steps=options.steps,
        per_device_train_batch_size=_micro_batch(options),
        gradient_accumulation_steps=options.rollouts // _micro_batch(options),
        num_generations=options.num_generations,
        num_iterations=options.num_iterations,
        max_completion_length=options.tokens,
        temperature=options.temperature,
        scale_rewards=options.scale_rewards,
        loss_type=options.loss_type,
        top_entropy_quantile=options.top_entropy_quantile,
        learning_rate=options.rate,
        lr_scheduler_type="constant",
        weight_decay=0.0,
        beta=options.beta,
        bf16=options.bf16,
        use_cpu=not torch.cuda.is_available(),
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
