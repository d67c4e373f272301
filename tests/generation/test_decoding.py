"""Thoughts that special tokens open and close stay apart from the answer; other special tokens have no text."""

from __future__ import annotations

import pytest
import torch

from lmms_robust.generation.decoding import decode
from lmms_robust.generation.letters import LetterTokens, at_the_answer
from lmms_robust.reading import parse_response
from lmms_robust.schema import MAX_LETTERS
from tests.generation.checkpoints import byte_tokenizer

FAMILIES = {
    "gemma": (("<|channel>", "<channel|>", "<|turn>", "<turn|>"), "<|channel>thought\nleft<channel|>B", "<turn|>"),
    "mistral": (("[THINK]", "[/THINK]", "[INST]"), "[THINK]left[/THINK]B", "</s>"),
    "kimi": (("◁think▷", "◁/think▷", "<|im_end|>"), "◁think▷left◁/think▷B", "<|im_end|>"),
}


@pytest.mark.parametrize(("special", "text", "end"), FAMILIES.values(), ids=FAMILIES)
def test_a_thought_between_special_tokens_is_told_from_the_answer(
    special: tuple[str, ...], text: str, end: str
) -> None:
    tokenizer = byte_tokenizer(special, eos_token="</s>")
    tokens = tokenizer(text + end)["input_ids"]
    assert decode(tokenizer, tokens) == text
    found = parse_response(decode(tokenizer, tokens), ("left", "right"))
    assert (found.think, found.answer) == ("left", "B")


def test_without_such_tokens_all_special_ones_are_left_out() -> None:
    tokenizer = byte_tokenizer(("<|end|>", "<|vision_start|>"), eos_token="</s>")
    tokens = tokenizer("<|vision_start|><think>left</think>B<|end|></s>")["input_ids"]
    assert decode(tokenizer, tokens) == "<think>left</think>B"


def test_the_answer_letter_is_found_behind_special_tokens() -> None:
    special, text, end = FAMILIES["gemma"]
    tokenizer = byte_tokenizer(special, eos_token="</s>")
    tokens = tokenizer(text + end)["input_ids"]
    letters = torch.zeros(len(tokens), MAX_LETTERS)
    letters[tokens.index(tokenizer.convert_tokens_to_ids("B")), 1] = 3.0
    found = at_the_answer(LetterTokens(tokenizer, len(tokenizer)), "", tokens, letters, ("left", "right"))
    assert found is not None
    assert found.probs["B"] == pytest.approx(0.952574, abs=1e-6)
