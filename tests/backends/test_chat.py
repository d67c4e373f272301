from __future__ import annotations

import pytest
from PIL import Image
from transformers import AutoProcessor

from lmms_robust.backends.chat import check_prefill, to_prompt
from lmms_robust.backends.messages import to_inline
from lmms_robust.embedded import TINY_MODEL
from lmms_robust.errors import RobustError

PICTURE = Image.new("RGB", (64, 64), "red")
USER = {"role": "user", "content": [{"type": "image", "url": PICTURE}, {"type": "text", "text": "What color?"}]}
THINK = {"role": "assistant", "content": [{"type": "text", "text": "<think>It is red."}]}

KEEPS = (
    "{% for m in messages %}<|{{ m.role }}|>{% for part in m.content %}"
    "{{ '<image>' if part.type == 'image' else part.text }}"
    "{% endfor %}<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
DROPS_THINKING = KEEPS.replace("part.text }}", "part.text.split('<think>')[0] }}")
ADDS_A_BLOCK = KEEPS.replace(
    "<|{{ m.role }}|>", "<|{{ m.role }}|>{% if m.role == 'assistant' %}<think></think>{% endif %}"
)


@pytest.fixture
def processor():
    return AutoProcessor.from_pretrained(TINY_MODEL)


def test_a_trailing_assistant_message_stays_open(processor) -> None:
    prompt = to_prompt(processor, [USER, THINK], "tiny")
    assert prompt.text.endswith("<think>It is red.")
    assert prompt.prefill == "<think>It is red."
    assert prompt.pictures == (PICTURE,)


def test_without_one_a_new_turn_is_opened(processor) -> None:
    prompt = to_prompt(processor, [USER], "tiny")
    assert prompt.prefill == ""
    assert to_prompt(processor, [USER, THINK], "tiny").text == prompt.text + "<think>It is red."


def test_a_template_that_keeps_the_prefill_is_accepted(processor) -> None:
    processor.chat_template = KEEPS
    check_prefill(processor, "mine")


# As Qwen3-VL-Thinking has it: a thought is opened for a new turn, and an assistant message is taken apart at its
# "</think>", the thought kept only after the last question, and written anew between tags of the template's own.
THINKING = (
    "{% set last = namespace(at=0) %}{% for m in messages %}{% if m.role == 'user' %}"
    "{% set last.at = loop.index0 %}{% endif %}{% endfor %}"
    "{% for m in messages %}{% set text = namespace(said='', thought='') %}{% for part in m.content %}"
    "{% set text.said = text.said + ('<image>' if part.type == 'image' else part.text) %}{% endfor %}"
    "{% if m.role == 'assistant' %}{% if '</think>' in text.said %}"
    "{% set text.thought = text.said.split('</think>')[0].rstrip('\n').split('<think>')[-1].lstrip('\n') %}"
    "{% set text.said = text.said.split('</think>')[-1].lstrip('\n') %}{% endif %}"
    "<|im_start|>assistant\n{% if loop.index0 > last.at %}<think>\n{{ text.thought.strip('\n') }}\n</think>\n\n"
    "{% endif %}{{ text.said }}{% else %}<|im_start|>{{ m.role }}\n{{ text.said }}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n<think>\n{% endif %}"
)
OPENED = "<|im_start|>user\n<image>What color?<|im_end|>\n<|im_start|>assistant\n<think>\n"


@pytest.mark.parametrize(
    ("prefill", "turn"),
    [
        ("", "<think>\n"),
        ("<think>It is red.", "<think>\nIt is red."),
        ("<think>It is red.</think>", "<think>\nIt is red.</think>"),
        ("<think>\nIt is red.", "<think>\nIt is red."),
        ("It is red.", "<think>\nIt is red."),
    ],
)
def test_a_turn_goes_on_in_the_thought_that_the_template_opened(processor, prefill: str, turn: str) -> None:
    processor.chat_template = THINKING
    check_prefill(processor, "mine")
    injected = [{"role": "assistant", "content": [{"type": "text", "text": prefill}]}] if prefill else []
    prompt = to_prompt(processor, [USER, *injected], "mine")
    assert prompt.text == OPENED.removesuffix("<think>\n") + turn
    assert prompt.prefill == turn


@pytest.mark.parametrize("template", [DROPS_THINKING, ADDS_A_BLOCK])
def test_a_rewritten_message_goes_after_the_start_of_a_new_turn_instead(processor, template: str) -> None:
    processor.chat_template = template
    check_prefill(processor, "mine")
    prompt = to_prompt(processor, [USER, THINK], "mine")
    assert prompt.text == "<|user|><image>What color?<|end|><|assistant|><think>It is red."
    assert prompt.prefill == "<think>It is red."


NO_START = {
    "no start of a turn": (DROPS_THINKING.replace("<|assistant|>", ""), "starts a new turn with ''"),
    "a closed thought": (
        DROPS_THINKING.replace("<|assistant|>{% endif", "<|assistant|><think>\n\n</think>\n\n{% endif"),
        "starts a new turn with '<|assistant|><think>\\n\\n</think>\\n\\n'",
    ),
    "an error": ("{{ raise_exception('no pictures here') }}", "its chat template fails: no pictures here"),
}


@pytest.mark.parametrize("case", NO_START)
def test_a_template_that_leaves_no_start_to_go_on_from_is_refused_in_one_line(processor, case: str) -> None:
    processor.chat_template, message = NO_START[case]
    with pytest.raises(RobustError, match="mine: ") as raised:
        check_prefill(processor, "mine")
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)
    with pytest.raises(RobustError, match="mine: "):
        to_prompt(processor, [USER, THINK], "mine")


def test_no_chat_template_is_an_error(processor) -> None:
    processor.chat_template = None
    with pytest.raises(RobustError, match="mine: no chat template"):
        check_prefill(processor, "mine")


def test_inline_moves_the_words_to_the_end_of_the_user_turn() -> None:
    (message,) = to_inline([USER, THINK])
    assert message["role"] == "user"
    assert [part["type"] for part in message["content"]] == ["image", "text"]
    assert message["content"][1]["text"].startswith("What color?")
    assert message["content"][1]["text"].endswith("<think>It is red.")
    assert to_inline([USER]) == [USER]


def test_content_that_is_neither_text_nor_image_is_refused(processor) -> None:
    with pytest.raises(RobustError, match="content of type 'video'; allowed: text, image"):
        to_prompt(processor, [{"role": "user", "content": [{"type": "video", "url": "x.mp4"}]}], "tiny")
