from __future__ import annotations

import pytest

from lmms_robust.benchmarks.overlap import also_hold, holds_beside

NOT_SHOWN = "The image does not feature the cars."


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("0", NOT_SHOWN), (NOT_SHOWN, "0"), ("None", NOT_SHOWN), ("zero", "not visible"), ("No", NOT_SHOWN),
        ("none", "0"), ("two", "2"), ("1.0", "one"), ("blue", "dark blue"), ("white", "black and white"),
        ("black and white", "white and black"), ("gray", "grey"), ("left", "top left"), ("below", "under"),
        ("on the right side", "on the upper right side"),
        ("In the right area of the picture", "In the upper right area of the picture"),
        ("more than 20", "25"), ("25", "more than 20"), ("at least 3", "3"), ("1 to 3", "2"),
        ("a dog", "a dog and a cat"), ("red", "both red and blue"), ("white, red", "red and white"),
        ("red and white", "white, red"), ("0", "no cars"), ("no cars", NOT_SHOWN), ("0 cars", "There are no cars"),
        ("not visible", "cannot be determined"), ("5-10", "7"), ("the left", "on the left side"),
        ("either the cat or the dog", "the cat"),
    ],
)  # fmt: skip
def test_an_option_that_may_be_true_beside_the_right_one(wrong: str, right: str) -> None:
    assert holds_beside(wrong, right)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("1", NOT_SHOWN), (NOT_SHOWN, "3"), ("None of the above", "0"), ("0", "None of the above"), ("yes", NOT_SHOWN),
        ("Cannot be determined", "0"), ("dark blue", "blue"), ("red", "not red"), ("5", "-5"), ("x - y", "x + y"),
        ("5%", "5"), ("2", "12"), ("The cat is behind the dog.", "The dog is behind the cat."), ("left", "right"),
        ("The dog is left of the car", "The car and the cat are left of the dog"), ("less than 3", "3"),
        ("A", "B"), ("a", "an apple"), ("yes", "no"), ("under the table", "on the table"),
        ("no parking", NOT_SHOWN), ("no cars", "no dogs"), ("not visible", "red"), ("both", "red"),
    ],
)  # fmt: skip
def test_an_option_that_excludes_the_right_one(wrong: str, right: str) -> None:
    assert not holds_beside(wrong, right)


def test_letters_of_the_wrong_options_only() -> None:
    options = ("0", "1", "none", NOT_SHOWN)
    assert also_hold(options, "A") == ("C", "D")
    assert also_hold(options, "B") == ()
    assert also_hold(options, "Z") == ()


@pytest.mark.parametrize(
    ("right", "held"), [("both", ("A", "B")), ("all of the above", ("A", "B")), ("A and C", ("A",)), ("neither", ())]
)
def test_what_is_true_where_the_right_option_takes_in_others(right: str, held: tuple[str, ...]) -> None:
    assert also_hold(("a dog", "a cat", right, "None of the above"), "C") == held
