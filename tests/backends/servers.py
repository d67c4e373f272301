"""Servers with the OpenAI chat API on loopback: one that answers by any function, one with the embedded model."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any

import torch
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor

from lmms_robust.embedded import TINY_MODEL


@dataclass
class Answer:
    """A reply; ``cut`` sends half of the body and hangs up, ``wait`` sleeps until the server stops.

    ``trickle`` sends a space before the body every now and then until the server stops.
    """

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    wait: bool = False
    trickle: bool = False


@dataclass
class Server:
    url: str
    asked: list[dict[str, Any]]
    keys: list[str]

    @property
    def items(self) -> list[dict[str, Any]]:
        """What was asked for after the server was tried out."""
        return [body for body in self.asked if "famous tower" not in json.dumps(body)]


@contextmanager
def serving(answer: Callable[[dict[str, Any]], Answer]) -> Iterator[Server]:
    """Answer every POST with ``answer(body)``."""
    asked: list[dict[str, Any]] = []
    keys: list[str] = []
    stopped = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append(body)
            keys.append(self.headers.get("Authorization", ""))
            reply = answer(body)
            if reply.wait:
                stopped.wait()
            self._send(reply)

        def _send(self, reply: Answer) -> None:
            content = (reply.body if isinstance(reply.body, str) else json.dumps(reply.body)).encode()
            try:
                self.send_response(reply.status)
                self.send_header("Content-Type", "application/json")
                if not reply.trickle:
                    self.send_header("Content-Length", str(len(content)))
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                while reply.trickle and not stopped.wait(0.1):
                    self.wfile.write(b" ")
                self.wfile.write(content[: len(content) // 2] if reply.cut else content)
            except OSError:  # the client has given up
                pass
            self.close_connection = reply.cut

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield Server(f"http://127.0.0.1:{server.server_port}/v1", asked, keys)
    finally:
        stopped.set()
        server.shutdown()
        server.server_close()


def completion(text: str | None, **message: Any) -> dict[str, Any]:
    """A reply's body in the API's form."""
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text, **message}}
    return {"id": "x", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]}


def refusal(message: str, status: int = 400, **more: Any) -> Answer:
    """An error in the API's form."""
    return Answer({"error": {"message": message, "type": "invalid_request_error", **more}}, status)


def text_of(message: dict[str, Any]) -> str:
    """The text of one message of a request."""
    content = message["content"]
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


@dataclass
class Generated:
    """A rendered prompt, its tokens, those written after it, and the distribution that each was chosen from."""

    prompt: str
    before: list[int]
    tokens: list[int]
    logprobs: list[torch.Tensor]


class TinyModel:
    """Real forward passes of a checkpoint, in the way vLLM's server answers: prefill, likeliest tokens, prompt text.

    Args:
        continues: take ``continue_final_message``; else it is passed over.
        shows: give the rendered prompt where it is asked for.
        counts: report lengths.
        template: chat template instead of the checkpoint's.
    """

    def __init__(
        self,
        folder: str = str(TINY_MODEL),
        continues: bool = True,
        shows: bool = True,
        counts: bool = True,
        template: str | None = None,
    ) -> None:
        self.processor = AutoProcessor.from_pretrained(folder)
        if template:
            self.processor.chat_template = template
        self.model = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32).eval()
        self._continues, self._shows, self._counts = continues, shows, counts
        self._one_at_a_time = threading.Lock()

    def __call__(self, body: dict[str, Any]) -> Answer:
        with self._one_at_a_time, torch.inference_mode():
            return Answer(self._complete(body))

    def generate(self, body: dict[str, Any]) -> Generated:
        """Answer a request greedily."""
        prompt, pictures = self._render(body)
        inputs = self.processor(text=[prompt], images=pictures or None, return_tensors="pt", add_special_tokens=False)
        made = self.model.generate(
            **inputs,
            max_new_tokens=body["max_tokens"],
            do_sample=False,
            return_dict_in_generate=True,
            output_logits=True,
        )
        before = inputs["input_ids"][0].tolist()
        logprobs = [logits[0].float().log_softmax(-1) for logits in made.logits]
        return Generated(prompt, before, made.sequences[0, len(before) :].tolist(), logprobs)

    def _complete(self, body: dict[str, Any]) -> dict[str, Any]:
        made = self.generate(body)
        reply = completion(self.decode(made.tokens, skip=True))
        if len(made.tokens) == body["max_tokens"] and made.tokens[-1] != self.model.generation_config.eos_token_id:
            reply["choices"][0]["finish_reason"] = "length"
        if body.get("logprobs"):
            content = [
                self._position(token, logprobs, body["top_logprobs"])
                for token, logprobs in zip(made.tokens, made.logprobs, strict=True)
            ]
            reply["choices"][0]["logprobs"] = {"content": content}
        if self._counts:
            lengths = {"prompt_tokens": len(made.before), "completion_tokens": len(made.tokens)}
            reply["usage"] = {**lengths, "total_tokens": sum(lengths.values())}
        if self._shows and body.get("return_prompt_text"):
            reply["prompt_text"] = made.prompt
        return reply

    def _render(self, body: dict[str, Any]) -> tuple[str, list[Image.Image]]:
        pictures: list[Image.Image] = []
        conversation = [
            {"role": message["role"], "content": [_part(part, pictures) for part in _parts(message)]}
            for message in body["messages"]
        ]
        continues = self._continues and body.get("continue_final_message", False)
        flags = (
            {"continue_final_message": True}
            if continues
            else {"add_generation_prompt": body.get("add_generation_prompt", True)}
        )
        return self.processor.apply_chat_template(conversation, tokenize=False, **flags), pictures

    def _position(self, token: int, logprobs: torch.Tensor, most: int) -> dict[str, Any]:
        others = [self._entry(number, logprobs) for number in logprobs.topk(most).indices.tolist()]
        return self._entry(token, logprobs) | {"top_logprobs": others}

    def _entry(self, token: int, logprobs: torch.Tensor) -> dict[str, Any]:
        text = self.decode([token], skip=False)
        return {"token": text, "logprob": float(logprobs[token]), "bytes": list(text.encode())}

    def decode(self, tokens: list[int], skip: bool) -> str:
        """Text of tokens."""
        return self.processor.tokenizer.decode(tokens, skip_special_tokens=skip)


def _parts(message: dict[str, Any]) -> list[dict[str, Any]]:
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _part(part: dict[str, Any], pictures: list[Image.Image]) -> dict[str, Any]:
    if part["type"] == "text":
        return part
    head, _, data = part["image_url"]["url"].partition(",")
    assert head == "data:image/png;base64"
    pictures.append(Image.open(BytesIO(base64.b64decode(data))))
    return {"type": "image"}
