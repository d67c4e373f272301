from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from lmms_robust.errors import RobustError
from lmms_robust.perturbations import VARIANTS, build, plant
from lmms_robust.prompts import TEMPLATES_VARIABLE
from lmms_robust.schema import Item

WRONG = ["wrong_think", "wrong_think_but", "wrong_caption", "wrong_caption_disclaimer"]


def sent(item: Item, variant: str) -> str:
    made = build(item, variant)
    return f"{made.prompt}\n{made.prefill}"


def test_there_are_twelve_variants() -> None:
    assert len(VARIANTS) == 12
    assert {name for name, chosen in VARIANTS.items() if chosen.adversarial} == set(WRONG)


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_keeps_the_item_and_plants_the_same_wrong_option(item: Item, variant: str) -> None:
    made = build(item, variant)
    assert made.item is item
    assert made.planted == plant(item) != item.answer
    assert item.question in made.prompt
    assert [line for line in made.prompt.splitlines() if line[1:2] == "."][:4] == [
        "A. red",
        "B. green",
        "C. blue",
        "D. black",
    ]


def test_base_injects_nothing(item: Item) -> None:
    made = build(item, "base")
    assert made.prefill == ""
    assert made.prompt.startswith(item.question)
    assert not any(statement in made.prompt for statement in item.statements)


@pytest.mark.parametrize("variant", [*WRONG, "abstain_wrong_caption", "abstain_wrong_think"])
def test_wrong_variants_assert_the_planted_option_only(item: Item, variant: str) -> None:
    statements = dict(zip(item.letters, item.statements, strict=True))
    present = {letter for letter, statement in statements.items() if statement in sent(item, variant)}
    assert present == {plant(item)}


@pytest.mark.parametrize(("control", "wrong"), [("correct_think", "wrong_think"), ("correct_caption", "wrong_caption")])
def test_controls_have_the_same_form_with_the_right_option(item: Item, control: str, wrong: str) -> None:
    planted = item.options[item.letters.index(plant(item))]
    swapped = (
        sent(item, wrong).replace(f"The square is {planted}.", "The square is blue.").replace(f'"{planted}"', '"blue"')
    )
    assert sent(item, control) == swapped


def test_open_and_closed_think_blocks(item: Item) -> None:
    assert build(item, "stop_think").prefill.endswith("</think>")
    for variant in ("wrong_think", "wrong_think_but", "correct_think", "abstain_wrong_think"):
        prefill = build(item, variant).prefill
        assert prefill.startswith("<think>")
        assert "</think>" not in prefill
        assert prefill == prefill.rstrip()
    assert build(item, "wrong_think_but").prefill.endswith("but I think")


@pytest.mark.parametrize("variant", [name for name, chosen in VARIANTS.items() if chosen.caption])
def test_a_caption_is_a_statement_and_never_names_a_letter_or_the_answer(item: Item, variant: str) -> None:
    caption = build(item, variant).prompt.splitlines()[0]
    assert caption.startswith("Image caption: ")
    assert "answer" not in caption
    assert "option" not in caption


@pytest.mark.parametrize("variant", [name for name in VARIANTS if name.startswith("abstain")])
def test_abstaining_adds_one_option_at_the_end(item: Item, variant: str) -> None:
    made = build(item, variant)
    assert made.options == (*item.options, "I'm not sure")
    assert "E. I'm not sure" in made.prompt


def test_sentence_options_do_not_end_in_two_stops(item: Item) -> None:
    sentences = replace(item, options=tuple(f"The square is {c}." for c in ("red", "green", "blue", "black")))
    assert '."' not in build(sentences, "wrong_think").prefill
    assert build(sentences, "wrong_think").prefill.endswith('".')


def test_planting_is_even_and_changes_with_the_seed(item: Item) -> None:
    items = [replace(item, question=f"What color is square {number}?") for number in range(600)]
    drawn = Counter(plant(made) for made in items)
    assert set(drawn) == {"A", "B", "D"}
    assert min(drawn.values()) > 150
    assert [plant(made) for made in items] == [plant(made) for made in items]
    assert [plant(made) for made in items] != [plant(made, seed=1) for made in items]


def test_an_option_that_may_be_true_is_never_planted(item: Item) -> None:
    items = [replace(item, question=f"What color is square {number}?", unplantable=("B",)) for number in range(100)]
    assert item.plantable == ("A", "B", "D")
    assert {plant(made) for made in items} == {"A", "D"}


@pytest.mark.parametrize(
    ("template", "text", "variant", "message"),
    [
        ("caption", "", "wrong_caption", "template caption.jinja: renders to nothing"),
        ("think", " ", "wrong_think", "template think.jinja: renders to nothing"),
        ("prompt", "{{ question }}", "base", "template prompt.jinja: leaves out 'red'"),
        (
            "prompt",
            "{{ question }}{% for o in options %} {{ o.text }}{% endfor %}",
            "wrong_caption",
            "template prompt.jinja: leaves out 'The square is",
        ),
    ],
)
def test_a_template_that_would_turn_a_variant_into_another_is_refused(
    item: Item, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, template: str, text: str, variant: str, message: str
) -> None:
    (tmp_path / f"{template}.jinja").write_text(text)
    monkeypatch.setenv(TEMPLATES_VARIABLE, str(tmp_path))
    with pytest.raises(RobustError, match=message):
        build(item, variant)


def test_an_unknown_variant_is_named_with_the_nearest(item: Item) -> None:
    with pytest.raises(RobustError, match="unknown variant 'wrong_thinks'; did you mean 'wrong_think'"):
        build(item, "wrong_thinks")


@pytest.mark.parametrize("captions", [["A dog."], "abcd"])
def test_captions_are_one_for_each_option(item: Item, captions) -> None:
    with pytest.raises(RobustError, match=r"scenes item 'scenes-x-0001': captions .*; allowed: one for each option"):
        build(item, "wrong_caption", captions=captions)
