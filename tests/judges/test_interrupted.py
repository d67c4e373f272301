"""A run of the command that is killed goes on where it stopped, and ends in the same bytes as one that was not."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from lmms_robust.cli import main
from lmms_robust.consistency.verdicts import path_for
from tests.backends.servers import Answer, serving
from tests.judges.scripted import reasoning, right, run_of

AT = 7
"""The request at which the run is killed."""


COMMAND = (sys.executable, "-m", "lmms_robust.cli")


def arguments(folder: Path, url: str) -> list[str]:
    return ["judge", str(folder), "--judge", f"j=m@{url}", "--no-audit", "--concurrency", "1"]


@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGINT])
def test_no_request_that_was_answered_is_repeated(tmp_path: Path, kill: signal.Signals) -> None:
    whole, log = run_of(tmp_path / "whole"), run_of(tmp_path / "torn")
    running: list[subprocess.Popen[str]] = []
    seen: list[str] = []

    def killing(body: dict[str, Any]) -> Answer:
        seen.append(reasoning(body))
        if running and len(seen) == AT:
            process = running.pop()
            process.send_signal(kill)
            process.wait()
        return right(body)

    with serving(killing) as server:
        assert CliRunner().invoke(main, arguments(whole.parent, server.url)).exit_code == 0
        every = [*seen]
        seen.clear()
        command = [*COMMAND, *arguments(log.parent, server.url)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        running.append(process)
        _, told = process.communicate()
        assert process.returncode == (1 if kill == signal.SIGINT else -signal.SIGKILL), told
        assert ("interrupted; what judges replied is kept: run again" in told) == (kill == signal.SIGINT)
        assert not path_for(log, "j").exists()
        assert len(seen) == AT
        subprocess.run(command, check=True, capture_output=True)
    assert seen == every[:AT] + every[AT - 1 :]  # the one that was under way had no answer
    assert path_for(log, "j").read_bytes() == path_for(whole, "j").read_bytes()
    assert sorted(os.listdir(log.parent)) == sorted(os.listdir(whole.parent))
