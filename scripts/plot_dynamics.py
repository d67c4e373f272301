"""Draws docs/dynamics_RATE.svg and docs/dynamics_RATE_training.svg from docs/dynamics_RATE.json.

python scripts/plot_dynamics.py docs/dynamics_1e-5.json docs
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from itertools import cycle
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.pyplot as plt

matplotlib.use("Agg")

RECIPES = {
    "plain": ("accuracy reward", "#bbbbbb"),
    "augmented": ("+ augmentation", "#4477aa"),
    "faithful": ("+ faithfulness", "#228833"),
    "both": ("both", "#ee6677"),
}
STYLES = ("-", "--", ":", "-.")
"""Of lines, a seed each in turn."""
MEASURED = {
    "accuracy": ("acc", ("base", "wrong_caption", "wrong_think")),
    "consistency (of the decided)": ("consistency", ("base", "wrong_caption", "wrong_think")),
    "letter entropy (nats)": ("letter_entropy", ("base", "wrong_caption", "wrong_think")),
}
LOGGED = {
    "robust/correct": "right",
    "robust/faithful": "consistent, of the decided",
    "robust/undecided": "undecided",
    "entropy": "entropy a token (nats)",
    "completions/mean_length": "tokens written",
    "collapse/template_share": "share of the commonest template",
}


def measured(told: Mapping[str, Any]) -> plt.Figure:
    """What checkpoints reach on the test items: a row a measure, a column a prompt form."""
    figure, axes = plt.subplots(len(MEASURED), 3, figsize=(9, 7), sharex=True, sharey="row")
    start, styles = told["checkpoints"]["start"]["0"], seeds(told)
    for row, (label, (estimate, variants)) in zip(axes, MEASURED.items(), strict=True):
        row[0].set_ylabel(label, fontsize=8)
        for axis, variant in zip(row, variants, strict=True):
            low, high = start[variant][estimate][1:3]
            axis.axhspan(low, high, color="#eeeeee", zorder=0)
            for name, checkpoints in told["checkpoints"].items():
                if name != "start":
                    points = {"0": start} | checkpoints
                    values = [point[variant][estimate][0] for point in points.values()]
                    axis.plot([int(step) for step in points], values, marker=".", **line(name, styles))
    for axis, variant in zip(axes[0], MEASURED["accuracy"][1], strict=True):
        axis.set_title(variant, fontsize=9)
    for axis in axes[-1]:
        axis.set_xlabel("steps", fontsize=8)
        axis.set_xticks(sorted({int(step) for points in told["checkpoints"].values() for step in points}))
    return finished(figure, styles, f"{start['base']['acc'][3]} items; band: 95 % interval of the start")


def seeds(told: Mapping[str, Any]) -> dict[str, str]:
    """Seed -> style of its line."""
    return dict(
        zip(sorted({name.rsplit("-", 1)[1] for name in told["training"]}, key=int), cycle(STYLES), strict=False)
    )


def line(name: str, styles: Mapping[str, str]) -> dict[str, Any]:
    """How a run's line looks: colour of its recipe, style of its seed."""
    recipe, seed = name.rsplit("-", 1)
    return {"color": RECIPES[recipe][1], "linestyle": styles[seed], "linewidth": 1.3}


def logged(told: Mapping[str, Any]) -> plt.Figure:
    """What training logged of its own rollouts, as means of ten steps, drawn in their middle."""
    styles = seeds(told)
    figure, axes = plt.subplots(2, 3, figsize=(9, 4.6), sharex=True)
    for axis, (key, label) in zip(axes.flat, LOGGED.items(), strict=True):
        axis.set_title(label, fontsize=9)
        for name, run in told["training"].items():
            ends = [min(start + 10, run["steps"]) for start in range(0, run["steps"], 10)]
            axis.plot([(10 * number + end) / 2 for number, end in enumerate(ends)], run[key], **line(name, styles))
        axis.set_ylim(bottom=0)
    for axis in axes[-1]:
        axis.set_xlabel("steps", fontsize=8)
    return finished(figure, styles, "responses of training, means of ten steps")


def finished(figure: plt.Figure, styles: Mapping[str, str], note: str) -> plt.Figure:
    """Legend, note and frames."""
    lines = [plt.Line2D([], [], color=color, label=label) for label, color in RECIPES.values()]
    lines += [plt.Line2D([], [], color="black", linestyle=styles[seed], label=f"seed {seed}") for seed in styles]
    for axis in figure.axes:
        axis.spines[["top", "right"]].set_visible(False)
        axis.tick_params(labelsize=7)
    figure.tight_layout(rect=(0, 0.07, 1, 1))
    figure.legend(handles=lines, ncols=6, fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 0.025), frameon=False)
    figure.text(0.5, 0.01, note, fontsize=7, ha="center", color="#555555")
    return figure


def main(data: Path, folder: Path, ending: str = "svg") -> None:
    """Draw both."""
    matplotlib.rcParams["svg.hashsalt"] = "lmms-robust"  # the same bytes for the same numbers
    told = json.loads(data.read_text(encoding="utf-8"))
    for name, figure in ((data.stem, measured(told)), (f"{data.stem}_training", logged(told))):
        metadata = {"Date": None} if ending == "svg" else None
        figure.savefig(folder / f"{name}.{ending}", metadata=metadata, dpi=110)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
