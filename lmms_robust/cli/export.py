"""The command ``lmms-robust export``."""

from __future__ import annotations

import time
from pathlib import Path

import click

from lmms_robust.cli.benchmarks import FOLDER
from lmms_robust.cli.benchmarks import deciders as with_deciders
from lmms_robust.errors import RobustError


@click.command()
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
@with_deciders
def export(
    run: Path,
    form: str,
    output: Path,
    model_id: str,
    organization: str,
    relationship: str,
    dataset_id: str,
    deciders: str | None,
) -> None:
    """Write what is logged below RUN for others to read.

    eee: Every Eval Ever, ready for a pull request, of any task of lmms-eval; hf: evaluation results of a model
    repository; csv and parquet: one row a response, and one a number.
    """
    from lmms_robust.report.deciders import read_deciders
    from lmms_robust.report.export.eee import Publisher
    from lmms_robust.report.export.folder import export as written

    meant = {
        "--model-id": ("eee", model_id),
        "--organization": ("eee", organization),
        "--dataset-id": ("hf", dataset_id),
    }
    for option, (read_by, value) in meant.items():
        if value and form != read_by:
            raise RobustError(f"{option} {value!r} with --format {form}; allowed: with --format {read_by}")
    publisher = Publisher(int(time.time()), organization, relationship, model_id)
    click.echo(written(run, form, output, publisher, dataset_id, read_deciders(deciders)))
