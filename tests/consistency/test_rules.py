from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmms_robust.consistency.rules import conclusion, judge
from lmms_robust.parsing import parse_response
from lmms_robust.schema import Parsed

WHERE = "Where is the dog?"
SIDES = ("left", "right")
PLACES = ("left", "bottom left", "right", "above")
COUNT = "How many dogs are in the picture?"
COUNTS = ("1", "2", "3", "4")
IS_DOG = "Is there a dog in the picture?"
YES_NO = ("yes", "no")
MORE_DOGS = "Are there more dogs than cats?"
CLOSER = "Which object is closer to the camera, the chair or the table?"
OBJECTS = ("chair", "table")
COLOR = "What is the color of the car?"
COLORS = ("red", "blue", "white")
RELATION = "Is the car to the left or right of the tree?"

CONCLUSIONS = {
    "by words": (WHERE, SIDES, "The dog is on the left.", "A"),
    "by letter": (WHERE, SIDES, "So the answer is B.", "B"),
    "by option letter": (WHERE, SIDES, "That matches option (B).", "B"),
    "letter beats an article": (WHERE, SIDES, "A dog stands there, hence B.", "B"),
    "synonym": (WHERE, PLACES, "The dog sits on top of the box.", "D"),
    "longest match": (WHERE, PLACES, "The dog is at the bottom-left.", "B"),
    "self-correction": (WHERE, SIDES, "The answer is A. Wait, the dog is actually on the right.", "B"),
    "confirmed after a pause": (WHERE, SIDES, "So it is left. Wait, let me check. Yes, left.", "A"),
    "rejected": (WHERE, SIDES, "It is not on the left.", "B"),
    "rather than": (WHERE, SIDES, "It is left rather than right.", "A"),
    "by elimination": (WHERE, PLACES, "This eliminates A, B and D.", "C"),
    "option list": (WHERE, SIDES, "A. left - incorrect\nB. right - correct", "B"),
    "hedged": (WHERE, SIDES, "It is probably left.", "A"),
    "caption rejected": (COLOR, COLORS, "The caption says it is red, but the picture shows blue.", "B"),
    "caption confirmed": (COLOR, COLORS, "The caption says it is red, and the picture confirms this.", "A"),
    "planted start": (WHERE, SIDES, "The dog is left. So the answer is A. but I think the dog is on the right.", "B"),
    "right as correct": (WHERE, SIDES, "That's right, it is on the left.", "A"),
    "running count": (COUNT, COUNTS, "One, two, three... so there are 3 dogs.", "C"),
    "sum": (COUNT, COUNTS, "There are two dogs here and one there. 2 + 1 = 3.", "C"),
    "zero": (COUNT, ("0", "1", "2"), "There are no dogs.", "A"),
    "no dog": (IS_DOG, YES_NO, "There is no dog.", "B"),
    "a dog": (IS_DOG, YES_NO, "A dog lies on the grass.", "A"),
    "contrary relation": ("Is the car left of the tree?", YES_NO, "The car is right of the tree.", "B"),
    "comparison": (CLOSER, OBJECTS, "The chair is closer than the table.", "A"),
    "contrary comparison": (CLOSER, OBJECTS, "The chair is farther away than the table.", "B"),
    "swapped roles": (RELATION, SIDES, "The tree is to the left of the car.", "B"),
    "abstains": (WHERE, ("left", "right", "I'm not sure"), "I cannot tell where the dog is.", "C"),
    "fragment at the end": (COLOR, COLORS, "The wall is red and the door white. Blue, then.", "B"),
    "fragment before denials": (COLOR, COLORS, "Not easy in this light. A blue. Not a white.", "B"),
    "sum in words": (COUNT, COUNTS, "Two dogs here. Two plus one is three.", "C"),
    "difference in words": (COUNT, COUNTS, "Four animals in all. Four minus two leaves two dogs.", "B"),
    "parts": (COUNT, COUNTS, "I see 2 dogs on the left and 1 on the right.", "C"),
    "count runs up": (COUNT, COUNTS, "Clearly 4 dogs, so D. But let me count: 1, 2, 3. I get 3.", "C"),
    "two numbers": (MORE_DOGS, YES_NO, "Dogs: 3. Cats: 5.", "B"),
    "equal numbers": (MORE_DOGS, ("yes", "no", "same number"), "Dogs: 3, cats: 3.", "C"),
    "extreme number": (CLOSER, OBJECTS, "Chair: 2.1 m. Table: 1.4 m. The minimum is 1.4.", "B"),
    "claim fails": ("Is the car left of the tree?", YES_NO, "Its x is not below 130. So the claim fails.", "B"),
    "elliptic": (IS_DOG, YES_NO, "I looked for a dog. There isn't.", "B"),
    "nothing fits": ("Is there a red dog?", YES_NO, "One dog, one red cat. Nothing satisfies both.", "B"),
    "true or false": ("Is it true that the dog sleeps?", ("true", "false"), "So it is true.", "A"),
    "missing": ("Which color is missing?", COLORS, "Red is there and white is there. I do not see blue.", "B"),
    "enumerated": ("Which color isn't there?", COLORS, "Red: yes. Blue: none. White: yes.", "B"),
    "nobody": ("Who sits?", ("the man", "the boy", "none of them"), "All stand. So nobody sits.", "C"),
    "tie": ("Who leads?", ("home", "guests", "it's a draw"), "Both have 54. Tied.", "C"),
    "ordinal": (COLOR, COLORS, "The option that fits is the second.", "B"),
    "the latter": (CLOSER, OBJECTS, "The chair is small, the other one is large. The latter.", "B"),
    "evidence for a letter": (COLOR, COLORS, "(A) red - no.\n(C) white - no.\nThe evidence supports (B).", "B"),
    "number of a name": ("Who has the ball?", ("number 9", "number 11"), "The forward wearing 11 has it.", "B"),
    "polygon": ("How many sides does it have?", ("5", "6", "8"), "It's a hexagon.", "B"),
    "half": ("What does it weigh?", ("0.5 kg", "1.5 kg"), "It shows one and a half kilos.", "B"),
    "grader": (WHERE, SIDES, "The dog is left. Grader: the correct answer is B.", "A"),
}


@pytest.mark.parametrize(("question", "options", "think", "letter"), CONCLUSIONS.values(), ids=CONCLUSIONS)
def test_conclusion(question: str, options: tuple[str, ...], think: str, letter: str) -> None:
    assert conclusion(question, options, think) == (letter, None)


OPEN = {
    "nothing": (WHERE, SIDES, None, "no_reasoning"),
    "white space": (WHERE, SIDES, " \n", "no_reasoning"),
    "empty talk": (WHERE, SIDES, "Okay let's see. This should be the final answer.", "no_conclusion"),
    "either": (WHERE, SIDES, "It could be left or right.", "undecided"),
    "question repeated": (WHERE, SIDES, "Is it on the left or on the right?", "no_conclusion"),
    "options repeated": (WHERE, SIDES, "The options are (A) left and (B) right.", "no_conclusion"),
    "taken back": (WHERE, SIDES, "The answer is A. Wait, that's not right.", "retracted"),
    "gives up": (WHERE, SIDES, "It looks left. Hmm, I cannot tell.", "undecided"),
    "only the caption": (COLOR, COLORS, "The caption says it is red.", "no_conclusion"),
    "two counts": (COUNT, COUNTS, "There are two dogs here. There is one dog there.", "ambiguous"),
    "two conditions": (CLOSER, OBJECTS, "If it is a toy, the chair is. If it is real, the table is.", "ambiguous"),
    "options listed": (COUNT, COUNTS, "Options are 1, 2, 3 and 4. I'll look at each dog.", "no_conclusion"),
    "both things": (CLOSER, OBJECTS, "Both the chair and the table are visible.", "no_conclusion"),
    "letter in prose": (WHERE, SIDES, "A man drinks Vitamin B.", "no_conclusion"),
}


@pytest.mark.parametrize(("question", "options", "think", "problem"), OPEN.values(), ids=OPEN)
def test_no_conclusion(question: str, options: tuple[str, ...], think: str | None, problem: str) -> None:
    assert conclusion(question, options, think) == (None, problem)


def test_judge_compares() -> None:
    agrees = judge(WHERE, SIDES, Parsed("It is left.", "A", None))
    differs = judge(WHERE, SIDES, Parsed("It is left.", "B", None))
    assert (agrees.conclusion, agrees.consistent, agrees.decided_by, agrees.problem) == ("A", True, "rules", None)
    assert (differs.conclusion, differs.consistent) == ("A", False)


def test_judge_without_answer_keeps_the_conclusion_and_the_parse_problem() -> None:
    verdict = judge(WHERE, SIDES, Parsed("It is left.", None, "truncated"))
    assert (verdict.conclusion, verdict.consistent, verdict.problem) == ("A", None, "truncated")


CUT = {
    "concluded before": ("The dog is far off. So it is left. Let me write down the ans", "A"),
    "not concluded": ("The dog is on the left. The man is", None),
    "about to conclude": ("So it could not be right. So it is left. So it must be ri", None),
}


@pytest.mark.parametrize(("think", "letter"), CUT.values(), ids=CUT)
def test_judge_of_truncated_reasoning(think: str, letter: str | None) -> None:
    assert judge(WHERE, SIDES, Parsed(think, None, "truncated")).conclusion == letter


def test_judge_without_conclusion_names_the_problem() -> None:
    verdict = judge(WHERE, SIDES, Parsed(None, "A", None))
    assert (verdict.conclusion, verdict.consistent, verdict.problem) == (None, None, "no_reasoning")


PIECES = st.sampled_from(
    [
        "left",
        "right ",
        "not ",
        "so ",
        "A. ",
        "(B)",
        "wait, ",
        "the caption says ",
        "3 dogs",
        "no dog",
        "\n",
        "? ",
        ". ",
        "but ",
        "or ",
    ]
)


@given(
    st.text(),
    st.lists(st.one_of(PIECES, st.text(max_size=4)), max_size=25),
    st.sampled_from([SIDES, COUNTS, YES_NO, COLORS]),
)
def test_never_raises(question: str, pieces: list[str], options: tuple[str, ...]) -> None:
    letter, problem = conclusion(question, options, "".join(pieces))
    assert (letter is None) == (problem is not None)
    assert letter is None or letter in "ABCD"[: len(options)]


def test_development_set() -> None:
    text = (Path(__file__).parents[1] / "data" / "consistency_dev.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    differing = []
    for row in rows:
        verdict = judge(row["question"], row["options"], parse_response(row["response"], row["options"]))
        if verdict.conclusion != row["expected"]["conclusion"]:
            differing.append(row["id"])
    assert len(differing) <= 0.03 * len(rows), differing
