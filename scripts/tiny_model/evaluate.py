"""Every prompt condition on the embedded test split, through the saved model and plain generation."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from statistics import fmean
from typing import Any

import pyarrow.parquet as pq
import torch
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor

from lmms_robust.benchmarks.scenes import to_item
from lmms_robust.perturbations import VARIANTS, build
from lmms_robust.record import Record
from lmms_robust.report.columns import table_of
from lmms_robust.report.estimates import Row, rows
from lmms_robust.report.grid import of_run
from lmms_robust.scenes.dataset import TEST_FILE
from lmms_robust.scenes.generate import FAMILIES
from lmms_robust.schema import Item, Variant
from lmms_robust.scoring import score


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

    def replies(self, variants: Sequence[Variant], pictures: Sequence[Image.Image], tokens: int) -> list[str]:
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
        return [variant.prefill + text for variant, text in zip(variants, fresh, strict=True)]


def evaluate(subject: Subject, n: int, batch: int, tokens: int = 120) -> list[Record]:
    """Answer the first ``n`` test items in every condition."""
    items, pictures = load_items(n)
    records: list[Record] = []
    for name in VARIANTS:
        variants = [build(item, name) for item in items]
        for at in range(0, len(items), batch):
            some = variants[at : at + batch]
            texts = subject.replies(some, pictures[at : at + batch], tokens)
            records += [score(variant, text) for variant, text in zip(some, texts, strict=True)]
        print(f"  {name}: {fmean(record.correct for record in records[-n:]):.3f}", flush=True)
    return records


def summarize(records: Sequence[Record]) -> dict[str, dict[str, Any]]:
    """Per condition: rates of all, right answers by family; bounds where consistency is undecided."""
    return {
        row.variant: _summary(row, [record for record in records if record.variant == row.variant])
        for row in rows(of_run(table_of(records)))
    }


def _summary(row: Row, records: Sequence[Record]) -> dict[str, Any]:
    families = {family: [record for record in records if record.category == family] for family in FAMILIES}
    rates, both = row.estimates, row.estimates.get("consistent_acc")
    return {
        "n": rates["acc"].n,
        "accuracy": rates["acc"].value,
        "no_answer": rates["no_answer"].value,
        "followed": rates["followed"].value,
        "consistent": row.verdicts,
        "undecided": rates["undecided"].value if "undecided" in rates else None,
        "consistent_acc": [both.low, both.high] if both else None,
        "by_family": {family: fmean(record.correct for record in found) for family, found in families.items() if found},
    }
