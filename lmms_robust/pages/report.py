"""A report of runs: a page to look at, and the same numbers as files beside it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from lmms_robust import __version__
from lmms_robust.errors import RobustError
from lmms_robust.pages import figures_of_benchmark, figures_of_run
from lmms_robust.pages.browser import Reach, browser
from lmms_robust.pages.confidence import confidence
from lmms_robust.pages.figure import Figure, Numbers, names
from lmms_robust.pages.page import read, rendered, vega
from lmms_robust.pages.verdict import verdict
from lmms_robust.report.export import flat
from lmms_robust.report.logs import Run
from lmms_robust.report.numbers import ALL, Part, nested, parts
from lmms_robust.report.series import named
from lmms_robust.report.sheet import Sheet, in_markdown
from lmms_robust.report.summary import told, written
from lmms_robust.writing import filling

PAGE = "index.html"
NUMBERS = "numbers.json"
INSIDE = 20_000_000
"""Characters of samples that stand in the page itself; more are files beside it."""


def write(runs: Sequence[Run], target: Path, most: int, reach: Reach, checkpoints: bool = False) -> str:
    """Write a report into a folder; an earlier report there is replaced. Returns what was written, in words.

    Args:
        runs: the runs, of one or several models and benchmarks.
        target: the folder.
        most: samples that the page shows at most.
        reach: where pictures are looked for.
        checkpoints: the runs are checkpoints of a training, whose steps stand in their names.

    Raises:
        RobustError: the folder holds something else, or cannot be written, or a log has changed.
    """
    if target.exists() and not (target.is_dir() and (is_report(target) or not any(target.iterdir()))):
        raise RobustError(f"{str(target)!r} is there and no report; allowed: a name that is not taken, or a report")
    runs = [run for _, run in named(runs)]
    found = list(parts(runs, by_category=True))
    whole = [part for part in found if part.category == ALL]
    every = names([nested(part) for part in whole])
    data = browser(runs, every, most, reach)
    apart = sum(map(len, data.values())) > INSIDE
    with filling(target) as part:
        (part / NUMBERS).write_text(written(found, "json"), encoding="utf-8")
        (part / "numbers.csv").write_text(written(found, "csv"), encoding="utf-8", newline="")
        flat.write_numbers(found, part / "numbers.parquet")
        (part / "summary.md").write_text(_markdown(found), encoding="utf-8", errors="replace")
        if apart:
            (part / "data").mkdir()
            for name, payload in data.items():
                (part / "data" / f"{name}.js").write_text(f'lmmsRobust.take("{name}", "{payload}");\n')
        page = _page(found, every, {} if apart else data, apart, checkpoints)
        (part / PAGE).write_text(page, encoding="utf-8", errors="replace")
        if target.is_dir():
            shutil.rmtree(target)
    return f"report: {target / PAGE}"


def is_report(folder: Path) -> bool:
    """Whether a folder holds a report."""
    return (folder / PAGE).is_file() and (folder / NUMBERS).is_file()


def _page(found: Sequence[Part], models: Sequence[str], inside: dict[str, str], apart: bool, checkpoints: bool) -> str:
    groups = list(_groups(found, checkpoints))
    values = {
        "title": f"{', '.join(dict.fromkeys(one['name'] for one in groups))}: does the model keep its answer?",
        "version": __version__, "models": list(dict.fromkeys(models)), "groups": groups,
        "downloads": ["summary.md", "numbers.csv", "numbers.parquet", NUMBERS],
        "tables": list(told(found)), "inside": list(inside.items()),
    }  # fmt: skip
    scripts = [vega(), read("figures.js"), read("data.js"), read("samples.js")]
    return rendered("report.html", scripts, apart, values)


def _groups(found: Sequence[Part], checkpoints: bool) -> Iterator[dict[str, Any]]:
    """What the page says of each benchmark: sentences, figures of all models, figures of each."""

    def about(part: Part) -> tuple[str, bool, int]:
        return part.run.about

    for (benchmark, probe, seed), several in groupby(sorted(found, key=about), key=about):
        here = list(several)
        numbers = [(part, nested(part)) for part in here]
        whole = [one for part, one in numbers if part.category == ALL]
        named = [(part.run, one) for part, one in numbers if part.category != ALL]
        shared = list(figures_of_benchmark.figures(whole, checkpoints))
        runs = [part.run for part in here if part.category == ALL]
        apart = [
            {"name": name, "figures": _of_run(run, one, [n for of, n in named if of is run]), "open": len(runs) == 1}
            for name, run, one in zip(names(whole), runs, whole, strict=True)
        ]
        seed_ = f" · plant seed {seed}" if seed else ""
        yield {
            "name": f"{benchmark}{' (probe)' if probe else ''}{seed_}",
            "verdict": verdict(whole),
            "figures": [{"name": "", "figures": shared, "open": True}, *apart],
        }


def _of_run(run: Run, numbers: Numbers, by_category: Sequence[Numbers]) -> list[Figure]:
    return list(figures_of_run.figures(numbers, by_category, list(confidence(run.table))))


def _markdown(found: Sequence[Part]) -> str:
    pieces = (one.markdown() if isinstance(one, Sheet) else f"{in_markdown(one)}\n" for one in told(found))
    return "\n".join(pieces)
