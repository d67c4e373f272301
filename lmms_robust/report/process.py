"""Runs lmms-eval in a process of its own, and reads in its log why it left no samples.

lmms-eval ends with status 0 on most errors, so whether a run went well is told by what it wrote.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import TIMEOUT_MAX, Timer

from lmms_robust.errors import RobustError

LOG = "lmms_eval.log"

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_OURS = re.compile(r"^lmms-robust: (.+)$", re.MULTILINE)
_CAUGHT = re.compile(r"Error during evaluation: (.+?)\.? Please set `--verbosity=DEBUG`", re.DOTALL)
_TRACEBACK = re.compile(r"^Traceback \(most recent call last\):\n(?:[ \t].*\n)+(\S.*(?:\n.+)*)", re.MULTILINE)


def evaluate(
    arguments: Sequence[str],
    output: Path,
    echo: Callable[[bytes], object] | None = None,
    seconds: float = TIMEOUT_MAX,
    environment: Mapping[str, str] | None = None,
) -> Path:
    """Run lmms-eval with samples logged below a folder; all that it prints goes to a file there.

    Args:
        arguments: of its command line, without those for the output.
        output: folder for logs, which may hold those of earlier runs.
        echo: is handed what it writes to its standard error, such as its progress.
        seconds: after which it is ended.
        environment: variables for it beside those of this process.

    Returns:
        The file with what it printed.

    Raises:
        RobustError: it left no samples; says its own error.
    """
    output.mkdir(parents=True, exist_ok=True)
    log = output / LOG
    log.write_bytes(b"")
    earlier = set(_samples(output))
    command = [sys.executable, "-m", "lmms_eval", *arguments, "--output_path", str(output), "--log_samples"]
    with log.open("ab", buffering=0) as file:  # both write at its end
        variables = {**os.environ, **(environment or {})}
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.PIPE, env=variables)
        timer = Timer(seconds, process.kill)
        timer.start()
        try:
            with process:
                assert process.stderr
                while chunk := os.read(process.stderr.fileno(), 1 << 16):
                    file.write(chunk)
                    if echo:
                        echo(chunk)
        finally:
            timer.cancel()
    if set(_samples(output)) <= earlier:
        said = error_in(text_of(log))
        ended = f"ended by signal {-process.returncode}" if process.returncode < 0 else "left no samples"
        raise RobustError(f"lmms-eval {ended}: {said or 'it says nothing'}; its log: {log}")
    return log


def text_of(log: Path) -> str:
    """What a log says, without colours."""
    return _COLOURS.sub("", log.read_text(encoding="utf-8", errors="replace"))


def error_in(text: str) -> str | None:
    r"""The error that a log of lmms-eval ends with, in one line, or None where the log is empty.

    That is a line of ours, or the message that lmms-eval logs with the kind of exception from its traceback,
    or the last exception, or the last line.

    >>> error_in("INFO - x\nError during evaluation: no\nsuch task. Please set `--verbosity=DEBUG` to get more.")
    'no such task'
    >>> error_in('Traceback (most recent call last):\n  File "a.py", line 1\nOSError: libcudart.so: not found\n')
    'OSError: libcudart.so: not found'
    """
    ours, caught, raised = (pattern.findall(text) for pattern in (_OURS, _CAUGHT, _TRACEBACK))
    if ours:
        return str(ours[-1])
    if caught:
        first = re.escape(caught[-1].partition("\n")[0])
        kinds = re.findall(rf"^[\w.]+: (?={first})", text, re.MULTILINE)
        return " ".join("".join([*kinds[-1:], caught[-1]]).split())
    lines = [line for line in text.splitlines() if line.strip()]
    return " ".join((raised or lines)[-1].split()) if raised or lines else None


def _samples(folder: Path) -> list[Path]:
    return list(folder.rglob("*_samples_*.jsonl"))
