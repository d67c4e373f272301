"""Against a real HTTP server on the loopback that fails in the ways servers fail."""

import json
import re
import threading
import time
from collections import Counter
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lmms_robust.benchmarks import captions
from lmms_robust.benchmarks.caption_check import problem
from lmms_robust.benchmarks.caption_server import connect
from lmms_robust.errors import RobustError
from lmms_robust.prompts import TEMPLATES_VARIABLE


class Server(ThreadingHTTPServer):
    """Answers with a caption that names the right answer, unless ``faults`` says otherwise for a request."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.faults: list[object] = []
        self.requests: list[dict] = []
        self.lock = threading.Lock()
        self.active = self.most_active = 0
        self.pause = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with self.server.lock:
            self.server.requests.append(body)
            fault = self.server.faults.pop(0) if self.server.faults else None
            self.server.active += 1
            self.server.most_active = max(self.server.most_active, self.server.active)
        time.sleep(self.server.pause)
        with self.server.lock:
            self.server.active -= 1
        right = re.search(r"Right answer: (.*)", body["messages"][0]["content"])[1]
        if isinstance(fault, int):
            self.reply(fault, json.dumps({"error": {"message": f"status {fault}"}}))
        elif isinstance(fault, bytes):
            self.reply(200, fault.decode())
        else:
            text = fault or f'"The square in the middle is {right}."'
            self.reply(200, json.dumps({"id": "x", "choices": [{"index": 0, "message": {"content": text}}]}))

    def reply(self, status: int, body: str) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.send_header("retry-after-ms", "5")
        self.end_headers()
        self.wfile.write(body.encode())


@pytest.fixture
def server():
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch) -> None:
    monkeypatch.setattr("openai._base_client.INITIAL_RETRY_DELAY", 0.005, raising=True)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def ids(path: Path) -> list[str]:
    return [json.loads(line)["id"] for line in path.read_text().splitlines()]


def numbered(item, count: int) -> list:
    return [replace(item, id=f"item-{n}") for n in range(count)]


def test_a_line_has_one_caption_per_option_and_its_provenance(server, item, tmp_path: Path) -> None:
    summary = captions.write([item], tmp_path / "c.jsonl", "m", connect("m", server.url))
    assert summary.render() == "captions: 1 items written, 0 were there, 0 failed"
    assert json.loads((tmp_path / "c.jsonl").read_text()) == {
        "id": item.id,
        "benchmark": "scenes",
        "digest": captions.digest(item),
        "captions": [f"The square in the middle is {option}." for option in item.options],
        "model": "m",
        "template_hash": captions.template_hash(),
    }
    assert captions.read(tmp_path / "c.jsonl", [item])[item.id].captions[0] == "The square in the middle is red."
    assert [request["temperature"] for request in server.requests] == [0.0] * 4
    assert all("What color is the square?" in request["messages"][0]["content"] for request in server.requests)


@pytest.mark.parametrize("faults", [[429], [500, 503], [429, 500, 502, 429]])
def test_overload_and_server_errors_are_tried_again(server, item, tmp_path: Path, faults: list[int]) -> None:
    server.faults = [*faults]
    assert captions.write([item], tmp_path / "c.jsonl", "m", connect("m", server.url), 1).written == 1
    assert len(server.requests) == 4 + len(faults)


@pytest.mark.parametrize("body", [b"{", b"[]", b'"text"', b"{}", b'{"choices": []}',
                                  b'{"choices": [{"message": null}]}',
                                  b'{"choices": [{"message": {"content": null}}]}', b"null"])  # fmt: skip
def test_a_reply_of_the_wrong_form_fails_its_item_only(server, item, tmp_path: Path, caplog, body: bytes) -> None:
    server.faults = [body]
    summary = captions.write(numbered(item, 2), tmp_path / "c.jsonl", "m", connect("m", server.url), 1)
    assert (summary.written, summary.failed) == (1, 1)
    assert ids(tmp_path / "c.jsonl") == ["item-1"]
    assert "no captions: item 'item-0'" in caplog.text
    again = captions.write(numbered(item, 2), tmp_path / "c.jsonl", "m", connect("m", server.url), 1)
    assert (again.finished, again.written, again.failed) == (1, 1, 0)


def test_what_a_server_says_is_named_without_the_key(server, item, tmp_path: Path, caplog, monkeypatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-0123456789abcdef")
    server.faults = [b'{"choices": [], "you_sent": "sk-0123456789abcdef"}']
    assert captions.write([item], tmp_path / "c.jsonl", "m", connect("m", server.url), 1).failed == 1
    assert "holds no text: " in caplog.text
    assert "0123" not in caplog.text


def test_an_error_that_stays_fails_the_item(server, item, tmp_path: Path, caplog) -> None:
    server.faults = [500] * 3
    summary = captions.write([item], tmp_path / "c.jsonl", "m", connect("m", server.url, retries=2), 1)
    assert summary.render().startswith("captions: 0 items written, 0 were there, 1 failed; run the same command again")
    assert "status 500" in caplog.text


def test_a_caption_that_is_not_accepted_is_asked_for_again_with_the_reason(server, item, tmp_path: Path) -> None:
    server.faults = ["The square is red or green.", "The square is big."]
    assert captions.write([item], tmp_path / "c.jsonl", "m", connect("m", server.url), 1).written == 1
    second, third = (request["messages"][0]["content"] for request in server.requests[1:3])
    assert "not accepted: it mentions another option, 'green'" in second
    assert "not accepted: it does not mention 'red'" in third
    assert [request["temperature"] for request in server.requests[:4]] == [0.0, 0.7, 0.7, 0.0]


def test_a_row_is_text_to_the_model_that_is_asked(server, item, tmp_path: Path) -> None:
    asked = replace(item, question="What color is the square?<|im_end|>", options=("red</s>", *item.options[1:]))
    captions.write([asked], tmp_path / "c.jsonl", "m", connect("m", server.url))
    text = "".join(request["messages"][0]["content"] for request in server.requests)
    assert ("square?" in text, "<|im_end|>" in text, "red</s>" in text) == (True, False, False)


def test_captions_that_are_never_accepted_fail_the_item(server, item, tmp_path: Path, caplog) -> None:
    server.faults = ["Nothing."] * captions.ATTEMPTS
    assert captions.write([item], tmp_path / "c.jsonl", "m", connect("m", server.url), 1).failed == 1
    assert "option A: it does not mention 'red': 'Nothing.'" in caplog.text


def test_finished_items_are_not_asked_for_again_and_a_line_cut_short_is(server, item, tmp_path: Path) -> None:
    items, target = numbered(item, 3), tmp_path / "c.jsonl"
    captions.write(items[:2], target, "m", connect("m", server.url), 1)
    whole = target.read_text()
    target.write_text(whole + whole.splitlines()[0][:30])
    asked = len(server.requests)
    summary = captions.write(items, target, "m", connect("m", server.url), 1)
    assert (summary.finished, summary.written) == (2, 1)
    assert len(server.requests) == asked + 4
    assert ids(target) == ["item-0", "item-1", "item-2"]


@pytest.mark.parametrize("text", ['{"id": 7, "mine": "a file of one line"}', '{"id": "x"', "notes"])
def test_no_file_is_emptied_before_a_server_answers(item, tmp_path: Path, text: str) -> None:
    (tmp_path / "mine.jsonl").write_text(text)
    with pytest.raises(RobustError, match=r"ends in|cannot reach"):
        captions.write([item], tmp_path / "mine.jsonl", "m", connect("m", "http://127.0.0.1:9/v1", retries=0))
    assert (tmp_path / "mine.jsonl").read_text() == text


def test_requests_under_way_are_bounded_and_run_at_the_same_time(server, item, tmp_path: Path) -> None:
    server.pause = 0.02
    captions.write(numbered(item, 12), tmp_path / "c.jsonl", "m", connect("m", server.url), 3)
    assert server.most_active == 3
    assert Counter(ids(tmp_path / "c.jsonl")) == Counter(f"item-{n}" for n in range(12))


@pytest.mark.parametrize(("status", "message"), [(401, "refuses model 'm'.*401"), (404, "refuses model 'm'.*404")])
def test_a_refusal_ends_the_run_in_one_line(server, item, tmp_path: Path, status: int, message: str) -> None:
    server.faults = [status] * 50
    with pytest.raises(RobustError, match=message) as raised:
        captions.write(numbered(item, 9), tmp_path / "c.jsonl", "m", connect("m", server.url), 2)
    assert "\n" not in str(raised.value)
    assert len(server.requests) < 9


def test_a_server_that_cannot_be_reached_ends_the_run(item, tmp_path: Path) -> None:
    with pytest.raises(RobustError, match=r"cannot reach http://127.0.0.1:9/v1: .*finished captions are kept"):
        captions.write([item], tmp_path / "c.jsonl", "m", connect("m", "http://127.0.0.1:9/v1", retries=1))
    assert not (tmp_path / "c.jsonl").exists()


def test_a_file_that_cannot_be_written_is_known_before_the_first_request(item, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for target in (tmp_path / "file" / "c.jsonl", tmp_path):
        with pytest.raises(RobustError, match="cannot write"):
            captions.write([item], target, "m", lambda text, attempt: pytest.fail("asked"))


def test_a_file_by_another_model_or_template_is_refused(server, item, tmp_path: Path, monkeypatch) -> None:
    target = tmp_path / "c.jsonl"
    captions.write([item], target, "m", connect("m", server.url))
    with pytest.raises(RobustError, match=r"holds captions by model 'm'.*this run's are by 'n'"):
        captions.write([item], target, "n", connect("n", server.url))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "caption_request.jinja").write_text("Caption! Right answer: {{ asserted.text }}")
    monkeypatch.setenv(TEMPLATES_VARIABLE, str(tmp_path / "mine"))
    with pytest.raises(RobustError, match="holds captions by model 'm'"):
        captions.write([item], target, "m", connect("m", server.url))


@pytest.mark.parametrize(
    "changes",
    [
        {"question": "What colour is the square?"},
        {"options": ("red", "green", "blue", "white")},
        {"options": ("green", "red", "blue", "black")},
    ],
)
def test_captions_for_another_question_or_other_options_are_refused(
    server, item, tmp_path: Path, changes: dict
) -> None:
    target = tmp_path / "c.jsonl"
    other = replace(item, id="other")
    captions.write([item, other], target, "m", connect("m", server.url))
    asked = len(server.requests)
    now = [replace(item, **changes), other]
    for use in (lambda: captions.read(target, now), lambda: captions.write(now, target, "m", connect("m", server.url))):
        with pytest.raises(
            RobustError, match="scenes item 'scenes-x-0001' are for another question or other"
        ) as raised:
            use()
        assert "\n" not in str(raised.value)
    assert len(server.requests) == asked
    assert set(captions.read(target, [replace(item, statements=("a", "b", "c", "d")), other])) == {item.id, "other"}


def test_items_of_several_benchmarks_stand_in_one_file(server, item, tmp_path: Path) -> None:
    twins = [item, replace(item, benchmark="vstar", question="What color has the square?")]
    for twin in twins:
        captions.write([twin], tmp_path / "c.jsonl", "m", connect("m", server.url))
    assert ids(tmp_path / "c.jsonl") == [item.id] * 2
    for twin in twins:
        assert captions.read(tmp_path / "c.jsonl", [twin])[item.id].digest == captions.digest(twin)
    assert captions.read(tmp_path / "c.jsonl", [replace(item, benchmark="mmbench")]) == {}


def test_a_file_of_somebody_else_is_left_as_it_is(item, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("not ours")
    with pytest.raises(RobustError, match="ends in"):
        captions.write([item], tmp_path / "note.txt", "m", lambda text, attempt: "never asked")
    assert (tmp_path / "note.txt").read_text() == "not ours"


@pytest.mark.parametrize(
    ("line", "message"),
    [("{", "line 1: not JSON"), ("[]", "line 1: '\\[\\]'; allowed: one JSON object a line with id, benchmark, digest"),
     ('{"id": "x", "benchmark": "b", "captions": ["x"], "model": "m", "template_hash": "h"}', "a line with id, bench"),
     ('{"id": "x", "benchmark": "b", "digest": "d", "captions": [""], "model": "m", "template_hash": "h"}',
      "line 1: a caption is no text")],
)  # fmt: skip
def test_a_bad_file_is_one_line(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "c.jsonl").write_text(line + "\n")
    with pytest.raises(RobustError, match=message):
        captions.read(tmp_path / "c.jsonl", [])
    with pytest.raises(RobustError, match="does not exist"):
        captions.read(tmp_path / "none.jsonl", [])


ACCEPTED = [
    ("The cat sits at the bottom left.", ("left", "bottom left"), 1),
    ("There are two dogs.", ("2", "3"), 0),
    ("There is no dog in sight.", ("0", "1"), 0),
    ("The bigger dog wears a hat.", ("The bigger dog", "a cat"), 0),
    ("A dog is there.", ("yes", "no"), 0),
    ("A dog isn't there.", ("Yes", "No"), 1),
    ("The plate reads C++.", ("C++", "C"), 0),
]
REFUSED = [
    ("", ("red", "blue"), 0, "empty"),
    ("Is it red?", ("red", "blue"), 0, "asks a question"),
    ("Red.\nYes.", ("red", "blue"), 0, "longer than one sentence"),
    ("It is blue.", ("red", "blue"), 0, "does not mention 'red'"),
    ("It is reddish.", ("red", "blue"), 0, "does not mention 'red'"),
    ("It is Red and  dark blue.", ("red", "dark blue", "blue"), 0, "mentions another option, 'dark blue'"),
    ("Three dogs, one of two cats.", ("3", "2"), 0, "mentions another option, '2'"),
    ("The dog is not here.", ("yes", "no"), 0, "denies what is asked"),
    ("The dog is here.", ("yes", "no"), 1, "does not deny"),
]


@pytest.mark.parametrize(("caption", "options", "own"), ACCEPTED)
def test_captions_that_say_their_own_option_are_accepted(caption: str, options: tuple, own: int) -> None:
    assert problem(caption, options, own) is None


@pytest.mark.parametrize(("caption", "options", "own", "message"), REFUSED)
def test_captions_that_do_not_are_refused(caption: str, options: tuple, own: int, message: str) -> None:
    assert message in (problem(caption, options, own) or "")
