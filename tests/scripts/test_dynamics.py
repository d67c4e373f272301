"""The figures of docs/dynamics.md: gathered from runs, drawn, and told as they are."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scripts.collect_dynamics import LOGGED, differences, families, series, steps, training
from scripts.plot_dynamics import main as plot
from scripts.plot_dynamics import measured

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "dynamics.md").read_text(encoding="utf-8")
RATES = ("1e-5", "5e-5")
TOLD = {rate: json.loads((DOCS / f"dynamics_{rate}.json").read_text(encoding="utf-8")) for rate in RATES}


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
            line = dict.fromkeys(LOGGED, 1.0) | {"robust/correct": float(step)}
            file.write(json.dumps(line) + "\n")
        file.write(json.dumps({"train_runtime": 1.0}) + "\n")
    found = training(tmp_path / "x")
    assert (found["steps"], found["seconds"]) == (20, 12)
    assert found["robust/correct"] == [4.5, 14.5]


def test_rate_seeds_and_steps_are_read_from_names(tmp_path: Path) -> None:
    for name in ("plain-1e-5-1.run", "both-1e-5-12.run", "plain-1e-5-1-225", "plain-1e-5-1-50", "plain-1e-5-1-final"):
        (tmp_path / f"{name}.json").write_text("{}")
    (tmp_path / "plain-1e-5-12-75.json").write_text("{}")
    assert series(tmp_path) == ("1e-5", [1, 12])
    assert steps(tmp_path / "plain-1e-5-1") == [50, 225]


@pytest.mark.parametrize(("names", "found"), [((), "none"), (("plain-1e-5-1", "plain-5e-5-1"), "1e-5, 5e-5")])
def test_a_folder_without_one_rate_is_refused(names: tuple[str, ...], found: str, tmp_path: Path) -> None:
    for name in names:
        (tmp_path / f"{name}.run.json").write_text("{}")
    with pytest.raises(SystemExit, match=f"got {found}; allowed: one"):
        series(tmp_path)


def test_letters_and_conclusions_are_counted_by_family(tmp_path: Path) -> None:
    rows = [
        ("base", "shape", "right", "B", "B"),
        ("base", "shape", "right", "A", "B"),
        ("base", "shape", "wrong", None, "B"),
        ("base", "size", "wrong", "C", "C"),
        ("stop_think", "size", "right", None, "C"),
    ]
    names = ("variant", "category", "outcome", "conclusion", "gold")
    pq.write_table(pa.table(dict(zip(names, zip(*rows, strict=True), strict=True))), tmp_path / "records.parquet")
    assert families(tmp_path)["base"] == {"shape": [3, 2, 1], "size": [1, 0, 1]}


@pytest.mark.parametrize("rate", RATES)
def test_both_figures_are_drawn_from_the_data_alike(rate: str, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        plot(DOCS / f"dynamics_{rate}.json", tmp_path / name)
    for name in (f"dynamics_{rate}.svg", f"dynamics_{rate}_training.svg"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
        assert f"]({name})" in PAGE


def test_figures_show_the_steps_seeds_and_items_of_their_series() -> None:
    figure = measured(TOLD["1e-5"])
    assert [*figure.axes[-1].get_xticks()] == [0, 50, 100, 175, 225]
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels[-2:] == ["seed 1", "seed 2"]
    assert figure.texts[0].get_text().startswith("200 items;")


def cells(rate: str) -> dict[str, list[list[str]]]:
    """Rows of the tables of a series' section by their first cell."""
    (section,) = (part for part in PAGE.split("\n## ") if part.partition("\n")[0].endswith(f"rate {rate}"))
    found: dict[str, list[list[str]]] = {}
    for line in section.splitlines():
        if line.startswith("| ") and not line.startswith("|---"):
            first, *others = [cell.strip() for cell in line.strip("|").split("|")]
            found.setdefault(first, []).append(others)
    return found


@pytest.mark.parametrize("rate", RATES)
def test_the_tables_hold_the_numbers_of_the_data(rate: str) -> None:
    rows, told = cells(rate), TOLD[rate]
    for name, variants in told["final"].items():
        ((*shares, entropy),) = rows[name if name == "start" else name.replace("-", ", seed ")]
        expected = [variants["base"][one][0] for one in ("acc", "consistency", "undecided")]
        expected += [
            variants[one][two][0] for one in ("wrong_caption", "wrong_think") for two in ("acc", "consistency")
        ]
        assert shares == [f"{100 * value:.1f}" for value in expected]
        assert entropy == f"{variants['base']['letter_entropy'][0]:.3f}"
    for recipe in ("plain", "augmented", "faithful", "both"):
        shown = ("against_start", "against_plain") if rate == "1e-5" else ("against_start",)
        parts = [told[part][recipe] for part in shown if recipe in told[part]]
        for row, part in zip(rows[recipe], parts, strict=True):
            wanted = [(one, two) for one in ("base", "wrong_caption", "wrong_think") for two in ("acc", "consistency")]
            values = [part[one][two] for one, two in wanted]
            assert row == [f"{100 * v:+.1f} ({100 * low:+.1f}, {100 * high:+.1f})" for v, low, high, _ in values]


def test_the_table_of_families_holds_the_numbers_of_the_data() -> None:
    rows, told = cells("1e-5"), TOLD["1e-5"]["families"]
    for family, (items, *_) in told["start"]["base"].items():
        expected = [str(items)]
        for variant in ("base", "wrong_caption", "wrong_think"):
            for runs in (["start"], ["plain-1", "plain-2"], ["augmented-1", "augmented-2"]):
                right = sum(told[run][variant][family][1] for run in runs)
                expected.append(f"{100 * right / items / len(runs):.0f}")
        assert rows[family] == [expected]


def falling(rate: str, names: str) -> list[bool]:
    """Whether the interval of the change of letter entropy lies below zero, per run and variant."""
    part = {name: one for name, one in TOLD[rate]["against_start"].items() if re.fullmatch(names, name)}
    return [one["letter_entropy"][2] < 0 for variants in part.values() for one in variants.values()]


def test_entropy_falls_where_the_page_says() -> None:
    assert falling("5e-5", r".*-\d") == [True] * 8 * 12
    below = {recipe: sum(falling("1e-5", recipe)) for recipe in ("plain", "augmented", "faithful", "both")}
    assert below == {"plain": 12, "augmented": 7, "faithful": 11, "both": 9}
