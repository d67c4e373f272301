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


@pytest.mark.parametrize("template", [DROPS_THINKING, ADDS_A_BLOCK])
def test_a_template_that_rewrites_the_prefill_is_refused_in_one_line(processor, template: str) -> None:
    processor.chat_template = template
    with pytest.raises(RobustError, match="mine: the chat template rewrites a trailing assistant message") as raised:
        check_prefill(processor, "mine")
    assert "\n" not in str(raised.value)
    with pytest.raises(RobustError, match="rewrites"):
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
