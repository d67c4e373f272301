from dataclasses import replace

import pytest

from lmms_robust.errors import RobustError
from lmms_robust.schema import Item


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"options": ("red",), "statements": ("x",)}, "1 option(s); allowed: 2 to 10"),
        ({"options": ("red", "red ", "red", "red")}, "1 option(s); allowed: 2 to 10"),
        ({"options": ("red", " ", "blue", "black")}, "an option or a statement is ' '"),
        ({"answer": "E"}, "answer 'E'; allowed: A, B, C, D"),
        ({"statements": ("x",)}, "1 statements; allowed: one for each of 4 options"),
        ({"statements": ("x.", "y.", "x. ", "z.")}, "two statements are equal; allowed: distinct ones"),
        ({"unplantable": ("A", "B", "D")}, "every wrong option may hold beside C; allowed: one that cannot"),
    ],
)
def test_an_item_that_cannot_be_asked_is_refused_in_one_line(item: Item, changes: dict, message: str) -> None:
    with pytest.raises(RobustError) as raised:
        replace(item, **changes)
    assert message in str(raised.value)
    assert item.id in str(raised.value)
    assert "\n" not in str(raised.value)


OPTIONS = ("left", "right")


def test_an_option_with_the_right_ones_statement_is_spared_where_it_is_the_same_answer() -> None:
    said = ("It is left.", "It is left.", "It is right.")
    found = Item(question="Where?", options=("left.", "Left", "right"), answer="A", statements=said)
    assert found.plantable == ("C",)
    with pytest.raises(RobustError, match="every wrong option may hold beside A"):
        Item(question="Where?", options=("left.", "Left"), answer="A", statements=said[:2])


@pytest.mark.parametrize("options", [["left", "right"], {"B": "right", "A": "left"}, '["left", "right"]',
                                     '{"A": "left", "B": "right"}'])  # fmt: skip
def test_options_are_a_list_an_object_or_json(options: object) -> None:
    assert Item(question="Where?", options=options, answer="A").options == OPTIONS


@pytest.mark.parametrize("options", ["left", {"A": "left", "C": "right"}, [1, 2], "[", "[" * 100_000, None, '"left"'])
def test_other_options_are_refused_in_one_line(options: object) -> None:
    with pytest.raises(RobustError, match="allowed: a list of texts, an object of letters from A on") as raised:
        Item(question="Where?", options=options, answer="A")
    assert "\n" not in str(raised.value)


def test_the_digest_is_that_of_what_is_asked_and_not_of_how_it_was_loaded(item: Item) -> None:
    turned = replace(item, id="other", row=7, options=item.options[::-1], statements=item.statements[::-1], answer="B")
    assert turned.digest == item.digest
    for change in ({"question": "What?"}, {"answer": "A"}, {"benchmark": "vstar"}):
        assert replace(item, **change).digest != item.digest


def test_an_item_without_an_id_is_known_by_its_digest() -> None:
    item = Item(question="Where?", options=OPTIONS, answer="A")
    assert item.id == item.digest
    assert Item(question="Where?", options=OPTIONS, answer="A", id=17).id == "17"
