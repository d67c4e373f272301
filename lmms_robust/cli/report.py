"""Commands about logged runs: summary, compare, samples. The main command takes them from :data:`commands`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lmms_robust.cli.benchmarks import FILE, FOLDER
from lmms_robust.cli.benchmarks import deciders as with_deciders
from lmms_robust.cli.finite import Finite
from lmms_robust.errors import RobustError

if TYPE_CHECKING:
    from lmms_robust.report.compare import Comparison
    from lmms_robust.report.sheet import Sheet


@click.command()
@click.argument("folders", metavar="RUN...", nargs=-1, required=True, type=FOLDER)
@click.option("--format", "form", type=click.Choice(["table", "md", "csv", "json"]), default="table", show_default=True)
@click.option("--by", type=click.Choice(["category"]), help="Numbers of each category, too.")
@click.option("--acknowledged", is_flag=True, help="Do responses say that the wrong caption or start is not so?")
@with_deciders
def summary(folders: Sequence[Path], form: str, by: str | None, acknowledged: bool, deciders: str | None) -> None:
    """Print the numbers of every run logged below RUN, an --output_path of a harness.

    Answers, outcomes, reasoning and, where the backend gave probabilities of the answer letters, confidence; several
    runs of one benchmark, such as checkpoints, in one table before. csv and json have every number with its bounds and
    95 % interval.
    """
    from lmms_robust.report.acknowledging import sheets
    from lmms_robust.report.deciders import read_deciders
    from lmms_robust.report.logs import read_all
    from lmms_robust.report.summary import numbers, pieces
    from lmms_robust.writing import printable, printable_json

    if acknowledged and form not in ("table", "md"):
        raise RobustError(f"--acknowledged with --format {form}; allowed: table, md")
    runs = read_all(folders, read_deciders(deciders))
    if form in ("table", "md"):
        show(pieces(runs, by is not None), form)
        show(sheets(runs) if acknowledged else (), form)
    else:
        click.echo((printable_json if form == "json" else printable)(numbers(runs, form, by is not None)), nl=False)


@click.command()
@click.argument("folders", metavar="RUN RUN...", nargs=-1, required=True, type=FOLDER)
@click.option("--format", "form", type=click.Choice(["table", "md"]), default="table", show_default=True)
@click.option("--margin", default=0.05, show_default=True, type=Finite(0, 1), help="Smaller differences: none.")
@click.option("--fail-under", multiple=True, metavar="NAME=X", help="Exit with 1 if a later RUN has a rate below X.")
@click.option("--fail-drop", multiple=True, metavar="VARIANT=X", help="Exit with 1 if it drops more than X from base.")
@with_deciders
def compare(
    folders: Sequence[Path],
    form: str,
    margin: float,
    fail_under: Sequence[str],
    fail_drop: Sequence[str],
    deciders: str | None,
) -> None:
    """Compare the models of several runs on the same items: each with that of the first RUN.

    Says what differs and how surely, and where there are too few items to tell. NAME is joint_acc, robust_acc,
    worst_acc, or a variant for its accuracy; limits are of the items in the table, what is undecided counting as no.
    Exits with 0 where they hold, with 1 where one does not, and with 2 where nothing could be compared.
    """
    from lmms_robust.perturbations import VARIANTS
    from lmms_robust.report.compare import compare as compared
    from lmms_robust.report.deciders import read_deciders
    from lmms_robust.report.joint import JOINT
    from lmms_robust.report.limits import failures, limits
    from lmms_robust.report.logs import read_each
    from lmms_robust.report.sides import matched, named, places

    if len({folder.resolve() for folder in folders}) < max(len(folders), 2):
        raise RobustError(f"compare: {', '.join(map(str, folders))}; allowed: two different folders, or more")
    under = limits(fail_under, "--fail-under", [*JOINT, *VARIANTS])
    drops = limits(fail_drop, "--fail-drop", [name for name in VARIANTS if name != "base"])
    sides = named(read_each(folders, read_deciders(deciders)))
    same, alone = matched(sides)
    shown: list[Comparison] = []
    for runs in same:
        found = compared(runs, margin)
        shown += found[: len(runs) - 1]  # those of the first
        for pair in found[: len(runs) - 1]:
            show([pair.sheet(), *pair.sentences()], form)
        if len(runs) > 2:
            show([places(found)], form)
    show(alone, form)
    failed = [*failures(shown, under, drops)]
    for line in failed:
        click.echo(f"failed: {line}")
    sys.exit(int(bool(failed)))


@click.command()
@click.argument("folders", metavar="RUN...", nargs=-1, required=True, type=FOLDER)
@click.option("--variant", "variants", multiple=True, help="Of this variant; may be given more than once.")
@click.option("--category", "categories", multiple=True, help="Of this category; may be given more than once.")
@click.option("--right", is_flag=True, help="Right answers.")
@click.option("--followed", is_flag=True, help="Answers with the planted option.")
@click.option("--other", is_flag=True, help="Answers with another wrong option.")
@click.option("--abstained", is_flag=True, help="Answers with the option to abstain.")
@click.option("--no-answer", is_flag=True, help="No answer could be read.")
@click.option("--consistent", is_flag=True, help="The reasoning ends on the answer.")
@click.option("--inconsistent", is_flag=True, help="The reasoning ends on another option.")
@click.option("--undecided", is_flag=True, help="No verdict.")
@click.option("--changed-from", type=click.Choice(["base"]), help="Another outcome than the same item has at base.")
@click.option("--won", nargs=2, metavar="A B", help="Model A is right where model B is not.")
@click.option("-n", "count", type=click.IntRange(1), help="At most so many.")
@click.option("--output", type=FILE, help="Write them there instead: a new .jsonl or .csv.")
@with_deciders
def samples(
    folders: Sequence[Path],
    changed_from: str | None,
    count: int | None,
    output: Path | None,
    deciders: str | None,
    **wanted: Any,
) -> None:
    """Print the responses logged below RUN that meet every condition."""
    from itertools import islice

    from lmms_robust.report.deciders import read_deciders
    from lmms_robust.report.logs import read_all
    from lmms_robust.report.samples import OUTCOMES, VERDICTS, Wanted, check_target, write
    from lmms_robust.report.samples import samples as picked
    from lmms_robust.writing import printable

    if output:
        check_target(output)
    outcome, consistent = _one_of(wanted, OUTCOMES), _one_of(wanted, VERDICTS)
    condition = Wanted(outcome=outcome, consistent=consistent, changed=changed_from is not None, **wanted)
    found = islice(picked(read_all(folders, read_deciders(deciders)), condition), count)
    if output:
        click.echo(f"{write(found, output)} sample(s): {output}")
        return
    printed = 0
    for sample in found:
        click.echo(f"{'—' * 40}\n{printable(sample.text())}\n")
        printed += 1
    click.echo(f"{printed} sample(s)")


def _one_of(wanted: dict[str, Any], flags: Mapping[str, str]) -> str | None:
    """What the one flag that was given stands for; takes the flags out."""
    given = [name for name in flags if wanted.pop(name)]
    if len(given) > 1:
        names = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        raise RobustError(f"{names}: no response is all of these; allowed: one of them")
    return flags[given[0]] if given else None


def show(pieces: Iterable[Sheet | str], form: str) -> None:
    """Print tables and sentences, for a terminal or as Markdown."""
    from rich.console import Console

    from lmms_robust.report.sheet import WIDTH, Sheet, in_markdown
    from lmms_robust.writing import printable

    console = Console(width=WIDTH)
    for piece in pieces:
        if form == "md":
            click.echo(piece.markdown() if isinstance(piece, Sheet) else f"{in_markdown(piece)}\n")
        elif isinstance(piece, Sheet):
            console.print(piece.rich())
        else:
            console.print(printable(piece), highlight=False, markup=False)


commands = [summary, compare, samples]
