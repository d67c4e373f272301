from __future__ import annotations

import pytest

from lmms_robust.statements.predicates import subject_end

SPLIT = [
    # An adjective or a second noun after a place is what is asked about.
    "the sign above the door | red",
    "the man on the left of the dog | taller",
    "the cat near the window | asleep",
    "the shirt of the man on the left | dark blue",
    "the building behind the trees | tall and white",
    "the cup placed on the table | red",
    "the fruit | mostly red",
    "the room | well lit",
    "the second chair from the left | empty",
    "the apple next to the orange | ripe",
    "the traffic light on the left | green",
    "the TV in the corner | on",
    "the animal in the picture | a dog",
    "the man on the left | the tallest",
    "the tree behind the house | taller than the pole",
    "the table | made of wood",
    # Where or what is asked about, if nothing of the kind follows.
    "the man in the red shirt | behind the car",
    "the man wearing a hat | next to the woman",
    "the woman with long hair | on the right",
    "the mug on the desk | to the left of the laptop",
    "the bird | on the traffic light",
    "the airplane | flying above the clouds",
    "the deer | sitting and facing left",
    "the dog on the left | looking at the camera",
    "the man on the left | wearing a hat",
    "the man in front | wearing a blue tie",
    "the player in white | hitting the ball",
    "the dog in front of the house | looking at the camera",
    "the man on the ladder | painting the wall",
    "the woman with dark hair | standing on the right",
    "the girl holding a rolling pin | standing on the right",
    "the man | holding a cup in his hand",
    "the man | using his right hand to hold the phone",
    "the photo | taken at night",
    "the white cup | located left of the black cup",
    # Asides are no place.
    "the dog | black in the picture",
    "the cup | inside the bowl from the camera's perspective",
    # A subject without additions.
    "the woman | barefoot",
    "the two cats | back to back",
    "these | the same dog",
    "these two shapes | the same color",
    "it | raining",
]
OPEN = [
    "the man next to the woman wearing a hat",
    "the man behind the dog sitting on the bench",
    "the man with the dog sitting on the bench",
    "the cup next to the plate full of water",
    "the strawberries outside the cup covered in chocolate",
    "the ball under the chair near the window",
    "the dog behind the cat closer to the camera",
    "the cup next to the blood orange",
    "the car in front of the bus moving",
    "the boat at pier 7",
    "the man painting pictures",
    "the umbrella",
    "dog",
]


@pytest.mark.parametrize("text", SPLIT)
def test_where_the_predicate_starts(text: str) -> None:
    subject, predicate = text.split(" | ")
    assert subject_end(f"{subject} {predicate}".split()) == len(subject.split())


@pytest.mark.parametrize("text", OPEN)
def test_what_can_be_read_in_two_ways_is_left_open(text: str) -> None:
    assert subject_end(text.split()) is None


def test_nothing_to_split() -> None:
    assert subject_end([]) is None
