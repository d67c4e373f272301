"""Tables and the model card, made from measured numbers alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lmms_robust.scenes.generate import FAMILIES

_CARD = """\
---
license: mit
library_name: transformers
pipeline_tag: image-text-to-text
---

# Tiny scenes model

A vision-language model of {parameters:,} parameters that answers multiple-choice questions about the
procedural pictures of the `scenes` benchmark of lmms-robust. It is a test double: fast on a CPU, standard
in form, and of no use on real pictures. Its numbers say something about the harness that measures it, nothing
about real models.

## Use

Load it with `AutoProcessor` and `AutoModelForImageTextToText`; it needs no remote code. It answers as
`<think>reasoning</think><answer>letter</answer>` and continues a trailing assistant message. It knows the
words of the benchmark's prompts; other text can be encoded, but it was never trained on any.

## Architecture

`LlavaForConditionalGeneration`: a SigLIP tower ({vision_layers} layers, width {width}, patches of 8 pixels at
112x112, 196 image tokens), a two-layer projector, and a Qwen2 decoder ({text_layers} layers, width {width}, tied
embeddings, {vocabulary} byte-level BPE tokens). Weights are stored in bfloat16.

## Training

From scratch, by `scripts/train_tiny_model.py`, on {samples:,} samples about {scenes:,} generated scenes of the train
split. A tenth of each batch describes the whole picture; the rest are questions, nine families in equal parts. No
caption and no reasoning in training was wrong. Shares of the prompt conditions among the questions:
{mix}.

{steps:,} steps of {batch} samples, AdamW, highest learning rate {rate:g}; {train_seconds:.0f} s of training and
{total_seconds:.0f} s in all on one {device}. Final training loss {loss:.4f}. PyTorch {torch},
transformers {transformers}.

## Results

All {n} items of the embedded test split, greedy decoding, float32 arithmetic, in percent, by the conventions of the
package: a reply without a readable answer is wrong. `followed`: the answer is the option planted for the item, whether
or not the condition shows it. `consistent`: the reasoning ends on the answer, of the replies with a verdict
(`yes + no`). `right and consistent`: of all, between these two numbers, whatever the undecided are.

{table}

Accuracy by family (%):

{families}

## Licence

MIT.
"""


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f}"


def _consistency(verdicts: Sequence[int] | None) -> str:
    if verdicts is None:
        return "– | –"
    yes, no = verdicts
    return f"{_percent(yes / (yes + no) if yes + no else None)} | {yes} + {no}"


def _bounds(ends: Sequence[float] | None) -> str:
    if ends is None:
        return "–"
    return _percent(ends[0]) if ends[0] == ends[1] else f"[{_percent(ends[0])}, {_percent(ends[1])}]"


def variant_table(variants: Mapping[str, Mapping[str, Any]]) -> str:
    """One row per condition, in percent."""
    head = (
        "| condition | accuracy | followed | no answer | consistent | yes + no | undecided | right and consistent |\n"
        f"|{'---|' * 8}\n"
    )
    return head + "\n".join(
        f"| {name} | {_percent(v['accuracy'])} | {_percent(v['followed'])} | {_percent(v['no_answer'])} "
        f"| {_consistency(v['consistent'])} | {_percent(v['undecided'])} | {_bounds(v['consistent_acc'])} |"
        for name, v in variants.items()
    )


def family_table(variants: Mapping[str, Mapping[str, Any]]) -> str:
    """One row per condition, one column per family: accuracy in percent."""
    head = f"| condition | {' | '.join(FAMILIES)} |\n|---|{'---|' * len(FAMILIES)}\n"
    return head + "\n".join(
        f"| {name} | {' | '.join(_percent(v['by_family'].get(f)) for f in FAMILIES)} |" for name, v in variants.items()
    )


def write_card(metrics: Mapping[str, Any]) -> str:
    """Fill the model card from the contents of ``metrics.json``."""
    mix = ", ".join(f"{share:.0%} {name}" for name, share in metrics["mix"].items())
    variants = metrics["variants"]
    values = {**metrics, "mix": mix, "n": variants["base"]["n"]}
    return _CARD.format(**values, table=variant_table(variants), families=family_table(variants))
