import json
from pathlib import Path

from click.testing import CliRunner

from lmms_robust.cli import main
from lmms_robust.report.grounding import pieces, scenes
from lmms_robust.report.logs import read_runs
from lmms_robust.scenes.dataset import write
from tests.report.samples import line, log, record

# scenes-test-0000 is one orange diamond in the center
TRUE = "<think>I see an orange diamond in the center. There is 1 diamond in the picture. So the answer is 1.</think>"
HALF = "<think>I see an orange diamond. It shines red. There are 2 diamonds.</think>"


def run(folder: Path) -> Path:
    said = {"base": TRUE, "wrong_caption": HALF, "stop_think": HALF}
    lines = [
        line(
            record("scenes-test-0000", name, "A", undecided="not_applicable" if name == "stop_think" else None),
            f"{text}<answer>A</answer>",
        )
        for name, text in said.items()
    ]
    log(folder / "model", "d1", "robust_scenes", *lines)
    return folder


def test_rates_by_variant_and_the_claims_of_each_response(tmp_path: Path) -> None:
    output = tmp_path / "claims.jsonl"
    first, kinds, told = pieces(read_runs(run(tmp_path)), scenes(), output)
    rows = {row[0]: row[1:] for row in first.rows}
    assert list(rows) == ["base", "wrong_caption"]
    assert rows["base"][:2] == ["1", "3"]
    assert rows["base"][2].startswith("100.0")
    assert rows["wrong_caption"][:2] == ["1", "2"]
    assert rows["wrong_caption"][2].startswith("50.0")
    assert rows["wrong_caption"][3:5] == ["0", "1"]
    assert ["count", "50.0 (2)"] in kinds.rows
    assert told == f"2 response(s): {output}"
    lines = [json.loads(text) for text in output.read_text().splitlines()]
    assert [(one["variant"], one["true"], one["false"], one["unread"], one["rate"]) for one in lines] == [
        ("base", 3, 0, 0, 1.0),
        ("wrong_caption", 1, 1, 1, 0.5),
    ]


def test_other_pictures_and_files_without_facts_are_one_line(tmp_path: Path) -> None:
    folder = str(run(tmp_path / "out"))
    train = write("train", 2, tmp_path)
    said = CliRunner().invoke(main, ["grounding", folder, "--scenes", str(train)])
    assert said.output.endswith("allowed: --scenes with those of the run\n")
    (tmp_path / "no.parquet").write_text("x")
    said = CliRunner().invoke(main, ["grounding", folder, "--scenes", str(tmp_path / "no.parquet")])
    assert "no scene graphs (" in said.output
    assert said.output.count("\n") == 1
    log(tmp_path / "other" / "model", "d1", "robust_vstar", line(record("x", "base", "A", benchmark="vstar")))
    said = CliRunner().invoke(main, ["grounding", str(tmp_path / "other")])
    assert said.output.startswith("lmms-robust: no responses to scenes")
