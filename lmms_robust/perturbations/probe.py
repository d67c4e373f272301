"""Turns a variant into a question for one token: which answer letter follows when no reasoning of its own is left."""

from __future__ import annotations

from dataclasses import replace

from lmms_robust.errors import RobustError
from lmms_robust.prompts import render
from lmms_robust.reading import parse_response
from lmms_robust.schema import Variant


def force_answer(variant: Variant) -> Variant:
    """Close the reasoning that the variant injects and open the answer, as the start of the assistant turn.

    A variant without such words has those of ``think_stop.jinja``, so that only what is asserted tells it from others.
    The template may name ``prefill`` and ``stop``, which are these two.

    Raises:
        RobustError: the template does not keep the prefill, does not end in an opened answer, or a letter after it
            would not be read.
    """
    forced = render("probe", {"prefill": variant.prefill, "stop": render("think_stop", {})})
    opened = forced.startswith(variant.prefill) and forced.endswith("<answer>")
    read = parse_response(f"{forced}{variant.planted}</answer>", variant.options).answer
    if not opened or read != variant.planted:
        raise RobustError(
            f"template probe.jinja: {variant.item.benchmark} item {variant.item.id!r}, {variant.name}: gives "
            f"{forced[-60:]!r}; allowed: the prefill, its reasoning closed, and <answer>"
        )
    return replace(variant, prefill=forced, probe=True)
