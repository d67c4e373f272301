from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lmms_robust.consistency.batch import run
from lmms_robust.consistency.error import Share
from lmms_robust.errors import RobustError

GOOD = "<think>The dog is on the left.</think><answer>A</answer>"
BAD = "<think>The dog is on the left.</think><answer>B</answer>"


def _row(**changes: Any) -> dict[str, Any]:
    return {"id": "1", "question": "Where is the dog?", "options": ["left", "right"], "response": GOOD} | changes


def _write(path: Path, *rows: Any) -> Path:
    path.write_text(
        "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), encoding="utf-8"
    )
    return path


START = "<think>The dog is on the left."


def test_verdicts_and_counts(tmp_path: Path) -> None:
    rows = [
        _row(),
        _row(id=2, response=BAD),
        _row(id="3", response="<think>cut"),
        _row(id="4", injected=START),
        _row(id="5", injected=START, response=f"{START} No, so it is on the right.</think><answer>B</answer>"),
    ]
    summary = run(_write(tmp_path / "in", *rows), tmp_path / "out")
    lines = [json.loads(line) for line in (tmp_path / "out").read_text(encoding="utf-8").splitlines()]
    keys = ("id", "answer", "conclusion", "consistent", "concluded_in", "decided_by", "problem")
    assert [tuple(line) for line in lines] == [keys] * 5
    assert [tuple(line.values()) for line in lines] == [
        ("1", "A", "A", True, "own", "rules", None),
        (2, "B", "A", False, "own", "rules", None),
        ("3", None, None, None, None, "rules", "truncated"),
        ("4", "A", "A", True, "injected", "rules", None),
        ("5", "B", "B", True, "own", "rules", None),
    ]
    assert (summary.samples, summary.consistent, summary.inconsistent, summary.undecided) == (5, 3, 1, 1)
    assert (summary.problems, summary.deciders) == ({"truncated": 1}, {"rules": 4})
    assert "conclusions   3 in own words, 1 in injected words" in summary.render()
    assert "right" not in summary.render()


def test_error_against_labels(tmp_path: Path) -> None:
    """By hand: verdicts True (right), False (wrong: undecidable), False (right), none (decidable, inconsistent)."""
    rows = [
        _row(expected={"answer": "A", "conclusion": "A"}),
        _row(id="2", response=BAD, expected={"answer": "B", "conclusion": None}),
        _row(id="3", response=BAD, expected={"answer": "B", "conclusion": "A", "concluded_in": "own"}),
        _row(id="4", response="<think>A lamp.</think><answer>B</answer>", expected={"answer": "A", "conclusion": "B"}),
        _row(id="5", expected={"answer": "A"}),
        _row(id="6"),
    ]
    summary = run(_write(tmp_path / "in", *rows), tmp_path / "out")
    shares = {
        name: (share.part, share.whole)
        for name in ("answers", "verdicts", "inconsistent", "found", "decided", "wrong_letters", "rate_decided")
        if isinstance(share := getattr(summary.error, name), Share)
    }
    assert shares == {
        "answers": (4, 5),
        "verdicts": (2, 3),
        "inconsistent": (1, 2),
        "found": (1, 2),
        "decided": (2, 3),
        "wrong_letters": (1, 4),
        "rate_decided": (1, 3),
    }
    assert (summary.error.rate_labelled.part, summary.error.rate_labelled.whole) == (1, 3)
    assert summary.error.wrong == ["2", "4"]
    lines = summary.render().splitlines()
    assert "verdicts right       66.7% [20.8, 93.9] (2/3)" in lines  # Wilson's interval by its formula
    assert lines[-1] == "  wrong: 2, 4"


def test_blank_lines_and_empty_file(tmp_path: Path) -> None:
    assert run(_write(tmp_path / "in", "", _row(), " "), tmp_path / "out").samples == 1
    assert run(_write(tmp_path / "none"), tmp_path / "out").samples == 0
    assert (tmp_path / "out").read_text(encoding="utf-8") == ""


WRONG = {
    "not json": ("{", "not JSON"),
    "no object": ("[1]", "a JSON list"),
    "missing key": ({"id": "1", "question": "q", "options": ["a", "b"]}, "no 'response'"),
    "options no list": (_row(options="left"), "options 'left'"),
    "one option": (_row(options=["left"]), "distinct"),
    "equal options": (_row(options=["left", " Left"]), "distinct"),
    "empty option": (_row(options=["left", ""]), "non-empty"),
    "too many options": (_row(options=[str(i) for i in range(12)]), "2 to 11"),
    "response no text": (_row(response=None), "response is a NoneType"),
    "id no text": (_row(id=None), "id None"),
    "unknown label": (_row(expected={"answer": "C"}), "expected answer 'C'"),
    "unknown place": (_row(expected={"concluded_in": "mine"}), "expected concluded_in 'mine'"),
    "labels no object": (_row(expected="A"), "expected 'A'"),
    "injected no text": (_row(injected=3), "injected '3'; allowed: null, or what the response starts with"),
    "injected no start": (_row(injected="<think>The cat"), "injected '<think>The cat'; allowed"),
}


@pytest.mark.parametrize(("row", "message"), WRONG.values(), ids=WRONG)
def test_bad_line_is_named_and_nothing_is_written(tmp_path: Path, row: Any, message: str) -> None:
    source = _write(tmp_path / "in", _row(id="first"), row)
    with pytest.raises(RobustError, match=message) as caught:
        run(source, tmp_path / "out")
    assert str(caught.value).startswith(f"{source}:2: ")
    assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_second_use_of_an_id(tmp_path: Path) -> None:
    with pytest.raises(RobustError, match=r"in:2: id '1' again \(first .*in:1\)"):
        run(_write(tmp_path / "in", _row(), _row()), tmp_path / "out")


def test_old_output_survives_a_bad_input(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("old", encoding="utf-8")
    with pytest.raises(RobustError):
        run(_write(tmp_path / "in", "{"), tmp_path / "out")
    assert (tmp_path / "out").read_text(encoding="utf-8") == "old"


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(RobustError, match="cannot be read"):
        run(tmp_path / "absent", tmp_path / "out")
    with pytest.raises(RobustError, match="cannot write"):
        run(_write(tmp_path / "in", _row()), tmp_path / "in" / "out")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    with pytest.raises(RobustError, match="not UTF-8"):
        run(tmp_path / "bytes", tmp_path / "out")
