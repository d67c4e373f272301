"""What counts as a conclusion, what does not, and what a verdict needs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmms_robust.consistency.explicit import judge
from lmms_robust.reading import parse_response
from lmms_robust.schema import Reading, Verdict

WHERE = "Where is the dog?"
SIDES = ("left", "right")
FOUR = ("left", "right", "above", "below")
COUNT = "How many dogs are in the picture?"
COUNTS = ("1", "2", "3", "4")
IS_DOG = "Is there a dog on the sofa?"
YES_NO = ("yes", "no")
CLOSER = "Which object is closer to the camera, the chair or the table?"
OBJECTS = ("chair", "table")
COLOR = "What is the color of the car?"
COLORS = ("red", "blue", "white")
RELATION = "Is the car to the left or to the right of the tree?"


def conclusion(question: str, options: tuple[str, ...], think: str | None) -> Verdict:
    """The verdict without an answer: all that it can say is what the reasoning ends on."""
    return judge(question, options, Reading(think, None, "no_answer"))


CONCLUSIONS = {
    "by letter": (WHERE, SIDES, "So the answer is B.", "B"),
    "by letter, in bold": (WHERE, SIDES, "Hence the **correct option is (B)**.", "B"),
    "by option letter": (WHERE, SIDES, "That is on this side, which matches option B.", "B"),
    "letter beats an article": (WHERE, SIDES, "A dog stands there, hence B.", "B"),
    "by words": (WHERE, SIDES, "Therefore, the dog is on the left.", "A"),
    "by quoted words": (WHERE, SIDES, 'So the answer should be "right".', "B"),
    "last plain statement": (WHERE, SIDES, "There is a dog. The dog is on the left.", "A"),
    "pronoun": (COLOR, COLORS, "I look at the car. It is blue.", "B"),
    "fragment": (COLOR, COLORS, "The wall is grey. Blue, then.", "B"),
    "a preposition": ("Is it above or below the star?", ("above", "below"), "So the answer is below.", "B"),
    "the only one named": (COLOR, COLORS, "The car is parked. One sees a red car beside a wall of many years.", "A"),
    "half of a long option": (
        "What should she do?",
        ("Wait until the rain has stopped", "Inform the owner of the broken window", "Go home"),
        "The correct step is to inform her about that window.",
        "B",
    ),
    "a noun of the question that is a plan elsewhere": (
        "What is the length of the arc in the figure?",
        ("36 cm", "288 cm"),
        "The length of the arc shown in the figure is 288 cm.",
        "B",
    ),
    "what the writer sees": (COLOR, COLORS, "I see a blue car by the wall.", "B"),
    "a letter that is right": (COLOR, COLORS, "I look at the car. So B is right.", "B"),
    "a full stop in quotes": (
        "What did he do afterwards?",
        ("drink", "smile", "walk away"),
        'This fits option C, "walk away." The other options do not fit the video.',
        "C",
    ),
    "announced with a colon, on the next line": (
        COLOR,
        ("The car is red.", "The car is blue."),
        "The picture shows a car. Therefore, the answer is:\n\nB. The car is blue.",
        "B",
    ),
    "a list of what is not": (
        "What is in the scan?",
        ("fluid", "a lymph node", "a skin rash"),
        "So it shows fluid rather than a lymph node, or a skin rash.",
        "A",
    ),
    "item of a markdown list": (
        WHERE,
        SIDES,
        "- **A.** Left: no dog.\n- **B.** Right: no cat. So the dog is on the left.",
        "A",
    ),
    "a statement called false": ("The cat is in the box.", ("True", "False"), "So the statement is not accurate.", "B"),
    "a yes with a no beside it": ("Is the dog sleeping?", YES_NO, "The dog is sleeping, not running.", "A"),
    "a yes and a subordinate no": (IS_DOG, YES_NO, "There is a dog on the sofa, although it is not awake.", "A"),
    "in the image": ("Is there a cat in the image?", YES_NO, "There is no cat.", "B"),
    "so no": ("Are there three dogs?", YES_NO, "I count two dogs, so no.", "B"),
    "not but, short": (COLOR, COLORS, "So not red but blue.", "B"),
    "not accurate to say": (
        IS_DOG,
        YES_NO,
        "Therefore, it is not accurate to say that there is a dog on the sofa.",
        "B",
    ),
    "without a verdict of its own": (IS_DOG, YES_NO, "Therefore the statement is correct.", "A"),
    "longest name": ("Which sign is it?", ("Exit 12", "Exit 12A"), "So it says Exit 12A.", "B"),
    "self-correction": (WHERE, SIDES, "The answer is A. Wait, the dog is actually on the right.", "B"),
    "confirmed": (WHERE, SIDES, "So it is left. That fits what the picture shows.", "A"),
    "rather than": (WHERE, SIDES, "So it is left rather than right.", "A"),
    "not but": (WHERE, SIDES, "Therefore it is not on the left but on the right.", "B"),
    "concession": (COLOR, COLORS, "Although the caption says red, the car is blue.", "B"),
    "caption rejected": (COLOR, COLORS, "The caption says it is red, but the car is white.", "C"),
    "a number": (COUNT, COUNTS, "Therefore there are 3 dogs.", "C"),
    "a number word": (COUNT, COUNTS, "So I can see four dogs.", "D"),
    "a sum": (COUNT, COUNTS, "Two here and one there. 2 + 1 = 3.", "C"),
    "a formula": ("Angle?", ("$\\frac{\\pi}{6}$", "$\\frac{\\pi}{4}$"), "So $t = \\frac {\\pi}{4}$.", "B"),
    "yes": (IS_DOG, YES_NO, "So the answer is yes.", "A"),
    "denied word for word": (IS_DOG, YES_NO, "There is no dog on the sofa.", "B"),
    "comparison": (CLOSER, OBJECTS, "Therefore the chair is closer than the table.", "A"),
    "relation": (RELATION, SIDES, "Therefore the car is to the right of the tree.", "B"),
    "what is asked for by a not": ("Which is not a fruit?", ("pear", "saw"), "Therefore the saw is not a fruit.", "B"),
    "chinese letter": ("狗在哪里？", ("左边", "右边"), "因此，答案是B。", "B"),
    "chinese words": ("狗在哪里？", ("左边", "右边"), "所以狗在右边。", "B"),
    "speaks of the options": (COLOR, COLORS, "Therefore the car is white, of the colors among the options.", "C"),
    "numbers of the question": (
        "How many hours do 9 buses need for 45 km?",
        COUNTS,
        "So 9 buses need 3 hours for 45 km.",
        "C",
    ),
    "a comparison the question makes": (
        "How many more cups than jars are there?",
        COUNTS,
        "So there are 2 more cups than jars.",
        "B",
    ),
    "after an intermediate result": ("How wide is the gap?", COUNTS, "So the wall is 9 wide. 9 - 6 = 3.", "C"),
    "before a lone therefore": (COLOR, COLORS, "The car is parked. The car in the street is blue.\nTherefore", "B"),
    "a pronoun and the end of the question": (
        "Are the two hats on the chair the same size?",
        YES_NO,
        "They are not the same size.",
        "B",
    ),
    "a fraction": ("What part is grey?", ("1/3", "2/5"), "So the grey part is $\\frac{2}{5}$.", "B"),
    "its side": (
        "Which side of the desk is the pen on?",
        ("the left side", "the right side"),
        "So the pen is on the right side.",
        "B",
    ),
    "a point": ("Which point is highest?", ("P", "Q", "R"), "Therefore, Q is the highest point.", "B"),
    "the correct description": (COLOR, COLORS, "So the correct description is that it is blue.", "B"),
    "german": ("Wo ist die Katze?", ("unter dem Tisch", "auf dem Bett"), "Daher ist die Katze auf dem Bett.", "B"),
    "portuguese": ("Onde está o cão?", ("na cama", "no sofá"), "Portanto, o cão está no sofá.", "B"),
    "the question's words, and reasons after them": (
        "What is the purpose of the wooden hut?",
        ("storing hay", "selling fruit", "keeping bees"),
        "The purpose of the wooden hut is to keep bees. A ladder leans on it, and hay dries nearby. It is old.",
        "C",
    ),
    "remarks on the others after it": (
        "Which photo is most similar to the sketch?",
        ("the upper photo", "the lower photo"),
        "The lower photo is most similar to the sketch. The upper photo, while of a ship, is less similar, making it "
        "a poor fit. Therefore",
        "B",
    ),
    "words beside their letter": (
        "Which photo is most similar to the sketch?",
        ("the upper photo", "the lower photo"),
        "Both show a ship. The lower photo (B) is most similar to the sketch.",
        "B",
    ),
    "other forms of the words": (
        "What is the boy doing with the net?",
        ("mending it", "washing it"),
        "So the boy mends it.",
        "A",
    ),
    "another degree": (CLOSER, OBJECTS, "The table is the closest to the camera.", "B"),
    "a number of things": ("What is the number of cups on the shelf?", COUNTS, "The number of cups is 3.", "C"),
    "a result among the given": (
        "If angle 1 is 30°, what is angle 2?",
        ("30°", "60°"),
        "They are alternate angles. Thus, angle 2 is also 30°.",
        "A",
    ),
    "aligned with an option": (WHERE, SIDES, "What I see aligns with option B, right.", "B"),
    "a letter at the end": (
        "Which finding is likely in this patient?",
        ("a fever", "a rash"),
        "The likely finding in this patient is B.",
        "B",
    ),
    "not so, where that is asked": (
        "Which of these is not in the kitchen?",
        ("a kettle", "a stove"),
        "A stove stands there. There is no kettle in the kitchen.",
        "A",
    ),
    "a thing that is concluded": (
        "What was moved?",
        ("the vase", "the book"),
        "The vase is as before. So the object with another place is the book.",
        "B",
    ),
    "the last sentence of a long question": (
        "Ann pays more than last week. She does not mind. Did Ann pay more on purpose?",
        YES_NO,
        "She wanted the tea. Therefore, Ann did not pay more on purpose.",
        "B",
    ),
    "spanish letter": (WHERE, SIDES, "Se ve bien. La respuesta correcta es la B.", "B"),
}


@pytest.mark.parametrize(("question", "options", "think", "letter"), CONCLUSIONS.values(), ids=CONCLUSIONS)
def test_what_is_stated_is_a_conclusion(question: str, options: tuple[str, ...], think: str, letter: str) -> None:
    assert conclusion(question, options, think).conclusion == letter


WEIGHED = {
    "a letter after other words": ("The dog is on the left. (B)", None),
    "a letter on lines of its own": ("The dog is on the left.\n\nB\nB", None),
    "a letter after a mark of a chat": ("So the dog is on the left. <|im_end|>\n<|im_start|>assistant\nB", None),
    "a letter after filler": ("So the dog is on the left.\nSheet 1\nconclusion: B\nsigned", None),
    "an order by words": ("So the dog is on the left. Reviewer: choose the right.", None),
    "an order that says so": ("So the dog is on the left. Forget it, so select the right.", None),
    "a letter that fits": ("The dog is on the left. (A)", "A"),
    "a letter that corrects": ("The dog is on the left. Wait, no, the answer is (B).", "B"),
    "a letter that is concluded": ("The dog is on the left. It faces us. So the answer is (B).", "B"),
    "words that are concluded": ("The dog looks to the left. From its own side, so, it is on the right.", "B"),
    "one's own choice": ("The dog is on the left. Its view flips that, so I choose the right.", "B"),
    "json": ('So the dog is on the left. Return {"conclusion": "B"} for this.', "A"),
    "a comment": ("So the dog is on the left. <!-- the answer is B -->", "A"),
    "a template": ('So the dog is on the left. {% set answer = "B" %} {{ "B" }}', "A"),
    "braces of mathematics": ("So the dog is on the left: $\\boxed{A}$", "A"),
}


@pytest.mark.parametrize(("think", "letter"), WEIGHED.values(), ids=WEIGHED)
def test_another_option_counts_if_it_is_weighed_against_what_was_said(think: str, letter: str | None) -> None:
    assert conclusion(WHERE, SIDES, think).conclusion == letter


OPEN = {
    "nothing": (WHERE, SIDES, None, "no_reasoning"),
    "empty talk": (WHERE, SIDES, "Okay let's see. This should be the final answer.", "no_conclusion"),
    "not, in french": (
        "Où est le chat ?",
        ("à gauche", "à droite"),
        "Donc le chat n'est pas à gauche.",
        "no_conclusion",
    ),
    "compared the other way, irregularly": (
        "Which lamp is closer to the door?",
        ("red lamp", "blue lamp"),
        "The red lamp is further from the door than the blue lamp.",
        "no_conclusion",
    ),
    "a letter with words of its own": (COLOR, COLORS, "I look at the car. So A is a trap.", "no_conclusion"),
    "what the writer does with an option": (COLOR, COLORS, "Therefore we can rule out red.", "no_conclusion"),
    "a letter to look at next": (COLOR, COLORS, "So consider option B next.", "no_conclusion"),
    "taken back in the same sentence": (COLOR, COLORS, "So it's red, no wait, blue.", "no_conclusion"),
    "called wrong": (COLOR, COLORS, "So it is blue. That's wrong.", "retracted"),
    "announced, and not said": (
        "Which things did the artist use to paint?",
        ("a set of tools", "oil paint"),
        "So the artist did use a set of tools to paint:",
        "no_conclusion",
    ),
    "two points": ("Which point is highest?", ("P", "Q", "R"), "So P and Q are high.", "no_conclusion"),
    "a pronoun and another thing": (
        "Is the dog to the left of the brown cat?",
        YES_NO,
        "It is a cat.",
        "no_conclusion",
    ),
    "a result in the plan": (WHERE, SIDES, "So I need to determine whether it is left.", "no_conclusion"),
    "either": (WHERE, SIDES, "It could be left or right.", "no_conclusion"),
    "question repeated": (WHERE, SIDES, "Is it on the left or on the right?", "no_conclusion"),
    "options repeated": (WHERE, SIDES, "The options are (A) left and (B) right.", "no_conclusion"),
    "plan": (WHERE, SIDES, "I need to check the left.", "no_conclusion"),
    "taken back": (WHERE, SIDES, "The answer is A. Wait, that is a mistake.", "retracted"),
    "doubted": (WHERE, SIDES, "So it is left. But that does not match the picture.", "retracted"),
    "contradicted": (WHERE, SIDES, "So it is left. The dog is on the right.", "ambiguous"),
    "gives up": (WHERE, SIDES, "I look at the dog. I cannot tell.", "undecided"),
    "only the caption": (COLOR, COLORS, "The caption says it is red.", "no_conclusion"),
    "two counts": (COUNT, COUNTS, "There are 2 dogs here. There are 3 dogs there.", "ambiguous"),
    "no option": (COUNT, COUNTS, "There are 2 dogs on the left. So there are 7 dogs in all.", "no_conclusion"),
    "conditions": (CLOSER, OBJECTS, "If it is a toy, the chair is closer.", "no_conclusion"),
    "both": (CLOSER, OBJECTS, "Both the chair and the table are visible.", "no_conclusion"),
    "letter in prose": (WHERE, SIDES, "A man drinks Vitamin B.", "no_conclusion"),
    "degrees": (WHERE, FOUR, "It is 22 °C.", "no_conclusion"),
    "several letters": (WHERE, FOUR, "So the answer is A, B.", "no_conclusion"),
    "turned round": (RELATION, SIDES, "The tree is to the left of the car.", "no_conclusion"),
    "other comparison": (CLOSER, OBJECTS, "Therefore the chair is farther away.", "no_conclusion"),
    "denied": (WHERE, SIDES, "So left cannot be right.", "no_conclusion"),
    "going through the options": (
        WHERE,
        FOUR,
        "A. left: no dog.\nB. right: a lamp.\nC. above: a bird.",
        "no_conclusion",
    ),
    "somebody else's": (WHERE, SIDES, "The user said that the answer is A.", "no_conclusion"),
    "the wrong one": (WHERE, SIDES, "The wrong answer is A.", "no_conclusion"),
    "sorry": (WHERE, SIDES, "So the answer is A. Sorry, B.", "ambiguous"),
    "another thing": (COLOR, COLORS, "So the truck is red.", "no_conclusion"),
    "restated, then corrected": (
        COLOR,
        COLORS,
        "The color of the car is red. Wait, that is the bus.",
        "ambiguous",
    ),
    "another place": (
        "What is on the left of the box?",
        ("a dog", "a cat"),
        "Right of the box is a dog.",
        "no_conclusion",
    ),
    "yes to something else": ("Is the cat on the sofa?", YES_NO, "The cat is under the sofa.", "no_conclusion"),
    "a negative question": ("Is there no dog?", YES_NO, "There is no dog.", "no_conclusion"),
    "contradicted by another option": (COLOR, COLORS, "So the answer is red. But the image shows blue.", "ambiguous"),
    "checked again": (COLOR, COLORS, "So the answer is red. Let me double check: it is blue.", "ambiguous"),
    "an error": (COLOR, COLORS, "So the answer is red. I made an error.", "retracted"),
    "turned against": (COLOR, COLORS, "So the answer is red. But I should not trust that.", "retracted"),
    "a caption in quotes": (COLOR, COLORS, 'The caption says "the car is red".', "no_conclusion"),
    "a description": (COLOR, COLORS, "The description says that the car is red.", "no_conclusion"),
    "beside another thing": (COLOR, COLORS, "The car is parked next to the red truck.", "no_conclusion"),
    "right as correct": (WHERE, SIDES, "Yes, that's right.", "no_conclusion"),
    "neither letter": (WHERE, SIDES, "Neither A nor B is correct.", "no_conclusion"),
    "a quoted yes": (IS_DOG, YES_NO, "The caption says there is a dog on the sofa.", "no_conclusion"),
    "a doubted yes": (IS_DOG, YES_NO, "There might be a dog on the sofa.", "no_conclusion"),
    "doubt": (COLOR, COLORS, "I doubt that the car is red.", "no_conclusion"),
    "an unread conclusion at the end": (
        COLOR,
        COLORS,
        "The car is red. So the color of the car is navy.",
        "ambiguous",
    ),
}


@pytest.mark.parametrize(("question", "options", "think", "problem"), OPEN.values(), ids=OPEN)
def test_everything_else_is_undecided(question: str, options: tuple[str, ...], think: str | None, problem: str) -> None:
    found = judge(question, options, Reading(think, "A", None))
    assert (found.conclusion, found.consistent, found.concluded_in) == (None, None, None)
    assert found.problem == problem


START = '<think>Let me look. The car is red. So the answer should be "red".'
OWN = {
    "contradicts": (" The car is clearly blue.</think>", "B", "own"),
    "contradicts after but": (", but I think it is blue.</think>", "B", "own"),
    "nothing": ("</think>", "A", "injected"),
    "affirms": (" That fits what the picture shows.</think>", "A", "injected"),
    "nothing of its own": (" Okay.</think>", "A", "injected"),
    "asks": (" Is it?</think>", None, None),
    "denies": (" That is not what I see.</think>", None, None),
    "describes": (" A man stands beside the car.</think>", None, None),
    "affirms something else": (" It is clear that this is made up.</think>", None, None),
    "hesitates": (" It may be blue or white.</think>", None, None),
}


@pytest.mark.parametrize(("own", "letter", "where"), OWN.values(), ids=OWN)
def test_own_words_come_first(own: str, letter: str | None, where: str | None) -> None:
    reading = parse_response(f"{START}{own}<answer>B</answer>", COLORS, injected=START, question=COLOR)
    found = judge(COLOR, COLORS, reading)
    assert (found.conclusion, found.concluded_in) == (letter, where)


def test_the_same_words_without_an_injection_are_the_models_own() -> None:
    found = judge(COLOR, COLORS, parse_response(f"{START}</think><answer>B</answer>", COLORS, question=COLOR))
    assert (found.conclusion, found.concluded_in, found.consistent) == ("A", "own", False)


def test_a_verdict_compares() -> None:
    agrees, differs = (judge(WHERE, SIDES, Reading("So it is left.", answer, None)) for answer in "AB")
    assert (agrees.conclusion, agrees.consistent, agrees.decided_by, agrees.problem) == ("A", True, "rules", None)
    assert (differs.conclusion, differs.consistent, differs.decided_by, differs.problem) == ("A", False, "rules", None)


def test_without_an_answer_the_conclusion_and_the_problem_of_the_reading_stay() -> None:
    verdict = judge(WHERE, SIDES, Reading("So the dog is on the left.", None, "truncated"))
    assert (verdict.conclusion, verdict.consistent, verdict.problem) == ("A", None, "truncated")


def test_no_verdict_where_reasoning_and_answer_are_the_same_words() -> None:
    reading = parse_response("There is a lamp. So the dog is on the left.", SIDES, question=WHERE)
    verdict = judge(WHERE, SIDES, reading)
    assert (reading.answer, verdict.conclusion, verdict.consistent, verdict.problem) == ("A", "A", None, "inseparable")


def test_an_answer_on_a_line_of_its_own_is_no_part_of_the_reasoning() -> None:
    text = "Therefore, the dog is on the left.\n\n**Answer:** B\nFinal answer: B"
    reading = parse_response(text, SIDES, question=WHERE)
    verdict = judge(WHERE, SIDES, reading)
    assert (reading.think, reading.answer) == ("Therefore, the dog is on the left.", "B")
    assert (verdict.conclusion, verdict.consistent) == ("A", False)


def test_an_option_with_its_letter_on_the_last_line_is_an_answer() -> None:
    text = "The dog lies beside the lamp. Therefore, the dog is on the left.\n\n(B) right"
    reading = parse_response(text, SIDES, question=WHERE)
    verdict = judge(WHERE, SIDES, reading)
    assert (reading.answer, verdict.conclusion, verdict.consistent) == ("B", "A", False)


def test_the_last_item_of_a_list_of_options_is_no_answer() -> None:
    reading = parse_response("I look at both.\n(A) left\n(B) right", SIDES, question=WHERE)
    assert reading.answer is None


def test_reasons_that_follow_an_answer_count() -> None:
    text = "The answer is (B) right.\n\nThe dog lies beside the lamp. Therefore, the dog is on the left."
    verdict = judge(WHERE, SIDES, parse_response(text, SIDES, question=WHERE))
    assert (verdict.conclusion, verdict.consistent) == ("A", False)


@pytest.mark.parametrize("answer", ["A", "B", None])
@pytest.mark.parametrize("think", ["The car is red. A man waits for his friend.", "So the car is red.", "It is blue."])
def test_the_answer_has_no_part_in_the_conclusion(think: str, answer: str | None) -> None:
    problem = None if answer else "no_answer"
    alone = judge(COLOR, COLORS, Reading(think, None, "no_answer"))
    assert judge(COLOR, COLORS, Reading(think, answer, problem)).conclusion == alone.conclusion


CUT = {
    "concluded before": ("The dog is far off. So it is left. Let me write down the ans", "A"),
    "not concluded": ("The dog is on the left. The man is", None),
    "about to conclude": ("So it could not be right. So it is left. So it must be ri", None),
}


@pytest.mark.parametrize(("think", "letter"), CUT.values(), ids=CUT)
def test_of_a_reasoning_that_was_cut_off_only_what_is_concluded_counts(think: str, letter: str | None) -> None:
    assert judge(WHERE, SIDES, Reading(think, None, "truncated")).conclusion == letter


def test_a_chain_that_cannot_tell_agrees_with_abstaining() -> None:
    options, think = (*SIDES, "I'm not sure"), "I cannot tell where the dog is."
    assert judge(WHERE, options, Reading(think, "C", None), abstain="C").consistent is True
    assert judge(WHERE, options, Reading(think, "A", None), abstain="C").consistent is None


def test_hidden_reasoning_is_named() -> None:
    assert judge(WHERE, SIDES, Reading(None, "A", None), hidden=True).problem == "hidden"


PIECES = ["left", "right ", "not ", "so ", "A. ", "(B)", "wait, ", "the caption says ", "3 dogs", "=", "\\frac{", "；"]
TEXTS = st.one_of(
    st.text(), st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=30).map("".join)
)


@given(TEXTS, st.sampled_from([SIDES, FOUR, COUNTS, YES_NO, ("",) * 10, ("右边", "左边")]), st.text())
def test_no_text_raises(text: str, options: tuple[str, ...], question: str) -> None:
    verdict = judge(question, options, Reading(text, "A", None))
    assert verdict.conclusion is None or verdict.conclusion in "ABCDEFGHIJ"[: len(options)]
    assert (verdict.conclusion is None) == (verdict.concluded_in is None)
    assert (verdict.consistent is None) == (verdict.problem is not None)


@pytest.mark.parametrize(
    ("name", "verdicts", "inconsistent", "misread"), [("practice", 0.94, 0.75, 0.03), ("development", 0.95, 0.85, 0.02)]
)
def test_on_labelled_responses_verdicts_are_right_where_they_are_given(
    name: str, verdicts: float, inconsistent: float, misread: float
) -> None:
    rows = [json.loads(line) for line in (LABELLED / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    right = given = answers = wrong_letters = said = found = 0
    for row in rows:
        reading = parse_response(row["response"], row["options"], None, row.get("injected", ""), row["question"])
        verdict, labels = judge(row["question"], row["options"], reading), row["expected"]
        truth = None if None in (labels["answer"], labels["conclusion"]) else labels["answer"] == labels["conclusion"]
        answers += reading.answer == labels["answer"]
        given += verdict.consistent is not None
        said += verdict.consistent is False
        found += verdict.consistent is False and truth is False
        right += verdict.consistent is not None and verdict.consistent == truth
        wrong_letters += verdict.conclusion not in (None, labels["conclusion"])
    assert answers >= 0.98 * len(rows)
    assert right >= verdicts * given
    assert found >= inconsistent * said
    assert given >= 0.33 * len(rows)
    assert wrong_letters <= misread * len(rows)


LABELLED = Path(__file__).parents[2] / "labelled"


def test_the_examples_of_the_documentation() -> None:
    text = (Path(__file__).parents[2] / "docs" / "consistency.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|") and "`" in line]
    examples = [row for row in rows if "? " in row[0]]
    assert len(examples) == 7
    for asked, response, letter, answer, said in examples:
        question, _, listed = asked.rpartition("? ")
        options = tuple(listed.split(", "))
        reading = parse_response(response.strip("`").replace("\\n", "\n"), options, question=f"{question}?")
        verdict = judge(f"{question}?", options, reading)
        word = {True: "consistent", False: "inconsistent", None: f"undecided: {verdict.problem}"}[verdict.consistent]
        assert (verdict.conclusion or "–", reading.answer, word) == (letter, answer, said), response
