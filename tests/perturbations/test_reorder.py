import pytest

from lmms_robust.perturbations import build
from lmms_robust.perturbations.reorder import (
    fixed_by,
    moved,
    moved_back,
    new_order,
    relabel,
    reordered_prompt,
)
from lmms_robust.schema import Item, letters


@pytest.mark.parametrize("count", range(2, 12))
def test_no_option_keeps_its_place_and_the_item_decides(count: int) -> None:
    orders = [new_order(f"item {number}", count) for number in range(50)]
    assert all(sorted(order) == list(range(count)) for order in orders)
    assert all(index != place for order in orders for place, index in enumerate(order))
    assert orders == [new_order(f"item {number}", count) for number in range(50)]
    assert len(set(orders)) > 1 or count == 2


def test_letters_move_there_and_back() -> None:
    order = (2, 0, 1)  # C stands first now
    assert [moved(letter, order) for letter in "ABC"] == ["B", "C", "A"]
    assert [moved_back(moved(letter, order), order) for letter in "ABC"] == list("ABC")


SURE = [
    ("The answer is A.", "The answer is C."),
    ("Option B fits; (c) does not.", "Option A fits; (b) does not."),
    ("So A, B and C are there.", "So C, A and B are there."),
    ("A dog is left of a cat. I think it is option A.", "A dog is left of a cat. I think it is option C."),
    ("A. red\nB. blue\nC. green\nIt is blue.", "C. red\nA. blue\nB. green\nIt is blue."),
    ("The answer is **B**, \\boxed{B}", "The answer is **A**, \\boxed{A}"),
    ("It is red. Nothing else is.", "It is red. Nothing else is."),
    ("The letter E is on the sign.", "The letter E is on the sign."),  # no option has it
    ("因此答案是B。", "因此答案是A。"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "changed"), SURE)
def test_letters_of_options_change_and_nothing_else(text: str, changed: str) -> None:
    assert relabel(text, (1, 2, 0)) == (changed, None)


UNCERTAIN = [
    ("It is rich in vitamin C.", "uncertain_letter"),
    ("Camera B shows it.", "uncertain_letter"),
    ("A/B testing", "uncertain_letter"),
    ("The C-shaped thing.", "uncertain_letter"),
    ("b) is wrong.", "uncertain_letter"),
    ("the answer is b", "uncertain_letter"),
    ("so it must be a.", "uncertain_letter"),
    ("A's position is wrong.", "uncertain_letter"),
    ("The first option says red.", "told_by_place"),
    ("Of these the 2nd choice is best.", "told_by_place"),
    ("So option 2.", "told_by_place"),
    ("The last answer fits.", "told_by_place"),
    ("Option one is red.", "told_by_place"),
]


@pytest.mark.parametrize(("text", "reason"), UNCERTAIN)
def test_what_may_mean_an_option_or_not_is_left_out(text: str, reason: str) -> None:
    assert relabel(text, (1, 2, 0)) == ("", reason)


@pytest.mark.parametrize(
    ("question", "options", "reason"),
    [
        ("What color is it?", ("red", "blue"), None),
        ("A dog or a cat: which do I see?", ("a dog", "a cat"), None),
        ("Where is it?", ("above the box", "below the box"), None),
        ("Which holds?", ("red", "blue", "None of the above"), "options_refer"),
        ("Which holds?", ("red", "blue", "Both A and B"), "options_refer"),
        ("Which point is closer?", ("point A", "point B"), "options_refer"),
        ("Which is larger, B or the box?", ("it", "the box"), "letters_in_question"),
    ],
)
def test_options_that_point_at_each_other_keep_their_order(question: str, options: tuple, reason: str | None) -> None:
    assert fixed_by(question, options) == reason


@pytest.mark.parametrize("name", ["base", "wrong_caption", "abstain_base"])
def test_the_prompt_lists_the_options_anew_and_is_else_the_same(item: Item, name: str) -> None:
    variant = build(item, name)
    order = new_order(item.digest, len(variant.options))
    prompt = reordered_prompt(variant.prompt, variant.options, order)
    before, after = variant.prompt.splitlines(), prompt.splitlines()
    changed = [place for place, line in enumerate(before) if line != after[place]]
    assert len(before) == len(after)
    assert len(changed) == len(variant.options)
    listed = [f"{letter}. {variant.options[old]}" for letter, old in zip(letters(len(order)), order, strict=True)]
    assert [after[place] for place in changed] == listed


def test_a_prompt_that_lists_its_options_otherwise_is_left_alone() -> None:
    assert reordered_prompt("Where?\n(A) left\n(B) right", ("left", "right"), (1, 0)) is None
    assert reordered_prompt("Where?\nA. left\nB. right\nA. left\nB. right", ("left", "right"), (1, 0)) is None
