"""The one exception a user meets: one line that says what, got, allowed, where."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class RobustError(ValueError):
    """Wrong input from the user, found before work starts. Its message is one line."""


def check_number(what: str, got: object, most: float) -> None:
    """Refuse what is no number from 0 to a bound.

    Args:
        what: is set, e.g. ``"reward format_weight"``.
        got: the value; a text or a truth value is no number, and neither is what is not a number (nan).
        most: the largest one allowed.

    Raises:
        RobustError: it is none.

    >>> check_number("share", 0.5, 1)
    """
    if not isinstance(got, int | float) or isinstance(got, bool) or not 0 <= got <= most:
        raise RobustError(f"{what} {got!r}; allowed: a number from 0 to {most:g}")


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
