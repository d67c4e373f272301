"""Bad sentences of the kinds that question patterns make, each beside the sentence that it should have been."""

from __future__ import annotations

import pytest

from lmms_robust.statements.grammatical import flaws

PAIRS = [
    # number
    ("The curtains in the red box is above the rug.", "The curtains in the red box are above the rug."),
    ("The box of pencils are on the desk.", "The box of pencils is on the desk."),
    ("There is umbrellas under the table.", "There are umbrellas under the table."),
    ("From the man's perspective, the shoes is behind.", "From the man's perspective, the shoes are behind."),
    ("Ghana have the highest value.", "Ghana has the highest value."),
    ("The two magnets attracts each other.", "The two magnets attract each other."),
    ("There is 1 women in the image.", "There is 1 woman in the image."),
    ("There are 3 lamp in the image.", "There are 3 lamps in the image."),
    ("There are 2 foxs in the image.", "There are 2 foxes in the image."),
    ("There are 2 babys in the image.", "There are 2 babies in the image."),
    ("There are 4 loafs on the shelf.", "There are 4 loaves on the shelf."),
    ("The animals by the fence are geeses.", "The animals by the fence are geese."),
    # verbs
    ("The back of the horse facing the camera.", "The back of the horse is facing the camera."),
    ("A sign next to a door.", "A sign is next to a door."),
    ("A horse eating hay while the farmer is watching.", "A horse is eating hay while the farmer is watching."),
    ("There are 5 people can be seen on the bridge.", "There are 5 people on the bridge who can be seen."),
    ("The image shows two men are fishing.", "The image shows that two men are fishing."),
    ("The direction is the sedan heading is forward.", "The direction in which the sedan is heading is forward."),
    ("The part of the plant that is this is a root.", "The part of the plant is a root."),
    ("The man does not has a beard.", "The man does not have a beard."),
    ("The function of the object is sew.", "The function of the object is to sew."),
    # places of words
    ("The man in the picture doing is painting a wall.", "The man in the picture is painting a wall."),
    ("The tallest building made of is brick.", "The tallest building is made of brick."),
    ("The woman old is in the kitchen.", "The old woman is in the kitchen."),
    ("The cup is to the left the kettle.", "The cup is to the left of the kettle."),
    ("The yellow crane is In the lower area.", "The yellow crane is in the lower area."),
    ("The cat is under the chair black.", "The cat under the chair is black."),
    ("From the camera's perspective, the is on the right.", "From the camera's perspective, it is on the right."),
    ("The two girls are facing each other no.", "The two girls are not facing each other."),
    # articles
    ("Brown desk is to the right of the shelf.", "The brown desk is to the right of the shelf."),
    ("There is hydrant on the left.", "There is a hydrant on the left."),
    ("The object on the shelf is clock.", "The object on the shelf is a clock."),
    ("July has lowest rainfall.", "July has the lowest rainfall."),
    # no statements
    ("Which state is farthest north is Maine.", "The state that is farthest north is Maine."),
    ("Select the formula is CO2.", "The formula is CO2."),
    ("The arrow is pointing please answer up.", "The arrow is pointing up."),
]
SOUND = [
    "Copper is a solid.",
    "They decrease.",
    "The van will stop at the line next.",
    "Plants release carbon dioxide in this process.",
    "The organism in the same genus as the wolf is Canis latrans.",
    "The image shows several motorcycles parked in a row.",
    "The name of the phase is full moon.",
    "Point A corresponds to the reference point.",
    "Sales rose.",
    "The price fell between June and July.",
    "Light Sky Blue is the minimum.",
    "The trash can is on the left side of the pillar.",
    "There is no stop sign ahead.",
    "The weather depicted in the picture is snowy.",
    "In this comparison chart, the rug has the lowest price.",
    "The emotion that the woman shows is anger.",
    "When the switch is closed, the bell rings.",
    "The shop opens at 9 am.",
    "The probable season in the image is autumn.",
    "The number of people wearing red hats in the image is 1.",
    "A bus stops.",
    "He fell.",
    "The van is red, and the bus is blue.",
    "The boy is crying because he lost his toy.",
    '"BAKERY" is written above the door.',
    "Point A is closer to the camera than point B.",
    "A dog and a cat are on the sofa.",
    "The sheep are behind the fence.",
    "Based on the map, Maine is farthest north.",
]


@pytest.mark.parametrize(("bad", "good"), PAIRS)
def test_a_bad_sentence_is_told_from_the_good_one(bad: str, good: str) -> None:
    assert flaws(bad)
    assert flaws(good) == ()


@pytest.mark.parametrize("text", SOUND)
def test_a_sound_sentence_has_no_flaws(text: str) -> None:
    assert flaws(text) == ()


@pytest.mark.parametrize("text", ["", ".", '"', "A", "?!", "x" * 5000, "the " * 500, "是的。", "\\frac{1}{2}", "\x00"])
def test_any_text_is_looked_at(text: str) -> None:
    assert isinstance(flaws(text), tuple)
