"""The training loop: AdamW under bf16 autocast, with a schedule that ends when the time is up."""

from __future__ import annotations

import math
from dataclasses import dataclass
from time import perf_counter

import torch
from torch import Tensor
from transformers import LlavaForConditionalGeneration

from tiny_model.corpus import Corpus
from tiny_model.network import LEAD, token_losses
from tiny_model.processor import IMAGE_SIZE
from tiny_model.samples import DESCRIBE, GROUPS


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train.

    Attributes:
        minutes: time for training; the learning rate falls to zero over it.
        steps: stop after so many steps even if time is left.
        batch: samples a step.
        rate: highest learning rate.
        warmup: steps in which the rate rises.
        decay: weight decay of matrices.
        describe: share of samples that describe the picture; the question families share the rest equally.
        letter: weight of an answer letter's loss; other tokens count 1.
        seed: seeds the order of samples.
    """

    minutes: float
    steps: int
    batch: int
    rate: float = 1e-3
    warmup: int = 300
    decay: float = 0.05
    describe: float = 0.1
    letter: float = 3.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What training came to; ``loss`` is the mean per learnt token over the last logged stretch."""

    steps: int
    seconds: float
    loss: float


class Batches:
    """The corpus on the device, drawn from so that all groups appear equally often."""

    def __init__(self, corpus: Corpus, plan: Plan, device: torch.device, answer_id: int) -> None:
        """Copy the corpus to the device."""
        self._images = torch.from_numpy(corpus.images).to(device)
        self._tokens = torch.from_numpy(corpus.tokens).to(device)
        self._start, self._stop, self._picture = (
            torch.from_numpy(column).to(device) for column in (corpus.start, corpus.stop, corpus.picture)
        )
        group = torch.from_numpy(corpus.group).to(device)
        self._rows = [torch.nonzero(group == index).flatten() for index in range(len(GROUPS))]
        self._generator = torch.Generator(device).manual_seed(plan.seed)
        self._plan, self._answer_id, self._device = plan, answer_id, device

    def _draw(self, n: int) -> Tensor:
        """Draw ``n`` rows: the described share, then the families in equal parts."""
        described = round(n * self._plan.describe)
        families = len(GROUPS) - 1
        counts = {DESCRIBE: described} | {
            name: (n - described + i) // families for i, name in enumerate(GROUPS) if name != DESCRIBE
        }
        picks = []
        for name, rows in zip(GROUPS, self._rows, strict=True):
            if len(rows):
                index = torch.randint(len(rows), (counts[name],), generator=self._generator, device=self._device)
                picks.append(rows[index])
        return torch.cat(picks)

    def next(self) -> tuple[Tensor, Tensor, Tensor]:
        """Draw pictures, tokens, and a loss weight for each token from position ``LEAD`` on."""
        rows = self._draw(self._plan.batch)
        tokens = self._tokens[rows].int()
        place = torch.arange(tokens.shape[1], device=self._device)
        learnt = (place >= self._start[rows, None]) & (place < self._stop[rows, None])
        letters = torch.nn.functional.pad(tokens[:, :-1] == self._answer_id, (1, 0))
        weights = learnt * torch.where(letters, self._plan.letter, 1.0)
        return self._images[self._picture[rows]], tokens, weights[:, LEAD:]


def rate_at(plan: Plan, step: int, elapsed: float) -> float:
    """Learning rate: a linear rise over the first steps, a cosine fall over the time."""
    progress = min(1.0, max(elapsed / (60 * plan.minutes), step / plan.steps))
    return plan.rate * min(1.0, (step + 1) / plan.warmup) * 0.5 * (1 + math.cos(math.pi * progress))


def optimizer_for(model: LlavaForConditionalGeneration, plan: Plan, fused: bool) -> torch.optim.AdamW:
    """AdamW that decays matrices only."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in parameters if p.ndim >= 2], "weight_decay": plan.decay},
        {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=plan.rate, betas=(0.9, 0.98), fused=fused)


def warm_up(model: LlavaForConditionalGeneration, batch: int, length: int, device: torch.device) -> None:
    """Run one pass on blank data of the training shape, so that compiling is over when training starts."""
    images = torch.zeros(batch, IMAGE_SIZE, IMAGE_SIZE, 3, dtype=torch.uint8, device=device)
    tokens = torch.zeros(batch, length, dtype=torch.int32, device=device)
    with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
        losses = token_losses(model.train(), images, tokens)
    losses.mean().backward()
    model.zero_grad(set_to_none=True)


def fit(model: LlavaForConditionalGeneration, batches: Batches, plan: Plan, device: torch.device) -> Outcome:
    """Train until the time or the steps are used up."""
    optimizer = optimizer_for(model, plan, device.type == "cuda")
    model.train()
    started, elapsed, step = perf_counter(), 0.0, 0
    logged: list[float] = []
    running = torch.zeros((), device=device)
    every = max(1, min(200, plan.steps // 10))
    while step < plan.steps and elapsed < 60 * plan.minutes:
        rate = rate_at(plan, step, elapsed)
        running += _step(model, optimizer, batches, rate, device)
        step += 1
        if step % every == 0:
            logged.append(running.item() / every)
            running.zero_()
            print(
                f"  step {step:6d} {perf_counter() - started:6.1f} s loss {logged[-1]:.4f} rate {rate:.2e}", flush=True
            )
        elapsed = perf_counter() - started
    return Outcome(step, perf_counter() - started, logged[-1] if logged else running.item() / step)


def _step(
    model: LlavaForConditionalGeneration,
    optimizer: torch.optim.AdamW,
    batches: Batches,
    rate: float,
    device: torch.device,
) -> Tensor:
    for group in optimizer.param_groups:
        group["lr"] = rate
    images, tokens, weights = batches.next()
    with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
        losses = token_losses(model, images, tokens)
    loss = (losses * weights).sum() / weights.sum()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return loss.detach()
