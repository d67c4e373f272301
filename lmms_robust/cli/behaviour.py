"""Commands that ask about logged reasoning in other ways than rules and judges do.

The main command takes them from :data:`commands`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from lmms_robust.cli.benchmarks import FILE, FOLDER
from lmms_robust.cli.report import show
from lmms_robust.errors import RobustError


@click.command()
@click.argument("folder", metavar="RUN", type=FOLDER)
@click.option("--kind", required=True, type=click.Choice(["reordered", "cut"]), help="What becomes of the reasoning.")
@click.option("--variant", "variants", multiple=True, help="Responses of this variant; may be given more than once.")
@click.option("--include-path", "tasks", type=FOLDER, help="Folder of the run's task files, if they are not our own.")
@click.option("--output", required=True, type=FOLDER, help="Folder to write task folders into.")
def followup(folder: Path, kind: str, variants: Sequence[str], tasks: Path | None, output: Path) -> None:
    """Write tasks that give the model its own reasoning from RUN back, up to the answer letter.

    reordered: under the same options in another order, letters in the reasoning changed to match. cut: after none, a
    quarter, half, three quarters and all of it. `lmms-robust behaviour` reads what comes of them.
    """
    from lmms_robust.harness.followup import write_followups
    from lmms_robust.harness.plugin import task_folder
    from lmms_robust.report.logs import read_runs

    for written in write_followups(read_runs(folder), kind, tasks or task_folder(), output, variants):
        click.echo(written.render())
        click.echo(f"run: lmms-eval --include_path {output} --tasks {written.task} --output_path … --log_samples")


@click.command()
@click.argument("folder", metavar="RUN", type=FOLDER)
@click.argument("asked", metavar="FOLLOWUP_RUN", type=FOLDER)
@click.option("--format", "form", type=click.Choice(["table", "md"]), default="table", show_default=True)
def behaviour(folder: Path, asked: Path, form: str) -> None:
    """Print what the follow-ups in FOLLOWUP_RUN say about the responses in RUN.

    The option answered after reordering is a verdict, as a judge's is; these are written beside RUN's sample logs.
    """
    from lmms_robust.report.behaviour import pieces
    from lmms_robust.report.deciders import ONLY_RULES
    from lmms_robust.report.followed import holds_answers
    from lmms_robust.report.logs import read_runs

    try:
        runs = read_runs(folder, deciders=ONLY_RULES)
    except RobustError as error:
        if holds_answers(folder):
            raise RobustError(f"{str(folder)!r} holds follow-ups; allowed: RUN first, then FOLLOWUP_RUN") from error
        raise
    show(pieces(runs, asked), form)


@click.command()
@click.argument("folders", metavar="RUN...", nargs=-1, required=True, type=FOLDER)
@click.option("--scenes", "facts", type=FILE, help="Parquet file by `lmms-robust scenes`; by default the test split.")
@click.option("--format", "form", type=click.Choice(["table", "md"]), default="table", show_default=True)
@click.option("--output", type=FILE, help="JSONL file to write: the claims of each response.")
def grounding(folders: Sequence[Path], facts: Path | None, form: str, output: Path | None) -> None:
    """Say how much of what responses to the embedded benchmark claim about objects is so."""
    from lmms_robust.report.grounding import pieces, scenes
    from lmms_robust.report.logs import read_all

    show(pieces(read_all(folders), scenes(facts) if facts else scenes(), output), form)


@click.command()
@click.argument("folders", metavar="RUN...", nargs=-1, required=True, type=FOLDER)
@click.option("--name", required=True, help="Who labels: verdicts are those of the decider human-NAME.")
@click.option("-n", "--n", "count", default=100, show_default=True, type=click.IntRange(1), help="How many responses.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Of the draw.")
@click.option("--port", default=0, show_default=True, type=click.IntRange(0, 65535), help="Of this machine; 0: any.")
@click.option("--include-path", "tasks", type=FOLDER, help="Folder of the run's task files, if they are not our own.")
def label(folders: Sequence[Path], name: str, count: int, seed: int, port: int, tasks: Path | None) -> None:
    """Show responses from RUN in a browser, and keep the option that a person says their reasoning ends on.

    They are drawn alike from every variant and verdict of the rules, and shown without answer, right option and
    verdicts. The same command goes on where it was left. Ends with Ctrl-C.
    """
    from lmms_robust.consistency.verdicts import HUMAN, checked_name
    from lmms_robust.harness.plugin import task_folder
    from lmms_robust.labelling.cases import draw, pictures_of
    from lmms_robust.labelling.server import Labelling, serve
    from lmms_robust.report.deciders import ONLY_RULES
    from lmms_robust.report.logs import read_all

    decider = checked_name(f"{HUMAN}{name}")
    cases = draw(read_all(folders, ONLY_RULES), decider, count, seed)
    work = Labelling(cases, pictures_of(cases, tasks or task_folder()))
    server, address = serve(work, port)
    click.echo(
        f"{len(cases)} responses, {work.done} labelled before; open in a browser, and end with Ctrl-C:\n{address}"
    )
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        click.echo(f"{work.done} of {len(cases)} labelled, by {decider}; kept beside the sample logs")
    finally:
        server.server_close()


commands = [followup, behaviour, grounding, label]
