"""What packaged task files name in the place of their own functions where no hub has a benchmark's rows.

A harness asks for a task's functions before it looks for the rows: the run ends here, and a line says what to do.
"""

from __future__ import annotations

import sys
from typing import NoReturn

from lmms_robust.benchmarks import MODULES, benchmark


def __getattr__(name: str) -> NoReturn:
    asked = name.partition("__")[0]
    if asked not in MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    sys.exit(
        f"lmms-robust: benchmark {asked}: no hub has its rows; {benchmark(asked).source.made_by}, for --include_path"
    )
