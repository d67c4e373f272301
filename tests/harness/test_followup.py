import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from lmms_robust.cli import main
from lmms_robust.consistency.verdicts import read
from lmms_robust.errors import RobustError
from lmms_robust.harness import followed
from lmms_robust.harness.docs import picture_bytes
from lmms_robust.harness.followup import write_followups
from lmms_robust.harness.lmms_eval import doc_to_text, process_suite_results
from lmms_robust.harness.local import write_local
from lmms_robust.harness.reading import task_config, task_docs
from lmms_robust.report.behaviour import pieces
from lmms_robust.report.followed import joined, read_answers
from lmms_robust.report.logs import read_runs
from lmms_robust.transport import Report, seal
from tests.harness.test_local import FIXTURES

VARIANTS = ("base", "wrong_think")


def logged(
    folder: Path, docs, think: str = "I look at the picture. It is {option}. So the answer is {letter}."
) -> Path:
    """A run of two variants, in which the model reasons for the right option and answers the first."""
    folder.mkdir(parents=True)
    lines = []
    for doc in docs:
        if doc["variant"] not in VARIANTS:
            continue
        said = think.format(letter=doc["answer"], option=doc["options"]["ABCD".index(doc["answer"])])
        text = f"{doc['prefill'] or '<think>'} {said}</think><answer>A</answer>"
        report = Report("prefill" if doc["prefill"] else None)
        found = process_suite_results(doc, [seal(text, report)])
        lines.append(json.dumps({"filtered_resps": text, "record": found["record"], "input": doc_to_text(doc)}))
    (folder / "1_samples_robustness_whatsup.jsonl").write_text("\n".join(lines))
    return folder.parent


@pytest.fixture(scope="module")
def tasks(tmp_path_factory) -> Path:
    return write_local("whatsup", [FIXTURES / "whatsup.parquet"], None, tmp_path_factory.mktemp("tasks"), "lmms_eval")


@pytest.fixture
def run(tasks: Path, tmp_path: Path) -> Path:
    return logged(tmp_path / "out" / "model", task_docs(task_config("robustness_whatsup", tasks)))


def asked(folder: Path, task: str) -> list[dict]:
    return task_docs(task_config(task, folder)).to_list()


def answered(docs: list[dict], folder: Path, pick) -> Path:
    """Log the answers that ``pick`` gives as option texts."""
    folder.mkdir(parents=True)
    lines = []
    for doc in docs:
        letter = "ABCD"[doc["options"].index(pick(doc))]
        found = followed.process_results(doc, [f"{doc['prefill']}{letter}</answer>"])
        lines.append(json.dumps({"filtered_resps": "", **found}))
    (folder / "2_samples_robustfollowup.jsonl").write_text("\n".join(lines))
    return folder.parent


def gold(doc: dict) -> str:
    return doc["options"]["ABCD".index(doc["answer"])]


def test_docs_ask_the_same_about_the_same_picture_in_another_order(run: Path, tasks: Path, tmp_path: Path) -> None:
    (written,) = write_followups(read_runs(run), "reordered", tasks, tmp_path / "my")
    before = {(doc["id"], doc["variant"]): doc for doc in asked(tasks, "robustness_whatsup")}
    docs = asked(tmp_path / "my", "robustreordered_whatsup")
    assert len(docs) == written.docs == written.asked == 24
    for doc in docs:
        first = before[doc["id"], doc["variant"]]
        assert sorted(doc["options"]) == sorted(first["options"])
        assert all(one != other for one, other in zip(doc["options"], first["options"], strict=True))
        assert gold(doc) == gold(first)
        assert picture_bytes(doc) == picture_bytes(first)
        assert doc["prefill"].startswith(first["prefill"] or "<think>I look at the picture. It is ")
        assert doc["prefill"].endswith(f"So the answer is {doc['answer']}.</think><answer>")
        assert doc["probe"]


def test_the_option_answered_is_the_verdict(run: Path, tasks: Path, tmp_path: Path) -> None:
    write_followups(read_runs(run), "reordered", tasks, tmp_path / "my")
    again = answered(asked(tmp_path / "my", "robustreordered_whatsup"), tmp_path / "fu" / "model", gold)
    said = list(pieces(read_runs(run), again))
    votes = read(run / "model" / "1_samples_robustness_whatsup.reordered.verdicts")
    assert votes.fault == ""
    records = {(one.item, one.digest, one.variant, one.repeat): one for one in read_runs(run)[0].records}
    assert {key: vote.conclusion for key, vote in votes.found.items()} == {
        key: one.gold for key, one in records.items()
    }
    right = sum(one.gold == "A" for one in records.values())
    table = said[0]
    assert table.rows[-1][:3] == ["all", "24", "0"]
    assert table.rows[-1][3].startswith(f"{100 * right / 24:.1f} ")
    assert table.rows[-1][4].startswith("100.0 ")


def test_a_chain_is_fixed_from_where_its_answers_no_longer_change(run: Path, tasks: Path, tmp_path: Path) -> None:
    (written,) = write_followups(read_runs(run), "cut", tasks, tmp_path / "my", ["base"])
    docs = asked(tmp_path / "my", "robustcut_whatsup")
    assert (written.asked, written.docs, len(docs)) == (12, 60, 60)
    again = answered(
        docs,
        tmp_path / "fu" / "model",
        lambda doc: gold(doc) if "So the answer" in doc["prefill"] else doc["options"][0],
    )
    (table,) = pieces(read_runs(run), again)
    first = sum(one.variant == "base" and one.gold == "A" for one in read_runs(run)[0].records)
    assert [row[:2] for row in table.rows] == [["base", "12"]]
    for cell in table.rows[0][2:]:  # the first option's answer never changes, the others' only with the last sentence
        assert cell.startswith(f"{100 * first / 12:.1f} ")
    starts = {doc["prefill"] for doc in docs}
    assert "<think>Okay let's see. This should be the final answer.</think><answer>" in starts
    answers = [one.answers for one in joined(read_runs(run), read_answers(again)[0], "cut")]
    assert all([one.share for one in found] == [0, 0.25, 0.5, 0.75, 1] for found in answers)


def test_what_was_asked_otherwise_or_cannot_be_asked_is_counted(tasks: Path, tmp_path: Path, monkeypatch) -> None:
    docs = task_docs(task_config("robustness_whatsup", tasks))
    run = logged(tmp_path / "out" / "model", docs, "Vitamin {letter} is {option}.")
    with pytest.raises(RobustError, match=r"0 of 24 responses, 0 questions; left out: uncertain_letter 24; allowed"):
        write_followups(read_runs(run), "reordered", tasks, tmp_path / "my")
    monkeypatch.setenv("LMMS_ROBUST_SEED", "1")
    with pytest.raises(RobustError, match="left out: asked_otherwise 24"):
        write_followups(read_runs(run), "cut", tasks, tmp_path / "my")
    assert not (tmp_path / "my").exists()


def test_wrong_arguments_are_one_line(run: Path, tasks: Path, tmp_path: Path) -> None:
    arguments = ["followup", str(run), "--kind", "cut", "--output", str(tmp_path / "my")]
    said = CliRunner().invoke(main, [*arguments, "--variant", "bas", "--include-path", str(tasks)])
    assert said.exit_code == 2
    assert said.output.startswith("lmms-robust: unknown variant 'bas'")
    with pytest.raises(RobustError, match="no answers to follow-ups below"):
        list(pieces(read_runs(run), run))
    logged(run / "other", task_docs(task_config("robustness_whatsup", tasks)))
    with pytest.raises(RobustError, match=r"runs of 2 models \(model, other\)"):
        write_followups(read_runs(run), "cut", tasks, tmp_path / "my")


def test_answers_about_other_responses_are_counted_and_change_nothing(run: Path, tasks: Path, tmp_path: Path) -> None:
    write_followups(read_runs(run), "reordered", tasks, tmp_path / "my")
    again = answered(asked(tmp_path / "my", "robustreordered_whatsup"), tmp_path / "fu" / "other", gold)
    log = next(again.rglob("*.jsonl"))
    lines = log.read_text().splitlines()
    sample = json.loads(lines[0])
    sample["followup"]["response"] = "0" * 32
    broken = json.loads(lines[1])
    broken["followup"]["answer"] = "Z"
    log.write_text("\n".join([json.dumps(sample), json.dumps(broken), "{", *lines[2:]]))
    said = [piece for piece in pieces(read_runs(run), again) if isinstance(piece, str)]
    assert said[0] == "1 line(s) of follow-ups cannot be read"
    assert said[1].startswith("22 verdict(s): ")
    assert said[2] == "1 of 23 answer(s) are about no response of these runs"
    assert said[3] == "warning: the runs are of model, the follow-ups of other"


@pytest.mark.harness
def test_follow_ups_run_in_a_harness_and_are_read(lmms_eval, tmp_path: Path) -> None:
    first = lmms_eval("out", "robustness_scenes", "--limit", "24", "--gen_kwargs", "max_new_tokens=128")
    assert first.status == 0, first.text
    for kind in ("reordered", "cut"):
        said = CliRunner().invoke(
            main, ["followup", str(first.folder), "--kind", kind, "--output", str(tmp_path / "my")]
        )
        assert said.exit_code == 0, said.output
    more = ("--include_path", str(tmp_path / "my"))
    again = lmms_eval("again", "robustreordered_scenes,robustcut_scenes", *more)
    assert again.status == 0, again.text
    samples = again.samples("robustreordered_scenes")
    assert len(samples) >= 20
    # the embedded model answers what its reasoning ends on, whatever the letters
    swapped = CliRunner().invoke(main, ["behaviour", str(again.folder), str(first.folder)])
    assert swapped.exit_code == 2
    assert "holds follow-ups; allowed: RUN first, then FOLLOWUP_RUN" in swapped.output
    said = CliRunner().invoke(main, ["behaviour", str(first.folder), str(again.folder)])
    assert said.exit_code == 0, said.output
    assert "verdict(s): " in said.output
    (path,) = first.folder.rglob("*.reordered.verdicts")
    assert len(read(path).found) == len(samples)
