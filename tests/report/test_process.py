"""What is said of a run of lmms-eval that left no samples."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lmms_robust.errors import RobustError
from lmms_robust.report.process import error_in, evaluate, text_of

FRAMES = 'Traceback (most recent call last):\n  File "a.py", line 1, in a\n    b()\n    ^^^\n'
LOGGED = "2026-11-25 | ERROR | lmms_eval.__main__:cli_evaluate:614 - Error during evaluation: "
ADVICE = ". Please set `--verbosity=DEBUG` to get more information.\n"


@pytest.mark.parametrize(
    ("log", "said"),
    [
        (f"{FRAMES}KeyError: 'x'\n{LOGGED}'x'{ADVICE}", "KeyError: 'x'"),
        (f"{LOGGED}'x'{ADVICE}{FRAMES}KeyError: 'x'\n", "KeyError: 'x'"),
        (f"{FRAMES}{LOGGED}no{ADVICE}OSError: no\n", "OSError: no"),
        (f"{FRAMES}a.B: one\n  two.\n{LOGGED}one\n  two.{ADVICE}bye\n", "a.B: one two."),
        (f"{FRAMES}OSError: no\n\nDuring that:\n\n{FRAMES}ValueError: yes\n{LOGGED}yes{ADVICE}", "ValueError: yes"),
        (f"{LOGGED}Tasks were not found: x{ADVICE}", "Tasks were not found: x"),
        (f"INFO - start\n{FRAMES}ImportError: libcudart.so.13\n", "ImportError: libcudart.so.13"),
        ("usage: lmms_eval\nlmms_eval: error: what is -q\n\n", "lmms_eval: error: what is -q"),
        (f"{FRAMES}KeyError: 1\nlmms-robust: device 'foo'; allowed: cpu\nbye\n", "device 'foo'; allowed: cpu"),
        ("\n", None),
    ],
)
def test_the_error_of_a_log_is_one_whole_line(log: str, said: str | None) -> None:
    assert error_in(log) == said


def harness(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    program = folder / "harness"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))


def test_what_it_prints_is_logged_and_its_progress_shown_as_it_comes(tmp_path: Path, monkeypatch) -> None:
    harness(tmp_path, monkeypatch, 'echo "$@"; printf "50%%\\r" >&2; echo "$MORE" > "$6/1_samples_x.jsonl"')
    shown: list[bytes] = []
    output = tmp_path / "out"
    log = evaluate(["--model", "m"], output, shown.append, environment={"MORE": "yes"})
    assert b"".join(shown) == b"50%\r"
    assert text_of(log).startswith(f"-m lmms_eval --model m --output_path {output} --log_samples\n")
    assert "50%" in text_of(log)


def test_samples_of_an_earlier_run_are_not_taken_for_its_own(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "old_samples_x.jsonl").touch()
    harness(tmp_path, monkeypatch, r"printf '\033[31mno such model\033[0m\n'")
    with pytest.raises(RobustError) as raised:
        evaluate([], tmp_path)
    assert str(raised.value) == f"lmms-eval left no samples: no such model; its log: {tmp_path / 'lmms_eval.log'}"


@pytest.mark.parametrize(("script", "seconds"), [("kill -9 $$", 600.0), ("exec sleep 600", 0.1)])
def test_a_run_that_was_ended_is_told_from_one_that_failed(tmp_path, monkeypatch, script: str, seconds: float) -> None:
    harness(tmp_path, monkeypatch, script)
    with pytest.raises(RobustError, match="lmms-eval ended by signal 9: it says nothing; its log: "):
        evaluate([], tmp_path, seconds=seconds)
