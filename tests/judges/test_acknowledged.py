"""Judges that are asked whether a response acknowledges that what it was given is not so."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from lmms_robust.cli import main
from lmms_robust.consistency.acknowledgement_request import request
from lmms_robust.consistency.verdicts import beside
from lmms_robust.perturbations import build
from lmms_robust.report.acknowledging import sheets
from lmms_robust.report.logs import read_runs
from lmms_robust.schema import Item
from lmms_robust.scoring import score
from tests.backends.servers import Answer, serving, text_of
from tests.judges.scripted import told
from tests.report.samples import line, log

ITEM = Item(question="What color is the car?", options=("red", "blue"), answer="B", id="i")
SAYS = "<think>That is off: I see something blue.</think><answer>B</answer>"
SILENT = "<think>It is blue.</think><answer>B</answer>"


def test_a_judge_is_shown_what_was_given_and_the_own_words() -> None:
    variant = build(ITEM, "wrong_caption")
    asked = request(score(variant, SAYS), f"source\n{variant.prompt}\n\n[assistant]\n", "", SAYS)
    assert "> Image caption: The car is red." in asked.text
    assert "> <think>That is off" in asked.text.replace("< think>", "<think>")
    assert asked.count == 2
    assert request(score(build(ITEM, "base"), SAYS), "", "", SAYS) is None
    assert request(score(variant, ""), variant.prompt, "", "") is None
    started = build(ITEM, "wrong_think")
    asked = request(score(started, f"{started.prefill} No."), started.prompt, started.prefill, " No.")
    assert "the start of a reply" in asked.text
    assert "The car is red." in asked.text


def run(folder: Path) -> Path:
    lines = []
    for number, text in enumerate([SAYS, SILENT, SILENT]):
        item = Item(question=ITEM.question, options=ITEM.options, answer="B", id=str(number), benchmark="mine")
        variant = build(item, "wrong_caption")
        sample = json.loads(line(score(variant, text), text)) | {"input": f"{variant.prompt}\n\n[assistant]\n"}
        lines.append(json.dumps(sample))
    return log(folder / "model", "d1", "robust_mine", *lines)


def asked(folder: Path, *more: str) -> Result:
    def reply(body: dict[str, Any]) -> Answer:
        return told(body, "A" if "That is off" in text_of(body["messages"][-1]) else "B")

    with serving(reply) as server:
        return CliRunner().invoke(
            main, ["judge", str(folder), "--judge", f"j=m@{server.url}", "--ask", "acknowledged", *more]
        )


def test_its_votes_stand_in_the_table_beside_the_rules_and_decide_nothing_else(tmp_path: Path) -> None:
    path = run(tmp_path)
    said = asked(tmp_path)
    assert said.exit_code == 0, said.output
    assert "j: 1 acknowledge, 2 do not, 0 undecided" in said.output
    (table,) = sheets(read_runs(tmp_path))
    assert [row[:5] for row in table.rows] == [
        ["wrong_caption", "rules", "3", "0.0 (0,56)", "0"],
        ["wrong_caption", "j", "3", "33.3 (6,79)", "0"],
    ]
    assert beside(path) == {}
    assert {one.decided_by for one in read_runs(tmp_path)[0].records} == {"rules"}


def test_rules_first_is_no_way_to_ask_it(tmp_path: Path) -> None:
    run(tmp_path)
    said = asked(tmp_path, "--rules-first").output
    assert said.startswith("lmms-robust: --ask acknowledged with --rules-first")
