import json
from dataclasses import asdict
from pathlib import Path

import pytest

from lmms_robust.consistency.verdicts import (
    Vote,
    append,
    beside,
    checked_name,
    derive,
    majority,
    path_for,
    read,
    response_digest,
    write,
)
from lmms_robust.errors import RobustError


def vote(item: str = "x", decider: str = "qwen", conclusion: str | None = "A", **more: str | None) -> Vote:
    return Vote(item, "d", "base", 0, "r", decider, conclusion, **{"model": "m", "template": "t", **more})


@pytest.fixture
def log(tmp_path: Path) -> Path:
    made = tmp_path / "1_samples_[x].jsonl"  # a name that a pattern of file names would take apart
    made.write_text("")
    return made


def test_what_is_written_is_read(log: Path) -> None:
    votes = [vote("x"), vote("y", conclusion=None), vote("z", conclusion=None, failed="empty")]
    assert write(path_for(log, "qwen"), votes) == 3
    found = read(beside(log)["qwen"])
    assert list(found.found.values()) == votes
    assert found.fault == ""


def test_no_name_of_a_file_is_one_of_a_sample_log(log: Path) -> None:
    path = path_for(log, "qwen")
    assert not path.match("*samples_*.jsonl")
    assert not path.match("*.json")


def test_only_files_of_this_log_are_beside_it(log: Path) -> None:
    for name in ("1_samples_[x].b.verdicts", "1_samples_[x].a.verdicts", "1_samples_[x].rules.verdicts",
                 "1_samples_[x].a.b.verdicts", "1_samples_x.c.verdicts", "1_samples_[x]2.d.verdicts"):  # fmt: skip
        (log.parent / name).write_text("")
    assert list(beside(log)) == ["a", "b"]


def test_appended_lines_replace_earlier_ones_and_survive_a_line_that_was_cut_off(log: Path) -> None:
    path = path_for(log, "me")
    append(path, vote("x", "me", "A", model=None, template=None))
    with path.open("a") as file:
        file.write('{"item": "y", "dig')
    append(path, vote("x", "me", "B", model=None, template=None))
    found = read(path)
    assert [one.conclusion for one in found.found.values()] == ["B"]
    assert "1 of 3 line(s), line 2: not JSON" in found.fault
    assert next(iter(found.found.values())).by_a_person


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"decider": "other"}, "decider is 'other'; allowed: 'qwen'"),
        ({"conclusion": "L"}, "conclusion is 'L'; allowed: null, A to K"),
        ({"conclusion": ["A"]}, "conclusion is"),
        ({"repeat": True}, "repeat is 'True'; allowed: a whole number from 0"),
        ({"repeat": -1}, "repeat is '-1'"),
        ({"item": 3}, "item is '3'; allowed: a text"),
        ({"failed": 1}, "failed is '1'"),
        ({"failed": "empty"}, "a conclusion of a decider that failed"),
        ({"more": 1}, "no verdict of this version"),
    ],
)
def test_a_line_that_is_no_verdict_is_named_and_hides_no_other(
    log: Path, changed: dict[str, object], said: str
) -> None:
    path = path_for(log, "qwen")
    path.write_text(json.dumps(asdict(vote()) | changed) + "\n" + json.dumps(asdict(vote("y"))) + "\n")
    found = read(path)
    assert [one.item for one in found.found.values()] == ["y"]
    assert f"1 of 2 line(s), line 1: {said}" in found.fault


@pytest.mark.parametrize("line", [b"\xff\xfe", b"[" * 100_000, b"3", b'{"item": "' + b"x" * 200_000 + b'"}'])
def test_bytes_that_are_no_verdict_are_one_bad_line(log: Path, line: bytes) -> None:
    path = path_for(log, "qwen")
    path.write_bytes(line + b"\n" + json.dumps(asdict(vote())).encode())
    found = read(path)
    assert len(found.found) == 1
    assert "1 of 2 line(s), line 1: " in found.fault


def test_a_file_that_cannot_be_read_is_named(log: Path) -> None:
    path_for(log, "qwen").mkdir()
    assert "cannot be read (no file)" in read(path_for(log, "qwen")).fault


@pytest.mark.parametrize("name", ["", "rules", "a.b", "../x", "a b", "-x", "é", "x" * 41])
def test_names_that_are_no_part_of_a_file_name_are_refused(name: str) -> None:
    with pytest.raises(RobustError, match="allowed: up to 40 letters"):
        checked_name(name)


def test_a_half_character_is_written_and_read(log: Path) -> None:
    write(path_for(log, "qwen"), [vote("\ud800")])
    assert [*read(path_for(log, "qwen").absolute()).found] == [("\ud800", "d", "base", 0)]
    assert len(response_digest("\ud800")) == 32


@pytest.mark.parametrize(
    ("conclusion", "answer", "consistent", "problem"),
    [
        ("A", "A", True, None),
        ("A", "B", False, None),
        (None, "B", None, "no_conclusion"),
        ("A", None, None, "truncated"),
        (None, None, None, "truncated"),
    ],
)
def test_the_letter_is_compared_with_the_answer(
    conclusion: str | None, answer: str | None, consistent: bool | None, problem: str | None
) -> None:
    found = derive(conclusion, answer, "qwen", unread="truncated", concluded_in="own")
    assert (found.consistent, found.problem, found.decided_by) == (consistent, problem, "qwen")
    assert found.concluded_in == (None if conclusion is None else "own")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["A", "A", "B"], ("A", None)),
        (["A", "B"], (None, "judges_disagree")),
        (["A", "A", "B", None], (None, "judges_disagree")),  # half is no majority
        ([None, None, "A"], (None, "no_conclusion")),
        (["A", "failed"], ("A", None)),  # one that failed has no vote
        (["failed", "failed"], (None, "judge_failed")),
    ],
)
def test_more_than_half_of_those_that_did_not_fail_decide(
    said: list[str | None], expected: tuple[str | None, str | None]
) -> None:
    failed = {"conclusion": None, "failed": "empty"}
    votes = [
        vote(decider=f"j{n}", **(failed if one == "failed" else {"conclusion": one})) for n, one in enumerate(said)
    ]
    assert majority(votes) == expected
