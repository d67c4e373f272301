"""The command ``lmms-robust``. Each command imports what it needs when it runs, so that ``--help`` is quick."""

from __future__ import annotations

import errno
import logging
import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lmms_robust import __version__
from lmms_robust.cli_benchmarks import FILE, FOLDER, commands
from lmms_robust.errors import RobustError

if TYPE_CHECKING:
    from lmms_robust.report.logs import Run

NOISY = ("huggingface_hub.utils._http", "datasets.packaged_modules")
"""Loggers that tell each try and each cause, before the one line that we print."""


class OneLineErrors(click.Group):
    """Prints a user's error as one line and exits with status 1."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        os.environ.setdefault("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")  # read when datasets is imported
        for name in NOISY:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")  # texts of models hold what no terminal can write
        try:
            return super().invoke(ctx)
        except RobustError as error:
            sys.exit(f"lmms-robust: {error}")
        except click.MissingParameter:  # click says how the command is used
            raise
        except click.BadParameter as error:
            sys.exit(f"lmms-robust: {' '.join(error.format_message().split())}")
        except UnicodeDecodeError as error:
            sys.exit(f"lmms-robust: a file is not text in UTF-8 ({error}); allowed: UTF-8")
        except OSError as error:
            if error.errno == errno.EPIPE:  # nobody reads on: click ends quietly
                raise
            sys.exit(f"lmms-robust: {' '.join(str(error).split())}")


@click.group(cls=OneLineErrors)
@click.version_option(__version__)
def main() -> None:
    """Robustness and chain-of-thought consistency of vision-language models, in lmms-eval and lm-eval."""


for command in commands:
    main.add_command(command)


@main.command()
@click.argument("harness", default="lmms_eval")
@click.option("--path", is_flag=True, help="Print the folder of task files instead, for --include_path.")
def tasks(harness: str, path: bool) -> None:
    """List the tasks for a harness (default: lmms_eval)."""
    from lmms_robust.harness.plugin import task_folder

    if path:
        click.echo(task_folder(harness))
        return
    from lmms_robust.harness.reading import task_descriptions

    for name, about in task_descriptions(task_folder(harness)).items():
        click.echo(f"{name:40} {about}")


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
        click.echo(text + "\n")


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
@click.argument("folder", type=FOLDER)
def summary(folder: Path) -> None:
    """Print tables for every run logged below FOLDER, an --output_path of a harness.

    Answers, reasoning and, where the backend gave probabilities of the answer letters, confidence.
    """
    from lmms_robust.report.logs import read_runs

    for run in read_runs(folder):
        _print_tables(run)


@main.command()
@click.option("--full", is_flag=True, help="All 600 items.")
@click.option("--limit", type=click.IntRange(1, 600), help="How many items; 120 by default.")
@click.option("--output", type=FOLDER, default="out/demo", show_default=True, help="Folder for the logs.")
def demo(full: bool, limit: int | None, output: Path) -> None:
    """Evaluate the embedded model on the embedded benchmark, all twelve variants."""
    from lmms_robust.report.demo import ITEMS, run
    from lmms_robust.report.logs import read_runs

    if full and limit:
        raise RobustError(f"--full and --limit {limit}; allowed: one of them")
    log = run(output, None if full else limit or ITEMS)
    _print_tables(read_runs(output)[-1])
    click.echo(f"logs: {output} (the harness's own output: {log})")


def _print_tables(run: Run) -> None:
    from rich.console import Console

    from lmms_robust.report.table import sentences, tables

    console = Console(width=None if sys.stdout.isatty() else 170)
    for table in tables(run):
        console.print(table)
    for sentence in sentences(run):
        console.print(sentence, highlight=False, markup=False)
    if any(record.letter_probs for record in run.records):
        from lmms_robust.report.confidence import confidence_table  # loads scipy

        console.print(confidence_table(run))


@main.command()
@click.argument("run", type=FOLDER)
@click.option("--format", "form", required=True, type=click.Choice(["eee", "hf", "csv", "parquet"]))
@click.option("--output", required=True, type=FOLDER, help="Folder to write; there must be none yet.")
@click.option("--model-id", default="", help="eee: hub id of the model, where the log only names a folder.")
@click.option("--organization", default="", help="eee: who ran the evaluation.")
@click.option(
    "--relationship", type=click.Choice(["first_party", "third_party", "collaborative", "other"]),
    default="third_party", show_default=True, help="eee: of the evaluator to the model.",
)  # fmt: skip
@click.option("--dataset-id", default="", help="hf: hub id of the benchmark's dataset, where not its own.")
def export(
    run: Path, form: str, output: Path, model_id: str, organization: str, relationship: str, dataset_id: str
) -> None:
    """Write what is logged below RUN for others to read.

    eee: Every Eval Ever, ready for a pull request, of any task of lmms-eval; hf: evaluation results of a model
    repository; csv and parquet: one row a response, and one a number.
    """
    import time

    from lmms_robust.report.export.eee import Publisher
    from lmms_robust.report.export.folder import export as written

    publisher = Publisher(int(time.time()), organization, relationship, model_id)
    click.echo(written(run, form, output, publisher, dataset_id))


if __name__ == "__main__":
    main()
