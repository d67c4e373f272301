"""Whether two runs were asked the same: what is refused, what is left out, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from lmms_robust.consistency.verdicts import RULES
from lmms_robust.errors import RobustError
from lmms_robust.perturbations import VARIANTS
from lmms_robust.report.columns import LETTERS, asked, codes, groups, letter_numbers
from lmms_robust.report.grid import Grid, Rows
from lmms_robust.report.logs import SPEED, Run

Names = tuple[str, str]
"""Of the two models."""


def notes(first: Run, second: Run, grid: Grid, names: Names) -> list[str]:
    """What differs between two runs beside the model.

    Args:
        first: the one run.
        second: the other.
        grid: both, as sides ``"first"`` and ``"second"``.
        names: of their models.
    """
    return [*_items(grid, names), *_letters(grid), *_settings(first, second), *_deciders(first, second)]


def same_questions(first: Run, second: Run, names: Names) -> None:
    """Refuse runs that do not ask the same.

    Raises:
        RobustError: other plant seeds, other templates, or no item in common.
    """
    about = f"{first.benchmark}, {names[0]} and {names[1]}"
    if first.seed != second.seed:
        raise RobustError(f"{about}: plant seeds {first.seed} and {second.seed}; allowed: runs with the same one")
    templates = [_values(run.table, "templates") for run in (first, second)]
    if templates[0] != templates[1]:
        raise RobustError(f"{about}: the words around the questions come from other templates; allowed: the same ones")
    if not set(_values(first.table, "digest")) & set(_values(second.table, "digest")):
        raise RobustError(f"{about}: no item in common; allowed: runs over the same items")


def same_injections(grid: Grid, about: str) -> None:
    """Refuse runs that plant other wrong options for an item.

    Args:
        grid: both runs, as sides ``"first"`` and ``"second"``.
        about: which runs these are.

    Raises:
        RobustError: names the first item and what is planted.
    """
    planted = _texts(grid.table, "planted")
    for variant, _, first, second in _both(grid):
        differ = np.flatnonzero(planted[first] != planted[second])
        if VARIANTS[variant].asserts == "planted" and len(differ):
            rows = [grid.table.slice(int(side[differ[0]]), 1).to_pylist()[0] for side in (first, second)]
            texts = [row["options"][LETTERS.index(row["planted"])] for row in rows]
            told = f"{texts[0][:40]!r} and {texts[1][:40]!r} for item {rows[0]['item'][:40]!r}"
            raise RobustError(
                f"{about}: injections differ: {variant} plants other options in {len(differ)} of {len(first)} "
                f"responses, such as {told}; allowed: runs that plant the same ones"
            )


def _both(grid: Grid) -> Iterator[tuple[str, Rows, Rows, Rows]]:
    """By variant the units that both sides were asked, and their rows on either side."""
    for variant in VARIANTS:
        one, other = (grid.places.get((side, variant)) for side in ("first", "second"))
        if one is not None and other is not None:
            there = (one >= 0) & (other >= 0)
            yield variant, np.flatnonzero(there), one[there], other[there]


def _texts(table: pa.Table, name: str) -> Rows:
    """Per row the number of the text that an option's letter stands for."""
    options = table["options"].combine_chunks()
    texts, _ = codes(options.flatten())
    starts = np.asarray(options.offsets)[:-1] - options.offsets[0].as_py()
    return np.asarray(texts[starts + letter_numbers(table, name)])


def _letters(grid: Grid) -> Iterator[str]:
    """How many items show their options in another order, as far as the right one and the planted one tell."""
    moved = np.zeros(grid.units.items, bool)
    places = [letter_numbers(grid.table, name) for name in ("gold", "planted")]
    for _, units, one, other in _both(grid):
        for place in places:
            moved[grid.units.item[units[place[one] != place[other]]]] = True
    if moved.any():
        yield f"warning: {int(moved.sum())} item(s) show their options in another order"


def _values(table: pa.Table, name: str) -> list[str]:
    return sorted(value for value in table[name].unique().to_pylist() if value is not None)


def _items(grid: Grid, names: Names) -> Iterator[str]:
    """How many items only one side has."""
    has = []
    for side in ("first", "second"):
        present = np.zeros(grid.units.items, bool)
        for (of, _), place in grid.places.items():
            if of == side:
                present[grid.units.item[place >= 0]] = True
        has.append(present)
    for number, name in enumerate(names):
        alone = int((has[number] & ~has[1 - number]).sum())
        if alone:
            yield f"{alone} item(s) only {name} was asked: left out"


def _settings(first: Run, second: Run) -> Iterator[str]:
    """What results say of the runs that differs beside the model."""
    if first.arguments is None or second.arguments is None:
        yield "the settings of the runs cannot be compared: no results file beside the samples"
        return
    ours = {"pretrained", "model", "model_version", "base_url", "revision"} | SPEED
    for name in sorted(({*first.arguments} | {*second.arguments}) - ours):
        before, after = first.arguments.get(name), second.arguments.get(name)
        if before != after:
            yield f"warning: {name} differs: {before!r} and {after!r}"


def _deciders(first: Run, second: Run) -> Iterator[str]:
    """Who decided consistency, where that is not the rules alone."""
    before, after = ([*asked(run.table)] for run in (first, second))
    if before != after:
        yield f"warning: consistency is decided by {', '.join(before)} and by {', '.join(after)}"
    elif before != [RULES]:
        yield f"consistency is decided by {', '.join(before)}"
    yield from dict.fromkeys((*first.judges, *second.judges))


def ways(grid: Grid, names: Names) -> tuple[list[str], list[str]]:
    """Variants that both sides were asked in one and the same way, and sentences about the others."""
    same, told = [], []
    way, known = groups(grid.table, ["injection", "caption_source"])
    for variant in VARIANTS:
        sides = [grid.places.get((side, variant)) for side in ("first", "second")]
        if sides[0] is None or sides[1] is None:
            if sides[0] is not sides[1]:
                told.append(f"{variant}: only {names[sides[0] is None]} was asked")
            continue
        ways = [{known[number] for number in np.unique(way[rows[rows >= 0]])} for rows in sides if rows is not None]
        if ways[0] == ways[1] and len(ways[0]) == 1:
            same.append(variant)
        else:
            said = [" and ".join(" ".join(filter(None, way)) for way in sorted(one)) for one in ways]
            told.append(f"{variant}: left out, the words were delivered in other ways: {said[0]}; {said[1]}")
    return same, told
