from __future__ import annotations

import pytest

from lmms_robust.statements.yes_no import answered


@pytest.mark.parametrize(
    ("question", "yes", "no"),
    [
        ("Is this in the USA?", "This is in the USA.", "This is not in the USA."),
        ("Is X above Y?", "X is above Y.", "X is not above Y."),
        (
            "Is point A closer to the camera than point B?",
            "Point A is closer to the camera than point B.",
            "Point A is not closer to the camera than point B.",
        ),
        ("Are there an apple on the plate?", "There is an apple on the plate.", "There is no apple on the plate."),
        ("Is there any people on the bus?", "There are some people on the bus.", "There are no people on the bus."),
        ("Is there any water left?", "There is some water left.", "There is no water left."),
        ("Are there any deer?", "There are some deer.", "There are no deer."),
        ("Are there a lot of cars?", "There are a lot of cars.", "There are not a lot of cars."),
        ("Does the plant have any leaves?", "The plant has leaves.", "The plant does not have any leaves."),
        ("Does the man carry any bag?", "The man carries a bag.", "The man does not carry any bag."),
        ("Does the sign clearly say stop?", "The sign clearly says stop.", "The sign does not clearly say stop."),
        ("Can frog cells make food?", "Frog cells can make food.", "Frog cells cannot make food."),
        (
            "Is the number of pots behind the tall fence greater than the number of pans?",
            "The number of pots behind the tall fence is greater than the number of pans.",
            "The number of pots behind the tall fence is not greater than the number of pans.",
        ),
        (
            "Is the weight of the jar next to the sink the same as the weight of the pan?",
            "The weight of the jar next to the sink is the same as the weight of the pan.",
            "The weight of the jar next to the sink is not the same as the weight of the pan.",
        ),
        (
            "Is the girl standing closer to the gate than the dog?",
            "The girl is standing closer to the gate than the dog.",
            "The girl is not standing closer to the gate than the dog.",
        ),
        ("Is there a glasses case?", "There is a glasses case.", "There is no glasses case."),
    ],
)
def test_statement_and_opposite(question: str, yes: str, no: str) -> None:
    assert (answered(question, True), answered(question, False)) == (yes, no)


@pytest.mark.parametrize(
    "question",
    [
        "Is the jar half full?",
        "Is either dog asleep?",
        "Does any person wear a hat?",
        "Is the dog that looks sad brown?",
        "Is the sky in the photo overcast?",
        "Are there people on both sides of the table?",
        "Is the number of pots behind the tall fence less than the number of pans?",
        "Is the jar next to the sink as heavy as the pan?",
        "Is the lamp beside the bed better looking than the clock?",
    ],
)
def test_what_would_read_crooked_is_left_to_the_fallback(question: str) -> None:
    assert answered(question, True) is None
