"""Judges that are asked whether a response acknowledges that what it was given is not so."""

import json
import re
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from lmms_robust.cli import main
from lmms_robust.consistency.acknowledgement_request import request
from lmms_robust.consistency.judge import Request, Said
from lmms_robust.consistency.verdicts import beside
from lmms_robust.judges.audit_acknowledging import audit_acknowledging
from lmms_robust.judges.corpus import acknowledging
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


def reads(body: dict[str, Any]) -> Answer:
    return told(body, "A" if "That is off" in text_of(body["messages"][-1]) else "B")


def asked(folder: Path, *more: str, reply: Callable[[dict[str, Any]], Answer] = reads) -> Result:
    with serving(reply) as server:
        return CliRunner().invoke(
            main, ["judge", str(folder), "--judge", f"j=m@{server.url}", "--ask", "acknowledged", *more]
        )


def test_its_votes_stand_in_the_table_beside_the_rules_and_decide_nothing_else(tmp_path: Path) -> None:
    path = run(tmp_path)
    said = asked(tmp_path, "--no-audit")
    assert said.exit_code == 0, said.output
    assert "j: 1 acknowledge, 2 do not, 0 undecided" in said.output
    table, trust = sheets(read_runs(tmp_path))
    assert [row[:6] for row in table.rows] == [
        ["wrong_caption", "rules", "3", "0", "0.0 (0,56)", "0"],
        ["wrong_caption", "j", "3", "0", "33.3 (6,79)", "0"],
    ]
    assert trust == "judge j: not audited"
    assert beside(path) == {}
    assert {one.decided_by for one in read_runs(tmp_path)[0].records} == {"rules"}


def test_rules_first_is_no_way_to_ask_it(tmp_path: Path) -> None:
    run(tmp_path)
    said = asked(tmp_path, "--rules-first").output
    assert said.startswith("lmms-robust: --ask acknowledged with --rules-first")


def test_a_judge_never_sees_the_answer(tmp_path: Path) -> None:
    run(tmp_path)
    seen: list[str] = []

    def reply(body: dict[str, Any]) -> Answer:
        seen.append(text_of(body["messages"][-1]))
        return reads(body)

    asked(tmp_path, "--no-audit", reply=reply)
    assert any("> That is off: I see something blue." in text for text in seen)
    assert not any("answer>" in text or "<think>" in text for text in seen)


def test_a_judge_that_decides_nothing_stands_in_the_table(tmp_path: Path) -> None:
    run(tmp_path)
    asked(tmp_path, "--no-audit", reply=lambda body: told(body, "none"))
    table, _ = sheets(read_runs(tmp_path))
    assert table.rows[1] == ["wrong_caption", "j", "0", "3", "–", "0", "–", "–"]


def test_a_judge_is_tried_first_on_texts_that_acknowledge_or_not(tmp_path: Path) -> None:
    run(tmp_path)
    said = asked(tmp_path, reply=lambda body: told(body, "A"))
    output = " ".join(said.output.split())
    assert "do not trust (wrong on known 28 of 56, 50.0 %, allowed up to 10; fooled by master keys 26 of 26" in output
    assert "56 of 56 replies are A" in output
    assert said.exit_code == 1
    assert len([*sheets(read_runs(tmp_path))]) == 1  # it was not asked
    asked(tmp_path, "--no-audit", reply=lambda body: told(body, "A"))
    _, trust = sheets(read_runs(tmp_path))
    assert trust.startswith("judge j failed its audit: wrong on known 28 of 56")


def test_a_right_judge_is_trusted() -> None:
    truth = {one.own: one.acknowledged for one in acknowledging()}

    def send(requests: Sequence[Request]) -> list[Said]:
        written = [re.search(r"what the writer wrote\n> (.*)\n", one.text)[1] for one in requests]
        return [Said("A" if truth.get(text) else "B") for text in written]

    found = audit_acknowledging("j", send)
    assert str(found) == "audit of j: trust (all 4 checks passed)"
    assert [check.n for check in found.checks] == [56, 26, 56, 138]


def test_the_known_texts_are_those_that_were_labelled() -> None:
    own = files("lmms_robust.judges").joinpath("acknowledged.jsonl").read_bytes()
    assert own == (Path(__file__).parents[2] / "labelled/acknowledged_fresh.jsonl").read_bytes()
