"""Robustness and chain-of-thought consistency of vision-language models, as tasks of the standard harnesses.

Without a harness: make an :class:`Item`, :func:`build` a variant of it, ask any model, and :func:`score` the response.
:func:`read_runs` reads the records of a harness's logs back, and :func:`table` makes columns of records.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lmms_robust.perturbations import build as build
    from lmms_robust.record import Record as Record
    from lmms_robust.record import table as table
    from lmms_robust.report.logs import read_runs as read_runs
    from lmms_robust.schema import Item as Item
    from lmms_robust.scoring import score as score

__version__ = "0.1.0"
__all__ = ["Item", "Record", "build", "read_runs", "score", "table"]

_FROM = {
    "Item": "schema",
    "Record": "record",
    "build": "perturbations",
    "read_runs": "report.logs",
    "score": "scoring",
    "table": "record",
}


def __getattr__(name: str) -> Any:
    """Load what is asked for, and nothing before."""
    if name not in _FROM:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_FROM[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_FROM])
