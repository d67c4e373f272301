"""Everything below an output folder of a harness, exported as a new folder that is complete or not there."""

from __future__ import annotations

from pathlib import Path

from lmms_robust.report.deciders import JUDGES, Deciders
from lmms_robust.report.export import eee, eee_folder, flat, hub
from lmms_robust.report.logs import read_runs
from lmms_robust.writing import absent, filling


def export(
    source: Path, form: str, target: Path, publisher: eee.Publisher, dataset: str = "", deciders: Deciders = JUDGES
) -> str:
    """Write a folder; returns what was written, in words.

    Args:
        source: an ``--output_path`` of a harness.
        form: ``"eee"``, ``"hf"``, ``"csv"`` or ``"parquet"``.
        target: folder to write; there must be none yet.
        publisher: what no log says, for ``"eee"``.
        dataset: hub id of the benchmark's dataset, for ``"hf"``, where not its own.
        deciders: whose verdicts on consistency count.

    Raises:
        RobustError: the folder is there, or cannot be written, or there is nothing to export.
    """
    absent(target)
    runs = [] if form == "eee" else read_runs(source, deciders=deciders)
    with filling(target) as part:
        if form == "eee":
            said = eee_folder.write(source, publisher, part, deciders)
        elif form == "hf":
            said = hub.write(runs, part, dataset)
        else:
            said = flat.write(runs, part, form)
    return f"{target}: {said}"
