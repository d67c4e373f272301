"""Model arguments as a command line gives them: numbers and flags that may come as text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lmms_robust.errors import RobustError, unknown


def refuse_others(names: Iterable[str], allowed: Sequence[str]) -> None:
    """Refuse the first argument that there is not.

    Raises:
        RobustError: there is one.
    """
    for name in names:
        raise unknown("model argument", name, allowed, where="model_args")


def count(name: str, value: int | str, least: int = 1) -> int:
    """A whole number.

    Raises:
        RobustError: it is none, or less than ``least``.
    """
    if not str(value).isdigit() or int(value) < least:
        raise RobustError(f"{name} {value!r}; allowed: a whole number from {least}")
    return int(value)


def flag(name: str, value: bool | str) -> bool:
    """True or False.

    Raises:
        RobustError: it is neither.
    """
    if str(value).lower() not in ("true", "false"):
        raise RobustError(f"{name} {value!r}; allowed: True, False")
    return str(value).lower() == "true"


def seconds(name: str, value: float | str) -> float:
    """A duration.

    Raises:
        RobustError: it is no number above 0.
    """
    try:
        found = float(value)
    except ValueError:
        found = 0.0
    if not found > 0:
        raise RobustError(f"{name} {value!r}; allowed: seconds above 0")
    return found


def json_object(name: str, value: str | Mapping[str, Any] | None) -> dict[str, Any]:
    """A JSON object.

    Raises:
        RobustError: it is something else.
    """
    try:
        found = json.loads(value) if isinstance(value, str) else value or {}
    except ValueError:
        found = None
    if not isinstance(found, Mapping):
        raise RobustError(f"{name} {value!r}; allowed: a JSON object")
    return dict(found)
