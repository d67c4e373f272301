"""Where a pattern is not sure of its sentence, the item falls back; where it is, articles and order are right."""

from __future__ import annotations

import pytest

from lmms_robust.statements.generic import PATTERNS
from lmms_robust.statements.state import FALLBACK, Statements, state


def made(question: str, *options: str) -> Statements:
    return state(question, options, PATTERNS)


@pytest.mark.parametrize(
    ("question", "options"),
    [
        ("Which drawer are the silver spoons?", ("upper", "lower")),
        ("What type of stone is slate?", ("grey", "shiny")),
        ("What side is Peru in Brazil?", ("west", "east")),
        ("Which of the two jars, the tall one, is full?", ("a jam jar", "a jug")),
        ("Which tram stops at the pier: line 4, 5 or 6?", ("line 4", "line 5")),
        ("What in the attic has the most dust?", ("qx", "qz")),
        ("Which end of the rope is burnt?", ("the red end", "neither end")),
        ("Which photo is sharper?", ("the old one", "same")),
        ("What is the white barrel behind the barn for?", ("rain barrel", "oil barrel")),
        ("What is the man with the cart?", ("deliver parcels", "baker")),
        ("What is the girl on the swing most likely feeling?", ("joy", "fear")),
        ("What is the thing on the tray?", ("copper", "brass")),
        ("What does the moth eat?", ("plankton", "krill")),
        ("Where is the label of it?", ("Tallinn", "Utrecht")),
        ("Where is the anther?", ("B", "E")),
        ("Where is the nurse?", ("Clinic.", "Toy shop.")),
        ("How many times is the word 'sea' printed on the page?", ("two", "three")),
        ("What code prints the list?", ("for x in y:\n  print(x)", "print(y)")),
        ("How many swans are on the pond?(If a swan sleeps, ignore it.)", ("3", "4")),
        ("A hull is called sound if it has no hole. What is the number of sound hulls?", ("3", "4")),
        ("Is the following claim true? Moss has roots.", ("yes", "no")),
        ("What's the relationship between the ant and the aphid?", ("Mutualism", "Parasitism")),
        ("Which qualities do the two ropes have?", ("Good grip.", "High strength.")),
        ("Which two people are nearest to the door?", ("guard and clerk", "cook and clerk")),
        ("Which investor owns the mill?", ("Founders", "Investor 3")),
        ("Which rower has the oar?", ("The green", "The red")),
        ("Which sack is heavier?", ("The jute sack", "the same")),
        ("Which of these statements is true?", ("Mills existed at the same time as barns.", "Barns stood near mills.")),
        ("Which part of the coat adds most to its charm?", ("The collar is lined.", "The cuffs are lined.")),
        ("Which vehicle is in the yard?", ("SUV", "MPV")),
        ("Which of these harbours was Northern colonies?", ("Perth", "Hull")),
    ],
)
def test_a_pattern_that_is_not_sure_leaves_the_question_to_the_fallback(
    question: str, options: tuple[str, ...]
) -> None:
    assert made(question, *options).pattern == FALLBACK


@pytest.mark.parametrize(
    ("question", "option", "other", "expected"),
    [
        ("What is the profession of the women in the photo?", "weaver", "tailor",
         "The profession of the women in the photo is weaver."),
        ("What job is the man on the ladder most likely to do?", "painter", "roofer",
         "The job that the man on the ladder is most likely to do is painter."),
        ("What does the letter K depict?", "2nd floor", "3rd floor", "The letter K depicts the 2nd floor."),
        ("What stage of the moth's growth is drawn at E?", "Larva", "Pupa",
         "The stage of the moth's growth that is drawn at E is the larva."),
        ("What is under the tarp?", "wood", "a barrel", "There is wood under the tarp."),
        ("What animal is on the crest?", "fox", "stag", "The animal that is on the crest is a fox."),
        ("Which term do the rivers first exceed?", "8 m", "9 m", "The term that the rivers first exceed is 8 m."),
        ("Which of these knots are loose?", "Knot type B", "Knot type D", "Of these knots, knot type B is loose."),
        ("Which year had the most rain, according to the 'Rain by Year' chart?", "1990", "1995",
         "According to the 'Rain by Year' chart, the year that had the most rain is 1990."),
        ("Is the mast alongside the quay?", "no", "yes", "The mast is not alongside the quay."),
        ("What type of lamp is over the door?", "oil lamp", "no light",
         "The type of lamp that is over the door is oil lamp."),
        ("What is the relationship between the two singers?", "couple", "sisters",
         "The relationship between the two singers is that of a couple."),
        ("What is the orientation of the tram?", "The left of the image", "The top of the image",
         "The orientation of the tram is towards the left of the image."),
        ("Who is nearer to the net, the boy in red or the boy in blue?", "They are equally near.", "The boy in red.",
         "The boy in red and the boy in blue are equally near."),
        ("Which vehicle is in the yard?", "SUV", "bus", "The vehicle that is in the yard is an SUV."),
        ("What is the object on the shelf?", "TV", "clock", "The object on the shelf is a TV."),
        ("What is the singer wearing?", "dress", "suit", "The singer is wearing a dress."),
        ("Which item is nearest to the door?", "Red Carpet", "Bag of oats",
         "The item that is nearest to the door is a red carpet."),
        ("What is the printed word on the crate?", "MILK", "EGGS", "The printed word on the crate is \"MILK\"."),
        ("What is Landmark 12?", "Comet", "Gala Wheel", "Landmark 12 is Comet."),
        ("Which is this beetle's scientific name?", "stag beetle", "Lucanus cervus",
         "This beetle's scientific name is stag beetle."),
        ("What is this jar used for?", "to hold salt", "to grind salt", "This jar is used to hold salt."),
        ("What is this jar used for?", "hold salt", "grind salt", "This jar is used to hold salt."),
        ("What is this jar used for?", "Holding salt", "Grinding salt", "This jar is used for holding salt."),
        ("Which quality do the ropes share?", "soft", "shiny", "The quality that the ropes share is being soft."),
        ("From which direction is the light coming?", "left", "right",
         "The direction from which the light is coming is left."),
        ("In which direction is the arrow on the sign ahead facing?", "left", "right",
         "The direction in which the arrow on the sign ahead is facing is left."),
        ("What color van is next to the crane?", "Dark red", "White",
         "The van that is next to the crane is dark red."),
        ("What is the position of the stool in regards to the harp?", "Behind the harp", "In front of the harp",
         "The stool is behind the harp."),
        ("What is the ratio of seeds with solid coloring?", "3:1", "1:3",
         "The ratio of seeds with solid coloring is 3:1."),
        ("Which is bigger, the Christmas tree or the barn?", "Christmas tree", "Barn",
         "The Christmas tree is bigger than the barn."),
        ("There are two kilns in the picture, are the two lids the same size?", "no", "yes",
         "There are two kilns in the picture, and the two lids are not the same size."),
        ("What is the colour of the hat of the a clerk?", "red", "blue", "The colour of the hat of the clerk is red."),
        ("According to the Daily Ferry Income chart, what is the highest income?", "12", "14",
         "According to the Daily Ferry Income chart, the highest income is 12."),
        ("How many vans are in the lane that are still driving?", "1", "2",
         "There is 1 van in the lane that is still driving."),
        ("Is grey stool with a cushion behind round oak table?", "yes", "no",
         "The grey stool with a cushion is behind the round oak table."),
        ("Was anything moved?", "round stool was moved left", "The vase was moved right",
         "The round stool was moved left."),
        ("How many boats can be found within 20 meters of the pier?", "6", "4",
         "There are 6 boats that can be found within 20 meters of the pier."),
        ("Which company has the lowest rent?", "Company A - North", "Company B - South",
         "Company A - North has the lowest rent."),
    ],
)  # fmt: skip
def test_articles_order_and_names(question: str, option: str, other: str, expected: str) -> None:
    assert made(question, option, other).texts[0] == expected


@pytest.mark.parametrize(
    ("question", "options"),
    [
        ("Which has the largest share in the chart?", ("Other", "Rent")),
        ("Which direction is the horse facing?", ("facing the fence", "left")),
        ("Who is taller?", ("the man", "the woman", "They are the same height")),
        ("How old is the boy?", ("10", "25", "30")),
        ("Is the dog sleeping while the cat eats?", ("yes", "no")),
        ("Does the man still hold the cup?", ("yes", "no")),
        ("Which " + "very " * 400 + "big dog is red?", ("this one", "that one")),
    ],
)
def test_what_no_pattern_is_sure_of_falls_back(question: str, options: tuple[str, ...]) -> None:
    assert state(question, options, PATTERNS).pattern == FALLBACK
