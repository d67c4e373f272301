"""The figures of docs/dynamics.md: gathered from runs, drawn, and told as they are."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest

from scripts.collect_dynamics import differences, training
from scripts.plot_dynamics import main as plot

DOCS = Path(__file__).parents[2] / "docs"
TOLD = json.loads((DOCS / "dynamics.json").read_text(encoding="utf-8"))


def side(**by_item: float) -> dict[str, Any]:
    scores = ("correct", "consistent", "undecided", "letter_entropy")
    return {"base": dict.fromkeys(scores, by_item)}


def test_differences_are_over_the_same_items_and_over_those_known_on_all_sides() -> None:
    records = {
        "start": side(a=0.0, b=1.0, c=0.0, d=math.nan),
        "one": side(a=1.0, b=1.0, c=0.0, d=1.0),
        "two": side(d=0.0, c=math.nan, b=0.0, a=1.0),
    }
    found = differences(records, [("start", "one")])["base"]["acc"]
    assert (found[0], found[3]) == (pytest.approx(1 / 3, abs=1e-4), 3)
    # item by item a: (1 + 1) / 2, b: (0 - 1) / 2; c and d are not known on every side
    found = differences(records, [("start", "one"), ("start", "two")])["base"]["consistency"]
    assert (found[0], found[3]) == (pytest.approx(0.25), 2)
    assert found[1] <= found[0] <= found[2]


def test_logs_are_told_as_means_of_ten_steps(tmp_path: Path) -> None:
    (tmp_path / "x.run.json").write_text('{"seconds": 12.4, "device": "CPU"}')
    with (tmp_path / "x.log.jsonl").open("w") as file:
        for step in range(20):
            line = dict.fromkeys(TOLD["training"]["plain-0"], 1.0) | {"robust/correct": float(step)}
            file.write(json.dumps(line) + "\n")
        file.write(json.dumps({"train_runtime": 1.0}) + "\n")
    found = training(tmp_path / "x")
    assert (found["steps"], found["seconds"]) == (20, 12)
    assert found["robust/correct"] == [4.5, 14.5]


def test_both_figures_are_drawn_from_the_data_alike(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        plot(DOCS / "dynamics.json", tmp_path / name)
    for name in ("dynamics.svg", "dynamics_training.svg"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
        assert f"]({name})" in (DOCS / "dynamics.md").read_text(encoding="utf-8")


def cells() -> dict[str, list[list[str]]]:
    """Rows of the tables by their first cell."""
    found: dict[str, list[list[str]]] = {}
    for line in (DOCS / "dynamics.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("| ") and not line.startswith("|---"):
            first, *others = [cell.strip() for cell in line.strip("|").split("|")]
            found.setdefault(first, []).append(others)
    return found


def test_the_tables_hold_the_numbers_of_the_data() -> None:
    rows = cells()
    for name, variants in TOLD["final"].items():
        ((*shares, entropy),) = rows[name if name == "start" else name.replace("-", ", seed ")]
        expected = [variants["base"][one][0] for one in ("acc", "consistency", "undecided")]
        expected += [
            variants[one][two][0] for one in ("wrong_caption", "wrong_think") for two in ("acc", "consistency")
        ]
        assert shares == [f"{100 * value:.1f}" for value in expected]
        assert entropy == f"{variants['base']['letter_entropy'][0]:.2f}"
    for recipe in ("plain", "augmented", "faithful", "both"):
        parts = [TOLD["against_start"][recipe]] + ([TOLD["against_plain"][recipe]] if recipe != "plain" else [])
        assert len(rows[recipe]) == len(parts)
        for row, part in zip(rows[recipe], parts, strict=True):
            wanted = [(one, two) for one in ("base", "wrong_caption", "wrong_think") for two in ("acc", "consistency")]
            values = [part[one][two] for one, two in wanted]
            assert row == [f"{100 * v:+.1f} ({100 * low:+.1f}, {100 * high:+.1f})" for v, low, high, _ in values]


def test_entropy_falls_in_every_form_of_every_run_as_the_page_says() -> None:
    runs = [name for name in TOLD["against_start"] if re.search(r"-\d$", name)]
    highest = [one["letter_entropy"][2] for name in runs for one in TOLD["against_start"][name].values()]
    assert len(highest) == 8 * 12
    assert max(highest) < 0
