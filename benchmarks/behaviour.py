"""How far follow-ups tell what a reasoning ends on: against the embedded model's, whose fixed form makes that exact.

lmms-robust demo --output out/demo
lmms-robust followup out/demo --kind reordered --output my_tasks
lmms-eval … --include_path my_tasks --tasks robustreordered_scenes --output_path out/again --log_samples
lmms-robust behaviour out/demo out/again
python -m benchmarks.behaviour out/demo
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from benchmarks.reading import ended_on
from lmms_robust.consistency.verdicts import REORDERED, path_for, read
from lmms_robust.report.behaviour import rate
from lmms_robust.report.logs import read_runs
from lmms_robust.report.responses import shown
from lmms_robust.report.sheet import percent


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def main(folder: Path) -> None:
    """Compare the verdicts of reordered follow-ups beside a run of the embedded model with its exact conclusions."""
    letters: dict[str, list[tuple[bool, str]]] = {}
    verdicts: Counter[tuple[bool, bool]] = Counter()
    for run in read_runs(folder):
        votes = {
            key: vote
            for log in run.table["file"].unique().to_pylist()
            for key, vote in read(path_for(Path(log), REORDERED)).found.items()
        }
        for one in shown(run.table):
            record = one.record
            vote = votes.get((record.item, record.digest, record.variant, record.repeat))
            truth = ended_on(one.text, record.options)
            if vote is None or not truth or vote.conclusion is None:
                continue
            for name in (record.variant, "all"):
                letters.setdefault(name, []).append((vote.conclusion == truth, record.picture or record.item))
            verdicts[truth == record.answer, vote.conclusion == record.answer] += 1
    for name, found in letters.items():
        share = percent(rate(found))
        click.echo(f"{name:26} the option that the reasoning ends on is answered: {share} of {len(found)}")
    for exact in (True, False):
        consistent, inconsistent = verdicts[exact, True], verdicts[exact, False]
        word = "consistent" if exact else "inconsistent"
        click.echo(f"{word} by its form: follow-ups say consistent {consistent}, inconsistent {inconsistent}")


if __name__ == "__main__":
    main()
