"""Commands that write pages: report, leaderboard."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lmms_robust.cli.benchmarks import FOLDER, data_files
from lmms_robust.cli.benchmarks import deciders as with_deciders
from lmms_robust.cli.benchmarks import images as picture_folder
from lmms_robust.errors import RobustError

if TYPE_CHECKING:
    from lmms_robust.pages.thumbnails import Pictures
    from lmms_robust.report.logs import Run

NEEDED = {"altair": "altair", "vl_convert": "vl-convert-python"}


def needed() -> None:
    """Say what is missing, before anything is read.

    Raises:
        RobustError: the extra is not installed.
    """
    missing = [package for module, package in NEEDED.items() if find_spec(module) is None]
    if missing:
        raise RobustError(f"report: not installed: {', '.join(missing)}; allowed: pip install 'lmms-robust[report]'")


def report_of(runs: Sequence[Run], output: Path) -> str:
    """Write the report of some runs, and say where it is; or what is missing for it."""
    try:
        needed()
    except RobustError as error:
        return str(error)
    from lmms_robust.pages.browser import MOST
    from lmms_robust.pages.report import write
    from lmms_robust.pages.thumbnails import of_rows

    return write(runs, output, MOST, of_rows)


@click.command()
@click.argument("folders", metavar="RUN...", nargs=-1, required=True, type=FOLDER)
@click.option("--output", required=True, type=FOLDER, help="Folder for the report; an earlier report is replaced.")
@click.option(
    "--checkpoints",
    is_flag=True,
    help="Runs are checkpoints of a training: accuracy against faithfulness. Names of their folders hold the step "
    "(checkpoint-400, step-400); call the folder of the start step-0.",
)
@click.option("--samples", "most", default=100_000, show_default=True, type=click.IntRange(0), help="Shown at most.")
@click.option("--pictures/--no-pictures", default=True, show_default=True, help="Show the pictures that are found.")
@data_files
@picture_folder
@click.option("--include-path", "tasks", type=FOLDER, help="Folder of the run's task files, which know its pictures.")
@with_deciders
def report(
    folders: Sequence[Path], output: Path, checkpoints: bool, most: int, pictures: bool, data_files: tuple[Path, ...],
    images: Path | None, tasks: Path | None, deciders: str | None,
) -> None:  # fmt: skip
    """Write a page about the runs logged below RUN: the verdict in five sentences, figures, tables, every sample.

    It opens from a file, without a server and without network. Beside it are the numbers as Markdown, CSV, parquet and
    JSON.
    """
    needed()
    from lmms_robust.pages.report import write
    from lmms_robust.report.deciders import read_deciders
    from lmms_robust.report.logs import read_all

    runs = read_all(folders, read_deciders(deciders))
    click.echo(write(runs, output, most, _pictures(data_files, images, tasks) if pictures else None, checkpoints))


def _pictures(files: Sequence[Path], images: Path | None, tasks: Path | None) -> Pictures:
    """Where pictures come from: the run's own tasks, where these have the benchmark, else its rows."""
    from lmms_robust.pages.thumbnails import of_rows

    rows = partial(of_rows, files=files, images=images)
    if tasks is None:
        return rows
    from lmms_robust.harness.reading import task_paths, task_pictures

    known = task_paths(tasks)
    return lambda name: task_pictures(name, tasks) if f"robust_{name}_base" in known else rows(name)


@click.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--output", required=True, type=FOLDER, help="Folder for the page; an earlier one is replaced.")
def leaderboard(folder: Path, output: Path) -> None:
    """Write a page of all models whose exports (`lmms-robust export --format eee`) are below DIR.

    Sortable by correctness, robustness, faithfulness and joint_acc, a table for each benchmark, ties as ties. Reports
    below DIR are linked.
    """
    from lmms_robust.pages.leaderboard import write

    click.echo(write(folder, output))


commands = [report, leaderboard]
