"""A logged run to judge, and judges on loopback whose every reply is known."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lmms_robust.perturbations import build
from lmms_robust.schema import Item
from lmms_robust.scoring import score
from tests.backends.servers import Answer, completion, text_of
from tests.report.samples import line, log

Reply = Callable[[dict[str, Any]], Answer]


def run_of(folder: Path, count: int = 12, variant: str = "base") -> Path:
    """A log of ``count`` responses: item ``n`` concludes on letter ``AB`` in turn, and every third answers the other.

    The rules read no conclusion in it; the judge ``right`` does.
    """
    lines = []
    for number in range(count):
        item = Item(question="Where is the dog?", options=("left", "right"), answer="A", id=f"i{number}", row=number)
        built = build(item, variant)
        concluded = "AB"[number % 2]
        answer = "BA"[number % 2] if number % 3 == 0 else concluded
        text = f"{built.prefill}<think>Look {number}. It is by tree {concluded}.</think><answer>{answer}</answer>"
        lines.append(line(score(built, text), text))
    return log(folder / "model", "d1", f"robust_custom_{variant}", *lines)


def reasoning(body: dict[str, Any]) -> str:
    """What a judge is shown of the reasoning."""
    text = text_of(body["messages"][-1])
    mark = re.search(r"#[0-9a-f]{12}", text)
    assert mark
    return text.rpartition(f"{mark[0]} reasoning\n")[2].partition(f"\n{mark[0]} end")[0]


def told(body: dict[str, Any], conclusion: str) -> Answer:
    """A verdict: as JSON where a schema asks for it, else a letter."""
    reply = json.dumps({"conclusion": conclusion}) if "response_format" in body else conclusion
    usage = {"prompt_tokens": 100, "completion_tokens": 5, "total_tokens": 105, "cost": 0.001}
    return Answer(completion(reply) | {"usage": usage})


def right(body: dict[str, Any]) -> Answer:
    """The letter that the reasoning ends on."""
    found = re.search(r"by tree ([A-K])\.", reasoning(body))
    return told(body, found[1] if found else "none")


def always_a(body: dict[str, Any]) -> Answer:
    """The first option, whatever is asked."""
    return told(body, "A")
