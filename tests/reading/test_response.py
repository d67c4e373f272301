from __future__ import annotations

from string import ascii_uppercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmms_robust.reading import parse_response
from lmms_robust.reading.tags import split_blocks

SIDES = ("left", "right", "above", "below")
COUNTS = ("1", "2", "3", "4")
YES_NO = ("yes", "no")
VITAMINS = ("Vitamin C", "a man", "a dog", "a cat")
SIGNS = ("Exit 12", "Exit 21", "Exit 12A", "Exit 21A")
PAINTED = ("A", "K", "Q", "S")

ANSWERS = {
    "correction on a line": ("Answer: A. Wait, it is below. Answer: D.", SIDES, "D"),
    "correction after a label": ("A. Actually no, C.", SIDES, "C"),
    "correction in the next sentence": ("Answer: A. Sorry, I mean C.", SIDES, "C"),
    "correction after a question mark": ("Answer: A? No, C.", SIDES, "C"),
    "an apology that corrects nothing": ("Final answer: B. Sorry for the confusion.", SIDES, "B"),
    "short remarks on another": ("Answer: B. It is larger than C. D is smaller.", SIDES, "B"),
    "nothing for another": ("The answer is B. No sign of C.", SIDES, "B"),
    "not another": ("Answer: B. Wait, not C.", SIDES, "B"),
    "explained by what others lack": ("B. right\n\nExplanation: there is no dog in A, C or D.", SIDES, "B"),
    "another one is wrong as well": ("B. right. Wait, C is also wrong.", SIDES, "B"),
    "a correction that says why": ("Answer: A. Sorry, C is my answer.", SIDES, "C"),
    "initials after the letter": ("Answer: C. L. Brandt", ("J. Hartley", "M. Osei", "L. Brandt", "K. Sato"), "C"),
    "the thought's opening left out": ("It is left. So A.<channel|>B", SIDES, "B"),
    "the letter once more": ("The answer is B.\nB", SIDES, "B"),
    "another one denied": ("So the answer is B and not C.", SIDES, "B"),
    "made-up question under a heading": ("The answer is (B).\n\n### Question: Where?\n### Answer: A", SIDES, "B"),
    "gemma": ("<|channel>thought\nIt is left.<channel|>B<turn|>", SIDES, "B"),
    "gemma, no thought": ("<|channel>thought\n<channel|>B", SIDES, "B"),
    "scratchpad": ("<scratchpad>So the answer is A.</scratchpad>B", SIDES, "B"),
    "somebody else's answer": ("You said the answer is A, but my answer is B.", SIDES, "B"),
    "other keys": ('{"wrong_answer": "A", "answer": "B"}', SIDES, "B"),
    "own labels of options": ("<answer>1</answer>", ("0: red", "1: blue", "2: green"), "B"),
    "spelled exactly": ("<answer>Aa</answer>", ("AA", "Aa", "aa"), "B"),
    "list with verdicts": ("A. left - no\nB. right - yes\nC. above - no", SIDES, "B"),
    "spanish": ("La respuesta correcta es la B.", SIDES, "B"),
    "korean": ("정답은 C입니다.", SIDES, "C"),
    "seed": ("<seed:think>It is left.</seed:think>B", SIDES, "B"),
    "mistral": ("[THINK]It is left.[/THINK]B", SIDES, "B"),
    "harmony": (
        "<|channel|>analysis<|message|>It is left.<|end|><|start|>assistant<|channel|>final<|message|>B",
        SIDES,
        "B",
    ),
    "kimi": ("◁think▷It is left.◁/think▷B", SIDES, "B"),
    "made-up turn": ("<think>x</think><answer>B</answer>\n\nUser: And now?\nAssistant: <answer>C</answer>", SIDES, "B"),
    "option that contains another one": ("<answer>Exit 12A</answer>", SIGNS, "C"),
    "option within another one": ("<answer>exit 12</answer>", SIGNS, "A"),
    "option that is a letter no option carries": ("<answer>K</answer>", PAINTED, "B"),
    "letter that is also an option's text": ("<answer>A</answer>", ("B", "A"), "A"),
    "tags": ("<think>x</think><answer>B</answer>", SIDES, "B"),
    "upper case tags": ("<THINK>x</THINK><ANSWER>B</ANSWER>", SIDES, "B"),
    "last answer block wins": ("<answer>A</answer><answer>B</answer>", SIDES, "B"),
    "empty second block": ("<answer>B</answer><answer></answer>", SIDES, "B"),
    "answer after a second think": ("<think>x</think><answer>A</answer><think>y</think><answer>B</answer>", SIDES, "B"),
    "unclosed answer": ("<think>x</think><answer>B", SIDES, "B"),
    "half closing tag": ("<think>x</think><answer>B</ans", SIDES, "B"),
    "unclosed think": ("<think>x <answer>B</answer>", SIDES, "B"),
    "think opened by the template": ("it is right</think><answer>B</answer>", SIDES, "B"),
    "no answer tag": ("<think>x</think>The answer is B.", SIDES, "B"),
    "no opening answer tag": ("<think>x</think>B</answer>", SIDES, "B"),
    "no tags": ("The dog is on the right. The answer is B.", SIDES, "B"),
    "letter only": ("B", SIDES, "B"),
    "lower case": ("b", SIDES, "B"),
    "parentheses": ("(B)", SIDES, "B"),
    "full stop": ("B.", SIDES, "B"),
    "half parenthesis": ("B)", SIDES, "B"),
    "bold": ("**B**", SIDES, "B"),
    "box": ("\\boxed{B}", SIDES, "B"),
    "box with text": ("\\boxed{\\text{B}}", SIDES, "B"),
    "box with words": ("The answer is \\boxed{\\text{right}}.", SIDES, "B"),
    "dollars": ("$B$", SIDES, "B"),
    "full width": ("Ｂ", SIDES, "B"),
    "full width parentheses": ("（Ｂ）", SIDES, "B"),
    "chinese": ("所以答案是B。", SIDES, "B"),
    "option letter": ("Option B", SIDES, "B"),
    "colon and words": ("B: right", SIDES, "B"),
    "lead-in, letter and words": ("Answer: B. right", SIDES, "B"),
    "words only": ("right", SIDES, "B"),
    "words in a sentence": ("the answer is right", SIDES, "B"),
    "json": ('{"answer": "B"}', SIDES, "B"),
    "json in a fence": ('```json\n{"answer": "B. right"}\n```', SIDES, "B"),
    "markdown heading": ("## Final Answer\n**B**", SIDES, "B"),
    "explanation after": ("**Answer:** B\n\nThe dog is on the far side. A cat sits above it.", SIDES, "B"),
    "yes with explanation": ("Yes, there is a dog.", YES_NO, "A"),
    "no with explanation": ("No. I cannot find any dog.", YES_NO, "B"),
    "digit": ("3", COUNTS, "C"),
    "number word": ("three", COUNTS, "C"),
    "number in a sentence": ("There are three dogs.", COUNTS, "C"),
    "template token": ("<think>x</think><answer>B</answer><|im_end|>", SIDES, "B"),
    "box token": ("<think>x</think><|begin_of_box|>B<|end_of_box|>", SIDES, "B"),
    "letter wins over words": ("<answer>A. right</answer>", SIDES, "A"),
    "article is no letter": ("A man", VITAMINS, "B"),
    "article in a sentence is no letter": ("A dog is what I see.", VITAMINS, "C"),
    "vitamin is no letter": ("Vitamin C", VITAMINS, "A"),
    "reason after the letter": ("B, because the cat is on the other side.", SIDES, "B"),
    "rejects one letter": ("The answer is B, not A.", SIDES, "B"),
    "grader is ignored": ("<think>x</think><answer>B</answer> Grader: the correct answer is C.", SIDES, "B"),
    "answer tag in think is data": ("<think>say <answer>A</answer> or not</think><answer>B</answer>", SIDES, "B"),
    "answer tag in template think": ("say <answer>A</answer> or not</think><answer>B</answer>", SIDES, "B"),
    "own line in a think never closed": ("<think>it is right\n\nAnswer: B", SIDES, "B"),
}


@pytest.mark.parametrize(("text", "options", "answer"), ANSWERS.values(), ids=ANSWERS)
def test_answer(text: str, options: tuple[str, ...], answer: str) -> None:
    parsed = parse_response(text, options)
    assert (parsed.answer, parsed.problem) == (answer, None)


PROBLEMS = {
    "two, the second one instead": ("Answer: A, or rather C.", SIDES, "ambiguous"),
    "two, the second one as well": ("The answer is A, and also B.", SIDES, "ambiguous"),
    "two with their words": ("Answer: A (a red kite) and C (a blue kite)", SIDES, "ambiguous"),
    "two lines": ("Answer:\nA\nC", SIDES, "ambiguous"),
    "a format repeated": ("<answer>A/B/C/D</answer>", SIDES, "ambiguous"),
    "two in a block": ("<answer>A B</answer>", SIDES, "ambiguous"),
    "one or another": ("<answer>A (or B)</answer>", SIDES, "ambiguous"),
    "denied in chinese": ("答案不是A,而是B。", SIDES, "no_answer"),
    "two boxes": ("\\boxed{A} and \\boxed{C}", SIDES, "ambiguous"),
    "gemma's thought cut": ("<|channel>thought\nSo the answer is B. Let me", SIDES, "truncated"),
    "nothing": ("", SIDES, "empty"),
    "white space": (" \n\t", SIDES, "empty"),
    "only a think block": ("<think>it is left</think>", SIDES, "no_answer"),
    "cut inside think": ("<think>The answer is B. Let me", SIDES, "truncated"),
    "cut before the answer": ("<think>x</think><answer>", SIDES, "truncated"),
    "two letters": ("A or B", SIDES, "ambiguous"),
    "two letters with words": ("(A) left or (B) right", SIDES, "ambiguous"),
    "letter list": ("A, B", SIDES, "ambiguous"),
    "denied letter": ("A is wrong", SIDES, "no_answer"),
    "several letters in a box": ("\\boxed{A, B}", SIDES, "ambiguous"),
    "several letters and a reason": ("Answer: A, C because both fly", SIDES, "ambiguous"),
    "letter without option": ("<answer>E</answer>", SIDES, "outside_options"),
    "letter far outside": ("Z", SIDES, "outside_options"),
    "refusal": ("I'm sorry, I can't help with that.", SIDES, "refused"),
    "prose with an article": ("A man rides past.", SIDES, "no_answer"),
    "pronoun": ("I see something.", SIDES, "no_answer"),
    "answer only inside think": ("<think>x <answer>B</answer> y</think>", SIDES, "no_answer"),
}


@pytest.mark.parametrize(("text", "options", "problem"), PROBLEMS.values(), ids=PROBLEMS)
def test_problem(text: str, options: tuple[str, ...], problem: str) -> None:
    parsed = parse_response(text, options)
    assert (parsed.answer, parsed.problem) == (None, problem)


THINKS = {
    "closed": ("<think> a </think><answer>B</answer>", "a"),
    "last block wins": ("<think>a</think><think>b</think><answer>B</answer>", "b"),
    "empty last block": ("<think>a</think><think> </think><answer>B</answer>", "a"),
    "opened by the template": ("a</think><answer>B</answer>", "a"),
    "opened twice": ("<think>a <think>b</think><answer>B</answer>", "a <think>b"),
    "no think tags": ("a <answer>B</answer>", "a"),
    "no tags": ("The dog is there. The answer is B.", "The dog is there."),
    "same sentence": ("The dog is right, so the answer is B.", "The dog is right"),
    "only an answer": ("B", None),
    "text after the answer": ("<answer>B</answer> because", None),
    "unclosed": ("<think>a", "a"),
}


@pytest.mark.parametrize(("text", "think"), THINKS.values(), ids=THINKS)
def test_think(text: str, think: str | None) -> None:
    assert parse_response(text, SIDES).think == think


def test_unknown_options_are_read_by_form() -> None:
    assert parse_response("<think>x</think><answer>(J) something</answer>", ()).answer == "J"
    assert parse_response("<answer>something</answer>", ()).answer is None


TAGS = ["<think>", "</think>", "<answer>", "</answer>", "<letter_probs>", "</letter_probs>", "{", '"A": 0.5', "}", "<"]
FORMS = ["A", "B.", "(C)", "\\boxed{", "$", "**", "\uff22", "the answer is ", "?", "\n", ". "]
PROSE = ["left", "right", "not ", "or ", "so ", "wait, "]
FRAGMENTS = st.sampled_from([*TAGS, *FORMS, *PROSE])
TEXTS = st.one_of(st.text(), st.lists(st.one_of(FRAGMENTS, st.text(max_size=5)), max_size=30).map("".join))
OPTIONS = st.lists(st.text(min_size=1), min_size=2, max_size=10, unique=True)


@given(TEXTS, st.one_of(st.just(list(SIDES)), st.just(list(YES_NO)), st.just(list(COUNTS)), OPTIONS))
def test_never_raises_and_answers_within_the_options(text: str, options: list[str]) -> None:
    parsed = parse_response(text, options)
    assert parsed.answer is None or parsed.answer in ascii_uppercase[: len(options)]
    assert (parsed.answer is None) == (parsed.problem is not None)


@given(st.integers(2, 10), st.data())
def test_round_trip(count: int, data: st.DataObject) -> None:
    letter = data.draw(st.sampled_from(ascii_uppercase[:count]))
    options = [f"thing {index}" for index in range(count)]
    parsed = parse_response(f"<think>x</think><answer>{letter}</answer>", options)
    assert (parsed.think, parsed.answer) == ("x", letter)


WRAPPERS = st.sampled_from(
    ["{}", " {} ", "\n{}\n", "**{}**", "`{}`", "({})", "{}.", "*{}*", "\t{}\r\n", "'{}'", "${}$", "\\text{{{}}}"]
)


@given(st.sampled_from("ABCD"), WRAPPERS, WRAPPERS)
def test_wrapping_changes_nothing(letter: str, inner: str, outer: str) -> None:
    text = outer.format(inner.format(letter))
    assert parse_response(f"<think>x</think><answer>{text}</answer>", SIDES).answer == letter


@given(TEXTS)
def test_split_never_raises(text: str) -> None:
    start, end = split_blocks(text).answer
    assert 0 <= start <= end <= len(text)


LONG = {
    "open tags": "<think>" * 15_000,
    "open answers": "<answer>" * 15_000,
    "boxes": "\\boxed{" * 15_000,
    "one word": "left " * 20_000,
    "letters": "(A) " * 25_000,
    "no space": "a" * 100_000,
    "commas": "not left, " * 10_000,
    "lines": "\n" * 100_000,
    "stars": "*" * 100_000,
    "quotes": '"answer": ' * 10_000,
    "questions": "is it left? " * 8_000,
    "spaces": "answer" + " " * 100_000 + "x",
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_long_responses_end(text: str) -> None:
    parse_response(text, SIDES)
    parse_response(f"<think>{text}</think><answer>B</answer>", SIDES)


# What stops at the limit of tokens, and the answer that is complete by then.
CUT = {
    "prose": ("It is left. So the answer is A", None),
    "prose of several sentences": ("The answer is A. But wait, it may be", None),
    "an open thought": ("<think>It is left. So the answer is A", None),
    "an open thought that ends in an answer on a line": ("<think>It is left.\n\nAnswer: A", None),
    "a thought that was opened elsewhere": ("It is left.</think>The answer is A", "A"),
    "a closed thought and nothing": ("<think>It is left.</think>", None),
    "a closed thought and a letter": ("<think>It is left.</think>A", "A"),
    "a closed thought and prose without an answer": ("<think>It is left.</think>Let me", None),
    "a whole answer block": ("<think>It is left.</think><answer>A</answer>", "A"),
    "a whole answer block and more": ("<think>It is left.</think><answer>A</answer> I think that", "A"),
    "an answer block that stops after its letter": ("<think>It is left.</think><answer>A", "A"),
    "an answer block that stops after its label": ("<think>It is left.</think><answer>A. le", "A"),
    "an answer block of prose": ("<think>It is left.</think><answer>The answer is A", None),
    "an empty answer block": ("<think>It is left.</think><answer>", None),
}


@pytest.mark.parametrize(("text", "answer"), CUT.values(), ids=CUT)
def test_prose_that_was_cut_off_is_no_answer(text: str, answer: str | None) -> None:
    found = parse_response(text, SIDES, cut=True)
    assert found.answer == answer
    assert found.problem == (None if answer else "truncated")
    assert found.think


def test_a_response_that_was_not_cut_is_read_as_one_of_which_that_is_not_known() -> None:
    for text, _ in CUT.values():
        assert parse_response(text, SIDES, cut=False) == parse_response(text, SIDES)
