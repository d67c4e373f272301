"""From harness requests to requests of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PIL import Image

from lmms_robust.backends.messages import text_of
from lmms_robust.backends.openai.picture_urls import PictureUrls
from lmms_robust.backends.openai.probe import CONTINUE
from lmms_robust.backends.replies import Question
from lmms_robust.backends.turns import is_ours
from lmms_robust.errors import RobustError
from lmms_robust.generation.settings import max_new_tokens, stop_texts

MOST_STOPS = 4
"""Stop texts that the API takes; a response is cut at others afterwards."""

_PASSED_ON = ("seed", "presence_penalty", "frequency_penalty")
_EXTRA = ("top_k", "min_p", "repetition_penalty")
_KNOWN = {"max_new_tokens", "temperature", "top_p", "until", "do_sample", "num_beams", *_PASSED_ON, *_EXTRA}


def to_api(question: Question, urls: PictureUrls) -> list[dict[str, Any]]:
    """The messages as the API has them."""
    return [_message(message, urls) for message in question.messages]


def fields(
    settings: Mapping[str, Any], question: Question, top_logprobs: int, extra_body: Mapping[str, Any]
) -> dict[str, Any]:
    """The other fields of a request.

    Args:
        settings: generation settings of the task.
        question: what is asked.
        top_logprobs: how many likeliest tokens to ask for; 0 asks for none.
        extra_body: further fields that the user wants.
    """
    temperature = float(settings.get("temperature") or 0)
    found: dict[str, Any] = {"max_tokens": max_new_tokens(settings), "temperature": temperature}
    if temperature > 0 and settings.get("top_p"):
        found["top_p"] = settings["top_p"]
    if stop_texts(settings):
        found["stop"] = stop_texts(settings)[:MOST_STOPS]
    found |= {name: settings[name] for name in _PASSED_ON if settings.get(name) is not None}
    if top_logprobs and is_ours(question.doc):
        found |= {"logprobs": True, "top_logprobs": top_logprobs}
    extra = {name: settings[name] for name in _EXTRA if settings.get(name) is not None} | dict(extra_body)
    if question.injection == "prefill":
        extra |= CONTINUE
    return found | ({"extra_body": extra} if extra else {})


def unsent(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the settings of a task that have no place in the API."""
    others = [name for name, value in settings.items() if name not in _KNOWN and value is not None]
    return tuple(sorted(others + (["num_beams"] if settings.get("num_beams") not in (None, 1) else [])))


def _message(message: Mapping[str, Any], urls: PictureUrls) -> dict[str, Any]:
    if message["role"] in ("assistant", "system"):  # some servers take only plain text there
        return {"role": message["role"], "content": text_of(message)}
    return {"role": message["role"], "content": [_part(part, urls) for part in message["content"]]}


def _part(part: Mapping[str, Any], urls: PictureUrls) -> dict[str, Any]:
    if part["type"] == "text":
        return {"type": "text", "text": part["text"]}
    if part["type"] == "image" and isinstance(part["url"], Image.Image):
        return {"type": "image_url", "image_url": {"url": urls.get(part["url"])}}
    raise RobustError(f"robust_openai: content of type {part['type']!r}; allowed: text, image (as a Pillow image)")
