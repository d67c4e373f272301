from __future__ import annotations

import pytest

from lmms_robust.benchmarks.caption_check import problem


@pytest.mark.parametrize(
    ("caption", "options", "own"),
    [
        ("There are two dogs.", ("2 dogs", "3 dogs"), 0),
        ("There are 2 dogs.", ("two dogs", "one dog"), 0),
        ("There are thirteen dogs.", ("Thirteen", "12"), 0),
        ("The number of dogs is 12.", ("twelve", "2"), 0),
        ("The car is not visible.", ("not visible", "red"), 0),
        ("There are no dogs.", ("0", "1"), 0),
        ("There are no dogs.", ("none", "1"), 0),
        ("The car is red and blue.", ("red", "red and blue"), 1),
    ],
)
def test_accepted(caption: str, options: tuple[str, ...], own: int) -> None:
    assert problem(caption, options, own) is None


@pytest.mark.parametrize(
    ("caption", "options", "own", "message"),
    [
        ("The cat is at the bottom left.", ("left", "bottom left"), 0, "another option, 'bottom left'"),
        ("The car is red and blue.", ("red", "red and blue"), 0, "another option, 'red and blue'"),
        ("The car isn't red.", ("red", "blue"), 0, "denies"),
        ("The car is never red.", ("red", "blue"), 0, "denies"),
        ("There are three dogs.", ("2 dogs", "3 dogs"), 0, "does not mention '2 dogs'"),
        ("Two dogs and 3 dogs.", ("2 dogs", "three dogs"), 0, "another option, 'three dogs'"),
    ],
)
def test_refused(caption: str, options: tuple[str, ...], own: int, message: str) -> None:
    assert message in (problem(caption, options, own) or "")
