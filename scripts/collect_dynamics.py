"""Gathers a series of scripts/train_dynamics.py and its evaluations into one small file, docs/dynamics_RATE.json.

    python scripts/collect_dynamics.py FOLDER docs

FOLDER holds for each RUN = RECIPE-RATE-SEED, as plain-1e-5-1: RUN.run.json and RUN.log.jsonl (the training's),
RUN-STEP.json for each measured step and RUN-final.json (``lmms-robust summary --format json``), and
RUN-final.parquet/records.parquet (``lmms-robust export --format parquet``); and of the checkpoint that all start from
``start.json``, ``start-final.json`` and ``start-final.parquet``. All runs have one rate, each recipe the same seeds.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from lmms_robust.metrics.estimate import Estimate, Units
from lmms_robust.metrics.paired import change

RECIPES = ("plain", "augmented", "faithful", "both")
RUN = re.compile(rf"(?P<recipe>{'|'.join(RECIPES)})-(?P<rate>.+)-(?P<seed>\d+)")
WINDOW = 10
LOGGED = (
    "robust/correct", "robust/faithful", "robust/undecided", "robust/format", "entropy", "completions/mean_length",
    "frac_reward_zero_std",
    "collapse/words", "collapse/conclusion_free", "collapse/template_share", "collapse/answer_entropy",
)  # fmt: skip
ESTIMATES = ("acc", "consistency", "undecided", "consistent_acc", "letter_entropy")
SCORES = {"acc": "correct", "consistency": "consistent", "undecided": "undecided", "letter_entropy": "letter_entropy"}
BY_FAMILY = ("base", "wrong_caption", "wrong_think")


def main(folder: Path, target: Path) -> None:
    """Write the file."""
    rate, seeds = series(folder)
    runs = {f"{recipe}-{seed}": folder / f"{recipe}-{rate}-{seed}" for recipe in RECIPES for seed in seeds}
    finals = {"start": folder / "start", **runs}
    records = {name: scores(beside(path, "-final.parquet")) for name, path in finals.items()}
    told = {
        "training": {name: training(path) for name, path in runs.items()},
        "checkpoints": {
            "start": {"0": variants(folder / "start.json")},
            **{
                name: {str(step): variants(beside(path, f"-{step}.json")) for step in steps(path)}
                for name, path in runs.items()
            },
        },
        "final": {name: variants(beside(path, "-final.json")) for name, path in finals.items()},
        "families": {name: families(beside(path, "-final.parquet")) for name, path in finals.items()},
        "against_start": {name: differences(records, [("start", name)]) for name in runs}
        | {recipe: differences(records, [("start", f"{recipe}-{seed}") for seed in seeds]) for recipe in RECIPES},
        "against_plain": {
            recipe: differences(records, [(f"plain-{seed}", f"{recipe}-{seed}") for seed in seeds])
            for recipe in RECIPES[1:]
        }
        | {
            f"{recipe}-{seed}": differences(records, [(f"plain-{seed}", f"{recipe}-{seed}")])
            for recipe in RECIPES[1:]
            for seed in seeds
        },
    }
    lines = ",\n".join(f" {json.dumps(name)}: {packed(value)}" for name, value in told.items())
    (target / f"dynamics_{rate}.json").write_text("{\n" + lines + "\n}\n", encoding="utf-8")


def series(folder: Path) -> tuple[str, list[int]]:
    """The rate, as it is written, and the seeds in the names of a folder's runs."""
    names = (path.name.removesuffix(".run.json") for path in folder.glob("*.run.json"))
    runs = [run for run in map(RUN.fullmatch, names) if run]
    rates = sorted({run["rate"] for run in runs})
    if len(rates) != 1:
        found = ", ".join(rates) or "none"
        raise SystemExit(f"rates of the runs: got {found}; allowed: one, in RECIPE-RATE-SEED.run.json; in {folder}")
    return rates[0], sorted({int(run["seed"]) for run in runs})


def steps(path: Path) -> list[int]:
    """The steps at which a run was measured."""
    endings = (found.stem.removeprefix(f"{path.name}-") for found in path.parent.glob(f"{path.name}-*.json"))
    return sorted(int(ending) for ending in endings if ending.isdecimal())


def beside(path: Path, ending: str) -> Path:
    """A file of a run."""
    return path.with_name(path.name + ending)


def packed(value: Mapping[str, Any]) -> str:
    """A line for each run."""
    return "{\n" + ",\n".join(f"  {json.dumps(name)}: {json.dumps(one)}" for name, one in value.items()) + "\n }"


def training(path: Path) -> dict[str, Any]:
    """Seconds, and what was logged, as means of ten steps; the last mean may be of fewer."""
    told = json.loads(beside(path, ".run.json").read_text(encoding="utf-8"))
    lines = beside(path, ".log.jsonl").read_text(encoding="utf-8").splitlines()
    logged = [line for line in map(json.loads, lines) if "robust/correct" in line]
    blocks = [logged[start : start + WINDOW] for start in range(0, len(logged), WINDOW)]
    means = {name: [round(fmean(line[name] for line in block), 4) for block in blocks] for name in LOGGED}
    return {"seconds": round(told["seconds"]), "device": told["device"], "steps": len(logged), **means}


def variants(path: Path) -> dict[str, dict[str, list[float | None]]]:
    """Per variant and estimate: value, its 95 % interval, n."""
    (run,) = json.loads(path.read_text(encoding="utf-8"))
    return {
        one["variant"]: {
            name: rounded(found["value"], found["interval_low"], found["interval_high"], found["n"])
            for name in ESTIMATES
            if (found := one["estimates"].get(name)) is not None
        }
        for one in run["variants"]
    }


def rounded(*values: float | None) -> list[float | None]:
    """Four digits; None where there is no number."""
    return [None if value is None or value != value else round(value, 4) for value in values]


def scores(folder: Path) -> dict[str, dict[str, dict[str, float]]]:
    """Per variant, score and item a number; NaN where it is not known."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for row in pq.read_table(folder / "records.parquet").to_pylist():
        own = {
            "correct": float(row["outcome"] == "right"),
            "consistent": np.nan if row["consistent"] is None else float(row["consistent"]),
            "undecided": np.nan if row["undecided"] == "not_applicable" else float(row["consistent"] is None),
            "letter_entropy": np.nan if row["letter_entropy"] is None else row["letter_entropy"],
        }
        for name, value in own.items():
            found.setdefault(row["variant"], {}).setdefault(name, {})[row["item"]] = value
    return found


def families(folder: Path) -> dict[str, dict[str, list[int]]]:
    """Per variant and family of questions: items, right letters, right conclusions of the reasoning."""
    counts: Counter[tuple[str, str, int]] = Counter()
    for row in pq.read_table(folder / "records.parquet").to_pylist():
        if row["variant"] in BY_FAMILY:
            told = (True, row["outcome"] == "right", row["conclusion"] == row["gold"])
            counts.update({(row["variant"], row["category"], place): int(one) for place, one in enumerate(told)})
    names = sorted({family for _, family, _ in counts})
    return {
        variant: {name: [counts[variant, name, place] for place in range(3)] for name in names} for variant in BY_FAMILY
    }


def differences(
    records: Mapping[str, Any], pairs: Iterable[tuple[str, str]]
) -> dict[str, dict[str, list[float | None]]]:
    """Second minus first of each pair over the same items, averaged over pairs item by item: value, 95 %, n.

    An item counts where all sides know it. The interval is over items: what it says of other seeds is nothing.
    """
    chosen = list(pairs)
    found: dict[str, dict[str, list[float | None]]] = {}
    for variant in records["start"]:
        for name, score in SCORES.items():
            items = sorted(records["start"][variant][score])
            befores, afters = (
                np.mean([[records[pair[side]][variant][score][item] for item in items] for pair in chosen], axis=0)
                for side in (0, 1)
            )
            units = Units(np.arange(len(items)), np.arange(len(items)))  # of scenes each item has its own picture
            one: Estimate = change(befores, afters, units)
            if one.n:
                found.setdefault(variant, {})[name] = rounded(one.value, *one.interval, one.n)
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
