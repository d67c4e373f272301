"""Numbers on a command line."""

from __future__ import annotations

from math import isnan
from typing import Any

import click


class Finite(click.FloatRange):
    """A range of numbers, of which NaN is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read a number."""
        found = float(super().convert(value, param, ctx))
        if isnan(found):
            self.fail(f"{value} is no number", param, ctx)
        return found
