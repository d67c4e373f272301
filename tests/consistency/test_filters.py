from __future__ import annotations

import subprocess
import sys

import pytest

from lmms_robust.consistency.filters import AnswerLetter, Consistency
from lmms_robust.errors import RobustError
from lmms_robust.transport import Report, seal

DOC = {"question": "Where is the dog?", "options": ["left", "right"]}
GOOD = "<think>The dog is on the left.</think><answer>A</answer>"
BAD = "<think>The dog is on the left.</think><answer>B</answer>"
WORDS = "<think>The dog is on the left.</think><answer>right</answer>"


def test_answers_with_docs() -> None:
    assert AnswerLetter().apply([[GOOD, BAD], [WORDS]], [DOC, DOC]) == [["A", "B"], ["B"]]


def test_answers_without_docs_by_form_alone() -> None:
    assert AnswerLetter().apply([[GOOD], [WORDS]], None) == [["A"], [""]]


def test_keeps_the_shape_after_take_first() -> None:
    assert AnswerLetter().apply(iter([GOOD, BAD]), [DOC, DOC]) == ["A", "B"]


def test_consistency() -> None:
    assert Consistency().apply([[GOOD, BAD, "B"]], [DOC]) == [["consistent", "inconsistent", "undecided"]]


def test_consistency_without_docs() -> None:
    response = "<think>So the answer is A.</think><answer>A</answer>"
    assert Consistency().apply([[response], [GOOD]], None) == [["consistent"], ["undecided"]]


def test_other_columns() -> None:
    doc = {"q": "Where?", "choices": ["left", "right"]}
    assert AnswerLetter(question_key="q", options_key="choices").apply([[WORDS]], [doc]) == [["B"]]


@pytest.mark.parametrize("report", [Report("prefill"), Report(cut=True), Report(reasoning="hidden")])
def test_a_report_is_no_part_of_a_response_and_is_not_believed(report: Report) -> None:
    assert AnswerLetter().apply([[seal(GOOD, report), seal("B", report)]], [DOC]) == [["A", "B"]]
    assert Consistency().apply([[seal(GOOD, report), seal("B", report)]], [DOC]) == [["consistent", "undecided"]]


def test_an_injected_start_is_known_from_the_doc() -> None:
    start = "<think>The dog is on the left."
    own = f"{start} No, so it is on the right.</think><answer>B</answer>"
    assert Consistency().apply(
        [[own, f"{start} A man waits.</think><answer>B</answer>"]], [DOC | {"prefill": start}]
    ) == [["consistent", "undecided"]]


def test_bad_options() -> None:
    with pytest.raises(RobustError, match="doc column 'options': 'left, right'; allowed: a list of texts"):
        AnswerLetter().apply([[GOOD]], [{"options": "left, right"}])
    with pytest.raises(RobustError, match="27 options; allowed: up to 11"):
        AnswerLetter().apply([[GOOD]], [{"options": [f"thing {n}" for n in range(27)]}])
    with pytest.raises(RobustError, match="2 samples and 1 docs"):
        AnswerLetter().apply([[GOOD], [GOOD]], [DOC])


@pytest.mark.parametrize("options", [{"A": "left", "B": "right"}, '{"A": "left", "B": "right"}', '["left", "right"]'])
def test_options_as_an_object_or_as_json(options: object) -> None:
    assert AnswerLetter().apply([[WORDS]], [{"options": options}]) == [["B"]]


def test_with_a_limit_the_samples_are_the_first_of_the_docs() -> None:
    turned = DOC | {"options": ["right", "left"]}
    assert AnswerLetter().apply([[WORDS], [WORDS]], [DOC, turned, DOC]) == [["B"], ["A"]]


@pytest.mark.parametrize(("rank", "letters"), [("0", ["B", "A"]), ("1", ["A", "B"])])
def test_each_process_has_every_second_doc(monkeypatch, rank: str, letters: list[str]) -> None:
    turned = DOC | {"options": ["right", "left"]}
    monkeypatch.setenv("RANK", rank)
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert AnswerLetter().apply([WORDS, WORDS], [DOC, turned, turned, DOC, DOC]) == letters


def test_import_loads_no_harness() -> None:
    code = "import sys, lmms_robust.consistency.filters; print({'torch', 'lmms_eval', 'lm_eval'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
