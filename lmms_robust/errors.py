"""The one exception a user meets: one line that says what, got, allowed, where."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class RobustError(ValueError):
    """Wrong input from the user, found before work starts. Its message is one line."""


def unknown(what: str, got: str, allowed: Iterable[str], where: str = "", listed: str = "") -> RobustError:
    """Build the error for a name that is not known.

    Args:
        what: kind of thing named, e.g. ``"variant"``.
        got: the name as given.
        allowed: all names that would have been accepted.
        where: file or option in which the name stood.
        listed: what tells the names, where they are too many for a line.

    >>> str(unknown("variant", "wrong_thinks", ["base", "wrong_think"]))
    "unknown variant 'wrong_thinks'; did you mean 'wrong_think'? allowed: base, wrong_think"
    >>> str(unknown("task", "robust_scene", ["robust_scenes"], listed="those of `lmms-robust tasks`"))
    "unknown task 'robust_scene'; did you mean 'robust_scenes'? allowed: those of `lmms-robust tasks`"
    """
    names = sorted(allowed)
    close = get_close_matches(got, names, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ";"
    place = f" (in {where})" if where else ""
    return RobustError(f"unknown {what} {got!r}{hint} allowed: {listed or ', '.join(names)}{place}")
