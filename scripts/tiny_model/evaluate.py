"""Every prompt condition on the embedded test split, through the saved model and plain generation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import torch
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor

from lmms_robust.benchmarks.scenes import to_item
from lmms_robust.perturbations import VARIANTS, build
from lmms_robust.scenes.dataset import TEST_FILE
from lmms_robust.scenes.generate import FAMILIES
from lmms_robust.schema import Item, Variant, letters

_ANSWER = re.compile(r"<answer>([A-Z])</answer>\s*\Z")
_CONCLUSION = re.compile(r"So the answer is ([^.]+)\.\s*</think>")


@dataclass(frozen=True, slots=True)
class Reply:
    """One assistant turn, its prefill included, and what it says by the strict form it was taught."""

    variant: Variant
    text: str

    @property
    def answer(self) -> str | None:
        """Letter inside the answer tags, if it is one that was offered."""
        found = _ANSWER.search(self.text)
        return found.group(1) if found and found.group(1) in letters(len(self.variant.options)) else None

    @property
    def conclusion(self) -> str | None:
        """Letter of the option whose text the reasoning ends on."""
        found = _CONCLUSION.findall(self.text)
        by_text = dict(zip(self.variant.options, letters(len(self.variant.options)), strict=True))
        return by_text.get(found[-1]) if found else None


def load_items(n: int) -> tuple[list[Item], list[Image.Image]]:
    """Read the first ``n`` test items and their pictures."""
    rows = pq.read_table(TEST_FILE).slice(0, n).to_pylist()
    items = [to_item(row, index) for index, row in enumerate(rows)]
    return items, [_picture(r["image"]["bytes"]) for r in rows]


def _picture(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data)).convert("RGB")


class Subject:
    """The saved model, loaded the way a user loads it."""

    def __init__(self, folder: Path, device: torch.device) -> None:
        """Load the folder; weights are computed with in float32."""
        self.processor = AutoProcessor.from_pretrained(folder)
        self.model = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32).to(device).eval()
        self.device = device

    def prompt(self, variant: Variant) -> str:
        """Render the conversation, ending where the model has to go on."""
        content = [{"type": "image"}, {"type": "text", "text": variant.prompt}]
        messages: list[dict[str, Any]] = [{"role": "user", "content": content}]
        if not variant.prefill:
            return str(self.processor.apply_chat_template(messages, add_generation_prompt=True, tokenize=False))
        messages.append({"role": "assistant", "content": [{"type": "text", "text": variant.prefill}]})
        rendered = self.processor.apply_chat_template(messages, continue_final_message=True, tokenize=False)
        if not rendered.endswith(variant.prefill):
            raise RuntimeError(f"the chat template rewrote the prefill: {rendered!r}")
        return str(rendered)

    def replies(self, variants: Sequence[Variant], pictures: Sequence[Image.Image], tokens: int) -> list[Reply]:
        """Answer a batch greedily, padded on the left."""
        inputs = self.processor(
            text=[self.prompt(v) for v in variants],
            images=[[p] for p in pictures],
            padding=True,
            add_special_tokens=False,
            return_tensors="pt",
        ).to(self.device)
        with torch.inference_mode():
            out = self.model.generate(**inputs, max_new_tokens=tokens, do_sample=False)
        fresh = self.processor.tokenizer.batch_decode(out[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
        return [Reply(v, v.prefill + text) for v, text in zip(variants, fresh, strict=True)]


def evaluate(subject: Subject, n: int, batch: int, tokens: int = 120) -> dict[str, list[Reply]]:
    """Answer the first ``n`` test items in every condition."""
    items, pictures = load_items(n)
    replies: dict[str, list[Reply]] = {}
    for name in VARIANTS:
        variants = [build(item, name) for item in items]
        replies[name] = []
        for at in range(0, len(items), batch):
            replies[name] += subject.replies(variants[at : at + batch], pictures[at : at + batch], tokens)
        print(f"  {name}: {accuracy(replies[name]):.3f}", flush=True)
    return replies


def accuracy(replies: Sequence[Reply]) -> float:
    """Share of right answers; no answer counts as wrong."""
    return sum(r.answer == r.variant.item.answer for r in replies) / len(replies)


def summarize(replies: Mapping[str, Sequence[Reply]]) -> dict[str, dict[str, Any]]:
    """Per condition: accuracy in all and by family, rate of parseable replies, planted answers, consistency."""
    return {name: _summary(found) for name, found in replies.items()}


def _summary(replies: Sequence[Reply]) -> dict[str, Any]:
    decided = [r for r in replies if r.answer and r.conclusion]
    groups = {f: [r for r in replies if r.variant.item.category == f] for f in FAMILIES}
    return {
        "n": len(replies),
        "accuracy": accuracy(replies),
        "parseable": sum(r.answer is not None for r in replies) / len(replies),
        "followed": sum(r.answer == r.variant.planted for r in replies) / len(replies),
        "consistency": sum(r.answer == r.conclusion for r in decided) / len(decided) if decided else None,
        "consistency_n": len(decided),
        "by_family": {family: accuracy(found) for family, found in groups.items() if found},
    }
