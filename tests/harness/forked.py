"""Starts a harness as ``python -m`` does, in a fork of a process that has imported torch and its like.

Those imports take longer than a small run. A server makes them once for each worker of the tests; each run is still a
process with arguments, variables, folder and output of its own, which imports the harness and our package itself.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import subprocess
import sys
from multiprocessing import forkserver
from pathlib import Path
from unittest.mock import patch

IMPORTED = ["evaluate", "nltk", "sklearn", "pytablewriter", "sacrebleu", "transformers.models.llava.modeling_llava"]
"""What every run imports, with what these import: torch, datasets, transformers. No harness, nothing of ours."""

_PROCESSES = multiprocessing.get_context("forkserver")


def run(
    module: str, arguments: list[str], folder: Path, variables: dict[str, str], seconds: float = 600
) -> subprocess.CompletedProcess[str]:
    """Run a module as the main program.

    Args:
        module: name of a package with a ``__main__``, or of a module.
        arguments: what stands after it on the command line.
        folder: working folder; what is printed is kept there.
        variables: the whole environment.
        seconds: how long it may take.
    """
    with patch.dict(os.environ, variables, clear=True):
        _PROCESSES.set_forkserver_preload(IMPORTED)
        forkserver.ensure_running()
    outputs = [folder / f".{module}.{name}" for name in ("stdout", "stderr")]
    for path in outputs:
        path.write_text("")
    process = _PROCESSES.Process(target=_main, args=(module, arguments, folder, variables, outputs))
    process.start()
    process.join(seconds)
    if process.is_alive():
        process.kill()
        process.join()
    printed = [path.read_text(encoding="utf-8") for path in outputs]
    return subprocess.CompletedProcess([module, *arguments], process.exitcode or 0, *printed)


def _main(module: str, arguments: list[str], folder: Path, variables: dict[str, str], outputs: list[Path]) -> None:
    for number, path in zip((1, 2), outputs, strict=True):
        os.dup2(os.open(path, os.O_WRONLY), number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    sys.argv[1:] = arguments
    sys.path.insert(0, str(folder))
    runpy.run_module(module, run_name="__main__", alter_sys=True)
