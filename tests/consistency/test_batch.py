from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lmms_robust.consistency.batch import run
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


def test_verdicts_and_counts(tmp_path: Path) -> None:
    rows = [_row(), _row(id=2, response=BAD), _row(id="3", response="<think>cut")]
    summary = run(_write(tmp_path / "in", *rows), tmp_path / "out")
    lines = [json.loads(line) for line in (tmp_path / "out").read_text(encoding="utf-8").splitlines()]
    assert lines == [
        {"id": "1", "answer": "A", "conclusion": "A", "consistent": True, "decided_by": "rules", "problem": None},
        {"id": 2, "answer": "B", "conclusion": "A", "consistent": False, "decided_by": "rules", "problem": None},
        {
            "id": "3",
            "answer": None,
            "conclusion": None,
            "consistent": None,
            "decided_by": "rules",
            "problem": "truncated",
        },
    ]
    assert (summary.samples, summary.consistent, summary.inconsistent, summary.undecided) == (3, 1, 1, 1)
    assert summary.problems == {"truncated": 1}
    assert "accuracy" not in summary.render()


def test_labels(tmp_path: Path) -> None:
    rows = [
        _row(expected={"answer": "A", "conclusion": "A"}),
        _row(id="2", expected={"answer": "B"}),
        _row(id="3", response="", expected={"answer": None, "conclusion": None}),
        _row(id="4"),
    ]
    summary = run(_write(tmp_path / "in", *rows), tmp_path / "out")
    assert (summary.answer.labelled, summary.answer.right, summary.answer.differing) == (3, 2, ("2",))
    assert (summary.conclusion.labelled, summary.conclusion.right, summary.conclusion.differing) == (2, 2, ())
    assert "answer accuracy      66.7% (2/3)\n  differ: 2" in summary.render()
    assert "conclusion accuracy  100.0% (2/2)" in summary.render()


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
    "too many options": (_row(options=[str(i) for i in range(11)]), "2 to 10"),
    "response no text": (_row(response=None), "response is a NoneType"),
    "id no text": (_row(id=None), "id None"),
    "unknown label": (_row(expected={"answer": "C"}), "expected answer 'C'"),
    "labels no object": (_row(expected="A"), "expected 'A'"),
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
