"""Whether a server continues a prefill is told from what it does, and a doubtful case goes inline."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lmms_robust.backends.openai import RobustOpenAI
from lmms_robust.backends.openai.probe import CONTINUE, Finding
from tests.backends.servers import Answer, TinyModel, completion, refusal, serving, text_of

KEEPS = (
    "{% for m in messages %}<|{{ m.role }}|>{% for part in m.content %}"
    "{{ '<image>' if part.type == 'image' else part.text }}"
    "{% endfor %}<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
ADDS_A_BLOCK = KEEPS.replace(
    "<|{{ m.role }}|>", "<|{{ m.role }}|>{% if m.role == 'assistant' %}<think>\n\n</think>\n\n{% endif %}"
)
DROPS_THINKING = KEEPS.replace("part.text }}", "part.text.split('</think>')[-1] }}")


def found(answer: Callable[[dict[str, Any]], Answer], **arguments: Any) -> tuple[Finding, list[dict[str, Any]]]:
    with serving(answer) as server:
        return RobustOpenAI(model="m", base_url=server.url, **arguments).finding, server.asked


def is_prefilled(body: dict[str, Any]) -> bool:
    return body["messages"][-1]["role"] == "assistant"


REAL = {
    "shows its prompt": ({}, "prefill", "the rendered prompt ends in the start of the turn"),
    "counts its prompt": ({"shows": False}, "prefill", "the prompt is shorter by the end of the turn"),
    "keeps quiet": ({"shows": False, "counts": False}, "inline", "nothing shows"),
    "passes the fields over, shows": ({"continues": False}, "inline", "rewrites the start of a turn"),
    "passes the fields over, counts": ({"continues": False, "shows": False}, "inline", "nothing shows"),
    "its template adds a block, shows": ({"template": ADDS_A_BLOCK}, "inline", "rewrites the start of a turn"),
    "its template adds a block, counts": (
        {"template": ADDS_A_BLOCK, "shows": False},
        "inline",
        "the prompt grows by more than the start of the turn",
    ),
}


@pytest.mark.parametrize("case", REAL)
def test_a_weak_model_says_nothing_sensible_and_its_prompt_is_looked_at(case: str) -> None:
    arguments, injection, why = REAL[case]
    finding, _ = found(TinyModel(**arguments))
    assert finding.injection == injection
    assert why in finding.why


def test_a_template_that_drops_reasoning_makes_the_server_refuse_and_the_words_go_inline() -> None:
    model = TinyModel(template=DROPS_THINKING)

    def answer(body: dict[str, Any]) -> Answer:
        try:
            return model(body)
        except ValueError as error:  # transformers finds no final message to continue; vLLM answers 400 then
            return refusal(str(error))

    finding, _ = found(answer)
    assert finding.injection == "inline"
    assert "refuses to continue a turn (400" in finding.why


# What a server replies to a prefill; one that starts anew may still go on counting, greeting or thinking.
WRITTEN = {
    "is, in France.": "prefill",
    "is": "prefill",
    "is.</think>": "prefill",
    "The Eiffel Tower stands in Paris.": "inline",
    "Paris": "inline",
    " is a city": "inline",
    "isle": "inline",
    "<think>is": "inline",
    "": "inline",
}


@pytest.mark.parametrize("written", WRITTEN)
def test_the_end_of_a_cut_word_shows_that_a_turn_is_continued(written: str) -> None:
    finding, asked = found(lambda body: Answer(completion(written if is_prefilled(body) else "Hello!")))
    assert finding.injection == WRITTEN[written]
    for body in asked:
        if is_prefilled(body) and "return_prompt_text" in body:
            assert {name: body[name] for name in CONTINUE} == CONTINUE
            assert text_of(body["messages"][-1]).endswith(" Par")


def test_both_an_open_and_a_closed_block_of_reasoning_have_to_be_continued() -> None:
    def answer(body: dict[str, Any]) -> Answer:
        closed = "</think>" in text_of(body["messages"][-1])
        return Answer(completion("Hello!" if closed else "is"))

    assert found(answer)[0].injection == "inline"


def test_a_server_that_keeps_reasoning_apart_is_seen_to_continue_too() -> None:
    assert found(lambda _: Answer(completion(None, reasoning="is, I think")))[0].injection == "prefill"


def test_a_server_that_repeats_the_start_of_the_turn_is_seen_to_do_so() -> None:
    def answer(body: dict[str, Any]) -> Answer:
        return Answer(completion(text_of(body["messages"][-1]) + "is." if is_prefilled(body) else "Hello!"))

    finding, _ = found(answer)
    assert (finding.injection, finding.echoes) == ("prefill", True)


def test_a_field_that_only_some_servers_have_is_given_up_first() -> None:
    def answer(body: dict[str, Any]) -> Answer:
        if "return_prompt_text" in body:
            return refusal("Extra inputs are not permitted: return_prompt_text", 422)
        return Answer(completion("is"))

    assert found(answer)[0].injection == "prefill"


@pytest.mark.parametrize("status", [400, 403, 422])
def test_a_server_that_refuses_a_prefill_gets_the_words_inline(status: int) -> None:
    def answer(body: dict[str, Any]) -> Answer:
        unknown = "continue_final_message" in body
        return refusal("Unrecognized request argument supplied", status) if unknown else Answer(completion("Hello!"))

    finding, asked = found(answer)
    assert finding.injection == "inline"
    assert str(status) in finding.why
    assert "continue_final_message" not in asked[-1]
    with pytest.raises(SystemExit, match="injection=prefill: the server refuses to continue a turn") as raised:
        found(answer, injection="prefill")
    assert "\n" not in str(raised.value)


def test_a_prefill_that_is_asked_for_is_done_in_doubt_but_not_against_the_evidence() -> None:
    assert found(lambda _: Answer(completion("gibberish")), injection="prefill")[0].injection == "prefill"
    with pytest.raises(SystemExit, match="injection=prefill: the server's chat template rewrites"):
        found(TinyModel(template=ADDS_A_BLOCK), injection="prefill")


def test_inline_that_is_asked_for_needs_no_prefill() -> None:
    finding, asked = found(lambda _: Answer(completion("is")), injection="inline")
    assert finding.injection == "inline"
    assert [is_prefilled(body) for body in asked] == [False]


FINAL = {
    401: ("Incorrect API key provided", "a key in the environment variable OPENAI_API_KEY"),
    402: ("No credit left", "what the server grants the key"),
    404: ("The model `m` does not exist", "a model that the server lists"),
}


@pytest.mark.parametrize("status", FINAL)
def test_a_wrong_key_or_model_ends_the_run_before_any_item_in_one_line(status: int) -> None:
    message, remedy = FINAL[status]
    with serving(lambda _: refusal(message, status)) as server, pytest.raises(SystemExit) as raised:
        RobustOpenAI(model="m", base_url=server.url)
    assert len(server.asked) == 1
    for part in ("lmms-robust: ", server.url, "'m'", message, remedy):
        assert part in str(raised.value)
    assert "\n" not in str(raised.value)


def test_an_exhausted_quota_is_not_waited_for() -> None:
    quota = refusal("You exceeded your current quota", 429, code="insufficient_quota")
    with serving(lambda _: quota) as server, pytest.raises(SystemExit, match="exceeded your current quota"):
        RobustOpenAI(model="m", base_url=server.url)
    assert len(server.asked) == 1
