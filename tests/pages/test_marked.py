"""Injected words, reasoning and answer are marked, whatever the texts are, and no letter is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmms_robust.pages import marked

ASKED = "Where is the dog?\nA. left\nB. right\n\nThink first.\n\n[assistant]\n"


@pytest.mark.parametrize(
    ("prompt", "injected"),
    [
        (f"Image caption: The dog is left.\n\n{ASKED}", "Image caption: The dog is left.\n\n"),
        (f"{ASKED}<think>It is left.", "<think>It is left."),
        ("Whether or not, here.\n" + ASKED, "Whether or not, here.\n"),
        (ASKED.replace("B. right\n", "B. right\nC. I'm not sure\n"), "C. I'm not sure\n"),
    ],
)
def test_words_beyond_the_plain_prompt_are_injected(prompt: str, injected: str) -> None:
    pieces = marked.prompt(prompt, ASKED)
    assert [text for kind, text in pieces if kind == "injected"] == [injected]
    assert "".join(text for _, text in pieces) == prompt


@pytest.mark.parametrize("base", [ASKED, ""])
def test_a_plain_prompt_has_none(base: str) -> None:
    assert marked.prompt(ASKED, base) == [("", ASKED)]


def test_parts_of_a_response_are_told_apart() -> None:
    text = "<think>It is left. No, right.</think><answer>B</answer>"
    assert marked.response(text, ("left", "right"), False, "<think>It is left.", "Where?") == [
        ("injected", "<think>It is left."),
        ("reasoning", " No, right."),
        ("", "</think><answer>"),
        ("answer", "B"),
        ("", "</answer>"),
    ]


@given(st.text(), st.text(), st.text())
def test_no_letter_is_lost(start: str, middle: str, end: str) -> None:
    assert "".join(text for _, text in marked.prompt(start + middle + end, start + end)) == start + middle + end
    whole = start + middle
    assert "".join(text for _, text in marked.response(whole, ("a", "b"), False, start, "?")) == whole
