"""Commands about training. The main command takes them from :data:`commands`."""

from __future__ import annotations

from pathlib import Path

import click

from lmms_robust.cli.benchmarks import FOLDER, data_files, images
from lmms_robust.errors import RobustError

PAPER = "correct_caption=.1,wrong_caption=.1,correct_think=.1,wrong_think=.1"


@click.command()
@click.argument("source")
@click.option("--rates", default=PAPER, show_default=True, help="Share of prompts in each variant; the rest is base.")
@click.option(
    "--seed", default=0, show_default=True, type=click.IntRange(0, 2**63 - 1), help="Draws other treatments and plants."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["trl", "verl", "jsonl"]),
    default="trl",
    show_default=True,
    help="Whose columns to write.",
)
@click.option("--limit", type=click.IntRange(1), help="The first so many items only; of scenes 10,000 by default.")
@click.option(
    "--fresh-epochs",
    default=1,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="Rows an item, each with a treatment drawn anew.",
)
@data_files
@images
@click.option(
    "--guard",
    "guards",
    multiple=True,
    metavar="BENCHMARK[=FILE]",
    help="Refuse the items of this benchmark's evaluation split too; may be repeated. scenes always is.",
)
@click.option("--output", required=True, type=FOLDER, help="Folder to make.")
def augment(
    source: str, rates: str, seed: int, form: str, limit: int | None, fresh_epochs: int, data_files: tuple[Path, ...],
    images: Path | None, guards: tuple[str, ...], output: Path,
) -> None:  # fmt: skip
    """Write training prompts with perturbations among them.

    SOURCE is scenes (drawn, endless), sat_v2, pixmo_count or geometry3k (from the hub or --data-files), or a mapping
    file as for `wrap`, with --data-files.
    """
    from lmms_robust.training.augment import Plan
    from lmms_robust.training.augment import augment as write
    from lmms_robust.training.guard import EvaluationGuard
    from lmms_robust.training.sources import SCENES, evaluation_items, training_items
    from lmms_robust.training.treatments import rates_of
    from lmms_robust.writing import absent

    plan = Plan(rates_of(rates), form, seed, fresh_epochs)
    absent(output)
    items = training_items(source, data_files, images, limit)
    guard = EvaluationGuard()
    for name, path in {SCENES: None, **_guards(guards)}.items():
        guard.add(name, evaluation_items(name, [path] if path else []).unread, drawn=name == SCENES)
    for line in write(items, plan, output, guard).render():
        click.echo(line)


def _guards(given: tuple[str, ...]) -> dict[str, Path | None]:
    from lmms_robust.training.sources import SCENES

    found: dict[str, Path | None] = {}
    for one in given:
        name, _, path = one.partition("=")
        if name in found:
            raise RobustError(f"--guard {one!r}: {name} stands twice; allowed: each benchmark once")
        if path and name == SCENES:
            raise RobustError(f"--guard {one!r}: its split is drawn, and always looked at; allowed: without a file")
        found[name] = Path(path) if path else None
    return found


commands = [augment]
