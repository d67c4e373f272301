from pathlib import Path

import pytest

from lmms_robust.consistency.verdicts import append, path_for, read
from lmms_robust.errors import RobustError
from lmms_robust.labelling.cases import draw, labelled, pictures_of
from lmms_robust.report.logs import read_runs
from tests.report.samples import line, log, record

TEXT = "<think>I looked at {item}. It is red.</think><answer>A</answer>"
VERDICTS = {True: 40, False: 3, None: 10}


def run(folder: Path) -> Path:
    lines = [
        line(
            record(f"{variant} {verdict} {number}", variant, "A", verdict, conclusion=None),
            TEXT.format(item=f"{variant} {verdict} {number}"),
        )
        for variant in ("base", "wrong_caption")
        for verdict, count in VERDICTS.items()
        for number in range(count)
    ]
    return log(folder / "model", "d1", "robust_scenes", *lines, line(record("x", "base", None), "no"))


def test_every_variant_and_verdict_has_its_turn(tmp_path: Path) -> None:
    log_path = run(tmp_path)
    cases = draw(read_runs(tmp_path), "human-ann", 30)
    counts = [[case.stratum for case in cases].count(name) for name in {case.stratum for case in cases}]
    assert sorted(counts) == [3, 3, 6, 6, 6, 6]  # all of the rare ones, the rest in turn
    assert [case.vote for case in draw(read_runs(tmp_path), "human-ann", 30)] == [case.vote for case in cases]
    assert [case.vote for case in draw(read_runs(tmp_path), "human-ann", 30, seed=1)] != [case.vote for case in cases]
    assert {case.file for case in cases} == {path_for(log_path, "human-ann")}
    order = [case.stratum for case in cases]
    assert order != sorted(order, key=repr)


def test_responses_that_look_the_same_are_shown_once_and_labelled_together(tmp_path: Path) -> None:
    def said(item: str, variant: str, answer: str) -> str:
        return line(record(item, variant, answer, None), f"<think>It is red.</think><answer>{answer}</answer>")

    one = log(tmp_path / "model", "d1", "robust_scenes_base", said("x", "base", "A"), said("y", "base", "A"))
    other = log(tmp_path / "model", "d1", "robust_scenes_wrong_caption", said("x", "wrong_caption", "B"))
    cases = draw(read_runs(tmp_path), "human-ann", 10)
    assert sorted((case.vote.item, len(case.alike)) for case in cases) == [("x", 1), ("y", 0)]
    (twice,) = (case for case in cases if case.alike)
    assert twice.kept("A", None).conclusion == "A"
    for path, variant in ((one, "base"), (other, "wrong_caption")):
        (vote,) = read(path_for(path, "human-ann")).found.values()
        assert (vote.item, vote.variant, vote.conclusion) == ("x", variant, "A")


def test_more_than_there_are_is_all_that_can_be_asked_about(tmp_path: Path) -> None:
    run(tmp_path)
    assert len(draw(read_runs(tmp_path), "human-ann", 1000)) == 2 * sum(VERDICTS.values())


def test_verdicts_on_texts_that_have_changed_do_not_count(tmp_path: Path) -> None:
    run(tmp_path)
    cases = draw(read_runs(tmp_path), "human-ann", 5)
    append(cases[2].file, cases[2].vote)
    assert labelled(cases) == {2: cases[2].vote}
    for path in tmp_path.rglob("*samples*.jsonl"):
        path.write_text(path.read_text().replace("I looked at", "I look at"))
    assert labelled(draw(read_runs(tmp_path), "human-ann", 5)) == {}


def test_no_reasoning_is_nothing_to_label(tmp_path: Path) -> None:
    log(tmp_path / "model", "d1", "robust_scenes", line(record("x", "base", "A"), "<answer>A</answer>"))
    with pytest.raises(RobustError, match="no response with reasoning and answer apart"):
        draw(read_runs(tmp_path), "human-ann", 5)


def test_without_pictures_there_is_a_warning_and_no_picture(tmp_path: Path, caplog) -> None:
    lines = [line(record("x", "base", "A", benchmark="mine"), TEXT.format(item="x"))]
    log(tmp_path / "model", "d1", "robust_mine_base", *lines)
    (tmp_path / "tasks").mkdir()
    cases = draw(read_runs(tmp_path), "human-ann", 5)
    assert pictures_of(cases, tmp_path / "tasks") == {}
    assert "no pictures of mine: no task file" in caplog.text
