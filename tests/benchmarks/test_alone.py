"""Which options are sentences of their own, and which need their question."""

from __future__ import annotations

import pytest

from lmms_robust.statements.generic import PATTERNS
from lmms_robust.statements.state import FALLBACK, Statements, state


def made(question: str, *options: str) -> Statements:
    return state(question, options, PATTERNS)


@pytest.mark.parametrize(
    ("question", "options"),
    [
        ("Which claim fits the sketch?", ("It grows in wet soil.", "It grows in dry soil.")),
        ("Which claim fits the village?", ("Our well is dry.", "The mill on my land is old.")),
        ("Who waits longer for the ferry?", ("One of them waits longer.", "All of them wait longer.")),
        ("Which buoy is nearer to the pier?", ("The green buoy is nearer.", "The white buoy is nearer.")),
        ("Which buoy is nearer to the pier?", ("C is nearer.", "D is nearer.")),
        ("Why is the lane closed?", ("A tree fell across the lane.", "The bridge was washed away.")),
        ("What is the purpose of the fence?", ("The fence keeps goats away.", "The fence keeps sand away.")),
        (
            "What can be inferred about the race taking place on the lake?",
            ("The race is likely a regatta.", "The race is likely a festival."),
        ),
        ("Which event happens second in the clip?", ("A girl opens a gate.", "A goat eats a hat.")),
        ("What happens finally?", ("A girl opens a gate.", "A goat eats a hat.")),
        ("What happens while the cook sings?", ("A girl opens a gate.", "A goat eats a hat.")),
        ("What might the rower do after the race?", ("The rower sleeps.", "The rower eats soup.")),
    ],
)
def test_a_sentence_that_needs_its_question_falls_back(question: str, options: tuple[str, ...]) -> None:
    assert made(question, *options).pattern == FALLBACK


@pytest.mark.parametrize(
    ("question", "options"),
    [
        ("Which thing in the second photo was moved?", ("The jar was moved left.", "The jar was moved right.")),
        ("What do you see?", ("A heron and its chick are in the reeds.", "The reeds hide a heron.")),
        ("Which buoy is taller?", ("The green buoy is taller.", "The white buoy is taller.")),
        ("What might the rower do tonight?", ("The rower might sleep.", "The rower may eat soup.")),
        ("Where is the ladder?", ("The ladder is behind the shed.", "The ladder is on the roof of the shed.")),
    ],
)
def test_a_sentence_that_names_what_it_speaks_of_is_its_own_statement(question: str, options: tuple[str, ...]) -> None:
    assert made(question, *options).texts == options


@pytest.mark.parametrize(
    ("question", "option", "expected"),
    [
        ("Which statement describes the Namib desert?", "It is dry.", "The Namib desert is dry."),
        ("What are the two girls doing?", "They are rowing.", "The two girls are rowing."),
        ("What is Ada Wren doing?", "She is knitting a sock.", "Ada Wren is knitting a sock."),
    ],
)
def test_a_pronoun_whose_noun_the_question_names_is_replaced(question: str, option: str, expected: str) -> None:
    other = option.replace("dry", "wet").replace("rowing", "reading").replace("a sock", "a hat")
    assert made(question, option, other).texts[0] == expected


@pytest.mark.parametrize(
    ("question", "option", "expected"),
    [
        (
            "What is the relation between the barrel and the green rope?",
            "The rope is behind the barrel",
            "The green rope is behind the barrel.",
        ),
        (
            "What is the relative position of the nurse holding a lamp and the clerk at the desk?",
            "The nurse is behind the clerk",
            "The nurse holding a lamp is behind the clerk at the desk.",
        ),
        (
            "This photo shows a tram depot. What is the status of the trams that are to the left of the gate?",
            "One of the trams is behind schedule.",
            "One of the trams that are to the left of the gate is behind schedule.",
        ),
        (
            "What is the position of the jar in relation to the sack of flour?",
            "The jar is behind the sack of flour",
            "The jar is behind the sack of flour.",
        ),
    ],
)
def test_a_thing_keeps_what_its_question_says_of_it(question: str, option: str, expected: str) -> None:
    assert made(question, option, option.replace("behind", "before")).texts[0] == expected


def test_what_is_possible_and_whose_it_is_stays_said() -> None:
    found = made(
        "This photo was taken from a tram. What are possible steps to be taken by the red van? What is the reason?",
        "The step is to wait, the reason is that the road is blocked.",
        "The step is to turn round, and the reason is to save time.",
    )
    assert found.texts == (
        "A possible step to be taken by the red van is to wait, and the reason is that the road is blocked.",
        "A possible step to be taken by the red van is to turn round, and the reason is to save time.",
    )
