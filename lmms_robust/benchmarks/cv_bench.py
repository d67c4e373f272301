"""CV-Bench: counts and relations in two dimensions, depth and distance in three, with boxes drawn into the picture.

Statements name an object by its box ("the cushion in the red box"), since the picture may show others of its kind.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lmms_robust.benchmarks import rows
from lmms_robust.benchmarks.registry import Benchmark, Row, Source
from lmms_robust.errors import RobustError
from lmms_robust.schema import Item
from lmms_robust.statements.counts import there_is_are
from lmms_robust.statements.grammar import boxed, definite, is_are, sentence, strip_marks
from lmms_robust.statements.state import Pattern, state

NAME = "cv_bench"


def to_item(row: Row, index: int) -> Item:
    """Turn a row into an item. ``idx`` is made unique by the row's type, for files of 2D and 3D rows read together."""
    number = row.get("idx")
    if not re.fullmatch(r"\d+", str(number)):
        raise RobustError(f"{NAME} row {index}: column 'idx' is {number!r}; expected: a whole number")
    name = f"{rows.text(row, 'type', f'{NAME} row {index}')}-{number}"
    where = f"{NAME} item {name!r}"
    question = rows.text(row, "question", where)
    options = rows.choices(row, "choices", where)
    return Item(
        id=name,
        benchmark=NAME,
        category=rows.text(row, "task", where),
        question=question,
        options=options,
        answer=rows.letter(row.get("answer"), where),
        **state(question, options, PATTERNS).fields,
        row=index,
    )


def _count(found: re.Match[str], option: str, _: Sequence[str]) -> str | None:
    return there_is_are(option, found["things"])


def _relation(found: re.Match[str], option: str, _: Sequence[str]) -> str | None:
    place = {"left": "to the left of", "right": "to the right of", "above": "above", "below": "below"}
    way = place.get(option.casefold())
    if way is None:
        return None
    thing = definite(boxed(found["thing"]))
    return sentence(f"{thing} {is_are(thing)} located {way} {definite(boxed(found['place']))}")


def _closer(found: re.Match[str], option: str, _: Sequence[str]) -> str | None:
    things = [found["first"], found["second"]]
    names = [strip_marks(thing).casefold().removeprefix("the ") for thing in things]
    if option.casefold().removeprefix("the ") not in names:
        return None
    place = names.index(option.casefold().removeprefix("the "))
    thing, other = definite(boxed(things[place])), definite(boxed(things[1 - place]))
    target = definite(boxed(found.groupdict().get("target") or "the camera"))
    return sentence(f"{thing} {is_are(thing)} closer to {target} than {other}")


_TWO = r"(?P<first>.+\)) or (?P<second>.+\))\?"
PATTERNS = tuple(
    Pattern(name, re.compile(question, re.IGNORECASE), statement)
    for name, question, statement in (
        ("Count", r"How many (?P<things>[^?]+) are (?:there )?in the image\?", _count),
        (
            "Relation",
            r"Considering the relative positions of .+ in the image provided, "
            r"where (?:is|are) (?P<thing>.+) located with respect to (?P<place>.+)\?",
            _relation,
        ),
        ("Depth", r"Which object is closer to the camera taking this photo, " + _TWO, _closer),
        (
            "Distance",
            r"Estimate the real-world distances between objects in this image\. "
            r"Which object is closer to (?P<target>[^,]+), " + _TWO,
            _closer,
        ),
    )
)

BENCHMARK = Benchmark(
    name=NAME,
    image="image",
    columns=("idx", "type", "task", "question", "choices", "answer"),
    to_item=to_item,
    source=Source("nyu-visionx/CV-Bench", "test"),
    patterns=PATTERNS,
)
