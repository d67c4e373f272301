"""Verdicts that stand beside sample logs decide consistency, wherever it is used."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from lmms_robust.cli import main
from lmms_robust.consistency.verdicts import Vote, path_for, response_digest, write
from lmms_robust.errors import RobustError
from lmms_robust.record import Record
from lmms_robust.report.deciders import ONLY_RULES, read_deciders
from lmms_robust.report.export.eee import Publisher
from lmms_robust.report.export.folder import export
from lmms_robust.report.logs import read_runs
from lmms_robust.report.summary import numbers, pieces
from tests.report.samples import line, log, record

RECORDS = [
    record("w", "base", "A", True, conclusion="A", concluded_in="own"),
    record("x", "base", "A", None, undecided="no_conclusion"),
    record("y", "base", "B", False, conclusion="A", concluded_in="own"),
    record("z", "stop_think", "A", None, undecided="not_applicable"),
]
FAILED = "failed"


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    return log(tmp_path / "one", "d1", "robust_scenes", *(line(one, f"text of {one.item}") for one in RECORDS))


def judged(
    samples: Path, decider: str, said: dict[str, str | None], text: str = "text of", person: bool = False
) -> None:
    by = {"model": None, "template": None} if person else {"model": "m", "template": "t"}
    votes = [
        Vote(item, "d", "base", 0, response_digest(f"{text} {item}"), decider,
             None if letter == FAILED else letter, "empty" if letter == FAILED else None, **by)
        for item, letter in said.items()
    ]  # fmt: skip
    write(path_for(samples, decider), votes)


def found(samples: Path, deciders: str | None = None) -> dict[str, Record]:
    (run,) = read_runs(samples.parent, deciders=read_deciders(deciders))
    return {one.item: one for one in run.records}


def test_a_judges_verdicts_replace_those_of_the_rules(samples: Path) -> None:
    judged(samples, "qwen", {"w": "B", "x": "A", "y": None})
    records = found(samples)
    assert [(one.consistent, one.conclusion, one.undecided, one.decided_by) for one in records.values()] == [
        (False, "B", None, "qwen"),
        (True, "A", None, "qwen"),
        (None, None, "no_conclusion", "qwen"),
        (None, None, "not_applicable", "rules"),
    ]


def test_rules_alone_and_rules_first_are_a_choice(samples: Path) -> None:
    judged(samples, "qwen", {"w": "B", "x": "A", "y": None})
    assert [one.decided_by for one in found(samples, "rules").values()] == ["rules"] * 4
    assert read_runs(samples.parent, deciders=ONLY_RULES)[0].records == tuple(RECORDS)
    first = found(samples, "rules,qwen")
    assert [(one.consistent, one.decided_by) for one in first.values()] == [
        (True, "rules"), (True, "qwen"), (False, "rules"), (None, "rules"),
    ]  # fmt: skip


def test_where_no_judge_was_asked_the_rules_stand(samples: Path) -> None:
    judged(samples, "qwen", {"x": "B"})
    records = found(samples)
    assert [(one.consistent, one.decided_by) for one in records.values()] == [
        (True, "rules"), (False, "qwen"), (False, "rules"), (None, "rules"),
    ]  # fmt: skip


def test_several_judges_decide_by_majority_and_a_failed_one_has_no_vote(samples: Path) -> None:
    judged(samples, "a", {"w": "A", "x": "A", "y": "A"})
    judged(samples, "b", {"w": "A", "x": "B", "y": FAILED})
    judged(samples, "c", {"w": "B", "x": None, "y": FAILED})
    assert [(one.consistent, one.undecided, one.decided_by) for one in found(samples).values()][:3] == [
        (True, None, "a+b+c"),
        (None, "judges_disagree", "a+b+c"),
        (False, None, "a+b+c"),
    ]
    assert [one.undecided for one in found(samples, "b,c").values()][2] == "judge_failed"
    assert found(samples, "b")["x"].consistent is False


def test_labels_of_people_count_only_where_they_are_named(samples: Path) -> None:
    judged(samples, "me", {"w": "B"}, person=True)
    assert found(samples)["w"].decided_by == "rules"
    assert (found(samples, "me")["w"].consistent, found(samples, "me")["w"].decided_by) == (False, "me")


def test_verdicts_that_are_of_no_use_are_named_and_survived(samples: Path, caplog: pytest.LogCaptureFixture) -> None:
    judged(samples, "old", {"w": "B"}, text="what was said before by")
    judged(samples, "other", {"nobody": "A", "y": "D"})
    path_for(samples, "bad").write_text("{\n")
    judged(samples, "qwen", {"x": "A"})
    assert [one.decided_by for one in found(samples).values()] == ["rules", "qwen", "rules", "rules"]
    told = "\n".join(caplog.messages)
    assert "1 verdict(s) on other responses than its sample log has now" in told
    assert "2 verdict(s) on no response of its sample log, or for no option of it" in told
    assert "bad.verdicts': 1 of 1 line(s), line 1: not JSON" in told


def test_a_decider_that_has_no_verdicts_is_refused(samples: Path) -> None:
    judged(samples, "qwen", {"w": "A"})
    with pytest.raises(RobustError, match=r"no verdicts of 'qwn' beside the logs .*; allowed: rules, qwen"):
        found(samples, "qwn")


def test_tables_numbers_and_samples_use_the_verdicts_and_say_whose_they_are(samples: Path) -> None:
    judged(samples, "qwen", {"w": "B", "x": "A", "y": "A"})
    runs = read_runs(samples.parent)
    told = "\n".join(str(piece) for piece in pieces(runs))
    assert "verdicts asked of, by responses: qwen 3 (" in told
    assert '"decided_by": {\n     "qwen": 3\n    }' in numbers(runs, "json")
    shown = CliRunner().invoke(main, ["samples", str(samples.parent), "--inconsistent"]).output
    assert "(inconsistent, by qwen)" in shown
    assert "2 sample(s)" in shown
    ruled = CliRunner().invoke(main, ["samples", str(samples.parent), "--inconsistent", "--deciders", "rules"]).output
    assert "1 sample(s)" in ruled


def test_a_comparison_says_who_decided(samples: Path, tmp_path: Path) -> None:
    judged(samples, "qwen", {"w": "B", "x": "A", "y": "A"})
    log(tmp_path / "two", "d1", "robust_scenes", *(line(one) for one in RECORDS))
    told = CliRunner().invoke(main, ["compare", str(samples.parent), str(tmp_path / "two")]).output
    assert "warning: consistency is decided by qwen and by rules" in " ".join(told.split())


@pytest.mark.parametrize("form", ["csv", "parquet", "eee"])
def test_an_export_has_the_verdicts_and_takes_their_files_for_no_samples(
    samples: Path, tmp_path: Path, form: str
) -> None:
    judged(samples, "qwen", {"w": "B", "x": "A", "y": "A"})
    export(samples.parent, form, tmp_path / "out", Publisher(0, "", "third_party", "org/one"))
    written = b"".join(path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert b"qwen" in written
    export(samples.parent, form, tmp_path / "by rules", Publisher(0, "", "third_party", "org/one"), deciders=ONLY_RULES)
    written = b"".join(path.read_bytes() for path in (tmp_path / "by rules").rglob("*") if path.is_file())
    assert b"qwen" not in written
