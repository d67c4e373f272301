"""Commands about benchmarks: items, audit, captions, wrap, local. The main command takes them from :data:`commands`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from lmms_robust.errors import RobustError


class OneLinePath(click.Path):
    """A path; one of the wrong kind is an error of one line, as every other wrong input is."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read the path."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            name = param.opts[0] if param else "path"
            raise RobustError(f"{name}: {error.message} Allowed: a {'folder' if self.dir_okay else 'file'}") from error


FOLDER = OneLinePath(file_okay=False, path_type=Path)
FILE = OneLinePath(dir_okay=False, path_type=Path)

data_files = click.option(
    "--data-files", multiple=True, type=FILE, help="Local parquet, json, jsonl, tsv or csv file; may be repeated."
)
harness = click.option(
    "--harness", type=click.Choice(["lmms_eval", "lm_eval"]), default="lmms_eval", show_default=True,
    help="Whose task files to write.",
)  # fmt: skip
deciders = click.option(
    "--deciders", metavar="NAMES",
    help="Whose verdicts on consistency count, of those beside the logs: names joined by commas, by majority; "
    "rules: only the rules; rules,NAME: the rules first.  [default: every judge there is]",
)  # fmt: skip
images = click.option("--images", type=FOLDER, help="Folder of the pictures that rows name by file name.")


@click.command()
@click.argument("benchmark")
@data_files
@images
@click.option("--limit", type=click.IntRange(1), help="The first so many items only.")
@click.option("--output", "target", required=True, type=FILE, help="JSONL file to write.")
def items(benchmark: str, data_files: tuple[Path, ...], images: Path | None, limit: int | None, target: Path) -> None:
    """Write the items of BENCHMARK in one form: question, options, answer, statements, picture size."""
    from lmms_robust.benchmarks import benchmark as named
    from lmms_robust.benchmarks.items import write

    click.echo(write(named(benchmark), target, data_files, images, limit).render())


@click.command()
@click.argument("benchmark")
@data_files
@images
@click.option("--output", "target", required=True, type=FILE, help="CSV file to write, one line a statement.")
def audit(benchmark: str, data_files: tuple[Path, ...], images: Path | None, target: Path) -> None:
    """Say how well the statements of BENCHMARK are made, and list them for review."""
    from lmms_robust.benchmarks import benchmark as named

    try:
        from lmms_robust.benchmarks.audit import write
    except ModuleNotFoundError as error:
        raise RobustError(f"audit: no package {error.name}; pip install 'lmms-robust[audit]'") from error
    for line in write(named(benchmark), target, data_files, images):
        click.echo(line)


@click.command()
@click.argument("benchmark")
@data_files
@images
@click.option("--limit", type=click.IntRange(1), help="The first so many items only.")
@click.option("--model", required=True, help="The model's name on the server.")
@click.option("--base-url", required=True, help="An OpenAI-compatible server, e.g. http://localhost:8000/v1.")
@click.option("--concurrency", type=click.IntRange(1, 256), default=8, show_default=True, help="Requests at a time.")
@click.option("--output", "target", required=True, type=FILE, help="JSONL file to append to; finished items stay.")
def captions(
    benchmark: str, data_files: tuple[Path, ...], images: Path | None, limit: int | None, model: str, base_url: str,
    concurrency: int, target: Path,
) -> None:  # fmt: skip
    """Ask a language model for one natural caption per option of BENCHMARK.

    The key is read from OPENAI_API_KEY. Interrupted or failed, the same command goes on where it stopped. Exits with 1
    if an item has no captions in the end.
    """
    from lmms_robust.benchmarks import benchmark as named
    from lmms_robust.benchmarks.caption_server import connect
    from lmms_robust.benchmarks.captions import write
    from lmms_robust.benchmarks.items import items_of
    from lmms_robust.benchmarks.reading import load

    adapter = named(benchmark)
    wanted = items_of(adapter, load(adapter, data_files, images))[:limit]
    summary = write(wanted, target, model, connect(model, base_url), concurrency)
    click.echo(summary.render())
    sys.exit(int(summary.failed > 0))


@click.command()
@click.option("--dataset-path", required=True, help="Hub id or folder; parquet, json or csv with --data-files.")
@click.option("--dataset-name", help="Configuration on the hub.")
@data_files
@click.option("--split", required=True, help="Split to evaluate.")
@click.option("--mapping", required=True, type=FILE, help="YAML file that says which column is what.")
@click.option("--name", required=True, help="Name of the new benchmark: tasks are robust_NAME_VARIANT.")
@harness
@click.option(
    "--check-rows", type=click.IntRange(1), default=100, show_default=True, help="Check the mapping on the first rows."
)
@click.option("--output", required=True, type=FOLDER, help="Folder for --include_path; NAME is made in it.")
def wrap(
    dataset_path: str, dataset_name: str | None, data_files: tuple[Path, ...], split: str, mapping: Path, name: str,
    harness: str, check_rows: int, output: Path,
) -> None:  # fmt: skip
    """Turn any multiple-choice dataset into robust tasks, by a short mapping of its columns."""
    from lmms_robust.harness.rows import Rows
    from lmms_robust.harness.wrap import wrap

    made = wrap(Rows(dataset_path, split, dataset_name, data_files), mapping, name, output, harness, check_rows)
    for line in made.render():
        click.echo(line)


@click.command()
@click.argument("benchmark")
@data_files
@images
@harness
@click.option("--output", required=True, type=FOLDER, help="Folder for --include_path; BENCHMARK is made in it.")
def local(benchmark: str, data_files: tuple[Path, ...], images: Path | None, harness: str, output: Path) -> None:
    """Write the tasks of BENCHMARK over local files, for machines that cannot reach the hub."""
    from lmms_robust.harness.local import write_local

    folder = write_local(benchmark, data_files, images, output, harness)
    click.echo(f"run: --include_path {folder} --tasks 'robust_{benchmark}_*'   (or robustness_{benchmark})")


@click.group()
def prepare() -> None:
    """Turn a benchmark's official files into files that the tasks read."""


@prepare.command("spatial_mm")
@click.option("--json", "json_files", multiple=True, required=True, type=FILE, help="Official json; may be repeated.")
@click.option("--images", required=True, type=FOLDER, help="Folder of the official pictures.")
@click.option("--output", required=True, type=FOLDER, help="Folder to write parquet files into.")
def spatial_mm(json_files: tuple[Path, ...], images: Path, output: Path) -> None:
    """Spatial-MM, objects and multi-hop."""
    from lmms_robust.benchmarks.prepare import prepare_spatial_mm

    for line in prepare_spatial_mm(json_files, images, output).lines():
        click.echo(line)


commands = [items, audit, captions, wrap, local, prepare]
