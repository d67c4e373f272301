"""Draws docs/performance.svg from the figures that benchmarks/throughput.py wrote.

python -m benchmarks.plot docs/performance.json docs/performance.svg
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.pyplot as plt

PARTS = ("vision", "prefix", "suffixes", "steps", "host")
COLORS = ("#4477aa", "#66ccee", "#228833", "#ccbb44", "#bbbbbb")


def stock(figures: dict[str, Any]) -> tuple[str, float]:
    """The best batch size of lmms-eval's own backend, and its seconds."""
    found = {name: value["seconds"] for name, value in figures.items() if name.startswith("stock, ")}
    return min(found.items(), key=lambda entry: entry[1])


def draw(figures: dict[str, Any], path: Path) -> None:
    """Draw both panels."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 2.8), width_ratios=(1, 1.5))
    best, seconds = stock(figures)
    ours = figures["robust_hf, 6 variants"]["seconds"]
    names = ["lower bound", "robust_hf", f"qwen2_5_vl\n({best.removeprefix('stock, ')})"]
    values = [figures["lower bound"]["whole"], ours, seconds]
    bars = left.barh(names, values, color=["#bbbbbb", "#4477aa", "#ee6677"])
    left.bar_label(bars, fmt="%.1f s", padding=3)
    left.set_xlim(0, 1.25 * seconds)
    left.set_title("64 pictures, 6 variants, 128 new tokens", fontsize=9)
    rows = {"robust_hf": figures["phases, 6 variants"], "lower bound": figures["lower bound"]}
    start = dict.fromkeys(rows, 0.0)
    for part, color in zip(PARTS, COLORS, strict=True):
        widths = [row.get(part, 0.0) for row in rows.values()]
        right.barh(list(rows), widths, left=list(start.values()), color=color, label=part)
        start = {name: start[name] + width for name, width in zip(rows, widths, strict=True)}
    right.set_title("where the time goes (s, the device waited for after each part)", fontsize=9)
    right.legend(ncols=5, fontsize=7, loc="upper center", bbox_to_anchor=(0.5, -0.12), frameon=False)
    for axis in (left, right):
        axis.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """Draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figures", type=Path)
    parser.add_argument("output", type=Path)
    options = parser.parse_args()
    matplotlib.rcParams["svg.hashsalt"] = "lmms-robust"  # the same bytes for the same figures
    draw(json.loads(options.figures.read_text()), options.output)


if __name__ == "__main__":
    main()
