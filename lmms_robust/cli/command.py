"""The command ``lmms-robust``. Each command imports what it needs when it runs, so that ``--help`` is quick."""

from __future__ import annotations

import errno
import logging
import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import NoReturn

import click

from lmms_robust import __version__
from lmms_robust.cli.agreement import agreement
from lmms_robust.cli.behaviour import commands as behaviour
from lmms_robust.cli.benchmarks import FILE, FOLDER, commands
from lmms_robust.cli.export import export
from lmms_robust.cli.judge import judge
from lmms_robust.cli.pages import commands as pages
from lmms_robust.cli.pages import report_of
from lmms_robust.cli.report import commands as reports
from lmms_robust.cli.report import show as show_pieces
from lmms_robust.cli.training import commands as training
from lmms_robust.errors import RobustError
from lmms_robust.writing import printable

NOISY = ("huggingface_hub.utils._http", "datasets.packaged_modules")
"""Loggers that tell each try and each cause, before the one line that we print."""


USAGE = 2
"""Exit status where a command could not do its work, as click has it; 1 is an answer: a limit that does not hold."""


class _Printable(logging.Formatter):
    """Messages in which no text steers the terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """The message."""
        return printable(super().format(record))


class OneLineErrors(click.Group):
    """Prints a user's error as one line and exits with :data:`USAGE`."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        os.environ.setdefault("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")  # read when datasets is imported
        for name in NOISY:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        if logging.lastResort:  # what prints warnings
            logging.lastResort.setFormatter(_Printable())
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")  # texts of models hold what no terminal can write
        try:
            return super().invoke(ctx)
        except RobustError as error:
            _refuse(str(error))
        except click.MissingParameter:  # click says how the command is used
            raise
        except click.BadParameter as error:
            _refuse(" ".join(error.format_message().split()))
        except UnicodeDecodeError as error:
            _refuse(f"a file is not text in UTF-8 ({error}); allowed: UTF-8")
        except OSError as error:
            if error.errno == errno.EPIPE:  # nobody reads on: click ends quietly
                raise
            _refuse(" ".join(str(error).split()))


def _refuse(told: str) -> NoReturn:
    click.echo(f"lmms-robust: {printable(told)}", err=True)
    sys.exit(USAGE)


@click.group(cls=OneLineErrors)
@click.version_option(__version__)
def main() -> None:
    """Robustness and chain-of-thought consistency of vision-language models, in lmms-eval and lm-eval."""


for command in (*commands, judge, *reports, agreement, *behaviour, export, *pages, *training):
    main.add_command(command)


@main.command()
@click.argument("harness", default="lmms_eval")
@click.option("--benchmark", "benchmarks", multiple=True, help="List the tasks of this benchmark; may be repeated.")
@click.option("--variant", "variants", multiple=True, help="List the tasks of this variant; may be repeated.")
@click.option("--include-path", "folder", type=FOLDER, help="Folder of task files other than our own.")
@click.option("--path", is_flag=True, help="Print the folder of our task files instead, for --include_path.")
def tasks(
    harness: str, benchmarks: tuple[str, ...], variants: tuple[str, ...], folder: Path | None, path: bool
) -> None:
    """Say which tasks there are for a harness (default: lmms_eval), and which run here now."""
    from lmms_robust.harness.plugin import task_folder

    ours = task_folder(harness)
    if path:
        click.echo(ours)
        return
    from rich.console import Console

    from lmms_robust.errors import unknown
    from lmms_robust.harness.listing import listed, names, overview
    from lmms_robust.perturbations import VARIANTS

    found = listed(folder or ours, harness)
    known = [one.benchmark for one in found]
    for what, given, allowed in (("benchmark", benchmarks, known), ("variant", variants, list(VARIANTS))):
        for name in given:
            if name not in allowed:
                raise unknown(what, name, allowed)
    chosen = [one for one in found if not benchmarks or one.benchmark in benchmarks]
    console = Console(width=100, highlight=False)
    for part in names(chosen, variants) if benchmarks or variants else overview(found):
        console.print(part)


@main.command()
@click.argument("task")
@click.option("-n", "count", default=1, show_default=True, type=click.IntRange(1), help="How many items.")
@click.option(
    "--injection", type=click.Choice(["prefill", "inline"]), default="prefill", show_default=True,
    help="prefill: as robust_hf is sent it; inline: as any other model is.",
)  # fmt: skip
@click.option("--include-path", "folder", type=FOLDER, help="Folder of task files other than our own.")
def show(task: str, count: int, injection: str, folder: Path | None) -> None:
    """Print exactly what a model is sent for the first items of TASK; of a suite, every variant of each."""
    from lmms_robust.harness.plugin import task_folder
    from lmms_robust.harness.show import show as described

    for text in described(task, folder or task_folder(), count, injection):
        click.echo(printable(text) + "\n")


@main.command()
def doctor() -> None:
    """Say what of this environment works; exits with 1 if runs would fail."""
    from lmms_robust.harness.doctor import examine

    broken = False
    for finding in examine():
        click.echo(f"{finding.state:7} {finding.about}: {finding.detail}")
        broken |= finding.state == "broken"
    sys.exit(int(broken))


@main.command()
def model() -> None:
    """Print the folder of the embedded tiny model."""
    from lmms_robust.embedded import TINY_MODEL

    click.echo(TINY_MODEL)


@main.command()
@click.option("--split", type=click.Choice(["train", "test"]), default="train", show_default=True)
@click.option("-n", "count", required=True, type=click.IntRange(1), help="How many items.")
@click.option("--output", required=True, type=FOLDER, help="Folder to write SPLIT.parquet into.")
def scenes(split: str, count: int, output: Path) -> None:
    """Write items of the embedded benchmark, e.g. as training data."""
    from lmms_robust.scenes.dataset import write

    click.echo(write(split, count, output))


@main.command()
@click.option("--input", "source", required=True, type=FILE, help="JSONL: id, question, options, response[, injected].")
@click.option("--output", "target", required=True, type=FILE, help="JSONL: id, answer, conclusion, consistent, …")
def consistency(source: Path, target: Path) -> None:
    """Read answers and conclusions from responses, and say whether they agree.

    The model's own words decide; "injected" is the start of a response that it did not write. Where lines carry
    "expected" labels, how right it all is against them is printed.
    """
    from lmms_robust.consistency.batch import run

    click.echo(run(source, target).render())


@main.command()
@click.option("--full", is_flag=True, help="All 600 items.")
@click.option("--limit", type=click.IntRange(1, 600), help="How many items; 120 by default.")
@click.option("--output", type=FOLDER, default="out/demo", show_default=True, help="Folder for the logs.")
def demo(full: bool, limit: int | None, output: Path) -> None:
    """Evaluate the embedded model on the embedded benchmark, all twelve variants; ends with a report to look at."""
    from lmms_robust.report.demo import ITEMS, run
    from lmms_robust.report.logs import read_runs
    from lmms_robust.report.summary import pieces

    if full and limit:
        raise RobustError(f"--full and --limit {limit}; allowed: one of them")
    log = run(output, None if full else limit or ITEMS)
    runs = read_runs(output)[-1:]
    show_pieces(pieces(runs), "table")
    click.echo(f"logs: {output} (the harness's own output: {log})")
    click.echo(report_of(runs, output / "report"))
