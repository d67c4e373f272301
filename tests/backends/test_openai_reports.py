"""What a server's reply says beside its text: thoughts, the limit, lengths, price, and what was not taken."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from lmms_robust.backends.openai import RobustOpenAI
from lmms_robust.consistency import explicit
from lmms_robust.reading import parse_response
from lmms_robust.transport import Response, unseal
from tests.backends.asking import requests, scenes
from tests.backends.servers import Answer, TinyModel, completion, refusal, serving, text_of
from tests.backends.test_chat import THINKING

pytestmark = pytest.mark.usefixtures("impatient")


@pytest.fixture(scope="module")
def suite():
    return scenes(items=1)


def is_trial(body: Mapping[str, Any]) -> bool:
    return "famous tower" in json.dumps(body)


def made(text: Any, end: str | None = "stop", usage: Mapping[str, Any] | None = None, **message: Any) -> dict[str, Any]:
    body = completion(text, **message)
    body["choices"][0]["finish_reason"] = end
    return body | ({"usage": usage} if usage else {})


def answered(body: Any, suite: Any, trial: Any = None, **arguments: Any) -> Response:
    """The response to one request without injected words."""

    def answer(asked: dict[str, Any]) -> Answer:
        return Answer((trial or completion("Hello!")) if is_trial(asked) else body)

    with serving(answer) as server:
        model = RobustOpenAI(model="m", base_url=server.url, injection="inline", max_retries=0, **arguments)
        (result,) = model.generate_until(requests(model, suite.select([0])))
    return unseal(result.text)


@pytest.mark.parametrize(("end", "cut"), [("length", True), ("stop", False), ("tool_calls", None), (None, None)])
def test_the_report_says_whether_the_limit_ended_a_response(suite, end: str | None, cut: bool | None) -> None:
    assert answered(made("<answer>B", end), suite).report.cut is cut


def test_a_stop_text_that_is_found_ends_a_response_before_its_limit(suite) -> None:
    body = made("<answer>B</answer>\n\nQ: more", "length")
    with serving(lambda asked: Answer(completion("Hello!") if is_trial(asked) else body)) as server:
        model = RobustOpenAI(model="m", base_url=server.url, injection="inline")
        (result,) = model.generate_until(requests(model, suite.select([0]), until=["\n\n"]))
    found = unseal(result.text)
    assert (found.text, found.report.cut) == ("<answer>B</answer>", False)


def test_lengths_and_the_price_are_those_that_the_server_tells(suite) -> None:
    details = {"reasoning_tokens": 40}
    usage = {"prompt_tokens": 9, "completion_tokens": 50, "completion_tokens_details": details, "cost": 0.0125}
    report = answered(made("<answer>B</answer>", usage=usage), suite).report
    assert (report.output_tokens, report.reasoning_tokens, report.price) == (50, 40, 0.0125)
    odd = {"completion_tokens": -1, "completion_tokens_details": {"reasoning_tokens": "many"}, "cost": "free"}
    report = answered(made("<answer>B</answer>", usage=odd), suite).report
    assert (report.output_tokens, report.reasoning_tokens, report.price) == (None, None, None)


SAID = "So the answer should be B."
PARTS = {
    "parts within a part": [{"type": "thinking", "thinking": [{"type": "text", "text": SAID}]}],
    "a part": [{"type": "thinking", "thinking": SAID}],
    "a part of another name": [{"type": "reasoning", "text": SAID}],
}
FIELDS = {
    "a field": {"reasoning": SAID},
    "another field": {"reasoning_content": SAID},
    "objects": {"reasoning_details": [{"type": "reasoning.text", "text": SAID}]},
    "blocks": {"thinking_blocks": [{"type": "thinking", "thinking": SAID, "signature": "EqcB"}]},
    "blocks, of which some are kept back": {
        "thinking_blocks": [{"type": "redacted_thinking", "data": "EmwK"}, {"type": "thinking", "thinking": SAID}]
    },
    "a field and blocks": {"thinking_blocks": [{"type": "thinking", "thinking": SAID}], "reasoning_content": SAID},
    "a field of another word": {"thinking": SAID},
    "a field and objects": {"reasoning": SAID, "reasoning_details": [{"type": "reasoning.text", "text": SAID}]},
}
SUMMARIES = {
    "a field": {"reasoning_summary": SAID},
    "objects": {"reasoning_details": [{"type": "reasoning.summary", "summary": SAID}]},
    "a field that repeats objects": {
        "reasoning": SAID,
        "reasoning_details": [{"type": "reasoning.summary", "summary": SAID}, {"type": "reasoning.encrypted"}],
    },
    "objects of a field": {"summary": [{"type": "summary_text", "text": SAID}]},
}


def assert_thought(found: Response, suite: Any) -> None:
    assert found.text == f"<think>{SAID}</think>A"
    options = suite[0]["options"]
    verdict = explicit.judge(suite[0]["question"], options, parse_response(found.text, options))
    assert (verdict.conclusion, verdict.consistent) == ("B", False)


@pytest.mark.parametrize("case", PARTS)
def test_parts_of_the_content_that_are_no_text_are_reasoning(suite, case: str) -> None:
    found = answered(made([*PARTS[case], {"type": "text", "text": "A"}]), suite)
    assert_thought(found, suite)
    assert found.report.reasoning == "shown"


@pytest.mark.parametrize("case", FIELDS)
def test_reasoning_is_found_beside_the_text(suite, case: str) -> None:
    found = answered(made("A", **FIELDS[case]), suite)
    assert_thought(found, suite)
    assert found.report.reasoning == "shown"


@pytest.mark.parametrize("case", SUMMARIES)
def test_reasoning_that_is_only_summarised_is_marked(suite, case: str) -> None:
    found = answered(made("A", **SUMMARIES[case]), suite)
    assert_thought(found, suite)
    assert found.report.reasoning == "summarised"


def test_reasoning_that_is_kept_back_is_marked(suite) -> None:
    def usage(tokens: int) -> dict[str, Any]:
        return {"completion_tokens": 50, "completion_tokens_details": {"reasoning_tokens": tokens}}

    encrypted = {"reasoning_details": [{"type": "reasoning.encrypted", "data": "gAAAA"}]}
    assert answered(made("A", usage=usage(40)), suite).report.reasoning == "hidden"
    assert answered(made("A", usage=usage(40), **encrypted), suite).report.reasoning == "hidden"
    assert answered(made("A", usage=usage(0)), suite).report.reasoning == "shown"
    assert answered(made("A", usage=usage(40), reasoning="x"), suite).report.reasoning == "shown"
    assert answered(made("<think>x</think>A", usage=usage(40)), suite).report.reasoning == "shown"


PROSE = "The kite looks red. So the answer should be A. Wait, let me look again; it may be"


@pytest.mark.parametrize(
    ("trial", "opened"),
    [
        (made("Hm, a tower", "length") | {"prompt_text": "Name a famous tower and the city where it stands.\n"
                                          "<|im_end|>\n<|im_start|>assistant\n<think>\n"}, "<think>\n"),
        (made("Hm, a tower.</think>Eiffel"), "<think>"),
        (made("<think>Hm, a tower.</think>Eiffel"), ""),
        (made("The Eiffel Tower", "length") | {"prompt_text": "Name a famous tower and the city where it stands.\n"
                                               "<|assistant|>"}, ""),
        (made("Eiffel", reasoning="Hm, a tower."), ""),
        (made("The Eiffel Tower"), ""),
    ],
    ids=["shown prompt", "closing tag", "both tags", "shown prompt without", "kept apart", "nothing"],
)  # fmt: skip
def test_a_thought_that_the_template_opened_belongs_to_the_response(suite, trial: Any, opened: str) -> None:
    found = answered(made(PROSE, "length"), suite, trial=trial)
    assert found.text == opened + PROSE
    assert parse_response(found.text, suite[0]["options"], found.report.cut).problem == "truncated"
    whole = answered(made("It is red.</think>A"), suite, trial=trial)
    assert whole.text == f"{opened}It is red.</think>A"
    assert answered(made("A", reasoning="It is red."), suite, trial=trial).text == (
        f"{opened or '<think>'}It is red.</think>A"
    )


def test_a_longer_trial_sees_the_end_of_a_thought(suite) -> None:
    """Sixteen tokens are less than any thought."""

    def answer(asked: dict[str, Any]) -> Answer:
        if is_trial(asked):
            short = asked["max_tokens"] < 100
            return Answer(made("Hm, a tower", "length") if short else made("Hm, a tower.</think>Eiffel"))
        return Answer(made(PROSE, "length"))

    with serving(answer) as server:
        model = RobustOpenAI(model="m", base_url=server.url)
        (result,) = model.generate_until(requests(model, suite.select([0])))
    assert unseal(result.text).text == f"<think>{PROSE}"


def test_a_real_template_that_opens_thoughts_gets_words_inline_and_its_tag_back(suite) -> None:
    model = TinyModel(template=THINKING)

    def answer(body: dict[str, Any]) -> Answer:
        try:
            return model(body)
        except ValueError as error:  # transformers finds no final message to continue; vLLM answers 400 then
            return refusal(str(error))

    with serving(answer) as server:
        ours = RobustOpenAI(model="m", base_url=server.url)
        assert (ours.finding.injection, ours.finding.opened) == ("inline", "<think>\n")
        docs = suite.filter(lambda name: name in ("base", "wrong_think"), input_columns="variant")
        for result in ours.generate_until(requests(ours, docs, max_new_tokens=6)):
            found = unseal(result.text)
            assert found.text.startswith("<think>\n")
            assert found.report.cut
            assert parse_response(found.text, docs[0]["options"], found.report.cut).problem == "truncated"


TOO_LONG = {
    "vLLM": "'max_tokens' or 'max_completion_tokens' is too large: 64. This model's maximum context length is 1000 "
    "tokens and your request has 970 input tokens (64 > 1000 - 970).",
    "vLLM, older": "This model's maximum context length is 1000 tokens. However, you requested 1034 tokens (970 in the "
    "messages, 64 in the completion). Please reduce the length of the messages or completion.",
    "vLLM, newer": "This model's maximum context length is 1000 tokens. However, you requested 64 output tokens and "
    "your prompt contains at least 970 input tokens, for a total of at least 1034 tokens.",
    "SGLang": "Requested token count exceeds the model's maximum context length of 1000 tokens. You requested a total "
    "of 1034 tokens: 970 tokens from the input messages and 64 tokens for the completion.",
    "OpenAI": "max_tokens is too large: 64. This model supports at most 30 completion tokens, whereas you provided 64.",
}


@pytest.mark.parametrize("case", TOO_LONG)
def test_a_request_has_as_many_tokens_as_the_context_leaves(suite, case: str) -> None:
    def answer(asked: dict[str, Any]) -> Answer:
        if is_trial(asked):
            return Answer(completion("Hello!"))
        return refusal(TOO_LONG[case]) if asked["max_tokens"] > 30 else Answer(made("<answer>B", "length"))

    with serving(answer) as server:
        model = RobustOpenAI(model="m", base_url=server.url, injection="inline")
        (result,) = model.generate_until(requests(model, suite.select([0])))
    assert [asked["max_tokens"] for asked in server.items] == [64, 30]
    found = unseal(result.text)
    assert (found.text, found.report.cut, found.report.not_honoured) == ("<answer>B", True, ())


def test_a_prompt_that_leaves_nothing_is_refused_as_others_are(suite) -> None:
    message = "This model's maximum context length is 1000 tokens and your request has 1200 input tokens"

    def answer(asked: dict[str, Any]) -> Answer:
        long = "Image caption" in text_of(asked["messages"][0])
        return Answer(completion("Hello!")) if is_trial(asked) or not long else refusal(message)

    docs = suite.filter(lambda name: name in ("base", "wrong_caption"), input_columns="variant")
    with serving(answer) as server:
        model = RobustOpenAI(model="m", base_url=server.url, injection="inline")
        results = model.generate_until(requests(model, docs))
    assert [unseal(result.text).text for result in results] == ["Hello!", ""]
    assert len(server.items) == 2


REFUSED = {
    "temperature": "Unsupported value: 'temperature' does not support 0 with this model.",
    "seed": "Unsupported parameter: 'seed' is not supported with this model.",
    "stop": "Unsupported parameter: 'stop' is not supported with this model.",
}


@pytest.mark.parametrize("name", REFUSED)
def test_settings_that_the_server_does_not_take_are_named_and_nothing_is_kept(suite, tmp_path: Path, name: str) -> None:
    """Stop texts take effect all the same: a response is cut there afterwards."""

    def answer(asked: dict[str, Any]) -> Answer:
        if is_trial(asked):
            return Answer(completion("Hello!"))
        return refusal(REFUSED[name]) if name in asked else Answer(made("<answer>B</answer>###x"))

    with serving(answer) as server:
        for _ in range(2):
            model = RobustOpenAI(model="m", base_url=server.url, injection="inline", resume=str(tmp_path))
            settings = {"seed": 7, "until": ["###"], "min_new_tokens": 3}
            (result,) = model.generate_until(requests(model, suite.select([0]), **settings))
    left_out = () if name == "stop" else (name,)
    assert unseal(result.text).report.not_honoured == (*left_out, "min_new_tokens")
    assert unseal(result.text).text == "<answer>B</answer>"
    assert [name in asked for asked in server.items] == ([True, False] if name == "stop" else [True, False] * 2)


def test_a_resumed_response_has_the_lengths_of_the_first(suite, tmp_path: Path) -> None:
    details = {"reasoning_tokens": 40}
    body = made("B", usage={"prompt_tokens": 9, "completion_tokens": 50, "completion_tokens_details": details})
    with serving(lambda asked: Answer(completion("Hello!") if is_trial(asked) else body)) as server:
        found = []
        for _ in range(2):
            model = RobustOpenAI(model="m", base_url=server.url, injection="inline", resume=str(tmp_path))
            found += model.generate_until(requests(model, suite.select([0])))
    assert len(server.items) == 1
    assert found[0] == found[1]
    assert found[0].token_counts.to_dict() == {"input_tokens": 9, "output_tokens": 50, "reasoning_tokens": 40}
