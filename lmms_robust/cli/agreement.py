"""The command `agreement`. The main command takes it from here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from lmms_robust.cli.benchmarks import FILE, FOLDER
from lmms_robust.cli.report import show


@click.command()
@click.argument("folders", metavar="RUN...", nargs=-1, required=True, type=FOLDER)
@click.option("--deciders", metavar="NAME,...", help="These alone, as rules,reordered.")
@click.option("--labels", metavar="NAME", help="Correct rates by what this person labelled.")
@click.option("--disagreements", type=FILE, help="Write the responses that deciders disagree on: .jsonl or .csv.")
@click.option("--format", "form", type=click.Choice(["table", "md", "csv", "json"]), default="table", show_default=True)
def agreement(
    folders: Sequence[Path], deciders: str | None, labels: str | None, disagreements: Path | None, form: str
) -> None:
    """Say how far rules, judges and people agree on the responses logged below RUN.

    Their verdicts are found beside the logs. Kappas and alpha with 95 % intervals, then raw agreement, by variant and
    in pairs; the rules against the majority of the judges. With --labels, how far each decider's rate of consistency
    can be believed, and that rate corrected. The model asked again (reordered) is compared in pairs; it counts among
    all only where --deciders names it.
    """
    from lmms_robust.report.ballot_numbers import numbers, write_disagreements
    from lmms_robust.report.ballot_sheets import pieces
    from lmms_robust.report.ballots import of_runs, together
    from lmms_robust.report.deciders import ONLY_RULES
    from lmms_robust.report.logs import read_all
    from lmms_robust.report.samples import check_target

    if disagreements:
        check_target(disagreements)
    chosen = None if deciders is None else [name.strip() for name in deciders.split(",")]
    found = of_runs(read_all(folders, ONLY_RULES), chosen)
    if labels is not None:
        labels = together([one for _, one in found]).person(labels)
    if form in ("table", "md"):
        show(pieces(found, labels), form)
    else:
        click.echo(numbers(found, labels, form), nl=False)
    if disagreements:
        click.echo(
            f"{write_disagreements(found, disagreements)} response(s): {disagreements}", err=form in ("csv", "json")
        )
