import pytest

from lmms_robust.consistency.followups import Chain, chain_of, cut, fixed_from, original_letter, reordered
from lmms_robust.perturbations import build
from lmms_robust.schema import Item
from lmms_robust.scoring import score


def chain(item: Item, text: str, name: str = "base"):
    variant = build(item, name)
    record = score(variant, text)
    return record, chain_of(record, text, variant.prompt, variant.prefill)


def test_reasoning_is_given_back_under_other_letters(item: Item) -> None:
    text = "<think>I see a square. A and B are wrong. So the answer is C.</think><answer>C</answer>"
    record, found = chain(item, text)
    (asked,) = reordered(record, found)
    options = [record.options[index] for index in asked.order]
    for letter, option in zip("ABCD", options, strict=True):
        assert f"\n{letter}. {option}" in asked.prompt
    now = "ABCD"[options.index("blue")]
    assert asked.think.endswith(f"So the answer is {now}.")
    assert original_letter(now, asked.order) == "C"
    assert original_letter(None, asked.order) is None


def test_an_option_to_abstain_stays_the_last_one(item: Item) -> None:
    record, found = chain(
        item, "<think>It is E, since I cannot see. So E, not A.</think><answer>E</answer>", "abstain_base"
    )
    (asked,) = reordered(record, found)
    assert asked.order[-1] == 4
    assert "\nE. I'm not sure" in asked.prompt
    assert asked.think == f"It is E, since I cannot see. So E, not {'ABCD'[asked.order.index(0)]}."


def test_an_injected_start_is_part_of_the_reasoning(item: Item) -> None:
    variant = build(item, "wrong_think")
    record, found = chain(item, f"{variant.prefill} But it is blue.</think><answer>C</answer>", "wrong_think")
    (asked,) = reordered(record, found)
    assert asked.think == variant.prefill.removeprefix("<think>") + " But it is blue."
    assert cut(record, found)[0].think == variant.prefill.removeprefix("<think>")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<answer>C</answer>", "no_reasoning"),
        ("<think>It is blue.</think>I do not know", "no_answer"),
        ("<think>It is blue", "truncated"),
        ("", "empty"),
        ("It is a square. So it is blue.", "inseparable"),
    ],
)
def test_what_cannot_be_asked_about_has_a_reason(item: Item, text: str, reason: str) -> None:
    assert chain(item, text)[1] == reason


def test_closed_reasoning_is_not_the_models_own(item: Item) -> None:
    variant = build(item, "stop_think")
    assert chain(item, f"{variant.prefill}<answer>C</answer>", "stop_think")[1] == "not_applicable"


@pytest.mark.parametrize(
    ("think", "reason"),
    [
        ("Vitamin C is blue. So blue.", "uncertain_letter"),
        ("The third option is blue.", "told_by_place"),
    ],
)
def test_reasoning_that_cannot_be_relabelled_is_left_out(item: Item, think: str, reason: str) -> None:
    record, found = chain(item, f"<think>{think}</think><answer>C</answer>")
    assert reordered(record, found) == reason


def test_a_prompt_with_its_options_elsewhere_is_left_out(item: Item) -> None:
    record, found = chain(item, "<think>It is blue.</think><answer>C</answer>")
    assert (
        reordered(record, Chain(found.text, found.own, "What color? red, green, blue, black")) == "options_not_listed"
    )


def test_a_chain_is_cut_at_quarters_under_the_same_options(item: Item) -> None:
    record, found = chain(item, "<think>I see one. It is a square. It is blue. So blue.</think><answer>C</answer>")
    asked = cut(record, found)
    assert [part.share for part in asked] == [0, 0.25, 0.5, 0.75, 1]
    assert {part.order for part in asked} == {(0, 1, 2, 3)}
    assert {part.prompt for part in asked} == {found.prompt}
    assert asked[0].think == ""
    assert asked[-1].think == "I see one. It is a square. It is blue. So blue."


def test_nothing_of_the_models_own_is_nothing_to_cut(item: Item) -> None:
    variant = build(item, "wrong_think")
    record, found = chain(item, f"{variant.prefill}</think><answer>C</answer>", "wrong_think")
    assert cut(record, found) == "no_own_reasoning"


@pytest.mark.parametrize(
    ("answers", "share"),
    [("AAAAA", 0), ("BAAAA", 0.25), ("ABBAA", 0.75), ("AAAAB", 1), ("A_AAA", 0.5), ("AAAA_", None)],
)
def test_an_answer_is_fixed_from_where_it_no_longer_changes(answers: str, share: float | None) -> None:
    assert fixed_from([None if one == "_" else one for one in answers]) == share
