"""The card of augmented training data: what is in it, where it is from, and how it is read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lmms_robust.perturbations import VARIANTS

if TYPE_CHECKING:
    from lmms_robust.training.augment import Augmented

_CARD = """\
---
task_categories:
- visual-question-answering
tags:
- lmms-robust
- reinforcement-learning
---

# Training prompts from {source}, with perturbations

{rows} prompts about {items} items and {pictures} pictures of `{source}`, by `lmms-robust augment` {version}. The
licence is the source's. The right answer is known for every prompt; pictures, questions and options are never changed.

| treatment | rows | share (%) | asked for (%) | what it is |
|---|---|---|---|---|
{table}

Treatments and planted options are drawn by the item's content with seed {seed}: the same item gets the same ones in
every run. {epochs}

Refused, since they are items of an evaluation split: {refused}; {other_pixels} of them by question and options alone,
with other pixels. Looked at: {guarded}. {shared} of the items taken share question and options with evaluation items,
which ask them of other pictures. Left out: {left_out}.

## Columns

{columns}
"""
_COLUMNS = {
    "trl": (
        "`prompt` is a conversation; where it ends in an assistant message, the reply starts with these words and is "
        "to go on from there (`lmms_robust.training.trl_trainer.PrefillGRPOTrainer`). `image` is the picture. `asked` "
        "holds what rewards need (`lmms_robust.training.trl.RobustReward`)."
    ),
    "verl": (
        "As verl reads them. The start of a reply is in `extra_info.asked.prefill`; `agent.yaml` names the agent loop "
        "that goes on from it, and `lmms_robust.training.verl.compute_score` is the reward."
    ),
    "jsonl": "As for TRL; `image` names a file beside `train.jsonl`.",
}


def card(done: Augmented) -> str:
    """Write the card."""
    from lmms_robust import __version__

    rows = sum(done.treatments.values())
    wanted = dict(done.plan.rates)
    wanted["base"] = 1 - sum(wanted.values())
    table = "\n".join(
        f"| {name} | {done.treatments[name]} | {100 * done.treatments[name] / rows:.1f} | {100 * wanted[name]:.1f} | "
        f"{VARIANTS[name].about} |"
        for name in ("base", *done.plan.rates)
    )
    epochs = (
        f"Each item stands {done.plan.fresh_epochs} times, each time with a treatment of its own (column `epoch`)."
        if done.plan.fresh_epochs > 1
        else "Each item stands once, so that it has the same treatment in each epoch."
    )
    return _CARD.format(
        source=done.source,
        rows=rows,
        items=done.items,
        pictures=done.pictures,
        version=__version__,
        table=table,
        seed=done.plan.seed,
        epochs=epochs,
        refused=f"{len(done.refused)} ({json.dumps([one for one, _ in done.refused[:20]])})",
        other_pixels=done.other_pixels,
        shared=done.shared,
        guarded=", ".join(f"{name} ({count} items)" for name, count in done.guarded.items()),
        left_out=done.left_out or "none",
        columns=_COLUMNS[done.plan.format],
    )
