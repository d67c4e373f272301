"""A report of runs: a page to look at, and the same numbers as files beside it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lmms_robust import __version__
from lmms_robust.errors import RobustError
from lmms_robust.pages import figures_of_benchmark, figures_of_run
from lmms_robust.pages.browser import browser
from lmms_robust.pages.confidence import confidence
from lmms_robust.pages.figure import Figure, Numbers, trainings, words
from lmms_robust.pages.page import read, rendered, vega
from lmms_robust.pages.thumbnails import Pictures
from lmms_robust.pages.verdict import verdict, verdict_of_training
from lmms_robust.report.export import flat
from lmms_robust.report.logs import Run
from lmms_robust.report.numbers import ALL, Part, nested, parts
from lmms_robust.report.series import named
from lmms_robust.report.sheet import Sheet, in_markdown
from lmms_robust.report.summary import told, written
from lmms_robust.writing import filling

About = tuple[str, bool, int]
Called = Mapping[About, Sequence[tuple[str, Run]]]
"""What runs were asked, see :attr:`lmms_robust.report.logs.Run.about` -> these runs with their names."""

PAGE = "index.html"
NUMBERS = "numbers.json"
INSIDE = 20_000_000
"""Characters of samples that stand in the page itself; more are files beside it."""


def write(runs: Sequence[Run], target: Path, most: int, pictures: Pictures | None, checkpoints: bool = False) -> str:
    """Write a report into a folder; an earlier report there is replaced. Returns what was written, in words.

    Args:
        runs: the runs, of one or several models and benchmarks.
        target: the folder.
        most: samples that the page shows at most.
        pictures: where pictures are looked for; None where none are wanted.
        checkpoints: the runs are checkpoints of a training, whose steps stand in their names.

    Raises:
        RobustError: the folder holds something else, or cannot be written, or a log has changed.
    """
    if target.exists() and not (target.is_dir() and (is_report(target) or not any(target.iterdir()))):
        raise RobustError(f"{str(target)!r} is there and no report; allowed: a name that is not taken, or a report")
    found = list(parts(runs, by_category=True))
    called = _called(runs)
    data = browser([(name, run) for about in called.values() for name, run in about], most, pictures)
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
        page = _page(found, called, {} if apart else data, apart, checkpoints)
        (part / PAGE).write_text(page, encoding="utf-8", errors="replace")
        if target.is_dir():
            shutil.rmtree(target)
    return f"report: {target / PAGE}"


def is_report(folder: Path) -> bool:
    """Whether a folder holds a report."""
    return (folder / PAGE).is_file() and (folder / NUMBERS).is_file()


def _called(runs: Sequence[Run]) -> dict[About, list[tuple[str, Run]]]:
    """Runs that were asked the same, with names that tell them apart, in the order in which they are shown."""
    groups: dict[About, list[Run]] = {}
    for run in sorted(runs, key=lambda run: run.about):
        groups.setdefault(run.about, []).append(run)
    return {about: named(found) for about, found in groups.items()}


def _page(found: Sequence[Part], called: Called, inside: dict[str, str], apart: bool, checkpoints: bool) -> str:
    groups = [_group(about, runs, found, checkpoints) for about, runs in called.items()]
    shown = [part for runs in called.values() for _, run in runs for part in found if part.run is run]
    values = {
        "title": f"{', '.join(dict.fromkeys(one['name'] for one in groups))}: does the model keep its answer?",
        "version": __version__, "groups": groups,
        "models": list(dict.fromkeys(name for runs in called.values() for name, _ in runs)),
        "downloads": ["summary.md", "numbers.csv", "numbers.parquet", NUMBERS],
        "tables": list(told(shown)), "inside": list(inside.items()),
    }  # fmt: skip
    scripts = [vega(), read("figures.js"), read("data.js"), read("samples.js")]
    return rendered("report.html", scripts, apart, values)


def _group(about: About, runs: Sequence[tuple[str, Run]], found: Sequence[Part], checkpoints: bool) -> dict[str, Any]:
    """What the page says of a benchmark: sentences, figures of all models, figures of each."""
    benchmark, probe, seed = about
    whole, apart = [], []
    for name, run in runs:
        numbers = [nested(part) | {"model": name} for part in found if part.run is run]
        (one,) = [one for one in numbers if one["category"] == ALL]
        whole.append(one)
        figures = _of_run(run, one, [one for one in numbers if one["category"] != ALL])
        apart.append({"name": name, "figures": figures, "open": len(runs) == 1})
    shared = list(figures_of_benchmark.figures(whole, checkpoints))
    seed_ = f" · plant seed {seed}" if seed else ""
    return {
        "name": f"{benchmark}{' (probe)' if probe else ''}{seed_}",
        "verdicts": [
            {"training": name, "sentences": [one.replace(" %", "\N{NO-BREAK SPACE}%") for one in sentences]}
            for name, sentences in _verdicts(whole, checkpoints)
        ],
        "words": words(whole),
        "figures": [{"name": "", "figures": shared, "open": True}, *apart],
    }


def _verdicts(runs: Sequence[Numbers], checkpoints: bool) -> list[tuple[str, list[str]]]:
    """Sentences about each training by its name, where there are several; else about all runs."""
    known = trainings(runs)[0] if checkpoints else {}
    if not known:
        return [("", verdict(runs))]
    return [(name if len(known) > 1 else "", verdict_of_training(found)) for name, found in known.items()]


def _of_run(run: Run, numbers: Numbers, by_category: Sequence[Numbers]) -> list[Figure]:
    return list(figures_of_run.figures(numbers, by_category, list(confidence(run.table))))


def _markdown(found: Sequence[Part]) -> str:
    pieces = (one.markdown() if isinstance(one, Sheet) else f"{in_markdown(one)}\n" for one in told(found))
    return "\n".join(pieces)
