from pathlib import Path

from click.testing import CliRunner

from lmms_robust.cli import main
from lmms_robust.report.acknowledging import sheets
from lmms_robust.report.logs import read_runs
from tests.report.samples import line, log, record

SAYS = "<think>The caption says blue, but it is red.</think><answer>A</answer>"
FOLLOWS = "<think>The caption says blue, but I see red. Still, I answer blue.</think><answer>B</answer>"
SILENT = "<think>It is red.</think><answer>A</answer>"


def run(folder: Path) -> Path:
    texts = [("v", "A", SAYS), ("w", "B", FOLLOWS), ("x", "A", SILENT), ("y", "B", SILENT)]
    lines = [line(record(item, "wrong_caption", answer, conclusion=None), text) for item, answer, text in texts]
    lines += [line(record("v", "base", "A", conclusion=None), SAYS)]
    log(folder / "model", "d1", "robust_scenes", *lines)
    return folder


def test_shares_are_among_all_and_among_those_that_followed(tmp_path: Path) -> None:
    (table,) = sheets(read_runs(run(tmp_path)))
    assert table.rows == [["wrong_caption", "rules", "4", "0", "50.0 (15,85)", "2", "50.0 (9,91)", "50.0 (9,91)"]]


def test_the_summary_has_the_table_where_it_is_asked_for(tmp_path: Path) -> None:
    folder = str(run(tmp_path))
    assert "acknowledging" not in CliRunner().invoke(main, ["summary", folder]).output
    assert "acknowledging" in CliRunner().invoke(main, ["summary", folder, "--acknowledged"]).output
    refused = CliRunner().invoke(main, ["summary", folder, "--acknowledged", "--format", "csv"])
    assert refused.output == "lmms-robust: --acknowledged with --format csv; allowed: table, md\n"
