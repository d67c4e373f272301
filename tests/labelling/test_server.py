import http.client
import json
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from lmms_robust.cli import main
from lmms_robust.consistency.verdicts import read
from tests.labelling.serving import cases, serving


def ask(address: str, path: str, method: str = "GET", body: object = None, **headers: str) -> tuple[int, dict, bytes]:
    where = urlsplit(address)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=20)
    sent = None if body is None else body if isinstance(body, bytes) else json.dumps(body)
    kind = {"Content-Type": "application/json"} if body is not None else {}
    connection.request(
        method, where.path + path, sent, kind | {name.replace("_", "-"): v for name, v in headers.items()}
    )
    reply = connection.getresponse()
    content = reply.read()
    connection.close()
    return reply.status, dict(reply.getheaders()), content


def label(address: str, at: int, key: str) -> dict:
    status, _, content = ask(address, "label", "POST", {"at": at, "key": key})
    assert status == 200
    return json.loads(content)


def test_a_case_shows_question_options_and_reasoning_and_nothing_else(tmp_path: Path) -> None:
    found = cases(tmp_path / "out")
    with serving(found) as address:
        state = json.loads(ask(address, "state")[2])
    assert state.keys() == {
        *("at", "done", "total", "label", "picture"),
        *("question", "options", "given", "reasoning"),
    }
    assert (state["at"], state["done"], state["total"], state["label"]) == (0, 0, 6, None)
    assert state["options"] == ["red", "blue"]
    assert "<script>" in state["reasoning"]
    assert "<answer>" not in state["reasoning"]


def test_each_key_is_on_the_disk_when_it_is_answered_and_the_last_one_counts(tmp_path: Path) -> None:
    found = cases(tmp_path / "out")
    with serving(found) as address:
        assert label(address, 0, "B")["at"] == 1
        assert len(found[0].file.read_text().splitlines()) == 1
        assert label(address, 1, "N")["at"] == 2
        assert label(address, 3, "U")["at"] == 4
        assert json.loads(ask(address, "state?at=3")[2])["label"] == "U"
        assert label(address, 0, "A")["at"] == 2  # the first without a verdict after it
    votes = read(found[0].file).found
    said = [(votes[case.vote.key].conclusion, votes[case.vote.key].failed) for case in (found[0], found[1], found[3])]
    assert said == [("A", None), (None, None), (None, "unsure")]
    assert all(vote.by_a_person and vote.decider == "human-ann" for vote in votes.values())


def test_work_goes_on_where_it_was_left_and_ends(tmp_path: Path) -> None:
    with serving(cases(tmp_path / "out")) as address:
        label(address, 0, "A")
        label(address, 2, "A")
    with serving(cases(tmp_path / "out")) as address:
        state = json.loads(ask(address, "state")[2])
        assert (state["at"], state["done"]) == (1, 2)
        for at in (1, 3, 4):
            label(address, at, "B")
        assert label(address, 5, "B") == {"at": None, "done": 6, "total": 6}


def test_only_the_page_itself_is_answered(tmp_path: Path) -> None:
    found = cases(tmp_path / "out")
    with serving(found) as address:
        token = urlsplit(address).path
        assert ask(address.replace(token, "/"), "")[0] == 404
        assert ask(address.replace(token, "/wrong/"), "state")[0] == 404
        assert ask(address, "../server.py")[0] == 404
        assert ask(address, "state", Host="evil.example")[0] == 404
        verdict = {"at": 0, "key": "A"}
        assert ask(address, "label", "POST", verdict, Origin="http://evil.example")[0] == 403
        assert ask(address, "label", "POST", verdict, Content_Type="text/plain")[0] == 403
        assert ask(address, "label", "POST", b"x" * 2000)[0] == 413
        for bad in (b"{", [], {"at": 0}, {"at": "0", "key": "A"}, {"at": True, "key": "A"}, {"at": 99, "key": "A"}):
            assert ask(address, "label", "POST", bad)[0] == 400
        status, _, content = ask(address, "label", "POST", {"at": 0, "key": "C"})
        assert (status, json.loads(content)["error"]) == (400, "key 'C'; allowed: A, B, N, U")
        assert ask(address, "state?at=x")[0] == ask(address, "state?at=-1")[0] == 400
    assert not found[0].file.exists()


def test_nothing_is_loaded_from_elsewhere(tmp_path: Path) -> None:
    found = cases(tmp_path / "out")
    with serving(found) as address:
        for path, kind in (("", "text/html"), ("page.js", "text/javascript"), ("page.css", "text/css")):
            status, headers, content = ask(address, path)
            assert status == 200
            assert headers["Content-Type"].startswith(kind)
            assert "default-src 'none'" in headers["Content-Security-Policy"]
            assert "unsafe" not in headers["Content-Security-Policy"]
            assert b"//" not in content.replace(b"// Texts", b"").replace(b"// what", b"")
            assert b"innerHTML" not in content
        status, headers, content = ask(address, "picture/0")
        assert (status, headers["Content-Type"], content[:4]) == (200, "image/png", b"\x89PNG")
        assert ask(address, "picture/5")[0] == 404  # none
        assert ask(address, "picture/9")[0] == 400


def test_the_command_prints_its_address_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    cases(tmp_path / "out")
    command = [sys.executable, "-m", "lmms_robust.cli", "label", str(tmp_path / "out"), "--name", "ann", "-n", "3"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        first, address = process.stdout.readline(), process.stdout.readline().strip()
        assert first.startswith("3 responses, 0 labelled before")
        label(address, 0, "A")
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == "1 of 3 labelled, by human-ann; kept beside the sample logs\n"
    assert process.returncode == 0


@pytest.mark.parametrize("name", ["a b", "../x"])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    cases(tmp_path / "out")
    said = CliRunner().invoke(main, ["label", str(tmp_path / "out"), "--name", name])
    assert said.output.startswith("lmms-robust: decider 'human-")
